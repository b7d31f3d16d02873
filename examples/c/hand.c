/* Asks Mattermost who one is, as a long-running program should: with a hand, over and over.
 *
 *     cc hand.c $(pkg-config --cflags --libs mmcred libcurl) -o hand
 *     ./hand prod users/me users/me/teams
 *
 * Put a new token under the name meanwhile (mmcred add prod --replace …) and it goes on with that one. */
#include "mmcred_curl.h"

#include <stdio.h>

static int failed(mmcred_error *error) {
    fprintf(stderr, "%s %s\n", mmcred_error_message(error), mmcred_error_hint(error));
    mmcred_error_free(error);
    return 1;
}

static int show(CURL *curl, const mmcred_hand *hand, const char *target) {
    struct mmcred_curl_reply reply;
    mmcred_error *error = NULL;
    int exit_code = 0;
    if (mmcred_curl_get(curl, hand, target, &reply, &error) != MMCRED_OK) {
        exit_code = failed(error);
    } else if (reply.curl != CURLE_OK) {
        fprintf(stderr, "%s\n", curl_easy_strerror(reply.curl));
        exit_code = 1;
    } else {
        printf("%ld %s\n", reply.status, reply.body ? reply.body : "");
        exit_code = reply.status >= 400;
    }
    free(reply.body);
    return exit_code;
}

int main(int argc, char **argv) {
    mmcred_hand *hand = NULL;
    mmcred_error *error = NULL;
    int exit_code = 0;
    if (argc < 3) {
        fprintf(stderr, "usage: %s NAME TARGET...\n", argv[0]);
        return 2;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (mmcred_hand_new(NULL, argv[1], &hand, &error) != MMCRED_OK) return failed(error);
    CURL *curl = mmcred_curl_new(hand, &error);
    if (curl)
        for (int i = 2; i < argc; i++) exit_code |= show(curl, hand, argv[i]);
    else exit_code = failed(error);
    curl_easy_cleanup(curl);
    mmcred_hand_free(hand);
    curl_global_cleanup();
    return exit_code;
}
