/* A test program in C: each CHECK prints one line of TAP, main ends with `return done();`. */
#ifndef MMCRED_TEST_HARNESS_H
#define MMCRED_TEST_HARNESS_H

#include <mmcred.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int checks, failures;

static inline void check(int good, const char *what, const char *file, int line) {
    checks++;
    if (!good) failures++;
    printf("%s %d - %s\n", good ? "ok" : "not ok", checks, what);
    if (!good) printf("# at %s:%d\n", file, line);
}

/* The condition itself is the name of the check. */
#define CHECK(condition) check((condition) ? 1 : 0, #condition, __FILE__, __LINE__)

static inline int done(void) {
    printf("1..%d\n", checks);
    return failures == 0 ? 0 : 1;
}

#define TOKEN "wx4dia1tmfgm8kzd95s1cs38na"
#define OTHER_TOKEN "jx4dia1tmfgm8kzd95s1cs38ny"

static inline mmcred_credential *credential_of(const char *token) {
    mmcred_credential *credential = NULL;
    mmcred_status status =
        mmcred_credential_new("https://chat.example.com", token, strlen(token), NULL, &credential, NULL);
    if (status != MMCRED_OK) abort();
    return credential;
}

/* A new vault below $MMCRED_TEST_WORK. */
static inline mmcred_vault *new_vault(const char *name) {
    char path[512], key[600];
    mmcred_vault *vault = NULL;
    snprintf(path, sizeof path, "%s/%s", getenv("MMCRED_TEST_WORK"), name);
    snprintf(key, sizeof key, "%s.key", path);
    mmcred_error *error = NULL;
    if (mmcred_vault_open(path, key, MMCRED_CREATE, &vault, &error) != MMCRED_OK) {
        fprintf(stderr, "%s %s\n", mmcred_error_message(error), mmcred_error_hint(error));
        abort();
    }
    return vault;
}

#endif
