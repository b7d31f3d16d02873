/* Faults made on purpose, so that it is known that the tools would find one: planted leak | use-after-free */
#include "harness.h"

static __attribute__((noinline)) void leak(void) {
    for (int i = 0; i < 8; i++) (void)credential_of(TOKEN);
}

static int use_after_free(void) {
    mmcred_credential *credential = credential_of(TOKEN);
    const char *url = mmcred_credential_server_url(credential);
    mmcred_credential_free(credential);
    return puts(url) < 0;
}

int main(int argc, char **argv) {
    if (argc == 2 && !strcmp(argv[1], "use-after-free")) return use_after_free();
    leak();
    return 0;
}
