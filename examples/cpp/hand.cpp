// Asks Mattermost who one is, as a long-running program should: with a hand, over and over.
//
//     c++ -std=c++17 hand.cpp $(pkg-config --cflags --libs mmcred libcurl) -o hand
//     ./hand prod users/me users/me/teams
//
// Put a new token under the name meanwhile (mmcred add prod --replace …) and it goes on with that one.
#include "mmcred.hpp"

#include <curl/curl.h>

#include <cstring>
#include <iostream>
#include <new>

namespace {

struct CurlFree {
    void operator()(CURL *curl) const noexcept { curl_easy_cleanup(curl); }
    /// libcurl made a copy of the token.
    void operator()(curl_slist *headers) const noexcept {
        mmcred_buffer_wipe(headers->data, std::strlen(headers->data));
        curl_slist_free_all(headers);
    }
};
using Curl = std::unique_ptr<CURL, CurlFree>;
using Headers = std::unique_ptr<curl_slist, CurlFree>;

struct Reply {
    long status = 0;
    std::string body;
};

extern "C" std::size_t keep(char *data, std::size_t size, std::size_t count, void *body) {
    try {
        static_cast<std::string *>(body)->append(data, size * count);
        return size * count;
    } catch (const std::bad_alloc &) { // nothing may be thrown through C; less than all ends the request
        return 0;
    }
}

/// A client that trusts whom the entry trusts, goes its way, and adds nothing of its own: no cookies, no netrc.
Curl client(const mmcred::Hand &hand) {
    Curl curl(curl_easy_init());
    if (!curl) throw std::bad_alloc();
    curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, 10L);
    curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl.get(), CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl.get(), CURLOPT_PROXY, hand.proxy().c_str());
    curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "");
    if (const mmcred::Secret credentials = hand.proxy_credentials(); !credentials.empty())
        curl_easy_setopt(curl.get(), CURLOPT_PROXYUSERPWD, credentials.c_str());
    if (hand.allow_unauthorized_certs()) {
        curl_easy_setopt(curl.get(), CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(curl.get(), CURLOPT_SSL_VERIFYHOST, 0L);
    } else if (std::string roots = hand.trusted_roots(); !roots.empty()) {
        curl_blob pem = {roots.data(), roots.size(), CURL_BLOB_COPY};
        curl_easy_setopt(curl.get(), CURLOPT_CAINFO_BLOB, &pem);
        curl_easy_setopt(curl.get(), CURLOPT_CAPATH, nullptr);
    }
    return curl;
}

/// Sends one request that the hand made ready.
Reply send(CURL *curl, const mmcred::Request &request) {
    Reply reply;
    const Headers headers(curl_slist_append(nullptr, request.header.c_str()));
    if (!headers) throw std::bad_alloc();
    curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply.body);
    const CURLcode code = curl_easy_perform(curl);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, nullptr);
    if (code != CURLE_OK) throw std::runtime_error(curl_easy_strerror(code));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
    return reply;
}

/// GET of `target`, through redirects that stay with the server, and once more if the token was replaced meanwhile.
Reply get(CURL *curl, const mmcred::Hand &hand, std::string target) {
    bool tried_again = false;
    for (int requests = 0; requests < 10; ++requests) {
        const mmcred::Request request = hand.prepare(target);
        Reply reply = send(curl, request);
        const char *location = nullptr;
        curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &location);
        if (location) target = hand.follow(request.url, location);
        else if (reply.status == 401 && !tried_again && hand.after_401(request.version)) tried_again = true;
        else return reply;
    }
    throw std::runtime_error("The server redirects without end.");
}

int run(int argc, char **argv) {
    const mmcred::Hand hand(argv[1]);
    const Curl curl = client(hand);
    bool refused = false;
    for (int i = 2; i < argc; ++i) {
        const Reply reply = get(curl.get(), hand, argv[i]);
        std::cout << reply.status << ' ' << reply.body << '\n';
        refused |= reply.status >= 400;
    }
    return refused ? 1 : 0;
}

} // namespace

int main(int argc, char **argv) {
    if (argc < 3) {
        std::cerr << "usage: " << argv[0] << " NAME TARGET...\n";
        return 2;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int exit_code = 1;
    try {
        exit_code = run(argc, argv);
    } catch (const mmcred::Error &error) {
        std::cerr << error.what() << ' ' << error.hint() << '\n';
    } catch (const std::exception &error) {
        std::cerr << error.what() << '\n';
    }
    curl_global_cleanup();
    return exit_code;
}
