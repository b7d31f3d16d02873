//! mmcred
