/* What is no argument is refused by name, and nothing is written: NULL everywhere, wrong numbers, foreign text, small
 * buffers. */
#include "harness.h"

#include <math.h>

/* A call that must fail with that status, and whose message must name the argument. */
#define REFUSED(argument, ...)                                                        \
    do {                                                                              \
        mmcred_error *error = NULL;                                                   \
        mmcred_error **e = &error;                                                    \
        CHECK((__VA_ARGS__) == MMCRED_INVALID_ARGUMENT);                              \
        CHECK(strstr(mmcred_error_message(error), "argument " argument " ") != NULL); \
        mmcred_error_free(error);                                                     \
    } while (0)

static char *const UNTOUCHED = (char *)&checks;
/* A pointer that no call may have replaced. */
#define START(type) ((type *)(void *)UNTOUCHED)
#define IS_UNTOUCHED(pointer) ((void *)(pointer) == (void *)UNTOUCHED)

static void null_credential(const mmcred_credential *credential) {
    mmcred_credential *out = START(mmcred_credential);
    mmcred_text *text = START(mmcred_text);
    mmcred_verified *verified = START(mmcred_verified);
    char buffer[64] = "as it was";
    size_t needed = 77;
    REFUSED("url", mmcred_credential_new(NULL, TOKEN, 26, NULL, &out, e));
    REFUSED("token", mmcred_credential_new("chat.example.com", NULL, 26, NULL, &out, e));
    REFUSED("out_credential", mmcred_credential_new("chat.example.com", TOKEN, 26, NULL, NULL, e));
    REFUSED("token", mmcred_credential_new("chat.example.com", TOKEN, SIZE_MAX, NULL, &out, e));
    REFUSED("url", mmcred_credential_new("chat\xff.example.com", TOKEN, 26, NULL, &out, e));
    REFUSED("json", mmcred_credential_from_n8n_fields(NULL, 2, 0, &out, e));
    REFUSED("json", mmcred_credential_from_n8n_fields("\xff", 1, 0, &out, e));
    REFUSED("flags", mmcred_credential_from_n8n_fields("{}", 2, MMCRED_CREATE, &out, e));
    REFUSED("out_credential", mmcred_credential_from_n8n_fields("{}", 2, 0, NULL, e));
    REFUSED("credential", mmcred_credential_verify(NULL, 1.0, &verified, e));
    REFUSED("timeout_seconds", mmcred_credential_verify(credential, 0.0, &verified, e));
    REFUSED("timeout_seconds", mmcred_credential_verify(credential, -1.0, &verified, e));
    REFUSED("timeout_seconds", mmcred_credential_verify(credential, NAN, &verified, e));
    REFUSED("timeout_seconds", mmcred_credential_verify(credential, INFINITY, &verified, e));
    REFUSED("credential", mmcred_credential_authorization(NULL, buffer, sizeof buffer, &needed, e));
    REFUSED("buffer", mmcred_credential_authorization(credential, NULL, 64, &needed, e));
    REFUSED("capacity", mmcred_credential_authorization(credential, buffer, SIZE_MAX, &needed, e));
    REFUSED("credential", mmcred_credential_expose_token(NULL, buffer, sizeof buffer, &needed, e));
    REFUSED("credential", mmcred_credential_fields(NULL, &text, e));
    REFUSED("out_json", mmcred_credential_fields(credential, NULL, e));
    CHECK(IS_UNTOUCHED(out) && IS_UNTOUCHED(text) && IS_UNTOUCHED(verified));
    CHECK(strcmp(buffer, "as it was") == 0 && needed == 77);
    CHECK(mmcred_credential_fingerprint(NULL) == NULL && mmcred_credential_server_url(NULL) == NULL);
}

