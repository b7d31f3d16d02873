use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::ptr;
use std::sync::Arc;

use mmcred::{Hand, Tls, Vault};
use zeroize::Zeroizing;

use crate::door::{Buffer, c_string, enter, free, given, look, put, text};
use crate::error::mmcred_error;
use crate::status::mmcred_status;
use crate::text::mmcred_text;
use crate::vault::mmcred_vault;

/// What a program makes requests with: bound to one entry's server and base path when it is made, and holding no
/// token. Each request reads the vault, so a running program survives a new token.
///
/// It sends nothing itself: it carries the rules into the program's own HTTP client. Before each request ask
/// mmcred_hand_prepare, for each redirect mmcred_hand_follow, after a 401 mmcred_hand_after_401; keep no cookies and
/// read no netrc; take certificates and proxy from here. examples/c/mmcred_curl.h in the sources does all of it with
/// libcurl, and may be copied.
///
/// Threads: may be used by several at the same time.
pub struct mmcred_hand {
    hand: Hand,
    server_url: CString,
    ca_file: Option<CString>,
}

impl mmcred_hand {
    fn new(hand: Hand) -> Box<Self> {
        let ca_file = hand.connection().tls.ca_file();
        let ca_file = ca_file.and_then(|path| CString::new(path.as_os_str().as_bytes()).ok());
        Box::new(Self { server_url: c_string(hand.server().as_str()), ca_file, hand })
    }
}

/// The whole header line of that value.
pub(crate) fn header_line(authorization: &str) -> Zeroizing<String> {
    const NAME: &str = "Authorization: ";
    let mut line = Zeroizing::new(String::with_capacity(NAME.len() + authorization.len()));
    line.push_str(NAME);
    line.push_str(authorization);
    line
}

/// Makes a hand for an entry.
///
/// In: vault, NULL for the process's default vault; it may be freed while the hand goes on. name, the entry's.
/// Out: out_hand, yours; give it back with mmcred_hand_free.
/// Errors: those of mmcred_vault_get, and for the default vault of mmcred_vault_open.
///
///     mmcred_hand *hand = NULL;
///     if (mmcred_hand_new(NULL, "prod", &hand, &error) != MMCRED_OK)
///       …
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_hand_new(
    vault: Option<&mmcred_vault>,
    name: *const c_char,
    out_hand: Option<&mut MaybeUninit<Box<mmcred_hand>>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let out = given(out_hand, "out_hand")?;
        let name = text(name, "name")?;
        let vault = vault.map_or_else(Vault::default_vault, |vault| Ok(Arc::clone(&vault.vault)))?;
        put(Some(out), mmcred_hand::new(Hand::new(vault, name)?));
        Ok(())
    })
}

/// Makes a request ready.
///
/// In: target, "users/me" for <base>/api/v4/users/me, "/x" for <base>/x, or an absolute URL on the same origin and
///     below the base path;
///     capacity, how many bytes `header` holds; MMCRED_AUTHORIZATION_SIZE is always enough.
/// Out: header, the line "Authorization: Bearer …" and a NUL; out_needed, how many bytes that takes, also when they
///     were too many, may be NULL;
///     out_url, where to send the request, and nowhere else: yours, give it back with mmcred_text_free;
///     out_version, the version of the entry that was read, for mmcred_hand_after_401; may be NULL.
/// Errors: MMCRED_WRONG_ORIGIN for a target elsewhere, and when the entry was given another server: send nothing.
///     MMCRED_ENTRY_MISSING when it is gone. MMCRED_BUFFER_TOO_SMALL. Those of mmcred_vault_get.
///
/// The header is the caller's: mmcred_buffer_wipe it when the request is sent.
///
///     char header[MMCRED_AUTHORIZATION_SIZE];
///     status = mmcred_hand_prepare(hand, "users/me", header, sizeof header, NULL, &url, &version, &error);
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_hand_prepare(
    hand: Option<&mmcred_hand>,
    target: *const c_char,
    header: *mut c_char,
    capacity: usize,
    out_needed: Option<&mut MaybeUninit<usize>>,
    out_url: Option<&mut MaybeUninit<Box<mmcred_text>>>,
    out_version: Option<&mut MaybeUninit<u64>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let out = given(out_url, "out_url")?;
        let header = Buffer::new(header, capacity, out_needed)?;
        let ready = given(hand, "hand")?.hand.prepare(text(target, "target")?)?;
        // EXPOSE: the caller sends it and wipes the buffer.
        header.put(&header_line(&ready.authorization))?;
        put(Some(out), mmcred_text::new(&ready.url));
        put(out_version, ready.version);
        Ok(())
    })
}

