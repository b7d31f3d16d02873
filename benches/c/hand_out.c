/* The contender in C: hand_out JOB VAULT KEY_FILE ENTRIES, by the protocol of src/lib.rs. */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mmcred.h"

static uint64_t entries;
static mmcred_hand **hands;
static char (*names)[32];

static void check(mmcred_status status, const char *what) {
  if (status != MMCRED_OK) {
    fprintf(stderr, "%s: status %d\n", what, (int)status);
    exit(1);
  }
}

/* What each request of a hand costs: its URL checked, its header read from the vault, both given back. */
static void prepare(uint64_t turn) {
  char header[MMCRED_AUTHORIZATION_SIZE];
  mmcred_text *url = NULL;
  check(mmcred_hand_prepare(hands[turn * 7919 % entries], "users/me", header, sizeof header, NULL, &url, NULL, NULL),
        "mmcred_hand_prepare");
  mmcred_text_free(url);
  mmcred_buffer_wipe(header, sizeof header);
}

/* The short way, over the default vault. */
static void authorization(uint64_t turn) {
  char header[MMCRED_AUTHORIZATION_SIZE];
  check(mmcred_authorization(names[turn * 7919 % entries], "https://chat.example.com/api/v4/users/me", header,
                             sizeof header, NULL, NULL),
        "mmcred_authorization");
  mmcred_buffer_wipe(header, sizeof header);
}

static uint64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int main(int count, char **arguments) {
  if (count != 5)
    return 2;
  const int short_way = strcmp(arguments[1], "authorization") == 0;
  setenv("MMCRED_VAULT", arguments[2], 1);
  setenv("MMCRED_KEY_FILE", arguments[3], 1);
  entries = strtoull(arguments[4], NULL, 10);
  names = calloc(entries, sizeof *names);
  hands = calloc(entries, sizeof *hands);
  for (uint64_t entry = 0; entry < entries; entry++) {
    snprintf(names[entry], sizeof names[entry], "entry-%06" PRIu64, entry);
    check(mmcred_hand_new(NULL, names[entry], &hands[entry], NULL), "mmcred_hand_new");
  }
  uint64_t done = 0, turns;
  while (scanf("%" SCNu64, &turns) == 1) {
    const uint64_t start = nanoseconds();
    for (const uint64_t end = done + turns; done < end; done++)
      short_way ? authorization(done) : prepare(done);
    printf("%" PRIu64 "\n", nanoseconds() - start);
    fflush(stdout);
  }
  for (uint64_t entry = 0; entry < entries; entry++)
    mmcred_hand_free(hands[entry]);
  free(hands);
  free(names);
  return 0;
}
