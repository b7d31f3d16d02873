// mmcred for C++17: handles that free themselves, errors that are thrown. Copy this file into your program.
//
//     mmcred::Hand hand("prod");
//     mmcred::Request request = hand.prepare("users/me");    // request.url, request.header
//
// Every failure of the library is thrown as mmcred::Error; std::invalid_argument is thrown for a text with a NUL inside
// and for a vault that was moved away. What each call does, and its errors, stands in mmcred.h.
//
// Classes are moved, not copied. What goes in is copied by the library; what comes out is yours: a std::string, or a
// Secret, which wipes itself. A const member may be called by several threads at the same time. What is not here is
// done with the handle that get() lends.
#ifndef MMCRED_HPP
#define MMCRED_HPP

#include <mmcred.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mmcred {

/// What went wrong. Copies share it; its texts live as long as the last of them.
class Error : public std::exception {
  public:
    explicit Error(mmcred_error *error) : error_(error, mmcred_error_free) {}

    mmcred_status status() const noexcept { return mmcred_error_number(error_.get()); }
    /// The ledger's name, for example "token_rejected".
    std::string_view name() const noexcept { return mmcred_error_name(error_.get()); }
    /// What happened, in one sentence.
    const char *what() const noexcept override { return mmcred_error_message(error_.get()); }
    /// What to do about it.
    const char *hint() const noexcept { return mmcred_error_hint(error_.get()); }
    /// "later" if the same call may succeed without anybody changing anything, else "never".
    std::string_view retry() const noexcept { return mmcred_error_retry(error_.get()); }
    /// How long the server asked to wait.
    std::optional<std::chrono::duration<double>> retry_after() const noexcept {
        const double seconds = mmcred_error_retry_after_seconds(error_.get());
        if (seconds < 0) return std::nullopt;
        return std::chrono::duration<double>(seconds);
    }
    /// The id of the request in the server's log; nullptr where there is none.
    const char *request_id() const noexcept { return mmcred_error_request_id(error_.get()); }

  private:
    std::shared_ptr<const mmcred_error> error_;
};

/// Text that is wiped when it goes.
class Secret {
  public:
    explicit Secret(std::size_t size) : text_(new char[size](), Wipe{size}) {}

    const char *c_str() const noexcept { return text_.get(); }
    bool empty() const noexcept { return *c_str() == '\0'; }
    char *data() noexcept { return text_.get(); }
    std::size_t size() const noexcept { return text_.get_deleter().size; }

  private:
    struct Wipe {
        std::size_t size;
        void operator()(char *text) const noexcept {
            mmcred_buffer_wipe(text, size);
            delete[] text;
        }
    };
    std::unique_ptr<char[], Wipe> text_;
};

namespace detail {

template <auto free> struct Free {
    template <typename T> void operator()(T *handle) const noexcept { free(handle); }
};
template <typename T, auto free> using Handle = std::unique_ptr<T, Free<free>>;
using TextHandle = Handle<mmcred_text, mmcred_text_free>;
using OptionsHandle = Handle<mmcred_credential_options, mmcred_credential_options_free>;
using CredentialHandle = Handle<mmcred_credential, mmcred_credential_free>;
using VerifiedHandle = Handle<mmcred_verified, mmcred_verified_free>;
using VaultHandle = Handle<mmcred_vault, mmcred_vault_free>;
using VerifyAllHandle = Handle<mmcred_verify_all, mmcred_verify_all_free>;
using HandHandle = Handle<mmcred_hand, mmcred_hand_free>;

/// A text for C, where it ends at the first NUL.
class Text {
  public:
    explicit Text(std::string_view text) : text_(text), given_(true) {
        if (text_.find('\0') != std::string::npos) throw std::invalid_argument("mmcred: a text with a NUL inside");
    }
    explicit Text(std::optional<std::string_view> text) : Text(text.value_or("")) { given_ = text.has_value(); }
    operator const char *() const noexcept { return given_ ? text_.c_str() : nullptr; }

