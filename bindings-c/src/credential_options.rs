use std::ffi::{c_char, c_int};
use std::mem::MaybeUninit;
use std::path::{Path, PathBuf};

use mmcred::{Connection, Credential, Proxy, Result, Tls};

use crate::door::{enter, free, given, optional_text, put};
use crate::error::mmcred_error;
use crate::status::mmcred_status;

/// How a credential's server is reached, where the defaults do not do: TLS, proxy, plain http; and which ids are known
/// beside. Needed only until the credential is made.
///
///     mmcred_credential_options *options = NULL;
///     mmcred_credential_options_new(&options, NULL);
///     mmcred_credential_options_set_ca_file(options, "/etc/ssl/company.pem", NULL);
///     status = mmcred_credential_new(url, token, strlen(token), options, &credential, &error);
///     mmcred_credential_options_free(options);
///
/// Threads: one at a time.
#[derive(Default)]
pub struct mmcred_credential_options {
    ca_file: Option<PathBuf>,
    proxy: Option<String>,
    allow_http: bool,
    allow_unauthorized_certs: bool,
    token_id: Option<String>,
    user_id: Option<String>,
}

impl mmcred_credential_options {
    pub(crate) fn connection(&self) -> Result<Connection> {
        let ca_file = self.ca_file.as_deref();
        Ok(Connection {
            tls: Tls::from_settings(ca_file, self.allow_unauthorized_certs)?,
            proxy: Proxy::from_setting(self.proxy.as_deref())?,
            allow_http: self.allow_http,
        })
    }

    pub(crate) fn with_ids(&self, credential: Credential) -> Result<Credential> {
        credential.with_ids(self.token_id.as_deref(), self.user_id.as_deref())
    }
}

/// Makes options that say nothing: the system's certificate authorities, the proxy of the environment, no plain http.
///
/// Out: out_options, yours; give it back with mmcred_credential_options_free.
/// Errors: MMCRED_INVALID_ARGUMENT for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_credential_options_new(
    out_options: Option<&mut MaybeUninit<Box<mmcred_credential_options>>>,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let out = given(out_options, "out_options")?;
        put(Some(out), Box::default());
        Ok(())
    })
}

/// Trusts the certificate authorities of a PEM file instead of the system's, as `curl --cacert` does.
///
/// In: ca_file, a path, kept absolute; NULL goes back to the system's.
/// Errors: MMCRED_INVALID_ARGUMENT. Whether the file is good is seen when it is used.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_credential_options_set_ca_file(
    options: Option<&mut mmcred_credential_options>,
    ca_file: *const c_char,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let options = given(options, "options")?;
        options.ca_file = optional_text(ca_file, "ca_file")?.map(|path| Path::new(path).to_owned());
        Ok(())
    })
}

/// Goes through a proxy.
///
/// In: proxy, "http://host:port" or "https://host:port" without user and password; "direct" for none whatever the
///     environment says; NULL goes back to HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY.
/// Errors: MMCRED_INVALID_ARGUMENT. A proxy that is none is refused by mmcred_credential_new.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_credential_options_set_proxy(
    options: Option<&mut mmcred_credential_options>,
    proxy: *const c_char,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let options = given(options, "options")?;
        options.proxy = optional_text(proxy, "proxy")?.map(str::to_owned);
        Ok(())
    })
}

/// Lets the token travel over plain http:// to a machine other than this one. It can be read on the way.
///
/// In: allow, 0 for no, anything else for yes.
/// Errors: MMCRED_INVALID_ARGUMENT for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_credential_options_set_allow_http(
    options: Option<&mut mmcred_credential_options>,
    allow: c_int,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        given(options, "options")?.allow_http = allow != 0;
        Ok(())
    })
}

/// Accepts any certificate of anybody: whoever stands between reads the token. A CA file is nearly always the
/// better answer.
///
/// In: allow, 0 for no, anything else for yes.
/// Errors: MMCRED_INVALID_ARGUMENT for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_credential_options_set_allow_unauthorized_certs(
    options: Option<&mut mmcred_credential_options>,
    allow: c_int,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        given(options, "options")?.allow_unauthorized_certs = allow != 0;
        Ok(())
    })
}

/// Keeps the id of the token with the credential: with it mmcred_credential_diagnose finds the exact cause of a refusal.
///
/// In: token_id, which is not secret and never the token itself; NULL for none.
/// Errors: MMCRED_INVALID_ARGUMENT. What is no id is refused by mmcred_credential_new.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_credential_options_set_token_id(
    options: Option<&mut mmcred_credential_options>,
    token_id: *const c_char,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let options = given(options, "options")?;
        options.token_id = optional_text(token_id, "token_id")?.map(str::to_owned);
        Ok(())
    })
}

/// Keeps the id of the token's owner with the credential. As mmcred_credential_options_set_token_id.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_credential_options_set_user_id(
    options: Option<&mut mmcred_credential_options>,
    user_id: *const c_char,
    out_error: Option<&mut MaybeUninit<Option<Box<mmcred_error>>>>,
) -> mmcred_status {
    enter(out_error, || {
        let options = given(options, "options")?;
        options.user_id = optional_text(user_id, "user_id")?.map(str::to_owned);
        Ok(())
    })
}

/// Gives options back. NULL does nothing. Credentials made with them are not affected.
#[unsafe(no_mangle)]
pub extern "C" fn mmcred_credential_options_free(options: Option<Box<mmcred_credential_options>>) {
    free(options);
}
