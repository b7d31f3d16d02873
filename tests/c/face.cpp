// The C++ face of examples/cpp: what it throws, what it moves and what it refuses. That it frees is seen under
// sanitizers.
#include "harness.h"

#include "../../examples/cpp/mmcred.hpp"

#include <type_traits>

namespace {

using namespace std::string_literals;

template <typename T>
constexpr bool move_only =
    std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T> && !std::is_copy_constructible_v<T>;
static_assert(move_only<mmcred::Vault> && move_only<mmcred::Credential> && move_only<mmcred::Hand>);
static_assert(move_only<mmcred::Secret> && move_only<mmcred::Stored> && move_only<mmcred::Request>);
static_assert(std::is_nothrow_copy_constructible_v<mmcred::Error>, "an exception is copied as it is thrown");

template <typename Exception, typename Work> bool throws(Work work) {
    try {
        work();
    } catch (const Exception &) {
        return true;
    }
    return false;
}

template <typename Work> mmcred_status status_of(Work work) {
    try {
        work();
    } catch (const mmcred::Error &error) {
        return error.status();
    }
    return MMCRED_OK;
}

void errors() {
    std::optional<mmcred::Error> kept;
    try {
        mmcred::Credential("https://chat.example.com/hooks/x", TOKEN);
    } catch (const mmcred::Error &error) {
        kept = error;
    }
    CHECK(kept && kept->status() == MMCRED_WEBHOOK_URL && kept->name() == "webhook_url");
    CHECK(*kept->what() && *kept->hint() && kept->retry() == "never");
    CHECK(!kept->retry_after() && !kept->request_id());
    CHECK(status_of([] { mmcred::Vault("/nowhere/vault", "/nowhere/key"); }) == MMCRED_VAULT_MISSING);
    CHECK(status_of([] { mmcred::Credential("http://127.0.0.1:9", TOKEN).verify(); }) == MMCRED_CONNECTION_REFUSED);
}

void entries(const std::string &work) {
    mmcred::Vault vault(work + "/face", work + "/face.key", MMCRED_CREATE);
    const mmcred::Credential credential("chat.example.com", TOKEN);
    // A view of the middle of a text: what is behind it does not count.
    const std::string_view name = std::string_view("production").substr(0, 4);
    CHECK(vault.put(name, credential) == 1);
    CHECK(status_of([&] { vault.put(name, credential); }) == MMCRED_ENTRY_EXISTS);
    CHECK(vault.put(name, mmcred::Credential("chat.example.com", OTHER_TOKEN), MMCRED_REPLACE) == 2);
    mmcred::Stored stored = vault.get("prod");
    CHECK(stored.version == 2 && stored.credential.expose_token().c_str() == OTHER_TOKEN ""s);
    CHECK(stored.credential.server_url() == "https://chat.example.com");
    CHECK(throws<std::invalid_argument>([&] { vault.get("prod\0uction"s); }));
    CHECK(throws<std::invalid_argument>([&] { vault.remove("prod\0uction"s); }));
    vault.rename("prod", "live");
    CHECK(vault.list().find("\"live\"") != std::string::npos && vault.path() == work + "/face");
    CHECK(vault.key_file() == work + "/face.key");

    const mmcred::Hand hand(vault, "live");
    mmcred::Vault moved = std::move(vault);
    CHECK(throws<std::invalid_argument>([&] { mmcred::Hand(vault, "live"); }));
    CHECK(status_of([&] { vault.list(); }) == MMCRED_INVALID_ARGUMENT);
    CHECK(vault.path().empty());
    vault = std::move(moved);
    vault.remove("live");
    CHECK(status_of([&] { hand.prepare("users/me"); }) == MMCRED_ENTRY_MISSING);
    vault.close();
    CHECK(status_of([&] { hand.prepare("users/me"); }) == MMCRED_CLOSED);
}

void hands(const std::string &work) {
    std::optional<mmcred::Vault> vault(std::in_place, work + "/hands", work + "/hands.key", MMCRED_CREATE);
    mmcred::CredentialOptions options;
    options.ca_file = "/nowhere/ca.pem";
    options.proxy = "http://proxy:3128";
    vault->put("prod", mmcred::Credential("chat.example.com", TOKEN, options));
    const mmcred::Hand hand(*vault, "prod");
    vault.reset();
    const mmcred::Request request = hand.prepare("users/me");
    CHECK(request.url == "https://chat.example.com/api/v4/users/me" && request.version == 1);
    CHECK(request.header.c_str() == "Authorization: Bearer " TOKEN ""s);
    CHECK(hand.follow(request.url, "/x") == "https://chat.example.com/x" && !hand.after_401(request.version));
    CHECK(status_of([&] { hand.follow(request.url, "//elsewhere/"); }) == MMCRED_WRONG_ORIGIN);
    CHECK(hand.ca_file() == "/nowhere/ca.pem" && hand.proxy() == "http://proxy:3128/");
    CHECK(hand.proxy_credentials().empty() && !hand.allow_unauthorized_certs());
    CHECK(status_of([&] { hand.trusted_roots(); }) == MMCRED_INVALID_TLS_SETTINGS);
    setenv("MMCRED_VAULT", (work + "/hands").c_str(), 1);
    setenv("MMCRED_KEY_FILE", (work + "/hands.key").c_str(), 1);
    CHECK(mmcred::Hand("prod").server_url() == "https://chat.example.com");
    CHECK(mmcred::authorization("prod", request.url).c_str() == "Authorization: Bearer " TOKEN ""s);
}

/// Nobody listens on port 9: what is asked comes to an end at once.
void explains(const std::string &work) {
    mmcred::CredentialOptions options;
    options.token_id = options.user_id = "m4ntrbqgcbgf7e86tu3wrfe6kc";
    const mmcred::Credential credential("http://127.0.0.1:9", TOKEN, options);
    const std::string id = "\"token_id\":\"" + *options.token_id + "\"";
    CHECK(credential.fields().find(id) != std::string::npos);
    CHECK(credential.diagnose(&credential).find("\"connection_refused\"") != std::string::npos);
    CHECK(credential.test().find("\"Error\"") != std::string::npos);
    options.user_id = "no id";
    CHECK(status_of([&] { mmcred::Credential("chat.example.com", TOKEN, options); }) == MMCRED_INVALID_ARGUMENT);

    std::optional<mmcred::Vault> vault(std::in_place, work + "/explains", work + "/explains.key", MMCRED_CREATE);
    for (const char *name : {"one", "two", "three"}) vault->put(name, credential);
    CHECK(vault->diagnose("one", "two").find("\"connection_refused\"") != std::string::npos);
    CHECK(status_of([&] { vault->diagnose("one", "none"); }) == MMCRED_ENTRY_MISSING);
    mmcred::VerifyAll named(*vault, {"two", "three"});
    mmcred::VerifyAll all(*vault);
    vault.reset();
    const auto count = [](mmcred::VerifyAll &run) {
        int results = 0;
        for (; const auto result = run.next(); ++results) CHECK(result->find("\"ok\":false") != std::string::npos);
        return results;
    };
    CHECK(count(named) == 2 && count(all) == 3 && !all.next());
}

} // namespace

int main() {
    const std::string work = getenv("MMCRED_TEST_WORK");
    errors();
    entries(work);
    hands(work);
    explains(work);
    return done();
}
