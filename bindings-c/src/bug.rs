use std::mem::MaybeUninit;

use crate::door;
use crate::error::mmcred_error;
use crate::status::mmcred_status;

/// Fails as a bug in mmcred would. Not in the header and not in a library that is installed.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_deliberate_bug(
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    door::enter(out_error, || panic!("a deliberate bug"))
}
