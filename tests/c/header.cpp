// The header in C++17: it compiles, and a wrong handle does not. Compiled twice by run.sh, the second time with WRONG.
#include <mmcred.h>

#include <type_traits>

static_assert(std::is_same_v<mmcred_status, uint32_t>);
static_assert(!std::is_convertible_v<mmcred_vault *, mmcred_credential *>);

int main() {
    mmcred_vault *vault = nullptr;
    mmcred_error *error = nullptr;
#ifdef WRONG
    mmcred_credential_free(vault);
#endif
    mmcred_vault_free(vault);
    mmcred_error_free(error);
    return mmcred_version_number() == MMCRED_VERSION_NUMBER ? 0 : 1;
}