  private:
    std::string text_;
    bool given_;
};

/// Calls a function of the library, and throws what it gives out as error.
template <typename Function, typename... Arguments> void call(Function function, const Arguments &...arguments) {
    mmcred_error *error = nullptr;
    if (function(arguments..., &error) != MMCRED_OK) throw Error(error);
}

/// The same for a function that gives out one handle.
template <typename Handle, typename Function, typename... Arguments>
Handle make(Function function, const Arguments &...arguments) {
    typename Handle::pointer out = nullptr;
    call(function, arguments..., &out);
    return Handle(out);
}

template <typename Function, typename... Arguments> std::string text(Function function, const Arguments &...arguments) {
    const auto text = make<TextHandle>(function, arguments...);
    return std::string(mmcred_text_chars(text.get()), mmcred_text_length(text.get()));
}

template <typename Function, typename... Arguments>
Secret secret(std::size_t size, Function function, const Arguments &...arguments) {
    Secret secret(size);
    call(function, arguments..., secret.data(), secret.size(), nullptr);
    return secret;
}

inline std::optional<std::string> optional(const char *text) {
    return text ? std::optional<std::string>(text) : std::nullopt;
}

inline std::string lent(const char *text) { return text ? text : ""; }

} // namespace detail

using Seconds = std::chrono::duration<double>;

/// How a credential's server is reached, where the defaults do not do.
struct CredentialOptions {
    std::optional<std::string> ca_file = {};
    std::optional<std::string> proxy = {};
    bool allow_http = false;
    bool allow_unauthorized_certs = false;
    /// Of the token and of its owner: with them a diagnosis finds the exact cause.
    std::optional<std::string> token_id = {};
    std::optional<std::string> user_id = {};
};

namespace detail {

inline OptionsHandle options(const CredentialOptions &given) {
    auto options = make<OptionsHandle>(mmcred_credential_options_new);
    call(mmcred_credential_options_set_ca_file, options.get(), Text(given.ca_file));
    call(mmcred_credential_options_set_proxy, options.get(), Text(given.proxy));
    call(mmcred_credential_options_set_allow_http, options.get(), given.allow_http);
    call(mmcred_credential_options_set_allow_unauthorized_certs, options.get(), given.allow_unauthorized_certs);
    call(mmcred_credential_options_set_token_id, options.get(), Text(given.token_id));
    call(mmcred_credential_options_set_user_id, options.get(), Text(given.user_id));
    return options;
}

} // namespace detail

/// Whom a token belongs to.
struct Verified {
    std::string user_id;
    std::string username;
    std::vector<std::string> roles;
    bool is_bot;
    std::optional<std::string> server_version;

    explicit Verified(const mmcred_verified *verified)
        : user_id(detail::lent(mmcred_verified_user_id(verified))),
          username(detail::lent(mmcred_verified_username(verified))), is_bot(mmcred_verified_is_bot(verified)),
          server_version(detail::optional(mmcred_verified_server_version(verified))) {
        for (std::size_t i = 0; i < mmcred_verified_role_count(verified); ++i)
            roles.emplace_back(mmcred_verified_role(verified, i));
    }
};

class Credential {
  public:
    Credential(std::string_view url, std::string_view token, const CredentialOptions &options = {})
        : handle_(detail::make<detail::CredentialHandle>(mmcred_credential_new, detail::Text(url), token.data(),
                                                         token.size(), detail::options(options).get())) {}
    explicit Credential(detail::CredentialHandle handle) noexcept : handle_(std::move(handle)) {}
    /// flags: 0 or MMCRED_ALLOW_HTTP.
    static Credential from_n8n_fields(std::string_view json, std::uint32_t flags = 0) {
        return Credential(
            detail::make<detail::CredentialHandle>(mmcred_credential_from_n8n_fields, json.data(), json.size(), flags));
    }

