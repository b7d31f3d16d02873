/* The behaviours about diagnosis, and about the test in n8n's shape. Part of runner.c. */

static const char *known(const char *token_key, const char *suffix) {
    char key[64];
    snprintf(key, sizeof key, "%s%s", token_key, suffix);
    return find(key);
}

static bool ends_with(const char *text, const char *ending) {
    size_t length = strlen(text), least = strlen(ending);
    return length >= least && !strcmp(text + length - least, ending);
}

static mmcred_status with_ids(const char *url, const char *token, const char *token_id, const char *user_id,
                              mmcred_credential **credential) {
    mmcred_credential_options *options = NULL;
    demand(mmcred_credential_options_new(&options, OR_NONE), "options");
    demand(mmcred_credential_options_set_token_id(options, token_id, OR_NONE), "token_id");
    demand(mmcred_credential_options_set_user_id(options, user_id, OR_NONE), "user_id");
    mmcred_status status = make(url, token, options, credential);
    mmcred_credential_options_free(options);
    return status;
}

/* With the ids that the context has for the token. */
static mmcred_credential *identified(const char *url_key, const char *token_key) {
    mmcred_credential *credential = NULL;
    demand(with_ids(get(url_key), get(token_key), known(token_key, "_id"), known(token_key, "_owner"), &credential), url_key);
    return credential;
}

static mmcred_credential *over_https(void) {
    mmcred_credential *credential = NULL;
    char url[1024];
    snprintf(url, sizeof url, "https:%s", get("url") + strlen("http:"));
    demand(make(url, get("token"), NULL, &credential), "https");
    return credential;
}

/* Prints the values of each member of that name, in a list. */
static void all_members(const char *json, const char *name) {
    char key[64], value[256];
    const char *between = "";
    snprintf(key, sizeof key, "\"%s\":", name);
    putchar('[');
    for (; (json = strstr(json, key)); json += strlen(key)) {
        printf("%s%s", between, member(json, name, value, sizeof value));
        between = ", ";
    }
    putchar(']');
}

static void summary(const mmcred_text *json) {
    char works[16];
    printf("[%s, ", member(mmcred_text_chars(json), "works", works, sizeof works));
    all_members(mmcred_text_chars(json), "code");
    putchar(']');
}

static mmcred_text *diagnosed(mmcred_credential *credential, mmcred_credential *admin, double timeout) {
    mmcred_text *json = NULL;
    demand(mmcred_credential_diagnose(credential, admin, timeout, &json, OR_NONE), "diagnose");
    mmcred_credential_free(credential), mmcred_credential_free(admin);
    return json;
}

static void found(int number, const char *url_key, const char *token_key, const char *admin_key) {
    mmcred_text *json = diagnosed(identified(url_key, token_key), admin_key ? identified(url_key, admin_key) : NULL,
                                  MMCRED_DIAGNOSE_TIMEOUT);
    begin(number);
    summary(json);
    end();
    mmcred_text_free(json);
}

static void ids(void) {
    const char *wrong[][2] = {{"x", NULL}, {get("token"), NULL}, {NULL, "alice"}};
    mmcred_credential *credential = identified("url", "token");
    mmcred_text *json = NULL;
    char value[64];
    demand(mmcred_credential_fields(credential, &json, OR_NONE), "fields");
    begin(111);
    printf("[%s, ", member(mmcred_text_chars(json), "token_id", value, sizeof value));
    printf("%s, [", member(mmcred_text_chars(json), "user_id", value, sizeof value));
    mmcred_text_free(json), mmcred_credential_free(credential);
    for (size_t i = 0; i < 3; i++) {
        put_code(with_ids(get("url"), get("token"), wrong[i][0], wrong[i][1], &credential));
        fputs((const char *[]){", ", "], ", "]"}[i], stdout);
    }
    end();
}

static void the_way(void) {
    mmcred_text *json = diagnosed(identified("url", "token"), NULL, MMCRED_DIAGNOSE_TIMEOUT);
    char value[256];
    const char *at = mmcred_text_chars(json), *between = "[";
    begin(512);
    printf("[%s, ", member(at, "server", value, sizeof value));
    printf("%s, ", member(at, "username", value, sizeof value));
    for (; (at = strstr(at, "\"name\":")); at += strlen("\"name\":")) {
        printf("%s[%s, ", between, member(at, "name", value, sizeof value));
        printf("%s]", member(at, "mark", value, sizeof value));
        between = ", ";
    }
    fputs("]]", stdout);
    end();
    mmcred_text_free(json);
}

static void by_name(void) {
    static const char *names[] = {"code", "number", "severity", "certainty", "cause", "fix", "admin_fix", "call"};
    mmcred_vault *vault = new_vault(532);
    mmcred_credential *refused = identified("url", "revoked_token"), *admin = identified("url", "admin_token");
    mmcred_text *json = NULL;
    char value[1024];
    demand(mmcred_vault_put(vault, "prod", refused, 0, NULL, OR_NONE), "put");
    demand(mmcred_vault_put(vault, "admin", admin, 0, NULL, OR_NONE), "put");
    demand(mmcred_vault_diagnose(vault, "prod", "admin", MMCRED_DIAGNOSE_TIMEOUT, &json, OR_NONE), "diagnose");
    const char *first = strstr(mmcred_text_chars(json), "\"findings\":");
    begin(532);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        printf("%s%s", i ? ", " : "[[", member(first, names[i], value, sizeof value));
    /* A member is read up to a comma: of more sentences than one only the first. */
    member(first, "evidence", value, sizeof value);
    printf("], %d]", ends_with(value, "\"]") ? 1 : 2);
    end();
    mmcred_text_free(json), mmcred_credential_free(refused), mmcred_credential_free(admin), mmcred_vault_free(vault);
}

