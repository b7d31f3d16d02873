/* Runs the shared list of behaviours through the C library (protocol: ../README.md). Errors are freed, handles too:
 * the runner is also a leak test. */
#include "mmcred_curl.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

/* ---- The context ---- */

static char *context; /* the whole file; lines end in NUL once it is read */
static size_t context_length;

static char *slurp(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t size = 0, got;
    if (!file) exit(3);
    do {
        text = realloc(text, size + 4097);
        got = fread(text + size, 1, 4096, file);
        size += got;
    } while (got);
    fclose(file);
    text[size] = '\0';
    if (length) *length = size;
    return text;
}

static const char *find(const char *key) {
    size_t length = strlen(key);
    for (char *line = context; line < context + context_length; line += strlen(line) + 1)
        if (!strncmp(line, key, length) && line[length] == '=') return line + length + 1;
    return NULL;
}

static const char *get(const char *key) {
    const char *value = find(key);
    if (value) return value;
    fprintf(stderr, "no %s in the context\n", key);
    exit(3);
}

/* ---- Results ---- */

static void quoted(const char *text) {
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') putchar('\\');
        putchar(*text);
    }
    putchar('"');
}

static void begin(int number) { printf("{\"number\": %d, \"result\": ", number); }
static void end(void) { puts("}"); }
static void comma(void) { fputs(", ", stdout); }
static void truth(bool value) { fputs(value ? "true" : "false", stdout); }

/* The code of a status: the ledger's name, or "ok". */
static const char *code(mmcred_status status) { return status == MMCRED_OK ? "ok" : mmcred_status_name(status); }
static void put_code(mmcred_status status) { quoted(code(status)); }

static void one_code(int number, mmcred_status status) {
    begin(number);
    put_code(status);
    end();
}

/* ---- What many behaviours need ---- */

#define OR_NONE NULL

static void demand(mmcred_status status, const char *what) {
    if (status == MMCRED_OK) return;
    fprintf(stderr, "%s: %s\n", what, code(status));
    exit(3);
}

static mmcred_status make(const char *url, const char *token, const mmcred_credential_options *options,
                          mmcred_credential **credential) {
    return mmcred_credential_new(url, token, strlen(token), options, credential, OR_NONE);
}

/* The code of making a credential that should not be made. */
static mmcred_status refused(const char *url, const char *token, const mmcred_credential_options *options) {
    mmcred_credential *credential = NULL;
    mmcred_status status = make(url, token, options, &credential);
    mmcred_credential_free(credential);
    return status;
}

static mmcred_credential *credential_for(const char *url_key, const char *token_key) {
    mmcred_credential *credential = NULL;
    demand(make(get(url_key), get(token_key), NULL, &credential), url_key);
    return credential;
}

static mmcred_credential_options *allow_http(void) {
    mmcred_credential_options *options = NULL;
    demand(mmcred_credential_options_new(&options, OR_NONE), "options");
    demand(mmcred_credential_options_set_allow_http(options, 1, OR_NONE), "allow_http");
    return options;
}

static char *filled(char sign, size_t length) {
    char *text = malloc(length + 1);
    memset(text, sign, length);
    text[length] = '\0';
    return text;
}

/* The value of a member of a flat JSON object, as it stands there; good enough for what this library writes. */
static const char *member(const char *json, const char *name, char *value, size_t capacity) {
    char key[64];
    snprintf(key, sizeof key, "\"%s\":", name);
    const char *at = strstr(json, key);
    size_t length = 0;
    if (!at) return "null";
    at += strlen(key);
    while (*at == ' ') at++;
    if (*at == '"') length = (size_t)(strchr(at + 1, '"') - at) + 1;
    else length = strcspn(at, ",}");
    if (length >= capacity) exit(3);
    memcpy(value, at, length);
    value[length] = '\0';
    return value;
}

/* Prints an object of those members of a credential's fields. */
static void fields(const mmcred_credential *credential, ...) {
    mmcred_text *json = NULL;
    char value[4096];
    va_list names;
    const char *name, *between = "";
    demand(mmcred_credential_fields(credential, &json, OR_NONE), "fields");
    putchar('{');
    va_start(names, credential);
    while ((name = va_arg(names, const char *))) {
        printf("%s\"%s\": %s", between, name, member(mmcred_text_chars(json), name, value, sizeof value));
        between = ", ";
    }
    va_end(names);
    putchar('}');
    mmcred_text_free(json);
}

