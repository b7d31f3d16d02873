/* Who owns what, in every order of freeing, and that *out_error is always written. */
#include "harness.h"

static void errors_are_always_written(void) {
    mmcred_error *error = (mmcred_error *)(void *)&checks;
    mmcred_credential *credential = NULL;
    CHECK(mmcred_credential_new("chat.example.com", TOKEN, 26, NULL, &credential, &error) == MMCRED_OK);
    CHECK(error == NULL);
    mmcred_credential_free(credential);
    CHECK(mmcred_credential_new("", TOKEN, 26, NULL, &credential, &error) == MMCRED_INVALID_SERVER_URL);
    CHECK(mmcred_error_number(error) == MMCRED_INVALID_SERVER_URL);
    CHECK(strcmp(mmcred_error_name(error), "invalid_server_url") == 0);
    CHECK(*mmcred_error_message(error) != 0 && *mmcred_error_hint(error) != 0);
    CHECK(strcmp(mmcred_error_retry(error), "never") == 0);
    CHECK(mmcred_error_retry_after_seconds(error) < 0 && mmcred_error_request_id(error) == NULL);
    mmcred_error_free(error);
}

/* What was passed in is copied: the caller's memory may change at once. */
static void arguments_are_copied(void) {
    char url[] = "https://chat.example.com", token[] = TOKEN, ca_file[] = "/tmp/a.pem", proxy[] = "http://proxy:3128";
    mmcred_credential_options *options = NULL;
    mmcred_credential *credential = NULL;
    mmcred_text *fields = NULL;
    CHECK(mmcred_credential_options_new(&options, NULL) == MMCRED_OK);
    CHECK(mmcred_credential_options_set_ca_file(options, ca_file, NULL) == MMCRED_OK);
    CHECK(mmcred_credential_options_set_proxy(options, proxy, NULL) == MMCRED_OK);
    memset(ca_file, '?', strlen(ca_file));
    memset(proxy, '?', strlen(proxy));
    CHECK(mmcred_credential_new(url, token, strlen(token), options, &credential, NULL) == MMCRED_OK);
    memset(url, '?', strlen(url));
    memset(token, '?', strlen(token));
    mmcred_credential_options_free(options);
    char buffer[MMCRED_TOKEN_SIZE];
    CHECK(mmcred_credential_expose_token(credential, buffer, sizeof buffer, NULL, NULL) == MMCRED_OK);
    CHECK(strcmp(buffer, TOKEN) == 0);
    CHECK(strcmp(mmcred_credential_server_url(credential), "https://chat.example.com") == 0);
    CHECK(strlen(mmcred_credential_fingerprint(credential)) == 8);
    CHECK(mmcred_credential_fields(credential, &fields, NULL) == MMCRED_OK);
    mmcred_credential_free(credential);
    const char *json = mmcred_text_chars(fields);
    CHECK(strlen(json) == mmcred_text_length(fields));
    CHECK(strstr(json, "\"ca_file\":\"/tmp/a.pem\"") && strstr(json, "\"proxy\":\"http://proxy:3128\""));
    CHECK(strstr(json, "\"expires_at\":null") && !strstr(json, TOKEN));
    mmcred_text_free(fields);
}