    Verified verify(Seconds timeout = Seconds(MMCRED_DEFAULT_TIMEOUT)) const {
        return Verified(detail::make<detail::VerifiedHandle>(mmcred_credential_verify, get(), timeout.count()).get());
    }
    /// Why it does not work, as JSON. admin: a system administrator's credential for the same server, or nullptr.
    std::string diagnose(const Credential *admin = nullptr, Seconds timeout = Seconds(MMCRED_DIAGNOSE_TIMEOUT)) const {
        return detail::text(mmcred_credential_diagnose, get(), admin ? admin->get() : nullptr, timeout.count());
    }
    /// The answer of n8n's test, as JSON.
    std::string test(Seconds timeout = Seconds(MMCRED_DEFAULT_TIMEOUT)) const {
        return detail::text(mmcred_credential_test, get(), timeout.count());
    }
    Secret authorization() const {
        return detail::secret(MMCRED_AUTHORIZATION_SIZE, mmcred_credential_authorization, get());
    }
    Secret expose_token() const { return detail::secret(MMCRED_TOKEN_SIZE, mmcred_credential_expose_token, get()); }
    std::string server_url() const { return detail::lent(mmcred_credential_server_url(get())); }
    std::string fingerprint() const { return detail::lent(mmcred_credential_fingerprint(get())); }
    /// All that may be printed, as JSON.
    std::string fields() const { return detail::text(mmcred_credential_fields, get()); }
    const mmcred_credential *get() const noexcept { return handle_.get(); }

  private:
    detail::CredentialHandle handle_;
};

/// An entry as it was read.
struct Stored {
    Credential credential;
    std::uint64_t version;
};

class Vault {
  public:
    /// Without a path and a key file the user's own are taken. flags: 0 or MMCRED_CREATE.
    explicit Vault(std::optional<std::string_view> path = {}, std::optional<std::string_view> key_file = {},
                   std::uint32_t flags = 0)
        : handle_(detail::make<detail::VaultHandle>(mmcred_vault_open, detail::Text(path), detail::Text(key_file),
                                                    flags)) {}

    /// Returns the entry's version. flags: 0 or MMCRED_REPLACE.
    std::uint64_t put(std::string_view name, const Credential &credential, std::uint32_t flags = 0) const {
        std::uint64_t version = 0;
        detail::call(mmcred_vault_put, get(), detail::Text(name), credential.get(), flags, &version);
        return version;
    }
    Stored get(std::string_view name) const {
        mmcred_credential *out = nullptr;
        std::uint64_t version = 0;
        detail::call(mmcred_vault_get, get(), detail::Text(name), &out, &version);
        return {Credential(detail::CredentialHandle(out)), version};
    }
    /// All entries, as JSON.
    std::string list() const { return detail::text(mmcred_vault_list, get()); }
    void remove(std::string_view name) const { detail::call(mmcred_vault_remove, get(), detail::Text(name)); }
    void rename(std::string_view from, std::string_view to) const {
        detail::call(mmcred_vault_rename, get(), detail::Text(from), detail::Text(to));
    }
    Verified verify(std::string_view name, Seconds timeout = Seconds(MMCRED_DEFAULT_TIMEOUT)) const {
        return Verified(
            detail::make<detail::VerifiedHandle>(mmcred_vault_verify, get(), detail::Text(name), timeout.count())
                .get());
    }
    /// Why the entry does not work, as JSON. admin: the name of a system administrator's entry for the same server.
    std::string diagnose(std::string_view name, std::optional<std::string_view> admin = {},
                         Seconds timeout = Seconds(MMCRED_DIAGNOSE_TIMEOUT)) const {
        return detail::text(mmcred_vault_diagnose, get(), detail::Text(name), detail::Text(admin), timeout.count());
    }
    std::string path() const { return detail::lent(mmcred_vault_path(get())); }
    std::optional<std::string> key_file() const { return detail::optional(mmcred_vault_key_file(get())); }
    /// Ends the vault for its hands too, and says whether that went well, which a destructor can not.
    void close() const { detail::call(mmcred_vault_close, get()); }
    const mmcred_vault *get() const noexcept { return handle_.get(); }

  private:
    detail::VaultHandle handle_;
};