static bool holds(const mmcred_credential *credential, const char *token) {
    char exposed[MMCRED_TOKEN_SIZE];
    demand(mmcred_credential_expose_token(credential, exposed, sizeof exposed, NULL, OR_NONE), "expose");
    bool same = !strcmp(exposed, token);
    mmcred_buffer_wipe(exposed, sizeof exposed);
    return same;
}

static char *place(int number, const char *suffix) {
    static char text[2][4096];
    char *path = text[*suffix != '\0'];
    snprintf(path, sizeof text[0], "%s/%d%s", get("work"), number, suffix);
    return path;
}

static mmcred_status open_vault(int number, uint32_t flags, mmcred_vault **vault) {
    return mmcred_vault_open(place(number, ""), place(number, ".key"), flags, vault, OR_NONE);
}

static mmcred_vault *new_vault(int number) {
    mmcred_vault *vault = NULL;
    demand(open_vault(number, MMCRED_CREATE, &vault), "new vault");
    return vault;
}

static mmcred_status put(const mmcred_vault *vault, const char *name, const char *url_key, const char *token_key,
                         uint32_t flags, uint64_t *version) {
    mmcred_credential *credential = credential_for(url_key, token_key);
    mmcred_status status = mmcred_vault_put(vault, name, credential, flags, version, OR_NONE);
    mmcred_credential_free(credential);
    return status;
}

static mmcred_status get_code(const mmcred_vault *vault, const char *name) {
    mmcred_credential *credential = NULL;
    mmcred_status status = mmcred_vault_get(vault, name, &credential, NULL, OR_NONE);
    mmcred_credential_free(credential);
    return status;
}

static bool vault_holds(const mmcred_vault *vault, const char *name, const char *token_key) {
    mmcred_credential *credential = NULL;
    demand(mmcred_vault_get(vault, name, &credential, NULL, OR_NONE), "get");
    bool same = holds(credential, get(token_key));
    mmcred_credential_free(credential);
    return same;
}

/* ---- 10x: credentials ---- */

static const char CHAT[] = "https://chat.example.com";

static void credentials(void) {
    mmcred_credential *credential = NULL;
    mmcred_credential_options *options = allow_http();
    char *long_text = filled('s', 256), *huge = filled('s', 1 << 20), *huge_url = filled('a', 1 << 20), pasted[512];
    const char *tokens[] = {"",
                            "   ",
                            "secret secret",
                            "secret\nsecret",
                            long_text,
                            huge,
                            "https://chat.example.com/x",
                            "https://chat.example.com/hooks/x"};
    const char *urls[] = {
        "",       "ftp://chat.example.com", "https://alice:pw@chat.example.com", "https://chat.example.com/hooks/x",
        huge_url, "http://mattermost:8065"};

    snprintf(pasted, sizeof pasted, " Bearer %s\n", get("token"));
    demand(make("Chat.example.com/core/channels/town-square", pasted, NULL, &credential), "pasted");
    begin(101);
    fields(credential, "server_url", "kind", "allow_http", NULL);
    end();
    mmcred_credential_free(credential);

    begin(102);
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        fputs(i ? ", " : "[", stdout);
        put_code(refused(CHAT, tokens[i], NULL));
    }
    putchar(']');
    end();

    begin(103);
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        fputs(i ? ", " : "[", stdout);
        put_code(refused(urls[i], get("token"), NULL));
    }
    putchar(']');
    end();
    free(long_text), free(huge), free(huge_url);

    demand(make("http://mattermost:8065", get("token"), options, &credential), "http on purpose");
    begin(109);
    fields(credential, "server_url", "allow_http", NULL);
    end();
    mmcred_credential_free(credential);
    mmcred_credential_options_free(options);

    demand(make(CHAT, get("token"), NULL, &credential), "credential");
    char header[MMCRED_AUTHORIZATION_SIZE], wanted[MMCRED_AUTHORIZATION_SIZE];
    snprintf(wanted, sizeof wanted, "Bearer %s", get("token"));
    demand(mmcred_credential_authorization(credential, header, sizeof header, NULL, OR_NONE), "authorization");
    begin(107);
    putchar('[');
    truth(!strcmp(header, wanted)), comma();
    truth(holds(credential, get("token"))), comma();
    truth(strlen(mmcred_credential_fingerprint(credential)) == 8);
    putchar(']');
    end();

    mmcred_text *json = NULL;
    demand(mmcred_credential_fields(credential, &json, OR_NONE), "fields");
    begin(110);
    truth(strstr(mmcred_text_chars(json), get("token")) ||
          strstr(mmcred_credential_fingerprint(credential), get("token")));
    end();
    mmcred_text_free(json);
    mmcred_credential_free(credential);
}

