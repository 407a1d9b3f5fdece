/* studio_moment: "later", as services write it.   SPDX-License-Identifier: MIT */
#include "core/moment.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Nobody is sent away for 31 years, and in milliseconds the year 1973 is long over. */
#define LEAST_EPOCH_S INT64_C(1000000000)
#define LEAST_EPOCH_MS INT64_C(100000000000)

#define LARGEST INT64_C(1000000000000000) /* times 1000 it still fits */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

int64_t studio_moment_thousandths(const char *text) {
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

/* Exactly `count` digits; -1: others. Moves on. */
static int digits(const char **text, int count) {
  int value = 0;
  for (; count > 0; count--, (*text)++) {
    if (!is_digit(**text)) return -1;
    value = value * 10 + (**text - '0');
  }
  return value;
}

static bool expect(const char **text, const char *set) {
  if (**text == '\0' || strchr(set, **text) == NULL) return false;
  (*text)++;
  return true;
}

/* Days since 1970-01-01 of a day in the Gregorian calendar. The year begins with March, so the leap day is last. */
static int64_t days_of(int year, int month, int day) {
  int64_t y = month > 2 ? year : year - 1;
  int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return y * 365 + y / 4 - y / 100 + y / 400 + of_year - 719468;
}

static bool is_day(int year, int month, int day) {
  static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return false;
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= length[month - 1] + (month == 2 && leap);
}

/* "Z", "+02:00", "-0530": milliseconds east, at the end of the text. False: none, so nobody knows when that is. */
static bool read_zone(const char *text, int64_t *east) {
  *east = 0;
  if (expect(&text, "Zz")) return *text == '\0';
  bool west = *text == '-';
  if (!expect(&text, "+-")) return false;
  int hours = digits(&text, 2);
  if (*text == ':') text++;
  int minutes = digits(&text, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || *text != '\0') return false;
  *east = ((int64_t)hours * 60 + minutes) * (west ? -60000 : 60000);
  return true;
}

/* 2026-11-22T06:09:12.345Z */
static int64_t read_iso(const char *text) {
  int year = digits(&text, 4), month = -1, day = -1, hour = -1, minute = -1, second = -1;
  if (year >= 0 && expect(&text, "-")) month = digits(&text, 2);
  if (month >= 0 && expect(&text, "-")) day = digits(&text, 2);
  if (day >= 0 && expect(&text, "Tt ")) hour = digits(&text, 2);
  if (hour >= 0 && expect(&text, ":")) minute = digits(&text, 2);
  if (minute >= 0 && expect(&text, ":")) second = digits(&text, 2);
  if (second < 0 || !is_day(year, month, day) || hour > 23 || minute > 59 || second > 60) return -1;
  int64_t ms = 0, east = 0;
  if (text[0] == '.' && is_digit(text[1])) {
    text++;
    for (int unit = 100; is_digit(*text); text++, unit /= 10) ms += unit * (*text - '0');
  }
  if (!read_zone(text, &east)) return -1;
  int64_t seconds = days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
  ms += seconds * 1000 - east;
  return ms >= 0 ? ms : -1;
}

int64_t studio_moment_date(const char *text) {
  if (is_digit(*text)) return read_iso(text);
  if (strchr(text, ':') == NULL) return -1; /* libcurl would also read a date without a time */
  int64_t seconds = (int64_t)curl_getdate(text, NULL);
  if (seconds > LARGEST / 1000) seconds = LARGEST / 1000; /* it reads years of many digits */
  return seconds < 0 ? -1 : seconds * 1000;
}

studio_moment studio_moment_read(const char *text) {
  studio_moment moment = {.ms = studio_moment_thousandths(text), .kind = STUDIO_MOMENT_EPOCH};
  if (moment.ms < 0) {
    moment.ms = studio_moment_date(text);
    if (moment.ms < 0) moment.kind = STUDIO_MOMENT_NONE;
  } else if (moment.ms >= LEAST_EPOCH_MS * 1000) {
    moment.ms /= 1000;
  } else if (moment.ms < LEAST_EPOCH_S * 1000) {
    moment.kind = STUDIO_MOMENT_DELTA;
  }
  return moment;
}