/* A hand goes on when its vault's handle is freed, and stops when the vault is closed. */
static void hands_keep_their_vault(void) {
    mmcred_credential *credential = credential_of(TOKEN), *other = credential_of(OTHER_TOKEN);
    mmcred_vault *vault = new_vault("hands"), *second = new_vault("hands");
    mmcred_hand *hand = NULL;
    mmcred_text *url = NULL;
    uint64_t version = 0, got = 0;
    char header[MMCRED_AUTHORIZATION_SIZE];
    size_t needed = 0;
    bool again = true;
    CHECK(mmcred_vault_put(vault, "prod", credential, 0, &version, NULL) == MMCRED_OK && version == 1);
    CHECK(mmcred_hand_new(vault, "prod", &hand, NULL) == MMCRED_OK);
    mmcred_vault_free(vault);
    CHECK(mmcred_hand_prepare(hand, "users/me", header, 10, &needed, &url, &got, NULL) == MMCRED_BUFFER_TOO_SMALL);
    CHECK(needed == sizeof "Authorization: Bearer " TOKEN && url == NULL && got == 0);
    CHECK(mmcred_hand_prepare(hand, "users/me", header, sizeof header, &needed, &url, &got, NULL) == MMCRED_OK);
    CHECK(strcmp(header, "Authorization: Bearer " TOKEN) == 0 && got == version);
    CHECK(strcmp(mmcred_text_chars(url), "https://chat.example.com/api/v4/users/me") == 0);
    mmcred_text_free(url);
    CHECK(mmcred_hand_after_401(hand, version, &again, NULL) == MMCRED_OK && !again);
    CHECK(mmcred_vault_put(second, "prod", other, MMCRED_REPLACE, NULL, NULL) == MMCRED_OK);
    CHECK(mmcred_hand_after_401(hand, version, &again, NULL) == MMCRED_OK && again);
    CHECK(mmcred_hand_prepare(hand, "users/me", header, sizeof header, NULL, &url, NULL, NULL) == MMCRED_OK);
    CHECK(strcmp(header, "Authorization: Bearer " OTHER_TOKEN) == 0);
    mmcred_text_free(url);
    mmcred_hand *of_second = NULL;
    CHECK(mmcred_hand_new(second, "prod", &of_second, NULL) == MMCRED_OK);
    CHECK(mmcred_vault_close(second, NULL) == MMCRED_OK && mmcred_vault_close(second, NULL) == MMCRED_OK);
    CHECK(mmcred_hand_prepare(of_second, "x", header, sizeof header, NULL, &url, NULL, NULL) == MMCRED_CLOSED);
    mmcred_vault_free(second);
    mmcred_hand_free(of_second);
    mmcred_hand_free(hand);
    mmcred_credential_free(other);
    mmcred_credential_free(credential);
}

/* Any order of frees will do, and what was given out stays whole. */
static void frees_have_no_order(void) {
    static const char *const orders[] = {"vhc", "vch", "hvc", "hcv", "cvh", "chv"};
    mmcred_credential *credential = credential_of(TOKEN);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        mmcred_vault *vault = new_vault("orders");
        mmcred_hand *hand = NULL;
        mmcred_credential *got = NULL;
        mmcred_text *url = NULL;
        mmcred_error *error = NULL;
        mmcred_vault_put(vault, "prod", credential, MMCRED_REPLACE, NULL, NULL);
        CHECK(mmcred_hand_new(vault, "prod", &hand, NULL) == MMCRED_OK);
        CHECK(mmcred_vault_get(vault, "prod", &got, NULL, NULL) == MMCRED_OK);
        CHECK(mmcred_hand_follow(hand, "https://chat.example.com/a", "b", &url, NULL) == MMCRED_OK);
        CHECK(mmcred_vault_remove(vault, "nope", &error) == MMCRED_ENTRY_MISSING);
        for (const char *next = orders[i]; *next; next++) {
            if (*next == 'v') mmcred_vault_free(vault);
            if (*next == 'h') mmcred_hand_free(hand);
            if (*next == 'c') mmcred_credential_free(got);
        }
        CHECK(strcmp(mmcred_text_chars(url), "https://chat.example.com/b") == 0);
        CHECK(strstr(mmcred_error_message(error), "nope") != NULL);
        mmcred_text_free(url);
        mmcred_error_free(error);
    }
    mmcred_credential_free(credential);
}

/* A check of many goes on when its vault's handle is freed, and may be freed before it is at its end. */
static void checks_keep_their_vault(void) {
    mmcred_vault *vault = new_vault("checks");
    mmcred_credential *nobody = NULL;
    mmcred_verify_all *run = NULL;
    CHECK(mmcred_credential_new("http://127.0.0.1:9", TOKEN, 26, NULL, &nobody, NULL) == MMCRED_OK);
    CHECK(mmcred_vault_put(vault, "nobody", nobody, 0, NULL, NULL) == MMCRED_OK);
    CHECK(mmcred_verify_all_new(vault, NULL, 0, 0, MMCRED_DEFAULT_TIMEOUT, &run, NULL) == MMCRED_OK);
    mmcred_vault_free(vault);
    mmcred_credential_free(nobody);
    mmcred_verify_all_free(run);
}