static void settings(void) {
    mmcred_credential_options *both = NULL, *proxy = NULL;
    mmcred_status status;
    demand(mmcred_credential_options_new(&both, OR_NONE), "options");
    demand(mmcred_credential_options_new(&proxy, OR_NONE), "options");
    /* An option may be refused when it is set or when it is used. */
    status = mmcred_credential_options_set_ca_file(both, "x.pem", OR_NONE);
    if (status == MMCRED_OK) status = mmcred_credential_options_set_allow_unauthorized_certs(both, 1, OR_NONE);
    if (status == MMCRED_OK) status = refused(CHAT, get("token"), both);
    begin(108);
    putchar('[');
    put_code(status), comma();
    status = mmcred_credential_options_set_proxy(proxy, "http://alice:pw@proxy:3128", OR_NONE);
    put_code(status != MMCRED_OK ? status : refused(CHAT, get("token"), proxy));
    putchar(']');
    end();
    mmcred_credential_options_free(both), mmcred_credential_options_free(proxy);
}

static void n8n(void) {
    static const char *names[] = {"baseUrl", "accessToken", "baseUrl", "allowUnauthorizedCerts"};
    static const char *shapes[] = {
        "{\"accessToken\": \"%s\", \"allowUnauthorizedCerts\": false}",
        "{\"accessToken\": 1, \"baseUrl\": \"https://chat.example.com\"}",
        "{\"accessToken\": \"%s\", \"baseUrl\": [\"a\"]}",
        "{\"accessToken\": \"%s\", \"baseUrl\": \"https://chat.example.com\", \"allowUnauthorizedCerts\": \"true\"}"};
    char json[512];
    mmcred_credential *credential = NULL;
    snprintf(json, sizeof json,
             "{\"accessToken\": \"%s\", \"baseUrl\": \"https://chat.example.com/\", \"allowUnauthorizedCerts\": true}",
             get("token"));
    demand(mmcred_credential_from_n8n_fields(json, strlen(json), 0, &credential, OR_NONE), "n8n");
    begin(105);
    fields(credential, "server_url", "allow_unauthorized_certs", NULL);
    end();
    mmcred_credential_free(credential);
    begin(106);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        mmcred_error *error = NULL;
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(json, sizeof json, shapes[i], get("token"));
        mmcred_status status = mmcred_credential_from_n8n_fields(json, strlen(json), 0, &credential, &error);
        printf("%s[", i ? ", " : "[");
        put_code(status), comma();
        truth(error && strstr(mmcred_error_message(error), names[i]));
        putchar(']');
        mmcred_error_free(error);
    }
    putchar(']');
    end();
}

/* ---- Files of hexadecimal columns ---- */

static char *column(char **line) {
    size_t length = strcspn(*line, "\t\n") / 2;
    char *text = malloc(length + 1);
    for (size_t i = 0; i < length; i++) {
        unsigned byte = 0;
        sscanf(*line + 2 * i, "%2x", &byte);
        text[i] = (char)byte;
    }
    text[length] = '\0';
    *line += 2 * length;
    return text;
}

static void text_or_code(mmcred_status status, const char *text) {
    if (status == MMCRED_OK) quoted(text);
    else printf("\"!%s\"", code(status));
}

static void server_urls(void) {
    char *file = slurp(get("server_urls"), NULL), *line = file;
    mmcred_credential_options *options = allow_http();
    const char *between = "[";
    begin(104);
    while (*line) {
        char *url = column(&line);
        mmcred_credential *credential = NULL;
        mmcred_status status = make(url, get("token"), options, &credential);
        fputs(between, stdout);
        text_or_code(status, mmcred_credential_server_url(credential));
        mmcred_credential_free(credential);
        free(url);
        between = ", ";
        line++;
    }
    putchar(']');
    end();
    mmcred_credential_options_free(options);
    free(file);
}

