//! mmcred-c