static void names_missing(void) {
    mmcred_vault *vault = new_vault(533);
    mmcred_text *json = NULL;
    demand(put(vault, "prod", "url", "token", 0, NULL), "put");
    begin(533);
    putchar('[');
    put_code(mmcred_vault_diagnose(vault, "nope", NULL, MMCRED_DIAGNOSE_TIMEOUT, &json, OR_NONE)), comma();
    put_code(mmcred_vault_diagnose(vault, "prod", "nope", MMCRED_DIAGNOSE_TIMEOUT, &json, OR_NONE));
    putchar(']');
    end();
    mmcred_vault_free(vault);
}

static void special(void) {
    mmcred_text *json;
    time_t started;

    json = diagnosed(over_https(), NULL, MMCRED_DIAGNOSE_TIMEOUT);
    begin(524);
    summary(json);
    end();
    mmcred_text_free(json);

    started = time(NULL);
    json = diagnosed(identified("url_slow", "token"), NULL, 0.3);
    begin(531);
    putchar('[');
    summary(json), comma(), truth(time(NULL) - started < 3);
    putchar(']');
    end();
    mmcred_text_free(json);

    json = diagnosed(identified("url_echo", "token"), NULL, MMCRED_DIAGNOSE_TIMEOUT);
    begin(534);
    putchar('[');
    summary(json), comma(), truth(strstr(mmcred_text_chars(json), get("token")));
    putchar(']');
    end();
    mmcred_text_free(json);
}

/* ---- 54x: the test ---- */

/* Prints the status, and whether the message ends with what verify's error advises. */
static void tested(mmcred_credential *credential) {
    mmcred_text *json = NULL;
    mmcred_error *error = NULL;
    char status[16], advised[1024];
    demand(mmcred_credential_test(credential, MMCRED_DEFAULT_TIMEOUT, &json, OR_NONE), "test");
    mmcred_credential_verify(credential, MMCRED_DEFAULT_TIMEOUT, NULL, &error);
    snprintf(advised, sizeof advised, "%s\"}", mmcred_error_hint(error));
    printf("[%s, ", member(mmcred_text_chars(json), "status", status, sizeof status));
    truth(ends_with(mmcred_text_chars(json), advised) || !error);
    putchar(']');
    mmcred_text_free(json), mmcred_error_free(error), mmcred_credential_free(credential);
}

static void one_test(int number, const char *url_key, const char *token_key) {
    begin(number);
    tested(identified(url_key, token_key));
    end();
}

static void pasted(const char *ending) {
    char json[512], status[16];
    mmcred_credential *credential = NULL;
    mmcred_text *result = NULL;
    snprintf(json, sizeof json, "{\"accessToken\": \"%s\", \"baseUrl\": \"%s%s\"}", get("token"), get("url"), ending);
    demand(mmcred_credential_from_n8n_fields(json, strlen(json), 0, &credential, OR_NONE), "n8n");
    demand(mmcred_credential_test(credential, MMCRED_DEFAULT_TIMEOUT, &result, OR_NONE), "test");
    fputs(member(mmcred_text_chars(result), "status", status, sizeof status), stdout);
    mmcred_text_free(result), mmcred_credential_free(credential);
}

static void tests(void) {
    mmcred_credential *good = identified("url", "token");
    mmcred_text *json = NULL;
    char status[16];
    demand(mmcred_credential_test(good, MMCRED_DEFAULT_TIMEOUT, &json, OR_NONE), "test");
    begin(541);
    printf("[%s, ", member(mmcred_text_chars(json), "status", status, sizeof status));
    truth(strstr(mmcred_text_chars(json), get("username")));
    putchar(']');
    end();
    mmcred_text_free(json), mmcred_credential_free(good);

    begin(542);
    putchar('[');
    pasted(""), comma(), pasted("/"), comma(), pasted("//"), comma(), pasted("/api/v4");
    putchar(']');
    end();
    one_test(543, "url", "guest_token");
    one_test(544, "url", "revoked_token");
    one_test(545, "url_html", "token");
    one_test(546, "url_redirect", "token");
    begin(547);
    putchar('[');
    tested(identified("url_closed", "token")), comma(), tested(over_https()), comma(), tested(identified("url_500", "token"));
    putchar(']');
    end();
}

static void diagnoses(void) {
    ids();
    found(511, "url", "token", NULL);
    the_way();
    found(513, "url", "revoked_token", "admin_token");
    found(514, "url", "disabled_token", "admin_token");
    found(515, "url", "expired_token", "admin_token");
    found(516, "url", "left_token", "admin_token");
    found(517, "url_off", "off_token", "off_admin_token");
    found(518, "url_off", "off_used_token", NULL);
    found(519, "url", "revoked_token", NULL);
    found(520, "url", "token_id", "admin_token");
    found(521, "url_flap", "token", NULL);
    found(522, "url_self_signed", "token", NULL);
    found(523, "url_tls", "token", NULL);
    found(525, "url_mfa", "mfa_token", NULL);
    found(526, "url", "bot_token", NULL);
    found(527, "url_off", "off_bot_token", NULL);
    found(528, "url", "guest_token", NULL);
    found(529, "url", "ending_token", NULL);
    found(530, "url_closed", "token", NULL);
    by_name();
    names_missing();
    special();
    tests();
}
