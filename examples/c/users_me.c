/* Asks Mattermost who one is: mmcred's three lines, and libcurl.
 *
 *     cc users_me.c $(pkg-config --cflags --libs mmcred libcurl) -o users_me
 *     ./users_me prod https://chat.example.com/api/v4/users/me
 *
 * The short way: no redirect is followed and nothing is tried again. hand.c does what a long-running program needs. */
#include <curl/curl.h>
#include <mmcred.h>
#include <stdio.h>

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: %s NAME URL\n", argv[0]);
        return 2;
    }
    const char *name = argv[1], *url = argv[2];
    struct curl_slist *headers = NULL;
    mmcred_error *error = NULL;
    char header[MMCRED_AUTHORIZATION_SIZE];
    size_t need;

    if (mmcred_authorization(name, url, header, sizeof header, &need, &error) == MMCRED_OK)
        headers = curl_slist_append(headers, header); /* only if url is on the server of that name */
    mmcred_buffer_wipe(header, sizeof header);
    if (!headers) {
        fprintf(stderr, "%s %s\n", mmcred_error_message(error), mmcred_error_hint(error));
        mmcred_error_free(error);
        return 1;
    }

    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 10L);
    CURLcode code = curl_easy_perform(curl); /* writes the reply to standard output */
    if (code != CURLE_OK) fprintf(stderr, "%s\n", curl_easy_strerror(code));
    else putchar('\n');
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return code == CURLE_OK ? 0 : 1;
}
