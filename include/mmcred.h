/*
 * mmcred: validates Mattermost tokens against their server, keeps them encrypted, hands them out.
 *
 *     cc program.c $(pkg-config --cflags --libs mmcred)
 *
 * Somebody stores a token under a name, on the command line (mmcred add prod --url chat.example.com) or
 * with mmcred_vault_put. From then on programs ask by that name:
 *
 *     mmcred_authorization   writes the header of a single request
 *     mmcred_hand_prepare    makes one request after the other ready; a hand also knows redirects, a token
 *                            that was replaced meanwhile, certificates and proxy
 *     mmcred_vault_verify    asks the server whether the token works, and if not, why
 *
 * What holds for every function (docs/c-abi.md in the sources says more):
 *
 * Status      Every function that can fail returns an mmcred_status: MMCRED_OK or the error's number.
 *             Results leave through out_ parameters, written only when the call succeeds (out_needed
 *             also when the buffer was too small). Details of a failure leave through the last
 *             parameter, out_error, which may be NULL:
 *
 *                 mmcred_error *error = NULL;
 *                 if (mmcred_vault_remove(vault, "prod", &error) != MMCRED_OK) {
 *                     fprintf(stderr, "%s %s\n", mmcred_error_message(error), mmcred_error_hint(error));
 *                     mmcred_error_free(error);
 *                 }
 *
 * Ownership   What an out_ parameter gives is yours: give it back with the _free of its noun.
 *             _free(NULL) does nothing. A text that a function *returns* is lent: it lives as long as
 *             the object it was asked of. What you pass in is copied before the call returns.
 *             No object needs another: free them in any order, on any thread. To free one twice, or
 *             to use it afterwards, is undefined, as with free().
 * Threads     A const pointer may be used by several threads at the same time, any other by one; so an
 *             object is freed when no other thread is using it.
 * Processes   After fork() a child goes on with all it inherited. A fork waits until no other thread is
 *             inside a vault; do not fork in a signal handler.
 * Texts       Names, paths and URLs are UTF-8 and end in NUL. Secrets come in with their length and
 *             need no NUL; they go out into your buffer, with a NUL. To learn the size, pass capacity
 *             0: MMCRED_BUFFER_TOO_SMALL, and out_needed says it.
 * Bugs        NULL where something is needed gives MMCRED_INVALID_ARGUMENT. A bug of mmcred gives
 *             MMCRED_INTERNAL; only memory that runs out ends the process.
 *
 * Generated from bindings-c/src by bindings-c/header; change those, not this.
 */

#ifndef MMCRED_H
#define MMCRED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The version of this header as a number, 1002003 for 1.2.3; see mmcred_version_number. */
#define MMCRED_VERSION_NUMBER 1000

/** The same as text. */
#define MMCRED_VERSION_TEXT "0.1.0"

/** For mmcred_credential_from_n8n_fields: plain http:// to another machine is wanted. */
#define MMCRED_ALLOW_HTTP 4

/** Room for every token this library accepts, and its NUL. */
#define MMCRED_TOKEN_SIZE 256

/** Room for every header this library writes, "Authorization: Bearer " and the token, and its NUL. */
#define MMCRED_AUTHORIZATION_SIZE 288

/** How many seconds a verify should be given, unless there is a reason for another deadline. */
#define MMCRED_DEFAULT_TIMEOUT 10.0

/** For mmcred_vault_open: make what is missing, the folder (mode 0700), the key file (mode 0600) and the vault. */
#define MMCRED_CREATE 1

/** For mmcred_vault_put: take the place of an entry of that name. */
#define MMCRED_REPLACE 2

/** How many seconds a diagnosis should be given, unless there is a reason for another deadline. */
#define MMCRED_DIAGNOSE_TIMEOUT 15.0

/**
 * Where and how to authenticate: a server's URL, an access token, TLS and proxy settings. Never changes once made.
 *
 * Threads: may be used by several at the same time.
 */
typedef struct mmcred_credential mmcred_credential;

/**
 * How a credential's server is reached, where the defaults do not do: TLS, proxy, plain http; and which ids are known
 * beside. Needed only until the credential is made.
 *
 *     mmcred_credential_options *options = NULL;
 *     mmcred_credential_options_new(&options, NULL);
 *     mmcred_credential_options_set_ca_file(options, "/etc/ssl/company.pem", NULL);
 *     status = mmcred_credential_new(url, token, strlen(token), options, &credential, &error);
 *     mmcred_credential_options_free(options);
 *
 * Threads: one at a time.
 */
typedef struct mmcred_credential_options mmcred_credential_options;

/**
 * What went wrong: the last parameter of every function that can fail gives one out. Holds no token.
 *
 * Pass NULL where the status is enough. Otherwise `*out_error` is always written: NULL when the call succeeds, an
 * error that is yours when it fails.
 *
 * Threads: may be read by several at the same time.
 */
typedef struct mmcred_error mmcred_error;

/**
 * What a program makes requests with: bound to one entry's server and base path when it is made, and holding no
 * token. Each request reads the vault, so a running program survives a new token.
 *
 * It sends nothing itself: it carries the rules into the program's own HTTP client. Before each request ask
 * mmcred_hand_prepare, for each redirect mmcred_hand_follow, after a 401 mmcred_hand_after_401; keep no cookies and
 * read no netrc; take certificates and proxy from here. examples/c/mmcred_curl.h in the sources does all of it with
 * libcurl, and may be copied.
 *
 * Threads: may be used by several at the same time.
 */
