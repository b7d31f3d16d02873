/* A child goes on with what its parent opened, also when other threads were inside a call as it was forked, be it their
 * first. */
#include "harness.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>

enum { THREADS = 4, FORKS = 50, FIRST_CALLS = 60, SECONDS = 20 };

static mmcred_vault *vault;
static mmcred_hand *hand;
static mmcred_credential *credential;
static atomic_bool stop;
static atomic_int wrong;

static int reads(void) {
    char header[MMCRED_AUTHORIZATION_SIZE];
    mmcred_text *url = NULL;
    mmcred_status status = mmcred_hand_prepare(hand, "users/me", header, sizeof header, NULL, &url, NULL, NULL);
    mmcred_text_free(url);
    return status == MMCRED_OK && strcmp(header, "Authorization: Bearer " TOKEN) == 0;
}

/* Nobody listens there, which takes the library's own threads to find out. */
static int asks(void) {
    mmcred_credential *nobody = NULL;
    mmcred_credential_new("http://127.0.0.1:9", TOKEN, 26, NULL, &nobody, NULL);
    mmcred_status status = mmcred_credential_verify(nobody, MMCRED_DEFAULT_TIMEOUT, NULL, NULL);
    mmcred_credential_free(nobody);
    return status == MMCRED_CONNECTION_REFUSED;
}

static int writes(const char *name) {
    return mmcred_vault_put(vault, name, credential, MMCRED_REPLACE, NULL, NULL) == MMCRED_OK;
}

static void *work(void *nothing) {
    for (int round = 0; !stop; round++)
        if (!reads() || (round % 64 == 0 && !(asks() && writes("parent")))) wrong++;
    return nothing;
}

/* Whether a child could do all of it; else says what it could not, or the signal it died of: SIGALRM if it hung. */
static int child_of_a_fork(void) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        alarm(SECONDS);
        _exit(!reads() + 2 * !asks() + 4 * !writes("child"));
    }
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) printf("# a child died of signal %d\n", WTERMSIG(status));
    else if (status != 0) printf("# a child failed: %d of 1 (read), 2 (ask), 4 (write)\n", WEXITSTATUS(status));
    return status == 0;
}

static void *asks_once(void *nothing) { return asks() ? nothing : &wrong; }

/* In a process of its own, whose first call on the network meets a fork after so many microseconds. */
static int first_call(long microseconds) {
    pthread_t thread;
    void *failed;
    pthread_create(&thread, NULL, asks_once, NULL);
    nanosleep(&(struct timespec){.tv_nsec = microseconds * 1000}, NULL);
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        alarm(SECONDS);
        _exit(!asks());
    }
    waitpid(child, &status, 0);
    pthread_join(thread, &failed);
    return status != 0 || failed != NULL;
}

static int first_calls_that_failed(const char *self) {
    int failed = 0;
    for (int i = 0; i < FIRST_CALLS; i++) {
        char after[16];
        int status = 0;
        snprintf(after, sizeof after, "%d", i * 10);
        pid_t child = fork();
        if (child == 0) {
            execl(self, self, after, (char *)NULL);
            _exit(127);
        }
        waitpid(child, &status, 0);
        failed += status != 0;
    }
    return failed;
}

int main(int argc, char **argv) {
    if (argc > 1) return first_call(strtol(argv[1], NULL, 10));
    CHECK(first_calls_that_failed(argv[0]) == 0);
    pthread_t threads[THREADS];
    int failed = 0;
    credential = credential_of(TOKEN);
    vault = new_vault("fork");
    CHECK(mmcred_vault_put(vault, "prod", credential, 0, NULL, NULL) == MMCRED_OK);
    CHECK(mmcred_hand_new(vault, "prod", &hand, NULL) == MMCRED_OK);
    for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, NULL);
    for (int i = 0; i < FORKS; i++) failed += !child_of_a_fork();
    stop = true;
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    CHECK(failed == 0);
    CHECK(wrong == 0);
    CHECK(reads() && asks());
    mmcred_hand_free(hand);
    mmcred_vault_free(vault);
    mmcred_credential_free(credential);
    return done();
}