static void hand_urls(void) {
    char *file = slurp(get("hand_urls"), NULL), *line = file;
    mmcred_credential_options *options = allow_http();
    mmcred_vault *vault = new_vault(401);
    const char *between = "[";
    begin(401);
    while (*line) {
        char *base = column(&line), *target = (line++, column(&line)), *from = NULL;
        if (*line == '\t') line++, from = column(&line);
        mmcred_credential *credential = NULL;
        mmcred_hand *hand = NULL;
        mmcred_text *url = NULL;
        char header[MMCRED_AUTHORIZATION_SIZE];
        demand(make(base, get("token"), options, &credential), "base");
        demand(mmcred_vault_put(vault, "prod", credential, MMCRED_REPLACE, NULL, OR_NONE), "put");
        demand(mmcred_hand_new(vault, "prod", &hand, OR_NONE), "hand");
        mmcred_status status =
            from ? mmcred_hand_follow(hand, from, target, &url, OR_NONE)
                 : mmcred_hand_prepare(hand, target, header, sizeof header, NULL, &url, NULL, OR_NONE);
        fputs(between, stdout);
        text_or_code(status, mmcred_text_chars(url));
        mmcred_text_free(url), mmcred_hand_free(hand), mmcred_credential_free(credential);
        free(base), free(target), free(from);
        between = ", ";
        line++;
    }
    putchar(']');
    end();
    mmcred_vault_free(vault), mmcred_credential_options_free(options);
    free(file);
}

/* ---- 20x: verify ---- */

static mmcred_status ask(const char *url, const char *token, const mmcred_credential_options *options, double timeout,
                         mmcred_verified **verified, mmcred_error **error) {
    mmcred_credential *credential = NULL;
    demand(make(url, token, options, &credential), url);
    mmcred_status status = mmcred_credential_verify(credential, timeout, verified, error);
    mmcred_credential_free(credential);
    return status;
}

static mmcred_status verify_code(const char *url, const char *token, const mmcred_credential_options *options) {
    mmcred_verified *verified = NULL;
    mmcred_status status = ask(url, token, options, MMCRED_DEFAULT_TIMEOUT, &verified, OR_NONE);
    mmcred_verified_free(verified);
    return status;
}

static void verify_name(int number, const mmcred_credential_options *options) {
    mmcred_verified *verified = NULL;
    demand(ask(get("url_tls"), get("token"), options, MMCRED_DEFAULT_TIMEOUT, &verified, OR_NONE), "tls");
    begin(number);
    quoted(mmcred_verified_username(verified));
    end();
    mmcred_verified_free(verified);
}

