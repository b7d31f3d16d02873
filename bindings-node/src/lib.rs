//! mmcred-node