/* A hand tells its client whom to trust and which way to go. */
static void hands_carry_the_settings(void) {
    mmcred_credential_options *options = NULL;
    mmcred_credential *credential = NULL;
    mmcred_vault *vault = new_vault("settings");
    mmcred_hand *hand = NULL;
    mmcred_text *text = NULL;
    char secret[64];
    mmcred_credential_options_new(&options, NULL);
    mmcred_credential_options_set_ca_file(options, "/nowhere/ca.pem", NULL);
    mmcred_credential_new("chat.example.com", TOKEN, 26, options, &credential, NULL);
    mmcred_vault_put(vault, "ca", credential, 0, NULL, NULL);
    mmcred_credential_free(credential);
    mmcred_credential_options_set_ca_file(options, NULL, NULL);
    mmcred_credential_options_set_allow_unauthorized_certs(options, 2, NULL);
    mmcred_credential_options_set_proxy(options, "direct", NULL);
    mmcred_credential_new("chat.example.com", TOKEN, 26, options, &credential, NULL);
    mmcred_vault_put(vault, "any", credential, 0, NULL, NULL);
    mmcred_credential_free(credential);
    mmcred_credential_options_free(options);
    setenv("HTTPS_PROXY", "http://alice:pw@proxy:3128", 1);

    CHECK(mmcred_hand_new(vault, "ca", &hand, NULL) == MMCRED_OK);
    CHECK(strcmp(mmcred_hand_ca_file(hand), "/nowhere/ca.pem") == 0);
    CHECK(!mmcred_hand_allow_unauthorized_certs(hand));
    CHECK(mmcred_hand_trusted_roots(hand, &text, NULL) == MMCRED_INVALID_TLS_SETTINGS && text == NULL);
    CHECK(mmcred_hand_proxy(hand, &text, NULL) == MMCRED_OK);
    CHECK(strncmp(mmcred_text_chars(text), "http://proxy:3128", 17) == 0 && !strstr(mmcred_text_chars(text), "pw"));
    mmcred_text_free(text);
    CHECK(mmcred_hand_proxy_credentials(hand, secret, sizeof secret, NULL, NULL) == MMCRED_OK);
    CHECK(strcmp(secret, "alice:pw") == 0);
    mmcred_hand_free(hand);

    CHECK(mmcred_hand_new(vault, "any", &hand, NULL) == MMCRED_OK);
    CHECK(mmcred_hand_ca_file(hand) == NULL && mmcred_hand_allow_unauthorized_certs(hand));
    CHECK(mmcred_hand_trusted_roots(hand, &text, NULL) == MMCRED_OK && mmcred_text_length(text) == 0);
    mmcred_text_free(text);
    CHECK(mmcred_hand_proxy(hand, &text, NULL) == MMCRED_OK && mmcred_text_length(text) == 0);
    mmcred_text_free(text);
    CHECK(mmcred_hand_proxy_credentials(hand, secret, sizeof secret, NULL, NULL) == MMCRED_OK && secret[0] == 0);
    mmcred_hand_free(hand);
    mmcred_vault_free(vault);
    unsetenv("HTTPS_PROXY");
}

/* The short way writes a header for the entry's own server only, and only for an absolute URL. */
static void authorization_is_for_one_server(void) {
    mmcred_credential *credential = credential_of(TOKEN);
    mmcred_vault *vault = new_vault("default");
    char header[MMCRED_AUTHORIZATION_SIZE] = "as it was";
    setenv("MMCRED_VAULT", mmcred_vault_path(vault), 1);
    setenv("MMCRED_KEY_FILE", mmcred_vault_key_file(vault), 1);
    mmcred_vault_put(vault, "prod", credential, 0, NULL, NULL);
    static const char *const elsewhere[] = {"https://chat.example.org/",
                                            "//chat.example.com/",
                                            "users/me",
                                            "/api/v4",
                                            "",
                                            "https://chat.example.com@chat.example.org/",
                                            "chat.example.com"};
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
        mmcred_status status = mmcred_authorization("prod", elsewhere[i], header, sizeof header, NULL, NULL);
        CHECK(status == MMCRED_WRONG_ORIGIN && strcmp(header, "as it was") == 0);
    }
    size_t need = 0;
    const char *url = "https://chat.example.com/api/v4/users/me";
    CHECK(mmcred_authorization("nope", url, header, sizeof header, &need, NULL) == MMCRED_ENTRY_MISSING);
    CHECK(mmcred_authorization("prod", url, header, 40, &need, NULL) == MMCRED_BUFFER_TOO_SMALL);
    CHECK(need == sizeof "Authorization: Bearer " TOKEN && strcmp(header, "as it was") == 0);
    CHECK(mmcred_authorization("prod", url, header, sizeof header, NULL, NULL) == MMCRED_OK);
    CHECK(strcmp(header, "Authorization: Bearer " TOKEN) == 0);
    mmcred_vault_free(vault);
    mmcred_credential_free(credential);
}

int main(void) {
    errors_are_always_written();
    arguments_are_copied();
    hands_keep_their_vault();
    frees_have_no_order();
    checks_keep_their_vault();
    hands_carry_the_settings();
    authorization_is_for_one_server();
    return done();
}