static void verifies(void) {
    static const struct {
        int number;
        const char *url, *token;
    } plain[] = {{203, "url", "unknown_token"}, {204, "url", "revoked_token"}, {205, "url", "disabled_token"},
                 {206, "url", "token_id"},      {207, "url_html", "token"},    {208, "url_500", "token"},
                 {209, "url_cut", "token"},     {210, "url_flap", "token"},    {211, "url_redirect", "token"},
                 {212, "url_closed", "token"},  {216, "url_tls", "token"}};
    mmcred_verified *verified = NULL;
    mmcred_error *error = NULL;

    demand(ask(get("url"), get("token"), NULL, MMCRED_DEFAULT_TIMEOUT, &verified, OR_NONE), "verify");
    begin(201);
    printf("{\"username\": \"%s\", \"is_bot\": ", mmcred_verified_username(verified));
    truth(mmcred_verified_is_bot(verified));
    fputs(", \"roles\": [", stdout);
    for (size_t i = 0; i < mmcred_verified_role_count(verified); i++) {
        if (i) comma();
        quoted(mmcred_verified_role(verified, i));
    }
    fputs("]}", stdout);
    end();
    mmcred_verified_free(verified);

    demand(ask(get("url"), get("bot_token"), NULL, MMCRED_DEFAULT_TIMEOUT, &verified, OR_NONE), "bot");
    begin(202);
    truth(mmcred_verified_is_bot(verified));
    end();
    mmcred_verified_free(verified);

    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        one_code(plain[i].number, verify_code(get(plain[i].url), get(plain[i].token), NULL));

    mmcred_status status = ask(get("url_429"), get("token"), NULL, MMCRED_DEFAULT_TIMEOUT, &verified, &error);
    begin(213);
    printf("[\"%s\", %u, \"%s\", %.0f, ", code(status), mmcred_error_number(error), mmcred_error_retry(error),
           mmcred_error_retry_after_seconds(error));
    truth(*mmcred_error_hint(error));
    putchar(']');
    end();
    mmcred_error_free(error);

    struct timespec before, after;
    timespec_get(&before, TIME_UTC);
    status = ask(get("url_slow"), get("token"), NULL, 0.3, &verified, OR_NONE);
    timespec_get(&after, TIME_UTC);
    begin(214);
    putchar('[');
    put_code(status), comma();
    truth(difftime(after.tv_sec, before.tv_sec) < 3);
    putchar(']');
    end();

    mmcred_credential_options *http = allow_http(), *ca = NULL, *any = NULL;
    one_code(215, verify_code("http://no-such-host.invalid", get("token"), http));
    demand(mmcred_credential_options_new(&ca, OR_NONE), "options");
    demand(mmcred_credential_options_set_ca_file(ca, get("ca_file"), OR_NONE), "ca_file");
    verify_name(217, ca);
    demand(mmcred_credential_options_new(&any, OR_NONE), "options");
    demand(mmcred_credential_options_set_allow_unauthorized_certs(any, 1, OR_NONE), "any");
    verify_name(218, any);
    char https[512];
    snprintf(https, sizeof https, "https:%s", get("url") + strlen("http:"));
    one_code(219, verify_code(https, get("token"), NULL));
    mmcred_credential_options_free(http), mmcred_credential_options_free(ca), mmcred_credential_options_free(any);
}

/* ---- 30x: vaults ---- */

