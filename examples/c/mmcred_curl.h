/* A hand's rules, carried into libcurl. Copy this file into a program that makes its requests with libcurl (>= 7.77).
 *
 * What it takes care of: each request's token is read anew and sent to the entry's own server only; a redirect is
 * followed only where the hand says; a refusal (401) is tried once more if the token was replaced meanwhile; no
 * cookies, no netrc; certificates and proxy are those of the entry. */
#ifndef MMCRED_CURL_H
#define MMCRED_CURL_H

#include <curl/curl.h>
#include <mmcred.h>
#include <stdlib.h>
#include <string.h>

/* What came back. `body` is the caller's to free, and ends in NUL. `status` is 0 where `curl` is not CURLE_OK. */
struct mmcred_curl_reply {
    CURLcode curl;
    long status;
    char *body;
    size_t length;
};

static size_t mmcred_curl_keep(char *data, size_t size, size_t count, void *user) {
    struct mmcred_curl_reply *reply = user;
    size_t more = size * count;
    char *body = realloc(reply->body, reply->length + more + 1);
    if (!body) return 0;
    memcpy(body + reply->length, data, more);
    reply->body = body;
    reply->length += more;
    body[reply->length] = '\0';
    return more;
}

static mmcred_status mmcred_curl_set_proxy(CURL *curl, const mmcred_hand *hand, mmcred_error **out_error) {
    mmcred_text *proxy = NULL;
    char user_and_password[1024];
    mmcred_status status = mmcred_hand_proxy(hand, &proxy, out_error);
    if (status != MMCRED_OK) return status;
    /* An empty text is libcurl's word for "none, whatever the environment says". */
    curl_easy_setopt(curl, CURLOPT_PROXY, mmcred_text_chars(proxy));
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "");
    mmcred_text_free(proxy);
    status = mmcred_hand_proxy_credentials(hand, user_and_password, sizeof user_and_password, NULL, out_error);
    if (status == MMCRED_OK && *user_and_password) curl_easy_setopt(curl, CURLOPT_PROXYUSERPWD, user_and_password);
    mmcred_buffer_wipe(user_and_password, sizeof user_and_password);
    return status;
}

static mmcred_status mmcred_curl_set_trust(CURL *curl, const mmcred_hand *hand, mmcred_error **out_error) {
    mmcred_text *roots = NULL;
    mmcred_status status = mmcred_hand_trusted_roots(hand, &roots, out_error);
    if (status != MMCRED_OK) return status;
    if (mmcred_hand_allow_unauthorized_certs(hand)) {
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    } else if (mmcred_text_length(roots) > 0) {
        struct curl_blob pem = {(void *)(size_t)mmcred_text_chars(roots), mmcred_text_length(roots), CURL_BLOB_COPY};
        curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &pem);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
    mmcred_text_free(roots);
    return status;
}

/* A libcurl handle for requests through a hand; NULL and an error if its settings are no good. The caller frees it
 * with curl_easy_cleanup. */
static inline CURL *mmcred_curl_new(const mmcred_hand *hand, mmcred_error **out_error) {
    CURL *curl = curl_easy_init();
    if (!curl) return NULL;
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 10L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, mmcred_curl_keep);
    if (mmcred_curl_set_proxy(curl, hand, out_error) == MMCRED_OK &&
        mmcred_curl_set_trust(curl, hand, out_error) == MMCRED_OK)
        return curl;
    curl_easy_cleanup(curl);
    return NULL;
}

/* Sends one request that the hand made ready. */
static void mmcred_curl_send(CURL *curl, const char *url, char *header, struct mmcred_curl_reply *reply) {
    struct curl_slist *headers = curl_slist_append(NULL, header);
    free(reply->body);
    memset(reply, 0, sizeof *reply);
    reply->curl = CURLE_OUT_OF_MEMORY;
    if (!headers) return;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, reply);
    reply->curl = curl_easy_perform(curl);
    if (reply->curl == CURLE_OK) curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply->status);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
    mmcred_buffer_wipe(headers->data, strlen(headers->data)); /* libcurl made a copy of the token */
    curl_slist_free_all(headers);
}

/* GET of `target`: "users/me", "/x" or an absolute URL, as mmcred_hand_prepare takes it. MMCRED_OK says that the hand
 * refused nothing; what came back is in `reply`. */
static inline mmcred_status mmcred_curl_get(CURL *curl, const mmcred_hand *hand, const char *target,
                                            struct mmcred_curl_reply *reply, mmcred_error **out_error) {
    mmcred_text *next = NULL; /* where a redirect led */
    mmcred_status status = MMCRED_OK;
    bool tried_again = false;
    memset(reply, 0, sizeof *reply);
    for (int requests = 0; requests < 10; requests++) {
        char header[MMCRED_AUTHORIZATION_SIZE];
        mmcred_text *url = NULL, *place = NULL;
        uint64_t version = 0;
        const char *location = NULL;
        bool again = false;
        status = mmcred_hand_prepare(hand, next ? mmcred_text_chars(next) : target, header, sizeof header, NULL, &url,
                                     &version, out_error);
        if (status != MMCRED_OK) break;
        mmcred_curl_send(curl, mmcred_text_chars(url), header, reply);
        mmcred_buffer_wipe(header, sizeof header);
        if (reply->curl == CURLE_OK) curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &location);
        if (location) {
            status = mmcred_hand_follow(hand, mmcred_text_chars(url), location, &place, out_error);
            again = status == MMCRED_OK;
        } else if (reply->status == 401 && !tried_again) {
            tried_again = true;
            status = mmcred_hand_after_401(hand, version, &again, out_error);
        }
        mmcred_text_free(url);
        if (place) {
            mmcred_text_free(next);
            next = place;
        }
        if (!again) break;
    }
    mmcred_text_free(next);
    return status;
}

#endif
