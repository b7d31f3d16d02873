//! mmcred-cli