static void null_options(void) {
    mmcred_credential_options *options = NULL;
    mmcred_credential *credential = START(mmcred_credential);
    REFUSED("out_options", mmcred_credential_options_new(NULL, e));
    REFUSED("options", mmcred_credential_options_set_ca_file(NULL, "x.pem", e));
    REFUSED("options", mmcred_credential_options_set_proxy(NULL, "direct", e));
    REFUSED("options", mmcred_credential_options_set_allow_http(NULL, 1, e));
    REFUSED("options", mmcred_credential_options_set_allow_unauthorized_certs(NULL, 1, e));
    CHECK(mmcred_credential_options_new(&options, NULL) == MMCRED_OK);
    REFUSED("ca_file", mmcred_credential_options_set_ca_file(options, "\xff", e));
    REFUSED("proxy", mmcred_credential_options_set_proxy(options, "\xff", e));
    REFUSED("options", mmcred_credential_options_set_token_id(NULL, "x", e));
    REFUSED("options", mmcred_credential_options_set_user_id(NULL, "x", e));
    REFUSED("token_id", mmcred_credential_options_set_token_id(options, "\xff", e));
    REFUSED("user_id", mmcred_credential_options_set_user_id(options, "\xff", e));
    /* Ids are printed: the token is none. */
    CHECK(mmcred_credential_options_set_token_id(options, TOKEN, NULL) == MMCRED_OK);
    REFUSED("token_id", mmcred_credential_new("chat.example.com", TOKEN, 26, options, &credential, e));
    CHECK(mmcred_credential_options_set_token_id(options, NULL, NULL) == MMCRED_OK);
    CHECK(mmcred_credential_options_set_user_id(options, "alice", NULL) == MMCRED_OK);
    REFUSED("user_id", mmcred_credential_new("chat.example.com", TOKEN, 26, options, &credential, e));
    CHECK(IS_UNTOUCHED(credential));
    mmcred_credential_options_free(options);
}

static void null_vault(const mmcred_vault *vault, const mmcred_credential *credential) {
    mmcred_vault *out = START(mmcred_vault);
    mmcred_credential *got = START(mmcred_credential);
    mmcred_text *text = START(mmcred_text);
    uint64_t version = 77;
    REFUSED("out_vault", mmcred_vault_open(NULL, NULL, 0, NULL, e));
    REFUSED("flags", mmcred_vault_open(NULL, NULL, 0x80000000u, &out, e));
    REFUSED("flags", mmcred_vault_open(NULL, NULL, MMCRED_REPLACE, &out, e));
    REFUSED("path", mmcred_vault_open("\xff", NULL, 0, &out, e));
    REFUSED("key_file", mmcred_vault_open("x", "\xff", 0, &out, e));
    REFUSED("vault", mmcred_vault_put(NULL, "prod", credential, 0, &version, e));
    REFUSED("name", mmcred_vault_put(vault, NULL, credential, 0, &version, e));
    REFUSED("name", mmcred_vault_put(vault, "\xff", credential, 0, &version, e));
    REFUSED("credential", mmcred_vault_put(vault, "prod", NULL, 0, &version, e));
    REFUSED("flags", mmcred_vault_put(vault, "prod", credential, 1, &version, e));
    REFUSED("vault", mmcred_vault_get(NULL, "prod", &got, &version, e));
    REFUSED("name", mmcred_vault_get(vault, NULL, &got, &version, e));
    REFUSED("out_credential", mmcred_vault_get(vault, "prod", NULL, &version, e));
    REFUSED("vault", mmcred_vault_list(NULL, &text, e));
    REFUSED("out_json", mmcred_vault_list(vault, NULL, e));
    REFUSED("vault", mmcred_vault_remove(NULL, "prod", e));
    REFUSED("name", mmcred_vault_remove(vault, NULL, e));
    REFUSED("vault", mmcred_vault_rename(NULL, "a", "b", e));
    REFUSED("from", mmcred_vault_rename(vault, NULL, "b", e));
    REFUSED("to", mmcred_vault_rename(vault, "a", NULL, e));
    REFUSED("vault", mmcred_vault_verify(NULL, "prod", 1.0, NULL, e));
    REFUSED("name", mmcred_vault_verify(vault, NULL, 1.0, NULL, e));
    REFUSED("timeout_seconds", mmcred_vault_verify(vault, "prod", -0.5, NULL, e));
    REFUSED("vault", mmcred_vault_close(NULL, e));
    CHECK(IS_UNTOUCHED(out) && IS_UNTOUCHED(got) && IS_UNTOUCHED(text) && version == 77);
    CHECK(mmcred_vault_path(NULL) == NULL && mmcred_vault_key_file(NULL) == NULL);
    /* Nothing of all that reached the vault. */
    CHECK(mmcred_vault_get(vault, "prod", &got, NULL, NULL) == MMCRED_ENTRY_MISSING);
}

