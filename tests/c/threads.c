/* Eight threads share one credential, one vault and one hand; one of them replaces the entry all the time, and one
 * closes the vault in the end. */
#include "harness.h"

#include <pthread.h>

enum { THREADS = 8, ROUNDS = 200 };

static mmcred_vault *vault;
static mmcred_hand *hand;
static mmcred_credential *credential, *other;
static int wrong[THREADS];

static int read_once(void) {
    char header[MMCRED_AUTHORIZATION_SIZE];
    mmcred_text *url = NULL, *json = NULL;
    mmcred_credential *got = NULL;
    uint64_t version = 0;
    int good = mmcred_hand_prepare(hand, "users/me", header, sizeof header, NULL, &url, &version, NULL) == MMCRED_OK;
    good = good && (strstr(header, TOKEN) != NULL || strstr(header, OTHER_TOKEN) != NULL) && version > 0;
    good = good && mmcred_vault_get(vault, "prod", &got, NULL, NULL) == MMCRED_OK;
    good = good && mmcred_vault_list(vault, &json, NULL) == MMCRED_OK;
    good = good && mmcred_credential_authorization(credential, header, sizeof header, NULL, NULL) == MMCRED_OK;
    mmcred_text_free(url);
    mmcred_text_free(json);
    mmcred_credential_free(got);
    return good;
}

static void *run(void *argument) {
    ptrdiff_t number = (int *)argument - wrong;
    for (int round = 0; round < ROUNDS; round++) {
        if (number == 0) {
            mmcred_credential *next = round % 2 ? credential : other;
            if (mmcred_vault_put(vault, "prod", next, MMCRED_REPLACE, NULL, NULL) != MMCRED_OK) wrong[number]++;
        } else if (!read_once()) {
            wrong[number]++;
        }
    }
    return NULL;
}

/* Errors are each thread's own. */
static void *fail(void *argument) {
    int *failed = argument;
    char name[32];
    snprintf(name, sizeof name, "entry%d", (int)(failed - wrong));
    for (int round = 0; round < ROUNDS; round++) {
        mmcred_credential *got = NULL;
        mmcred_error *error = NULL;
        mmcred_status status = mmcred_vault_get(vault, name, &got, NULL, &error);
        if (status != MMCRED_ENTRY_MISSING || !strstr(mmcred_error_message(error), name)) ++*failed;
        mmcred_error_free(error);
    }
    return NULL;
}

/* Network calls of several threads share the library's own two. */
static void *refuse(void *argument) {
    mmcred_credential *nobody = NULL;
    mmcred_credential_new("http://127.0.0.1:9", TOKEN, 26, NULL, &nobody, NULL);
    mmcred_status status = mmcred_credential_verify(nobody, MMCRED_DEFAULT_TIMEOUT, NULL, NULL);
    if (status != MMCRED_CONNECTION_REFUSED) ++*(int *)argument;
    mmcred_credential_free(nobody);
    return NULL;
}

/* The vault is closed and freed while others are inside its hand: each call succeeds or says that it is closed. */
static void *outlive(void *argument) {
    int *failed = argument;
    for (int round = 0; round < ROUNDS; round++) {
        char header[MMCRED_AUTHORIZATION_SIZE];
        mmcred_text *url = NULL;
        mmcred_status status = mmcred_hand_prepare(hand, "x", header, sizeof header, NULL, &url, NULL, NULL);
        mmcred_text_free(url);
        if (status != MMCRED_OK && status != MMCRED_CLOSED) ++*failed;
        if (failed != wrong || round != ROUNDS / 2) continue;
        if (mmcred_vault_close(vault, NULL) != MMCRED_OK) ++*failed;
        mmcred_vault_free(vault);
    }
    return NULL;
}

/* What one thread was given, another may give back. */
static void *give_back(void *nothing) {
    mmcred_hand_free(hand);
    mmcred_credential_free(other);
    mmcred_credential_free(credential);
    return nothing;
}

static int all(void *(*work)(void *)) {
    pthread_t threads[THREADS];
    int sum = 0;
    memset(wrong, 0, sizeof wrong);
    for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, &wrong[i]);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < THREADS; i++) sum += wrong[i];
    return sum;
}

int main(void) {
    credential = credential_of(TOKEN);
    other = credential_of(OTHER_TOKEN);
    vault = new_vault("threads");
    CHECK(mmcred_vault_put(vault, "prod", credential, 0, NULL, NULL) == MMCRED_OK);
    CHECK(mmcred_hand_new(vault, "prod", &hand, NULL) == MMCRED_OK);
    CHECK(all(run) == 0);
    CHECK(all(fail) == 0);
    CHECK(all(refuse) == 0);
    CHECK(all(outlive) == 0);
    pthread_t last;
    pthread_create(&last, NULL, give_back, NULL);
    pthread_join(last, NULL);
    return done();
}