/// Where a redirect leads, if it stays with the server. Prepare a new request to there.
///
/// In: from, the URL that answered with the redirect; location, its Location header as it came.
/// Out: out_url, yours; give it back with mmcred_text_free.
/// Errors: MMCRED_WRONG_ORIGIN for any other place: send nothing there. MMCRED_INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_hand_follow(
    hand: Option<&mmcred_hand>,
    from: *const c_char,
    location: *const c_char,
    out_url: Option<&mut MaybeUninit<Box<mmcred_text>>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let out = given(out_url, "out_url")?;
        let url = given(hand, "hand")?.hand.follow(text(from, "from")?, text(location, "location")?)?;
        put(Some(out), mmcred_text::new(&url));
        Ok(())
    })
}

/// Whether a request that was refused with 401 shall be prepared and sent once more: the entry was replaced since it
/// was read. Only for a request whose body can be sent again, and only once.
///
/// In: version, as mmcred_hand_prepare gave it.
/// Out: out_again, true for yes.
/// Errors: those of mmcred_vault_get, but an entry that is gone is none: the refusal stands.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_hand_after_401(
    hand: Option<&mmcred_hand>,
    version: u64,
    out_again: Option<&mut MaybeUninit<bool>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let out = given(out_again, "out_again")?;
        put(Some(out), given(hand, "hand")?.hand.after_401(version)?);
        Ok(())
    })
}

/// The server's base URL. Lives as long as the hand. NULL for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_hand_server_url(hand: Option<&mmcred_hand>) -> *const c_char {
    look(hand, ptr::null(), |hand| hand.server_url.as_ptr())
}

/// The PEM file whose authorities alone are to be trusted (CURLOPT_CAINFO); NULL where there is none and the system's
/// count. Lives as long as the hand. NULL for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_hand_ca_file(hand: Option<&mmcred_hand>) -> *const c_char {
    look(hand, ptr::null(), |hand| hand.ca_file.as_ref().map_or(ptr::null(), |path| path.as_ptr()))
}

/// Whether any certificate is to be accepted, because the entry says so on purpose. false for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_hand_allow_unauthorized_certs(hand: Option<&mmcred_hand>) -> bool {
    look(hand, false, |hand| hand.hand.connection().tls == Tls::AllowUnauthorizedCerts)
}

/// The certificates to trust as PEM, the same ones that verify trusts: for clients that have no store of their own
/// (CURLOPT_CAINFO_BLOB).
///
/// Out: out_pem, yours; give it back with mmcred_text_free. Empty where any certificate is to be accepted.
/// Errors: MMCRED_INVALID_TLS_SETTINGS for a CA file that is missing or holds no certificate; MMCRED_INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_hand_trusted_roots(
    hand: Option<&mmcred_hand>,
    out_pem: Option<&mut MaybeUninit<Box<mmcred_text>>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let out = given(out_pem, "out_pem")?;
        let roots = given(hand, "hand")?.hand.trusted_roots()?;
        put(Some(out), mmcred_text::new(roots.as_deref().unwrap_or_default()));
        Ok(())
    })
}

/// The proxy to go through, without user and password (CURLOPT_PROXY; the environment is looked at already, so set
/// CURLOPT_NOPROXY to "").
///
/// Out: out_url, yours; give it back with mmcred_text_free. Empty where none is to be used.
/// Errors: MMCRED_INVALID_PROXY, MMCRED_INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_hand_proxy(
    hand: Option<&mmcred_hand>,
    out_url: Option<&mut MaybeUninit<Box<mmcred_text>>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let out = given(out_url, "out_url")?;
        let proxy = given(hand, "hand")?.hand.proxy()?;
        put(Some(out), mmcred_text::new(&proxy.map_or_else(String::new, |proxy| proxy.url())));
        Ok(())
    })
}

/// Copies the proxy's "user:password" (CURLOPT_PROXYUSERPWD), where HTTPS_PROXY and its like hold them; an empty text
/// where there are none. A secret: as mmcred_credential_authorization.
///
/// Errors: MMCRED_BUFFER_TOO_SMALL, MMCRED_INVALID_PROXY, MMCRED_INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_hand_proxy_credentials(
    hand: Option<&mmcred_hand>,
    buffer: *mut c_char,
    capacity: usize,
    out_needed: Option<&mut MaybeUninit<usize>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let buffer = Buffer::new(buffer, capacity, out_needed)?;
        let proxy = given(hand, "hand")?.hand.proxy()?;
        let (user, password) = match proxy.and_then(|proxy| proxy.credentials()) {
            None => return buffer.put(""),
            Some((user, password)) => (Zeroizing::new(user), Zeroizing::new(password)),
        };
        buffer.put(&Zeroizing::new([user.as_str(), password.as_str()].join(":")))
    })
}

/// Gives a hand back. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_hand_free(hand: Option<Box<mmcred_hand>>) {
    free(hand);
}