static void vaults(void) {
    mmcred_vault *vault = NULL, *other = NULL;
    mmcred_credential *credential = NULL;
    uint64_t version = 0, second = 0;

    one_code(301, open_vault(301, 0, &vault));

    vault = new_vault(302);
    demand(put(vault, "prod", "url", "token", 0, &version), "put");
    demand(mmcred_vault_get(vault, "prod", &credential, NULL, OR_NONE), "get");
    begin(302);
    printf("[%llu, \"%s\", ", (unsigned long long)version, mmcred_credential_server_url(credential));
    truth(holds(credential, get("token")));
    putchar(']');
    end();
    mmcred_credential_free(credential), mmcred_vault_free(vault);

    vault = new_vault(303);
    demand(put(vault, "prod", "url", "token", 0, NULL), "put");
    one_code(303, put(vault, "prod", "url", "token", 0, NULL));
    mmcred_vault_free(vault);

    vault = new_vault(304);
    demand(put(vault, "prod", "url", "token", 0, &version), "put");
    demand(put(vault, "prod", "url", "other_token", MMCRED_REPLACE, &second), "replace");
    begin(304);
    putchar('[');
    truth(second > version), comma();
    truth(vault_holds(vault, "prod", "other_token"));
    putchar(']');
    end();
    mmcred_vault_free(vault);

    vault = new_vault(306);
    demand(put(vault, "prod", "url", "token", 0, NULL), "put");
    demand(mmcred_vault_remove(vault, "prod", OR_NONE), "remove");
    begin(306);
    putchar('[');
    put_code(get_code(vault, "prod")), comma();
    put_code(mmcred_vault_remove(vault, "prod", OR_NONE));
    putchar(']');
    end();
    mmcred_vault_free(vault);

    vault = new_vault(307);
    demand(put(vault, "a", "url", "token", 0, NULL), "put");
    demand(put(vault, "b", "url", "token", 0, NULL), "put");
    begin(307);
    putchar('[');
    put_code(mmcred_vault_rename(vault, "a", "c", OR_NONE)), comma();
    put_code(mmcred_vault_rename(vault, "c", "b", OR_NONE)), comma();
    put_code(mmcred_vault_rename(vault, "x", "y", OR_NONE)), comma();
    put_code(get_code(vault, "c"));
    putchar(']');
    end();
    mmcred_vault_free(vault);

    vault = new_vault(308);
    mmcred_vault_free(vault);
    vault = NULL;
    one_code(308, mmcred_vault_open(place(308, ""), get("wrong_key"), 0, &vault, OR_NONE));

    vault = new_vault(309);
    char *long_name = filled('n', 129);
    const char *names[] = {"", "-x", "a\nb", long_name};
    begin(309);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        fputs(i ? ", " : "[", stdout);
        put_code(put(vault, names[i], "url", "token", 0, NULL));
    }
    putchar(']');
    end();
    free(long_name), mmcred_vault_free(vault);

    vault = new_vault(310);
    mmcred_verified *verified = NULL, *none = NULL;
    demand(put(vault, "prod", "url", "token", 0, NULL), "put");
    demand(mmcred_vault_verify(vault, "prod", MMCRED_DEFAULT_TIMEOUT, &verified, OR_NONE), "verify");
    begin(310);
    printf("[\"%s\", ", mmcred_verified_username(verified));
    put_code(mmcred_vault_verify(vault, "nope", MMCRED_DEFAULT_TIMEOUT, &none, OR_NONE));
    putchar(']');
    end();
    mmcred_verified_free(verified), mmcred_vault_free(vault);

    vault = new_vault(311);
    demand(put(vault, "prod", "url", "token", 0, NULL), "put");
    demand(mmcred_vault_close(vault, OR_NONE), "close");
    begin(311);
    putchar('[');
    put_code(mmcred_vault_close(vault, OR_NONE)), comma();
    put_code(get_code(vault, "prod"));
    putchar(']');
    end();
    mmcred_vault_free(vault);

    vault = NULL;
    one_code(312, mmcred_vault_open(get("garbage_vault"), get("vault_key"), 0, &vault, OR_NONE));
    one_code(313, mmcred_vault_open(get("newer_vault"), get("vault_key"), 0, &vault, OR_NONE));
    demand(mmcred_vault_open(get("damaged_vault"), get("vault_key"), 0, &vault, OR_NONE), "damaged vault");
    begin(314);
    putchar('[');
    put_code(get_code(vault, "bad")), comma();
    put_code(get_code(vault, "good"));
    putchar(']');
    end();
    mmcred_vault_free(vault);

    demand(mmcred_vault_open(get("busy_vault"), get("vault_key"), 0, &vault, OR_NONE), "busy vault");
    one_code(315, put(vault, "x", "url", "token", 0, NULL));
    mmcred_vault_free(vault);

    vault = new_vault(316);
    demand(open_vault(316, 0, &other), "second handle");
    demand(put(vault, "prod", "url", "token", 0, NULL), "put");
    begin(316);
    truth(vault_holds(other, "prod", "token"));
    end();
    mmcred_vault_free(vault), mmcred_vault_free(other);
}

static void listing(void) {
    static const char *names[] = {"b", "a", "\xc3\xa4", "A"};
    mmcred_vault *vault = new_vault(305);
    mmcred_text *json = NULL;
    const char *between = "[[";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        demand(put(vault, names[i], "url", "token", 0, NULL), "put");
    demand(mmcred_vault_list(vault, &json, OR_NONE), "list");
    begin(305);
    for (const char *at = mmcred_text_chars(json); (at = strstr(at, "\"name\":"));) {
        at += strlen("\"name\":");
        while (*at == ' ') at++;
        printf("%s%.*s", between, (int)(strchr(at + 1, '"') + 1 - at), at);
        between = ", ";
    }
    fputs("], ", stdout);
    truth(strstr(mmcred_text_chars(json), get("token")));
    putchar(']');
    end();
    mmcred_text_free(json), mmcred_vault_free(vault);
}

static mmcred_verify_all *check(const mmcred_vault *vault, const char *const *names, size_t count) {
    mmcred_verify_all *run = NULL;
    demand(mmcred_verify_all_new(vault, names, count, 0, MMCRED_DEFAULT_TIMEOUT, &run, OR_NONE), "verify_all");
    return run;
}

static mmcred_text *next(mmcred_verify_all *run) {
    mmcred_text *json = NULL;
    demand(mmcred_verify_all_next(run, &json, OR_NONE), "next");
    return json;
}