static void null_verify_all(const mmcred_vault *vault) {
    mmcred_verify_all *run = START(mmcred_verify_all);
    mmcred_text *json = START(mmcred_text);
    const char *const names[] = {"prod", NULL};
    REFUSED("vault", mmcred_verify_all_new(NULL, NULL, 0, 0, 1.0, &run, e));
    REFUSED("out_run", mmcred_verify_all_new(vault, NULL, 0, 0, 1.0, NULL, e));
    REFUSED("names", mmcred_verify_all_new(vault, NULL, 1, 0, 1.0, &run, e));
    REFUSED("names", mmcred_verify_all_new(vault, names, 2, 0, 1.0, &run, e));
    REFUSED("in_flight", mmcred_verify_all_new(vault, names, 1, 513, 1.0, &run, e));
    REFUSED("timeout_seconds", mmcred_verify_all_new(vault, names, 1, 0, 0.0, &run, e));
    CHECK(IS_UNTOUCHED(run));
    CHECK(mmcred_verify_all_new(vault, names, 0, 512, 1.0, &run, NULL) == MMCRED_OK);
    REFUSED("run", mmcred_verify_all_next(NULL, &json, e));
    REFUSED("out_json", mmcred_verify_all_next(run, NULL, e));
    CHECK(IS_UNTOUCHED(json));
    CHECK(mmcred_verify_all_next(run, &json, NULL) == MMCRED_OK && json == NULL);
    CHECK(mmcred_verify_all_next(run, &json, NULL) == MMCRED_OK && json == NULL);
    mmcred_verify_all_free(run);
}

static void null_diagnosis(const mmcred_vault *vault, const mmcred_credential *credential) {
    mmcred_text *text = START(mmcred_text);
    REFUSED("credential", mmcred_credential_diagnose(NULL, NULL, 1.0, &text, e));
    REFUSED("out_json", mmcred_credential_diagnose(credential, NULL, 1.0, NULL, e));
    REFUSED("timeout_seconds", mmcred_credential_diagnose(credential, NULL, 0.0, &text, e));
    REFUSED("credential", mmcred_credential_test(NULL, 1.0, &text, e));
    REFUSED("out_json", mmcred_credential_test(credential, 1.0, NULL, e));
    REFUSED("timeout_seconds", mmcred_credential_test(credential, NAN, &text, e));
    REFUSED("vault", mmcred_vault_diagnose(NULL, "prod", NULL, 1.0, &text, e));
    REFUSED("name", mmcred_vault_diagnose(vault, NULL, NULL, 1.0, &text, e));
    REFUSED("admin_name", mmcred_vault_diagnose(vault, "prod", "\xff", 1.0, &text, e));
    REFUSED("out_json", mmcred_vault_diagnose(vault, "prod", NULL, 1.0, NULL, e));
    REFUSED("timeout_seconds", mmcred_vault_diagnose(vault, "prod", NULL, -1.0, &text, e));
    CHECK(IS_UNTOUCHED(text));
}

