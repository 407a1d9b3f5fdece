/* studio_ratehint: what an answer's headers say about limits.   SPDX-License-Identifier: MIT */
#include "core/ratehint.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Services write a moment as seconds from now, as epoch seconds or as epoch milliseconds, and do not say
** which. Size tells: nobody is sent away for 31 years, and in ms the year 1973 is long over. */
#define LEAST_EPOCH_S INT64_C(1000000000)
#define LEAST_EPOCH_MS INT64_C(100000000000)

#define LARGEST INT64_C(1000000000000000) /* what is larger counts as this: times 1000 it still fits */

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* The first number of a list, in thousandths: "60", "1.5", "100, 100;w=60". -1: it is none, or has a unit,
** or a sign. */
static int64_t read_thousandths(const char *text) {
  if (!is_digit(*text)) return -1;
  int64_t value = 0;
  for (; is_digit(*text); text++) {
    value = value * 10 + (*text - '0');
    if (value > LARGEST) value = LARGEST;
  }
  value *= 1000;
  if (text[0] == '.' && is_digit(text[1])) {
    text++;
    for (int unit = 100; is_digit(*text); text++, unit /= 10) value += unit * (*text - '0');
  }
  text += strspn(text, " \t");
  return *text == '\0' || *text == ',' || *text == ';' ? value : -1;
}

static int64_t read_count(const char *text, int64_t server_ms) {
  (void)server_ms;
  int64_t value = read_thousandths(text);
  return value < 0 ? -1 : value / 1000;
}

/* Epoch milliseconds of an HTTP-date in any of its three forms; -1: none. The parser would also read
** "20040911" or a date without a time. */
static int64_t read_date(const char *text) {
  if (is_digit(*text) || strchr(text, ':') == NULL) return -1;
  int64_t seconds = (int64_t)curl_getdate(text, NULL);
  return seconds < 0 ? -1 : seconds * 1000;
}

/* Milliseconds from now; -1: malformed. What lies in the past is now. */
static int64_t read_wait(const char *text, int64_t server_ms) {
  int64_t wait = read_thousandths(text);
  if (wait >= LEAST_EPOCH_MS * 1000) {
    wait = wait / 1000 - server_ms;
  } else if (wait >= LEAST_EPOCH_S * 1000) {
    wait -= server_ms;
  } else if (wait < 0) {
    int64_t date = read_date(text);
    if (date < 0) return -1;
    wait = date - server_ms;
  }
  if (wait < 0) return 0;
  return wait > STUDIO_RATEHINT_CAP_MS ? STUDIO_RATEHINT_CAP_MS : wait;
}

/* What the first of these fields says that is there and well-formed; -1: none. `names` ends with NULL. */
static int64_t first_of(const studio_headers *headers, const char *const *names,
                        int64_t (*read)(const char *text, int64_t server_ms), int64_t server_ms) {
  for (; *names != NULL; names++) {
    const char *text = studio_headers_get(headers, *names);
    int64_t value = text != NULL ? read(text, server_ms) : -1;
    if (value >= 0) return value;
  }
  return -1;
}

/* Reading a date costs a tenth of a whole request, and nearly no answer needs it. */
static bool tells_a_moment(const studio_headers *headers) {
  return studio_headers_get(headers, "Retry-After") != NULL ||
         studio_headers_get(headers, "X-RateLimit-Reset") != NULL ||
         studio_headers_get(headers, "RateLimit-Reset") != NULL ||
         studio_headers_get(headers, "X-RateLimit-Reset-After") != NULL;
}

void studio_ratehint_read(studio_ratehint *hint, const studio_headers *headers, int64_t wall_ms) {
  static const char *const retry_after[] = {"Retry-After", NULL};
  static const char *const limit[] = {"X-RateLimit-Limit", "RateLimit-Limit", NULL};
  static const char *const remaining[] = {"X-RateLimit-Remaining", "RateLimit-Remaining", NULL};
  static const char *const reset[] = {"X-RateLimit-Reset", "RateLimit-Reset", "X-RateLimit-Reset-After",
                                      NULL};
  /* A moment is meant by the service's clock: when it tells the time, ours may be wrong by hours. */
  const char *date = tells_a_moment(headers) ? studio_headers_get(headers, "Date") : NULL;
  int64_t server_ms = date != NULL ? read_date(date) : -1;
  if (server_ms < 0) server_ms = wall_ms;
  hint->retry_after_ms = first_of(headers, retry_after, read_wait, server_ms);
  hint->limit = first_of(headers, limit, read_count, server_ms);
  hint->remaining = first_of(headers, remaining, read_count, server_ms);
  hint->reset_ms = first_of(headers, reset, read_wait, server_ms);
  if (hint->limit == 0) hint->limit = -1; /* "no requests at all" cannot be meant by one that was answered */
}
