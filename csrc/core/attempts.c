/* studio_attempts: libcurl handles that are used again.   SPDX-License-Identifier: MIT */
#include "core/attempts.h"

#include <stdlib.h>

#define IDLE_MAX 64

studio_attempt *studio_attempts_take(studio_attempts *attempts) {
  studio_attempt *attempt = attempts->idle;
  if (attempt != NULL) {
    attempts->idle = attempt->next_free;
    attempts->count--;
    return attempt;
  }
  attempt = calloc(1, sizeof *attempt);
  if (attempt == NULL) return NULL;
  attempt->easy = curl_easy_init();
  if (attempt->easy != NULL) return attempt;
  free(attempt);
  return NULL;
}

void studio_attempts_put(studio_attempts *attempts, studio_attempt *attempt) {
  if (attempts->count >= IDLE_MAX) {
    curl_easy_cleanup(attempt->easy);
    free(attempt);
    return;
  }
  curl_easy_reset(attempt->easy); /* keeps nothing of the last request */
  attempt->next_free = attempts->idle;
  attempts->idle = attempt;
  attempts->count++;
}

void studio_attempts_free(studio_attempts *attempts) {
  for (studio_attempt *attempt = attempts->idle, *next; attempt != NULL; attempt = next) {
    next = attempt->next_free;
    curl_easy_cleanup(attempt->easy);
    free(attempt);
  }
  *attempts = (studio_attempts){0};
}
