/* A bug in the library is an error of the call, and the program goes on. Needs a library with the feature. */
#include "harness.h"

mmcred_status mmcred_deliberate_bug(mmcred_error **out_error);

int main(void) {
    mmcred_error *error = NULL;
    for (int i = 0; i < 3; i++) {
        CHECK(mmcred_deliberate_bug(&error) == MMCRED_INTERNAL);
        CHECK(strcmp(mmcred_error_name(error), "internal") == 0);
        mmcred_error_free(error);
    }
    CHECK(mmcred_deliberate_bug(NULL) == MMCRED_INTERNAL);
    mmcred_credential_free(credential_of(TOKEN));
    return done();
}