typedef struct mmcred_hand mmcred_hand;

/**
 * A text that a function gave out: a URL, certificates, JSON. Never a secret. It is yours; give it back with
 * mmcred_text_free.
 *
 * Threads: may be read by several at the same time.
 */
typedef struct mmcred_text mmcred_text;

/**
 * Named credentials in one encrypted place. No secret is kept in memory: each read opens it anew.
 *
 * Where a function takes NULL for a vault it means the process's default one: the vault that mmcred_vault_open opens
 * without a path, opened at its first use, never made, and kept until the process ends.
 *
 * Threads: may be used by several at the same time, and by many processes at once. It can be used on after fork().
 */
typedef struct mmcred_vault mmcred_vault;

/**
 * What a server said of a credential that works: whom the token belongs to.
 *
 * The texts it lends live as long as it does.
 *
 * Threads: may be read by several at the same time.
 */
typedef struct mmcred_verified mmcred_verified;

/**
 * A check of many entries that is under way. It goes on between two calls, and waits where nobody takes its results.
 *
 * Threads: one at a time.
 */
typedef struct mmcred_verify_all mmcred_verify_all;

/**
 * What a function of this library returns: MMCRED_OK or the number of an error. A number's meaning never changes;
 * a newer library may return numbers that this header does not know.
 */
typedef uint32_t mmcred_status;

/** The call did what it says. */
#define MMCRED_OK 0

/** An argument has the wrong type, is missing or is out of range. */
#define MMCRED_INVALID_ARGUMENT 100

/** The text given as access token can not be one: empty, over 255 bytes, a URL, or with blanks, control or non-ASCII characters inside. */
#define MMCRED_INVALID_TOKEN 101

/** The text given as server URL names no server. */
#define MMCRED_INVALID_SERVER_URL 102

/** An incoming-webhook URL was given where a server URL or a token is wanted. */
#define MMCRED_WEBHOOK_URL 103

/** http:// to another machine would send the token in clear. */
#define MMCRED_INSECURE_URL 104

/** The CA file is missing, unreadable or holds no certificate. */
#define MMCRED_INVALID_TLS_SETTINGS 105

/** The proxy setting is not a usable http:// or https:// URL. */
#define MMCRED_INVALID_PROXY 106

/** An entry's name is empty, over 128 bytes, starts with '-' or holds control characters. */
#define MMCRED_INVALID_NAME 107

/** The server refused the token twice, the second time on a fresh connection. */
#define MMCRED_TOKEN_REJECTED 200

/** The server refused the token once and accepted it once: its nodes disagree. */
#define MMCRED_REPLICAS_DISAGREE 201

/** The server says that a valid token came in the URL's query: something on the way moves it there. */
#define MMCRED_TOKEN_IN_QUERY 202

/** The server wants the token's owner to set up multi-factor authentication first. */
#define MMCRED_MFA_REQUIRED 203

/** The server knows the token but does not permit the call. */
#define MMCRED_PERMISSION_DENIED 204

/** The answer did not come from a Mattermost server. */
#define MMCRED_NOT_MATTERMOST 210

/** A Mattermost server answered, but its API is not below this URL. */
#define MMCRED_WRONG_BASE_URL 211

/** The server sent the request elsewhere; the token was not sent along. */
#define MMCRED_REDIRECTED 212

/** Something in front of the server answered in its place: a login page, single sign-on, firewall or captive portal. */
#define MMCRED_INTERCEPTED 213

/** The server or a proxy limits requests; this says nothing about the token. */
#define MMCRED_RATE_LIMITED 220

/** The Mattermost server failed (5xx); this says nothing about the token. */
#define MMCRED_SERVER_ERROR 221

/** A proxy answered that it can not reach the Mattermost server; this says nothing about the token. */
#define MMCRED_UPSTREAM_DOWN 222

/** The answer fits nothing a Mattermost server sends here. */
#define MMCRED_UNEXPECTED_REPLY 229

/** The host name could not be resolved. */
#define MMCRED_DNS_FAILED 300

/** Nothing listens at that host and port. */
#define MMCRED_CONNECTION_REFUSED 301

/** The connection could not be made or broke before an answer came. */
#define MMCRED_CONNECTION_FAILED 302

/** No complete answer came within the deadline. */
#define MMCRED_TIMED_OUT 303

/** The answer broke off before it was complete. */
#define MMCRED_REPLY_CUT 304

/** The answer is larger than 1 MiB, which no answer to this call is. */
#define MMCRED_REPLY_TOO_LARGE 305

/** The server's certificate is signed by an authority this machine does not trust. */
#define MMCRED_TLS_UNKNOWN_AUTHORITY 310

/** The server's certificate is for another host name. */
#define MMCRED_TLS_HOSTNAME_MISMATCH 311

/** The server's certificate has expired. */
#define MMCRED_TLS_EXPIRED 312

/** The server's certificate is not valid yet. */
#define MMCRED_TLS_NOT_YET_VALID 313

/** The TLS handshake failed. */
#define MMCRED_TLS_FAILED 314

/** https was spoken to a plain-http port, or http to an https port. */
#define MMCRED_WRONG_SCHEME 315

/** There is no vault at that place. */
#define MMCRED_VAULT_MISSING 400

/** The key does not open this vault. */
#define MMCRED_WRONG_KEY 401

