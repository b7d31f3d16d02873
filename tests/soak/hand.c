/* The hand of examples/c under load, for run.py: hand NAME CALLS RATE. */
#include "mmcred_curl.h"

#include <stdio.h>
#include <time.h>

static void wait_until(const struct timespec *start, double seconds) {
    struct timespec at = {start->tv_sec + (time_t)seconds, start->tv_nsec};
    at.tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
    if (at.tv_nsec >= 1000000000L) at.tv_sec++, at.tv_nsec -= 1000000000L;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    const int calls = atoi(argv[2]);
    const double rate = atof(argv[3]);
    char owner[128];
    int ok = 0, refused = 0, cut = 0, other = 0, wrong = 0;
    mmcred_hand *hand = NULL;
    struct timespec start;
    snprintf(owner, sizeof owner, "\"username\":\"%s\"", argv[1]);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (mmcred_hand_new(NULL, argv[1], &hand, NULL) != MMCRED_OK) return 1;
    CURL *curl = mmcred_curl_new(hand, NULL);
    if (!curl) return 1;
    puts("ready");
    fflush(stdout);
    if (getchar() == EOF) return 1;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int i = 0; i < calls; i++) {
        struct mmcred_curl_reply reply;
        wait_until(&start, i / rate);
        if (mmcred_curl_get(curl, hand, "users/me", &reply, NULL) != MMCRED_OK) refused++;
        else if (reply.curl != CURLE_OK) cut++;
        else if (reply.status != 200) other++;
        else if (!strstr(reply.body, owner)) wrong++;
        else ok++;
        free(reply.body);
    }
    printf("{\"ok\":%d,\"refused by the hand\":%d,\"cut\":%d,\"another status\":%d,\"another account\":%d}\n", ok,
           refused, cut, other, wrong);
    curl_easy_cleanup(curl);
    mmcred_hand_free(hand);
    curl_global_cleanup();
    return 0;
}
