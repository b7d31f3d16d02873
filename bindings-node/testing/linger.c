/* Preloaded into a program, keeps its other threads running for a while after its libraries were taken down: what a
 * thread may do to a process that ends is then seen nearly always, instead of once in 40 exits. */
#define _DEFAULT_SOURCE
#include <stdlib.h>
#include <unistd.h>

static void linger(int status, void *nothing) {
    (void)status, (void)nothing;
    usleep(150 * 1000);
}

/* Handlers run backwards, and the loader's own, which takes the libraries down, is registered after this. */
__attribute__((constructor)) static void start(void) { on_exit(linger, NULL); }