/** The vault's key file is not there. */
#define MMCRED_KEY_FILE_MISSING 402

/** The key file is not one of mmcred's, is damaged, or can be read by others. */
#define MMCRED_KEY_FILE_INVALID 403

/** The vault's file is damaged. */
#define MMCRED_VAULT_DAMAGED 404

/** One entry's seal does not open; the others are not affected. */
#define MMCRED_ENTRY_DAMAGED 405

/** The vault was written by a newer version of mmcred. */
#define MMCRED_VAULT_NEWER 406

/** The vault's file is older than what this process has already seen. */
#define MMCRED_VAULT_ROLLED_BACK 407

/** Another process held the vault's write lock beyond the deadline. */
#define MMCRED_BUSY 408

/** The vault lies on a file system or in a folder that can not be written. */
#define MMCRED_READ_ONLY 409

/** Reading or writing the vault's files failed. */
#define MMCRED_STORAGE_FAILED 410

/** The vault or hand was closed. */
#define MMCRED_CLOSED 411

/** The vault holds no entry of that name. */
#define MMCRED_ENTRY_MISSING 420

/** The vault already holds an entry of that name. */
#define MMCRED_ENTRY_EXISTS 421

/** The URL leaves the credential's server or base path; nothing was sent. */
#define MMCRED_WRONG_ORIGIN 500

/** An optional package that this call needs is not installed. */
#define MMCRED_MISSING_EXTRA 501

/** A bug in mmcred; the call was given up. */
#define MMCRED_INTERNAL 900

/** The caller cancelled the call. */
#define MMCRED_CANCELLED 901

/** The caller's buffer is too small (C only). */
#define MMCRED_BUFFER_TOO_SMALL 902

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/* ---------- Version ---------- */

/**
 * The version of the library that runs, as MMCRED_VERSION_NUMBER gives that of the header: 1002003 for 1.2.3.
 *
 *     if (mmcred_version_number() < MMCRED_VERSION_NUMBER) puts("libmmcred is older than this program");
 */
uint32_t mmcred_version_number(void);

/** The same as text, for example "1.2.3". The library's; do not free it. */
const char *mmcred_version_text(void);

/* ---------- Status ---------- */

/**
 * The name of a status, for example "token_rejected" for MMCRED_TOKEN_REJECTED: the same word in every language of
 * mmcred. "ok" for MMCRED_OK; NULL for a number that this library does not know.
 *
 * The text is the library's; do not free it.
 */
const char *mmcred_status_name(mmcred_status status);

/**
 * Whether the same call may succeed later without anybody changing anything: "later" or "never". NULL for a number
 * that is no error of this library.
 *
 * The text is the library's; do not free it.
 */
const char *mmcred_status_retry(mmcred_status status);

/* ---------- Errors ---------- */

/** The error's number, the same as the status that came with it. MMCRED_OK for NULL. */
mmcred_status mmcred_error_number(const mmcred_error *error);

/** The error's name: mmcred_status_name of its number. "ok" for NULL. The library's; do not free it. */
const char *mmcred_error_name(const mmcred_error *error);

/** What happened and to what, in one sentence. Lives as long as the error. "" for NULL. */
const char *mmcred_error_message(const mmcred_error *error);

/**
 * What to do about it, for whoever reads the message. Lives as long as the error. "" for NULL.
 *
 *     fprintf(stderr, "%s %s\n", mmcred_error_message(error), mmcred_error_hint(error));
 */
const char *mmcred_error_hint(const mmcred_error *error);

/** mmcred_status_retry of its number. "never" for NULL. The library's; do not free it. */
const char *mmcred_error_retry(const mmcred_error *error);

/** How many seconds the server asked to wait before the next try; -1 where it named none, and for NULL. */
double mmcred_error_retry_after_seconds(const mmcred_error *error);

/**
 * The id under which a Mattermost administrator finds the request in the server's log; NULL where there is none.
 * Lives as long as the error.
 */
const char *mmcred_error_request_id(const mmcred_error *error);

/** Gives an error back. NULL does nothing. */
void mmcred_error_free(mmcred_error *error);

/* ---------- Texts ---------- */

/** The text itself: UTF-8 that ends in NUL. Lives as long as `text`. "" for NULL. */
const char *mmcred_text_chars(const mmcred_text *text);

/** How many bytes the text has, without its NUL. 0 for NULL. */
size_t mmcred_text_length(const mmcred_text *text);

/** Gives a text back. NULL does nothing. */
void mmcred_text_free(mmcred_text *text);

/* ---------- Credential options ---------- */

/**
 * Makes options that say nothing: the system's certificate authorities, the proxy of the environment, no plain http.
 *
 * Out: out_options, yours; give it back with mmcred_credential_options_free.
 * Errors: MMCRED_INVALID_ARGUMENT for NULL.
 */
mmcred_status mmcred_credential_options_new(mmcred_credential_options **out_options,
                                            mmcred_error **out_error);

/**
 * Trusts the certificate authorities of a PEM file instead of the system's, as `curl --cacert` does.
 *
 * In: ca_file, a path, kept absolute; NULL goes back to the system's.
 * Errors: MMCRED_INVALID_ARGUMENT. Whether the file is good is seen when it is used.
 */
mmcred_status mmcred_credential_options_set_ca_file(mmcred_credential_options *options,
                                                    const char *ca_file,
                                                    mmcred_error **out_error);

