//! mmcred-python