/* Prints an object of each name and the username, or the code; gives the vault back. */
static void checked(int number, mmcred_vault *vault, const char *const *names, size_t count) {
    mmcred_verify_all *run = check(vault, names, count);
    char name[256], said[256];
    const char *between = "";
    begin(number);
    putchar('{');
    for (mmcred_text *json; (json = next(run)); between = ", ") {
        const char *text = mmcred_text_chars(json), *key = strstr(text, "\"ok\":true") ? "username" : "code";
        printf("%s%s: ", between, member(text, "name", name, sizeof name));
        fputs(member(text, key, said, sizeof said), stdout);
        mmcred_text_free(json);
    }
    putchar('}');
    end();
    mmcred_verify_all_free(run), mmcred_vault_free(vault);
}

static void many(void) {
    static const char *const named[] = {"good", "nope"};
    char text[256];
    mmcred_vault *vault = new_vault(317);
    demand(put(vault, "good", "url", "token", 0, NULL), "put");
    demand(put(vault, "gone", "url", "unknown_token", 0, NULL), "put");
    demand(put(vault, "away", "url_closed", "token", 0, NULL), "put");
    checked(317, vault, NULL, 0);
    checked(318, new_vault(318), NULL, 0);
    demand(mmcred_vault_open(get("damaged_vault"), get("vault_key"), 0, &vault, OR_NONE), "damaged vault");
    checked(319, vault, NULL, 0);
    vault = new_vault(320);
    demand(put(vault, "good", "url", "token", 0, NULL), "put");
    demand(put(vault, "other", "url", "token", 0, NULL), "put");
    checked(320, vault, named, 2);

    struct timespec before, after;
    timespec_get(&before, TIME_UTC);
    vault = new_vault(321);
    demand(put(vault, "first", "url", "token", 0, NULL), "put");
    demand(put(vault, "slow", "url_slow", "token", 0, NULL), "put");
    mmcred_verify_all *run = check(vault, NULL, 0);
    mmcred_text *first = next(run);
    mmcred_verify_all_free(run), mmcred_vault_free(vault);
    begin(321);
    printf("[%s, ", member(mmcred_text_chars(first), "name", text, sizeof text));
    timespec_get(&after, TIME_UTC);
    truth(difftime(after.tv_sec, before.tv_sec) < 3);
    putchar(']');
    end();
    mmcred_text_free(first);

    int accepted = 0;
    vault = new_vault(322);
    for (int i = 0; i < 12; i++) {
        snprintf(text, sizeof text, "n%d", i);
        demand(put(vault, text, "url_limited", "token", 0, NULL), "put");
    }
    run = check(vault, NULL, 0);
    for (mmcred_text *json; (json = next(run)); mmcred_text_free(json))
        accepted += strstr(mmcred_text_chars(json), "\"ok\":true") != NULL;
    mmcred_verify_all_free(run), mmcred_vault_free(vault);
    begin(322);
    printf("%d", accepted);
    end();
}

/* ---- 40x: hands ---- */

/* GET through the hand; prints the username of the reply, or the code. */
static void request(const mmcred_hand *hand, const char *target) {
    struct mmcred_curl_reply reply = {CURLE_OK, 0, NULL, 0};
    char value[512];
    CURL *curl = mmcred_curl_new(hand, OR_NONE);
    mmcred_status status = mmcred_curl_get(curl, hand, target, &reply, OR_NONE);
    if (status != MMCRED_OK) put_code(status);
    else fputs(reply.body ? member(reply.body, "username", value, sizeof value) : "null", stdout);
    free(reply.body);
    curl_easy_cleanup(curl);
}

static mmcred_vault *hand_on(int number, const char *url_key, mmcred_hand **hand) {
    mmcred_vault *vault = new_vault(number);
    demand(put(vault, "prod", url_key, "token", 0, NULL), "put");
    demand(mmcred_hand_new(vault, "prod", hand, OR_NONE), "hand");
    return vault;
}

static void one_request(int number, const char *url_key) {
    mmcred_hand *hand = NULL;
    mmcred_vault *vault = hand_on(number, url_key, &hand);
    begin(number);
    request(hand, "users/me");
    end();
    mmcred_hand_free(hand), mmcred_vault_free(vault);
}

static bool again(const mmcred_hand *hand, uint64_t version) {
    bool answer = false;
    demand(mmcred_hand_after_401(hand, version, &answer, OR_NONE), "after_401");
    return answer;
}