/**
 * Goes through a proxy.
 *
 * In: proxy, "http://host:port" or "https://host:port" without user and password; "direct" for none whatever the
 *     environment says; NULL goes back to HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY.
 * Errors: MMCRED_INVALID_ARGUMENT. A proxy that is none is refused by mmcred_credential_new.
 */
mmcred_status mmcred_credential_options_set_proxy(mmcred_credential_options *options,
                                                  const char *proxy,
                                                  mmcred_error **out_error);

/**
 * Lets the token travel over plain http:// to a machine other than this one. It can be read on the way.
 *
 * In: allow, 0 for no, anything else for yes.
 * Errors: MMCRED_INVALID_ARGUMENT for NULL.
 */
mmcred_status mmcred_credential_options_set_allow_http(mmcred_credential_options *options,
                                                       int allow,
                                                       mmcred_error **out_error);

/**
 * Accepts any certificate of anybody: whoever stands between reads the token. A CA file is nearly always the
 * better answer.
 *
 * In: allow, 0 for no, anything else for yes.
 * Errors: MMCRED_INVALID_ARGUMENT for NULL.
 */
mmcred_status mmcred_credential_options_set_allow_unauthorized_certs(mmcred_credential_options *options,
                                                                     int allow,
                                                                     mmcred_error **out_error);

/**
 * Keeps the id of the token with the credential: with it mmcred_credential_diagnose finds the exact cause of a refusal.
 *
 * In: token_id, which is not secret and never the token itself; NULL for none.
 * Errors: MMCRED_INVALID_ARGUMENT. What is no id is refused by mmcred_credential_new.
 */
mmcred_status mmcred_credential_options_set_token_id(mmcred_credential_options *options,
                                                     const char *token_id,
                                                     mmcred_error **out_error);

/** Keeps the id of the token's owner with the credential. As mmcred_credential_options_set_token_id. */
mmcred_status mmcred_credential_options_set_user_id(mmcred_credential_options *options,
                                                    const char *user_id,
                                                    mmcred_error **out_error);

/** Gives options back. NULL does nothing. Credentials made with them are not affected. */
void mmcred_credential_options_free(mmcred_credential_options *options);

/* ---------- Credentials ---------- */

/**
 * Makes a credential. Asks no server and touches no disk.
 *
 * In: url, what people paste: a host, the address in the browser's bar, a link into a channel;
 *     token, token_length, what people paste: blanks, quotes and a "Bearer " around it come off;
 *     options, or NULL for the defaults.
 * Out: out_credential, yours; give it back with mmcred_credential_free.
 * Errors: MMCRED_INVALID_TOKEN, MMCRED_INVALID_SERVER_URL, MMCRED_WEBHOOK_URL, MMCRED_INSECURE_URL,
 *     MMCRED_INVALID_TLS_SETTINGS, MMCRED_INVALID_PROXY, MMCRED_INVALID_ARGUMENT. No message repeats the token.
 *
 *     mmcred_credential *credential = NULL;
 *     if (mmcred_credential_new("chat.example.com", token, strlen(token), NULL, &credential, &error) != MMCRED_OK)
 *       …
 */
mmcred_status mmcred_credential_new(const char *url,
                                    const char *token,
                                    size_t token_length,
                                    const mmcred_credential_options *options,
                                    mmcred_credential **out_credential,
                                    mmcred_error **out_error);

/**
 * Makes a credential of what n8n's Mattermost node keeps: a JSON object with accessToken, baseUrl and, if wanted,
 * allowUnauthorizedCerts.
 *
 * In: json, json_length, the object; flags, 0 or MMCRED_ALLOW_HTTP.
 * Out: out_credential, yours; give it back with mmcred_credential_free.
 * Errors: MMCRED_INVALID_ARGUMENT naming the field, and those of mmcred_credential_new.
 */
mmcred_status mmcred_credential_from_n8n_fields(const char *json,
                                                size_t json_length,
                                                uint32_t flags,
                                                mmcred_credential **out_credential,
                                                mmcred_error **out_error);

/**
 * Asks the server whether the credential works. Waits for the network, `timeout_seconds` at most in all; nothing else
 * ends the wait.
 *
 * In: timeout_seconds, a positive number of seconds; MMCRED_DEFAULT_TIMEOUT where there is no reason for another.
 * Out: out_verified, whom the token belongs to; yours, give it back with mmcred_verified_free. NULL if the status
 *     is enough.
 * Errors: MMCRED_TOKEN_REJECTED only after two refusals; the other numbers from 200 to 399 name what the server or
 *     the network did and say nothing about the token, unless they speak of it.
 *
 *     status = mmcred_credential_verify(credential, MMCRED_DEFAULT_TIMEOUT, NULL, &error);
 */
mmcred_status mmcred_credential_verify(const mmcred_credential *credential,
                                       double timeout_seconds,
                                       mmcred_verified **out_verified,
                                       mmcred_error **out_error);

/**
 * Copies the value of an Authorization header, "Bearer " and the token: for this credential's server, for no other.
 *
 * In: capacity, how many bytes `buffer` holds; MMCRED_AUTHORIZATION_SIZE is always enough.
 * Out: buffer, the value and a NUL; out_needed, how many bytes that takes, also when they were too many; may be NULL.
 * Errors: MMCRED_BUFFER_TOO_SMALL, and then the buffer is as it was.
 *
 * The copy is the caller's: mmcred_buffer_wipe it when the request is sent.
 *
 *     char value[MMCRED_AUTHORIZATION_SIZE];
 *     status = mmcred_credential_authorization(credential, value, sizeof value, NULL, &error);
 */