/// Asks whether the entries of a vault work, many at the same time. Its end drops what is under way.
class VerifyAll {
  public:
    /// Of all entries. The vault may go before the run. in_flight: for each server, 1 to 512.
    explicit VerifyAll(const Vault &vault, std::uint32_t in_flight = 64,
                       Seconds timeout = Seconds(MMCRED_DEFAULT_TIMEOUT))
        : handle_(detail::make<detail::VerifyAllHandle>(mmcred_verify_all_new, vault.get(),
                                                        static_cast<const char *const *>(nullptr), std::size_t{0},
                                                        in_flight, timeout.count())) {}
    VerifyAll(const Vault &vault, const std::vector<std::string> &names, std::uint32_t in_flight = 64,
              Seconds timeout = Seconds(MMCRED_DEFAULT_TIMEOUT)) {
        std::vector<detail::Text> texts;
        for (const std::string_view name : names) texts.emplace_back(name);
        const std::vector<const char *> chars(texts.begin(), texts.end());
        handle_ = detail::make<detail::VerifyAllHandle>(mmcred_verify_all_new, vault.get(), chars.data(), chars.size(),
                                                        in_flight, timeout.count());
    }

    /// Waits for the next result, as JSON; none when all are there.
    std::optional<std::string> next() {
        const auto json = detail::make<detail::TextHandle>(mmcred_verify_all_next, get());
        if (!json) return std::nullopt;
        return std::string(mmcred_text_chars(json.get()), mmcred_text_length(json.get()));
    }
    mmcred_verify_all *get() const noexcept { return handle_.get(); }

  private:
    detail::VerifyAllHandle handle_;
};

/// What to send, and where to. The header is the whole line, "Authorization: Bearer …".
struct Request {
    std::string url;
    Secret header;
    std::uint64_t version;
};

class Hand {
  public:
    /// Of the process's default vault.
    explicit Hand(std::string_view name)
        : handle_(detail::make<detail::HandHandle>(mmcred_hand_new, static_cast<mmcred_vault *>(nullptr),
                                                   detail::Text(name))) {}
    /// The vault may go before the hand.
    Hand(const Vault &vault, std::string_view name) {
        if (!vault.get()) throw std::invalid_argument("mmcred: the vault was moved away");
        handle_ = detail::make<detail::HandHandle>(mmcred_hand_new, vault.get(), detail::Text(name));
    }

    /// target: "users/me", "/x", or an absolute URL of the same server.
    Request prepare(std::string_view target) const {
        Secret header(MMCRED_AUTHORIZATION_SIZE);
        mmcred_text *url = nullptr;
        std::uint64_t version = 0;
        detail::call(mmcred_hand_prepare, get(), detail::Text(target), header.data(), header.size(), nullptr, &url,
                     &version);
        const detail::TextHandle owner(url);
        return {mmcred_text_chars(url), std::move(header), version};
    }
    /// Where a redirect of a request to `from` leads.
    std::string follow(std::string_view from, std::string_view location) const {
        return detail::text(mmcred_hand_follow, get(), detail::Text(from), detail::Text(location));
    }
    /// Whether a request that was refused with 401 shall be prepared and sent once more.
    bool after_401(std::uint64_t version) const {
        bool again = false;
        detail::call(mmcred_hand_after_401, get(), version, &again);
        return again;
    }
    std::string server_url() const { return detail::lent(mmcred_hand_server_url(get())); }
    std::optional<std::string> ca_file() const { return detail::optional(mmcred_hand_ca_file(get())); }
    bool allow_unauthorized_certs() const noexcept { return mmcred_hand_allow_unauthorized_certs(get()); }
    /// The certificates to trust, as PEM; empty where any is to be accepted.
    std::string trusted_roots() const { return detail::text(mmcred_hand_trusted_roots, get()); }
    /// Empty where none is to be used.
    std::string proxy() const { return detail::text(mmcred_hand_proxy, get()); }
    /// "user:password", or empty.
    Secret proxy_credentials() const { return detail::secret(1024, mmcred_hand_proxy_credentials, get()); }
    const mmcred_hand *get() const noexcept { return handle_.get(); }

  private:
    detail::HandHandle handle_;
};

/// The header line for one request to `url`, from the default vault's entry `name`.
inline Secret authorization(std::string_view name, std::string_view url) {
    return detail::secret(MMCRED_AUTHORIZATION_SIZE, mmcred_authorization, detail::Text(name), detail::Text(url));
}

} // namespace mmcred

#endif