static void null_hand(const mmcred_vault *vault, const mmcred_credential *credential) {
    mmcred_hand *hand = START(mmcred_hand);
    mmcred_text *text = START(mmcred_text);
    char header[MMCRED_AUTHORIZATION_SIZE] = "as it was";
    uint64_t version = 77;
    bool again = true;
    REFUSED("name", mmcred_hand_new(vault, NULL, &hand, e));
    REFUSED("out_hand", mmcred_hand_new(vault, "prod", NULL, e));
    CHECK(IS_UNTOUCHED(hand));
    CHECK(mmcred_vault_put(vault, "null_hand", credential, 0, NULL, NULL) == MMCRED_OK);
    CHECK(mmcred_hand_new(vault, "null_hand", &hand, NULL) == MMCRED_OK);
    REFUSED("hand", mmcred_hand_prepare(NULL, "x", header, sizeof header, NULL, &text, &version, e));
    REFUSED("target", mmcred_hand_prepare(hand, NULL, header, sizeof header, NULL, &text, &version, e));
    REFUSED("buffer", mmcred_hand_prepare(hand, "x", NULL, sizeof header, NULL, &text, &version, e));
    REFUSED("out_url", mmcred_hand_prepare(hand, "x", header, sizeof header, NULL, NULL, &version, e));
    REFUSED("hand", mmcred_hand_follow(NULL, "https://chat.example.com/", "/x", &text, e));
    REFUSED("from", mmcred_hand_follow(hand, NULL, "/x", &text, e));
    REFUSED("location", mmcred_hand_follow(hand, "https://chat.example.com/", NULL, &text, e));
    REFUSED("out_url", mmcred_hand_follow(hand, "https://chat.example.com/", "/x", NULL, e));
    REFUSED("hand", mmcred_hand_after_401(NULL, 1, &again, e));
    REFUSED("out_again", mmcred_hand_after_401(hand, 1, NULL, e));
    REFUSED("hand", mmcred_hand_trusted_roots(NULL, &text, e));
    REFUSED("out_pem", mmcred_hand_trusted_roots(hand, NULL, e));
    REFUSED("hand", mmcred_hand_proxy(NULL, &text, e));
    REFUSED("out_url", mmcred_hand_proxy(hand, NULL, e));
    REFUSED("hand", mmcred_hand_proxy_credentials(NULL, header, sizeof header, NULL, e));
    CHECK(IS_UNTOUCHED(text) && version == 77 && again && strcmp(header, "as it was") == 0);
    CHECK(mmcred_hand_server_url(NULL) == NULL && mmcred_hand_ca_file(NULL) == NULL);
    CHECK(!mmcred_hand_allow_unauthorized_certs(NULL));
    REFUSED("name", mmcred_authorization(NULL, "https://chat.example.com/", header, sizeof header, NULL, e));
    REFUSED("url", mmcred_authorization("prod", NULL, header, sizeof header, NULL, e));
    mmcred_hand_free(hand);
}

static void null_accessors(void) {
    CHECK(mmcred_error_number(NULL) == MMCRED_OK);
    CHECK(strcmp(mmcred_error_name(NULL), "ok") == 0);
    CHECK(strcmp(mmcred_error_message(NULL), "") == 0 && strcmp(mmcred_error_hint(NULL), "") == 0);
    CHECK(strcmp(mmcred_error_retry(NULL), "never") == 0);
    CHECK(mmcred_error_retry_after_seconds(NULL) < 0 && mmcred_error_request_id(NULL) == NULL);
    CHECK(strcmp(mmcred_text_chars(NULL), "") == 0 && mmcred_text_length(NULL) == 0);
    CHECK(mmcred_verified_user_id(NULL) == NULL && mmcred_verified_username(NULL) == NULL);
    CHECK(mmcred_verified_role_count(NULL) == 0 && mmcred_verified_role(NULL, 0) == NULL);
    CHECK(!mmcred_verified_is_bot(NULL) && mmcred_verified_server_version(NULL) == NULL);
    mmcred_error_free(NULL);
    mmcred_text_free(NULL);
    mmcred_credential_options_free(NULL);
    mmcred_credential_free(NULL);
    mmcred_verified_free(NULL);
    mmcred_vault_free(NULL);
    mmcred_verify_all_free(NULL);
    mmcred_hand_free(NULL);
    mmcred_buffer_wipe(NULL, 0);
    mmcred_buffer_wipe(NULL, 8);
    CHECK(1 && "freeing NULL does nothing");
}