mmcred_status mmcred_credential_authorization(const mmcred_credential *credential,
                                              char *buffer,
                                              size_t capacity,
                                              size_t *out_needed,
                                              mmcred_error **out_error);

/** Copies the token itself. As mmcred_credential_authorization; MMCRED_TOKEN_SIZE is always enough. */
mmcred_status mmcred_credential_expose_token(const mmcred_credential *credential,
                                             char *buffer,
                                             size_t capacity,
                                             size_t *out_needed,
                                             mmcred_error **out_error);

/** The server's base URL in its one canonical form. Lives as long as the credential. NULL for NULL. */
const char *mmcred_credential_server_url(const mmcred_credential *credential);

/**
 * Eight hexadecimal digits that tell one token from another and may be printed. Lives as long as the credential.
 * NULL for NULL.
 */
const char *mmcred_credential_fingerprint(const mmcred_credential *credential);

/**
 * All that may be printed of a credential, as a JSON object: server_url, fingerprint, remark, kind, user_id,
 * username, token_id, expires_at (Unix milliseconds), ca_file, proxy, allow_http, allow_unauthorized_certs. What is
 * not known is null.
 *
 * Out: out_json, yours; give it back with mmcred_text_free.
 * Errors: MMCRED_INVALID_ARGUMENT for NULL.
 */
mmcred_status mmcred_credential_fields(const mmcred_credential *credential,
                                       mmcred_text **out_json,
                                       mmcred_error **out_error);

/** Gives a credential back and wipes its token. NULL does nothing. */
void mmcred_credential_free(mmcred_credential *credential);

/* ---------- What a server said ---------- */

/** The owner's id. NULL for NULL. */
const char *mmcred_verified_user_id(const mmcred_verified *verified);

/** The owner's name. NULL for NULL. */
const char *mmcred_verified_username(const mmcred_verified *verified);

/** How many system roles the owner has. 0 for NULL. */
size_t mmcred_verified_role_count(const mmcred_verified *verified);

/**
 * One of the owner's system roles, for example "system_user"; NULL from mmcred_verified_role_count on, and for NULL.
 *
 *     for (size_t i = 0; i < mmcred_verified_role_count(verified); i++) puts(mmcred_verified_role(verified, i));
 */
const char *mmcred_verified_role(const mmcred_verified *verified,
                                 size_t index);

/** Whether the owner is a bot. false for NULL. */
bool mmcred_verified_is_bot(const mmcred_verified *verified);

/** The server's version, for example "11.10.0"; NULL where it sent none (proxies drop the header), and for NULL. */
const char *mmcred_verified_server_version(const mmcred_verified *verified);

/** Gives it back. NULL does nothing. */
void mmcred_verified_free(mmcred_verified *verified);

/* ---------- Vaults ---------- */

/**
 * Opens a vault, which is a folder.
 *
 * In: path, NULL for $MMCRED_VAULT, else $XDG_DATA_HOME/mmcred, else ~/.local/share/mmcred;
 *     key_file, NULL for $MMCRED_KEY_FILE, else $XDG_CONFIG_HOME/mmcred/key, else ~/.config/mmcred/key;
 *     flags, 0 or MMCRED_CREATE.
 * Out: out_vault, yours; give it back with mmcred_vault_free.
 * Errors: MMCRED_VAULT_MISSING unless MMCRED_CREATE; MMCRED_KEY_FILE_MISSING, MMCRED_KEY_FILE_INVALID,
 *     MMCRED_WRONG_KEY; MMCRED_VAULT_NEWER, MMCRED_VAULT_DAMAGED; MMCRED_READ_ONLY, MMCRED_STORAGE_FAILED,
 *     MMCRED_BUSY; MMCRED_INVALID_ARGUMENT.
 *
 *     mmcred_vault *vault = NULL;
 *     if (mmcred_vault_open(NULL, NULL, 0, &vault, &error) != MMCRED_OK)
 *       …
 */
mmcred_status mmcred_vault_open(const char *path,
                                const char *key_file,
                                uint32_t flags,
                                mmcred_vault **out_vault,
                                mmcred_error **out_error);

/**
 * Stores a credential under a name. When it returns, the entry lasts.
 *
 * In: name, 1 to 128 bytes without control characters and without a leading '-'; flags, 0 or MMCRED_REPLACE.
 * Out: out_version, the entry's version, which rises with each change. May be NULL.
 * Errors: MMCRED_INVALID_NAME; MMCRED_ENTRY_EXISTS unless MMCRED_REPLACE; MMCRED_BUSY when others wrote for five
 *     seconds; MMCRED_READ_ONLY, MMCRED_STORAGE_FAILED, MMCRED_VAULT_DAMAGED, MMCRED_VAULT_ROLLED_BACK;
 *     MMCRED_CLOSED; MMCRED_INVALID_ARGUMENT.
 *
 *     status = mmcred_vault_put(vault, "prod", credential, 0, NULL, &error);
 */
mmcred_status mmcred_vault_put(const mmcred_vault *vault,
                               const char *name,
                               const mmcred_credential *credential,
                               uint32_t flags,
                               uint64_t *out_version,
                               mmcred_error **out_error);