static void renewed(void) {
    mmcred_hand *hand = NULL;
    mmcred_vault *vault = hand_on(403, "url", &hand);
    mmcred_text *url = NULL;
    char header[MMCRED_AUTHORIZATION_SIZE];
    uint64_t version = 0, second = 0;
    demand(mmcred_hand_prepare(hand, "users/me", header, sizeof header, NULL, &url, &version, OR_NONE), "prepare");
    mmcred_text_free(url);
    begin(403);
    putchar('[');
    truth(again(hand, version)), comma();
    demand(put(vault, "prod", "url", "other_token", MMCRED_REPLACE, NULL), "replace");
    truth(again(hand, version)), comma();
    demand(mmcred_hand_prepare(hand, "users/me", header, sizeof header, NULL, &url, &second, OR_NONE), "prepare");
    demand(mmcred_vault_remove(vault, "prod", OR_NONE), "remove");
    truth(again(hand, second)), comma();
    truth(strstr(header, get("other_token")));
    putchar(']');
    end();
    mmcred_text_free(url), mmcred_hand_free(hand), mmcred_vault_free(vault);
}

static void hands(void) {
    mmcred_hand *hand = NULL;
    mmcred_vault *vault = NULL;
    mmcred_text *url = NULL;
    char target[1024], header[MMCRED_AUTHORIZATION_SIZE];

    one_request(402, "url");
    renewed();
    demand(mmcred_vault_open(get("swap_vault"), get("swap_key"), 0, &vault, OR_NONE), "swap vault");
    demand(mmcred_hand_new(vault, "prod", &hand, OR_NONE), "hand");
    begin(404);
    request(hand, "users/me");
    end();
    mmcred_hand_free(hand), mmcred_vault_free(vault);
    one_request(405, "url_redirect");

    vault = hand_on(406, "url", &hand);
    snprintf(target, sizeof target, "%s/api/v4/users/me", get("url_foreign"));
    begin(406);
    putchar('[');
    request(hand, target), comma();
    request(hand, target + strlen("http:"));
    putchar(']');
    end();
    mmcred_hand_free(hand), mmcred_vault_free(vault);

    snprintf(target, sizeof target, "%s/api/v4/users/me", get("url"));
    demand(mmcred_authorization("prod", target, header, sizeof header, NULL, OR_NONE), "authorization");
    snprintf(target, sizeof target, "%s/", get("url_foreign"));
    begin(407);
    putchar('[');
    truth(strstr(header, get("token"))), comma();
    put_code(mmcred_authorization("prod", target, header, sizeof header, NULL, OR_NONE)), comma();
    put_code(mmcred_authorization("prod", "users/me", header, sizeof header, NULL, OR_NONE));
    putchar(']');
    end();

    vault = hand_on(408, "url", &hand);
    demand(put(vault, "prod", "url_foreign", "token", MMCRED_REPLACE, NULL), "replace");
    one_code(408, mmcred_hand_prepare(hand, "users/me", header, sizeof header, NULL, &url, NULL, OR_NONE));
    mmcred_hand_free(hand), mmcred_vault_free(vault);

    hand = NULL;
    vault = new_vault(409);
    one_code(409, mmcred_hand_new(vault, "nope", &hand, OR_NONE));
    mmcred_vault_free(vault);
}

#include "diagnoses.h"

/* ---- 501: every number up to the ledger's last block that has a name ---- */

static void ledger(void) {
    const char *between = "[";
    begin(501);
    for (mmcred_status status = 1; status < 1000; status++) {
        const char *name = mmcred_status_name(status);
        if (!name || !strcmp(name, "unknown")) continue;
        printf("%s[%u, \"%s\", \"%s\"]", between, status, name, mmcred_status_retry(status));
        between = ", ";
    }
    putchar(']');
    end();
}

int main(void) {
    const char *path = getenv("MMCRED_BEHAVIOUR");
    if (!path) return 3;
    context = slurp(path, &context_length);
    for (size_t i = 0; i < context_length; i++)
        if (context[i] == '\n') context[i] = '\0';
    curl_global_init(CURL_GLOBAL_DEFAULT);
    credentials();
    settings();
    n8n();
    server_urls();
    verifies();
    vaults();
    listing();
    many();
    hand_urls();
    hands();
    diagnoses();
    ledger();
    curl_global_cleanup();
    free(context);
    return 0;
}