static void statuses(void) {
    CHECK(strcmp(mmcred_status_name(MMCRED_OK), "ok") == 0);
    CHECK(strcmp(mmcred_status_name(MMCRED_TOKEN_REJECTED), "token_rejected") == 0);
    CHECK(strcmp(mmcred_status_retry(MMCRED_RATE_LIMITED), "later") == 0);
    CHECK(mmcred_status_name(1) == NULL && mmcred_status_name(UINT32_MAX) == NULL);
    CHECK(mmcred_status_retry(MMCRED_OK) == NULL);
    CHECK(mmcred_version_number() == MMCRED_VERSION_NUMBER);
    CHECK(strcmp(mmcred_version_text(), MMCRED_VERSION_TEXT) == 0);
}

/* A buffer is filled whole or not at all, and never beyond its end. */
static void small_buffers(const mmcred_credential *credential) {
    const size_t value = sizeof "Bearer " TOKEN;
    for (size_t capacity = 0; capacity < value; capacity++) {
        char buffer[64];
        size_t needed = 0;
        memset(buffer, '#', sizeof buffer);
        mmcred_status status = mmcred_credential_authorization(credential, buffer, capacity, &needed, NULL);
        int untouched = 1;
        for (size_t i = 0; i < sizeof buffer; i++) untouched &= buffer[i] == '#';
        if (status != MMCRED_BUFFER_TOO_SMALL || needed != value || !untouched) {
            CHECK(!"a small buffer was written");
            return;
        }
    }
    char buffer[64];
    size_t needed = 0;
    memset(buffer, '#', sizeof buffer);
    CHECK(mmcred_credential_authorization(credential, buffer, value, &needed, NULL) == MMCRED_OK);
    CHECK(strcmp(buffer, "Bearer " TOKEN) == 0 && needed == value && buffer[value] == '#');
    CHECK(mmcred_credential_authorization(credential, NULL, 0, &needed, NULL) == MMCRED_BUFFER_TOO_SMALL);
    CHECK(mmcred_credential_expose_token(credential, buffer, sizeof buffer, NULL, NULL) == MMCRED_OK);
    CHECK(strcmp(buffer, TOKEN) == 0);
    mmcred_buffer_wipe(buffer, sizeof buffer);
    int wiped = 1;
    for (size_t i = 0; i < sizeof buffer; i++) wiped &= buffer[i] == 0;
    CHECK(wiped);
}

/* What a token's bytes may be. The message never repeats them. */
static void tokens(void) {
    static const struct {
        const char *bytes;
        size_t length;
        mmcred_status status;
    } cases[] = {
        {NULL, 0, MMCRED_INVALID_TOKEN},
        {"", 0, MMCRED_INVALID_TOKEN},
        {"secret\0secret", 13, MMCRED_INVALID_TOKEN},
        {"secret\xff\xfe", 8, MMCRED_INVALID_TOKEN},
        {"https://chat.example.com/hooks/secret", 37, MMCRED_WEBHOOK_URL},
        {TOKEN "secret behind its end", 26, MMCRED_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mmcred_credential *credential = NULL;
        mmcred_error *error = NULL;
        mmcred_status status =
            mmcred_credential_new("chat.example.com", cases[i].bytes, cases[i].length, NULL, &credential, &error);
        CHECK(status == cases[i].status && mmcred_error_number(error) == status);
        CHECK(strstr(mmcred_error_message(error), "secret") == NULL);
        mmcred_error_free(error);
        mmcred_credential_free(credential);
    }
}

int main(void) {
    mmcred_credential *credential = credential_of(TOKEN);
    mmcred_vault *vault = new_vault("arguments");
    null_credential(credential);
    null_options();
    null_vault(vault, credential);
    null_verify_all(vault);
    null_diagnosis(vault, credential);
    null_hand(vault, credential);
    null_accessors();
    statuses();
    small_buffers(credential);
    tokens();
    mmcred_vault_free(vault);
    mmcred_credential_free(credential);
    return done();
}