/**
 * Reads the credential of that name.
 *
 * Out: out_credential, yours; give it back with mmcred_credential_free. out_version, the entry's version; may be NULL.
 * Errors: MMCRED_ENTRY_MISSING, MMCRED_ENTRY_DAMAGED; MMCRED_INVALID_NAME; MMCRED_STORAGE_FAILED,
 *     MMCRED_VAULT_DAMAGED; MMCRED_CLOSED; MMCRED_INVALID_ARGUMENT.
 */
mmcred_status mmcred_vault_get(const mmcred_vault *vault,
                               const char *name,
                               mmcred_credential **out_credential,
                               uint64_t *out_version,
                               mmcred_error **out_error);

/**
 * Lists all entries, sorted by name, without opening a secret: a JSON object of
 *     entries, a list of objects with name, server, fingerprint, version, created_at, updated_at, allow_http,
 *     allow_unauthorized_certs, ca_file, proxy, kind, user_id, username, token_id, expires_at (times in Unix
 *     milliseconds, null for what is not known);
 *     damaged, a list of objects with row, one for each row that can not be named;
 *     intact, whether the rows found are the very ones that the vault's own sealed count and set name.
 *
 * Out: out_json, yours; give it back with mmcred_text_free.
 * Errors: MMCRED_VAULT_ROLLED_BACK, MMCRED_VAULT_DAMAGED, MMCRED_STORAGE_FAILED, MMCRED_CLOSED,
 *     MMCRED_INVALID_ARGUMENT.
 */
mmcred_status mmcred_vault_list(const mmcred_vault *vault,
                                mmcred_text **out_json,
                                mmcred_error **out_error);

/**
 * Takes the entry of that name away.
 *
 * Errors: MMCRED_ENTRY_MISSING, and those of mmcred_vault_put.
 */
mmcred_status mmcred_vault_remove(const mmcred_vault *vault,
                                  const char *name,
                                  mmcred_error **out_error);

/**
 * Gives an entry another name. Nothing else of it changes but its version.
 *
 * Errors: MMCRED_ENTRY_MISSING for `from`, MMCRED_ENTRY_EXISTS for `to`, MMCRED_ENTRY_DAMAGED, and those of
 *     mmcred_vault_put.
 */
mmcred_status mmcred_vault_rename(const mmcred_vault *vault,
                                  const char *from,
                                  const char *to,
                                  mmcred_error **out_error);

/**
 * Asks its server whether the entry of that name works. As mmcred_credential_verify, with the errors of
 * mmcred_vault_get besides.
 *
 *     if (mmcred_vault_verify(vault, "prod", MMCRED_DEFAULT_TIMEOUT, NULL, &error) == MMCRED_TOKEN_REJECTED)
 *       …
 */
mmcred_status mmcred_vault_verify(const mmcred_vault *vault,
                                  const char *name,
                                  double timeout_seconds,
                                  mmcred_verified **out_verified,
                                  mmcred_error **out_error);

/** The vault's folder. Lives as long as the handle. NULL for NULL. */
const char *mmcred_vault_path(const mmcred_vault *vault);

/** The file whose key opens the vault; NULL if none does. Lives as long as the handle. NULL for NULL. */
const char *mmcred_vault_key_file(const mmcred_vault *vault);

/**
 * Leaves the vault's file complete in itself and lets go of it. Afterwards every verb on it, through its hands too,
 * fails with MMCRED_CLOSED. Closing again does nothing. The handle still has to be freed.
 *
 * Errors: MMCRED_STORAGE_FAILED or MMCRED_BUSY if the file could not be completed; it is closed nevertheless and
 *     nothing is lost.
 */
mmcred_status mmcred_vault_close(const mmcred_vault *vault,
                                 mmcred_error **out_error);

/** Gives a vault back. NULL does nothing. Its hands go on, and it is closed when the last of them is freed too. */
void mmcred_vault_free(mmcred_vault *vault);

/* ---------- Why it does not work ---------- */

/**
 * Finds out why a credential does not work, or what will soon go wrong. Waits for the network, `timeout_seconds` at
 * most in all; changes nothing on the server. Gives a JSON object of
 *     server, the base URL that was asked;
 *     works, a boolean; null where a network, a limit or a failing server kept it from being told;
 *     verified, what the server said of the owner: an object with user_id, username, roles (a list), is_bot,
 *     server_version (null where it sent none); null where the token was not accepted;
 *     steps, the way that was gone: a list of objects with name, mark ("passed", "warned", "undecided", "failed" or
 *     "skipped") and says (a few words, maybe none);
 *     findings, the worst first: a list of objects with code and number (the same in every language), severity
 *     ("note", "warning", "undecided" or "error"), certainty ("exact" or "likely"), evidence (a list of sentences),
 *     cause, fix (what the user can do), admin_fix (what an administrator can do, or null), call (a command, or null).
 *
 * In: admin, a system administrator's credential for the same server, which tells a refused token's exact cause, or
 *     NULL; timeout_seconds, a positive number of seconds, MMCRED_DIAGNOSE_TIMEOUT where there is no reason for another.
 * Out: out_json, yours; give it back with mmcred_text_free.
 * Errors: MMCRED_INVALID_ARGUMENT. What a server or a network does is a finding.
 *
 *     mmcred_text *report = NULL;
 *     if (mmcred_credential_diagnose(credential, NULL, MMCRED_DIAGNOSE_TIMEOUT, &report, &error) == MMCRED_OK)
 *       puts(mmcred_text_chars(report));
 *     mmcred_text_free(report);
 */
mmcred_status mmcred_credential_diagnose(const mmcred_credential *credential,
                                         const mmcred_credential *admin,
                                         double timeout_seconds,
                                         mmcred_text **out_json,
                                         mmcred_error **out_error);

/**
 * Tests a credential for somebody who pressed a button, in the shape of n8n's own test: a JSON object of status ("OK" or
 * "Error") and message, one line to show. Waits for the network, `timeout_seconds` at most in all.
 *
 * In: timeout_seconds, a positive number of seconds, for example MMCRED_DEFAULT_TIMEOUT.
 * Out: out_json, yours; give it back with mmcred_text_free.
 * Errors: MMCRED_INVALID_ARGUMENT. What a server or a network does is a result.
 *
 *     status = mmcred_credential_test(credential, MMCRED_DEFAULT_TIMEOUT, &result, &error);
 */
mmcred_status mmcred_credential_test(const mmcred_credential *credential,
                                     double timeout_seconds,
                                     mmcred_text **out_json,
                                     mmcred_error **out_error);

/**
 * Finds out why the entry of that name does not work. As mmcred_credential_diagnose, with the errors of
 * mmcred_vault_get besides, for both names.
 *
 * In: admin_name, the name of the entry of a system administrator of the same server, or NULL.
 *
 *     status = mmcred_vault_diagnose(vault, "prod", "admin", MMCRED_DIAGNOSE_TIMEOUT, &report, &error);
 */
mmcred_status mmcred_vault_diagnose(const mmcred_vault *vault,
                                    const char *name,
                                    const char *admin_name,
                                    double timeout_seconds,
                                    mmcred_text **out_json,
                                    mmcred_error **out_error);

/* ---------- Checking many ---------- */

/**
 * Begins to ask the servers whether the entries of a vault work, many at the same time, by the rules of
 * mmcred_vault_verify. What a server's limiter says is obeyed; a 429, a 5xx or a network failure is asked again a few
 * times, and never is a verdict on a token.
 *
 * In: names, the entries, or NULL for all; name_count, how many;
 *     in_flight, how many requests may be under way at one server, 1 to 512; 0 for the usual 64;
 *     timeout_seconds, for each request; MMCRED_DEFAULT_TIMEOUT where there is no reason for another.
 * Out: out_run, yours; give it back with mmcred_verify_all_free. The vault may be freed while it goes on.
 * Errors: those of mmcred_vault_list; MMCRED_INVALID_ARGUMENT.
 */
mmcred_status mmcred_verify_all_new(const mmcred_vault *vault,
                                    const char *const *names,
                                    size_t name_count,
                                    uint32_t in_flight,
                                    double timeout_seconds,
                                    mmcred_verify_all **out_run,
                                    mmcred_error **out_error);

/**
 * Waits for the next result: a JSON object of
 *     name, null for a row that is too damaged to tell it; server, null for an entry that can not be read; ok;
 *     where ok is true: user_id, username, roles, is_bot, server_version;
 *     where it is false: error, an object of code, number, message, hint, retry, retry_after, request_id.
 *
 * Out: out_json, yours; give it back with mmcred_text_free. NULL when there are no more results.
 * Errors: MMCRED_CLOSED in a process that was forked since; MMCRED_INVALID_ARGUMENT.
 *
 *     while (mmcred_verify_all_next(run, &json, &error) == MMCRED_OK && json != NULL)
 *       …
 */
mmcred_status mmcred_verify_all_next(mmcred_verify_all *run,
                                     mmcred_text **out_json,
                                     mmcred_error **out_error);

/** Ends a run, also in its middle: its requests are dropped. NULL does nothing. */
void mmcred_verify_all_free(mmcred_verify_all *run);

/* ---------- Hands ---------- */

/**
 * Makes a hand for an entry.
 *
 * In: vault, NULL for the process's default vault; it may be freed while the hand goes on. name, the entry's.
 * Out: out_hand, yours; give it back with mmcred_hand_free.
 * Errors: those of mmcred_vault_get, and for the default vault of mmcred_vault_open.
 *
 *     mmcred_hand *hand = NULL;
 *     if (mmcred_hand_new(NULL, "prod", &hand, &error) != MMCRED_OK)
 *       …
 */
mmcred_status mmcred_hand_new(const mmcred_vault *vault,
                              const char *name,
                              mmcred_hand **out_hand,
                              mmcred_error **out_error);

/**
 * Makes a request ready.
 *
 * In: target, "users/me" for <base>/api/v4/users/me, "/x" for <base>/x, or an absolute URL on the same origin and
 *     below the base path;
 *     capacity, how many bytes `header` holds; MMCRED_AUTHORIZATION_SIZE is always enough.
 * Out: header, the line "Authorization: Bearer …" and a NUL; out_needed, how many bytes that takes, also when they
 *     were too many, may be NULL;
 *     out_url, where to send the request, and nowhere else: yours, give it back with mmcred_text_free;
 *     out_version, the version of the entry that was read, for mmcred_hand_after_401; may be NULL.
 * Errors: MMCRED_WRONG_ORIGIN for a target elsewhere, and when the entry was given another server: send nothing.
 *     MMCRED_ENTRY_MISSING when it is gone. MMCRED_BUFFER_TOO_SMALL. Those of mmcred_vault_get.
 *
 * The header is the caller's: mmcred_buffer_wipe it when the request is sent.
 *
 *     char header[MMCRED_AUTHORIZATION_SIZE];
 *     status = mmcred_hand_prepare(hand, "users/me", header, sizeof header, NULL, &url, &version, &error);
 */
mmcred_status mmcred_hand_prepare(const mmcred_hand *hand,
                                  const char *target,
                                  char *header,
                                  size_t capacity,
                                  size_t *out_needed,
                                  mmcred_text **out_url,
                                  uint64_t *out_version,
                                  mmcred_error **out_error);

/**
 * Where a redirect leads, if it stays with the server. Prepare a new request to there.
 *
 * In: from, the URL that answered with the redirect; location, its Location header as it came.
 * Out: out_url, yours; give it back with mmcred_text_free.
 * Errors: MMCRED_WRONG_ORIGIN for any other place: send nothing there. MMCRED_INVALID_ARGUMENT.
 */
mmcred_status mmcred_hand_follow(const mmcred_hand *hand,
                                 const char *from,
                                 const char *location,
                                 mmcred_text **out_url,
                                 mmcred_error **out_error);

/**
 * Whether a request that was refused with 401 shall be prepared and sent once more: the entry was replaced since it
 * was read. Only for a request whose body can be sent again, and only once.
 *
 * In: version, as mmcred_hand_prepare gave it.
 * Out: out_again, true for yes.
 * Errors: those of mmcred_vault_get, but an entry that is gone is none: the refusal stands.
 */
mmcred_status mmcred_hand_after_401(const mmcred_hand *hand,
                                    uint64_t version,
                                    bool *out_again,
                                    mmcred_error **out_error);

/** The server's base URL. Lives as long as the hand. NULL for NULL. */
const char *mmcred_hand_server_url(const mmcred_hand *hand);

/**
 * The PEM file whose authorities alone are to be trusted (CURLOPT_CAINFO); NULL where there is none and the system's
 * count. Lives as long as the hand. NULL for NULL.
 */
const char *mmcred_hand_ca_file(const mmcred_hand *hand);

/** Whether any certificate is to be accepted, because the entry says so on purpose. false for NULL. */
bool mmcred_hand_allow_unauthorized_certs(const mmcred_hand *hand);

/**
 * The certificates to trust as PEM, the same ones that verify trusts: for clients that have no store of their own
 * (CURLOPT_CAINFO_BLOB).
 *
 * Out: out_pem, yours; give it back with mmcred_text_free. Empty where any certificate is to be accepted.
 * Errors: MMCRED_INVALID_TLS_SETTINGS for a CA file that is missing or holds no certificate; MMCRED_INVALID_ARGUMENT.
 */
mmcred_status mmcred_hand_trusted_roots(const mmcred_hand *hand,
                                        mmcred_text **out_pem,
                                        mmcred_error **out_error);

/**
 * The proxy to go through, without user and password (CURLOPT_PROXY; the environment is looked at already, so set
 * CURLOPT_NOPROXY to "").
 *
 * Out: out_url, yours; give it back with mmcred_text_free. Empty where none is to be used.
 * Errors: MMCRED_INVALID_PROXY, MMCRED_INVALID_ARGUMENT.
 */
mmcred_status mmcred_hand_proxy(const mmcred_hand *hand,
                                mmcred_text **out_url,
                                mmcred_error **out_error);

/**
 * Copies the proxy's "user:password" (CURLOPT_PROXYUSERPWD), where HTTPS_PROXY and its like hold them; an empty text
 * where there are none. A secret: as mmcred_credential_authorization.
 *
 * Errors: MMCRED_BUFFER_TOO_SMALL, MMCRED_INVALID_PROXY, MMCRED_INVALID_ARGUMENT.
 */
mmcred_status mmcred_hand_proxy_credentials(const mmcred_hand *hand,
                                            char *buffer,
                                            size_t capacity,
                                            size_t *out_needed,
                                            mmcred_error **out_error);

/** Gives a hand back. NULL does nothing. */
void mmcred_hand_free(mmcred_hand *hand);

/* ---------- In one line ---------- */

/**
 * Copies the header line "Authorization: Bearer …" for a request to `url`, from the entry `name` of the process's
 * default vault: only if `url` is on that entry's server and below its base path. The short way; a hand also knows
 * redirects, a new token, certificates and proxy.
 *
 * In: url, absolute, as it will be requested; capacity, how many bytes `buffer` holds; MMCRED_AUTHORIZATION_SIZE is
 *     always enough.
 * Out: buffer, the line and a NUL; out_needed, how many bytes that takes, also when they were too many. May be NULL.
 * Errors: MMCRED_WRONG_ORIGIN for any other URL, MMCRED_BUFFER_TOO_SMALL: the buffer is as it was, send nothing. Those
 *     of mmcred_vault_open and mmcred_vault_get.
 * Threads: any.
 *
 *     char header[MMCRED_AUTHORIZATION_SIZE];
 *     if (mmcred_authorization("prod", url, header, sizeof header, NULL, NULL) == MMCRED_OK)
 *       headers = curl_slist_append(headers, header);
 */
mmcred_status mmcred_authorization(const char *name,
                                   const char *url,
                                   char *buffer,
                                   size_t capacity,
                                   size_t *out_needed,
                                   mmcred_error **out_error);

/* ---------- Wiping ---------- */

/** Overwrites memory that held a secret, in a way that the compiler does not leave out. NULL or 0 does nothing. */
void mmcred_buffer_wipe(char *buffer,
                        size_t capacity);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MMCRED_H */
