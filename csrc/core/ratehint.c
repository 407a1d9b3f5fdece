/* studio_ratehint: what an answer's headers say about limits.   SPDX-License-Identifier: MIT
**
** One walk over the fields: nearly no field of nearly no answer speaks of limits, and the first letter tells. */
#include "core/ratehint.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "core/ascii.h"
#include "core/moment.h"
#include "core/sfield.h"

/* Worked out when a moment needs it: reading a date costs a tenth of a whole request. */
typedef struct server_clock {
  const studio_headers *headers;
  int64_t ms; /* -1: not asked yet */
} server_clock;

static int64_t capped(int64_t value, int64_t cap) { return value < 0 ? 0 : value < cap ? value : cap; }

/* ---- values of one kind; -1: malformed */

static int64_t read_wait(const char *text, server_clock *clock, int64_t wall_ms) {
  studio_moment moment = studio_moment_read(text);
  if (moment.kind == STUDIO_MOMENT_NONE) return -1;
  if (moment.kind == STUDIO_MOMENT_EPOCH) {
    if (clock->ms < 0) {
      const char *date = studio_headers_get(clock->headers, "Date");
      clock->ms = date != NULL ? studio_moment_date(date) : -1;
      if (clock->ms < 0) clock->ms = wall_ms;
    }
    moment.ms -= clock->ms;
  }
  return capped(moment.ms, STUDIO_RATEHINT_CAP_MS); /* what lies in the past is now */
}

/* Of a field that is in milliseconds by its name. */
static int64_t read_ms(const char *text) {
  int64_t value = studio_moment_thousandths(text);
  return value < 0 ? -1 : capped(value / 1000, STUDIO_RATEHINT_CAP_MS);
}

static int64_t read_count(const char *text) {
  int64_t value = studio_moment_thousandths(text);
  return value < 0 ? -1 : capped(value / 1000, STUDIO_RATEHINT_CAP);
}

/* ---- the fields of one value */

typedef enum fact { RETRY_MS, RETRY, LIMIT, REMAINING, RESET, USED, FACTS } fact;

/* Of several spellings in one answer the first in this list that is well-formed counts. */
static const struct {
  const char *name;
  fact fact;
} spellings[] = {
  {"Retry-After-Ms", RETRY_MS},          {"X-Ms-Retry-After-Ms", RETRY_MS},
  {"Retry-After", RETRY},                {"X-Retry-After", RETRY},
  {"X-RateLimit-Limit", LIMIT},          {"X-Rate-Limit-Limit", LIMIT},
  {"RateLimit-Limit", LIMIT},            {"Rate-Limit-Limit", LIMIT},
  {"X-RateLimit-Remaining", REMAINING},  {"X-Rate-Limit-Remaining", REMAINING},
  {"RateLimit-Remaining", REMAINING},    {"Rate-Limit-Remaining", REMAINING},
  {"X-RateLimit-Reset", RESET},          {"X-Rate-Limit-Reset", RESET},
  {"RateLimit-Reset", RESET},            {"Rate-Limit-Reset", RESET},
  {"X-RateLimit-Reset-After", RESET},    {"X-Rate-Limit-Reset-After", RESET},
  {"RateLimit-Reset-After", RESET},      {"Rate-Limit-Reset-After", RESET},
  {"X-RateLimit-Used", USED},
};

enum { SPELLINGS = sizeof spellings / sizeof *spellings };

typedef struct found {
  int64_t value;
  int rank;         /* in the list above */
} found;

static void read_plain(found *facts, const studio_header *field, server_clock *clock, int64_t wall_ms) {
  for (int i = 0; i < SPELLINGS; i++) {
    if (!studio_ascii_equal(field->name, spellings[i].name)) continue;
    found *so_far = &facts[spellings[i].fact];
    if (so_far->rank <= i) return; /* a better spelling, or the same field once more */
    int64_t value = spellings[i].fact == RETRY_MS ? read_ms(field->value)
                    : spellings[i].fact == RETRY || spellings[i].fact == RESET
                      ? read_wait(field->value, clock, wall_ms)
                      : read_count(field->value);
    if (value >= 0) *so_far = (found){value, i};
    return;
  }
}

/* ---- the IETF's fields */

typedef struct policy {
  const char *name; /* NULL: it has none */
  size_t size;
  bool ours;        /* it counts requests */
  studio_ratepolicy says;
} policy;

typedef struct policies {
  policy list[STUDIO_RATEHINT_POLICIES];
  int count;
  bool malformed;
} policies;

static const studio_ratepolicy nothing = STUDIO_RATEPOLICY_NONE;

/* A count of whole things; -1: it is none. */
static int64_t whole(const studio_sfield_value *value, int64_t cap) {
  bool is = value->type == STUDIO_SFIELD_INTEGER && value->number >= 0;
  return is ? capped(value->number, cap) : -1;
}

static int64_t whole_seconds(const studio_sfield_value *value, int64_t cap_ms) {
  int64_t seconds = whole(value, cap_ms / 1000);
  return seconds < 0 ? -1 : seconds * 1000;
}

static bool is_requests(const studio_sfield_value *value) {
  bool text = value->type == STUDIO_SFIELD_STRING || value->type == STUDIO_SFIELD_TOKEN;
  return text && value->size == 8 && memcmp(value->text, "requests", 8) == 0;
}

static bool is_name(const studio_sfield_value *value) {
  return value->type == STUDIO_SFIELD_STRING || value->type == STUDIO_SFIELD_TOKEN;
}

/* Windows are not capped to a day: that one is longer than ours is all that matters. */
#define WINDOW_CAP_MS (INT64_C(1000) * 3600 * 24 * 366)

/* `"burst";q=100;w=60`; the older drafts say `100;w=60`, also in RateLimit-Limit. */
static void read_policies(policies *all, const char *text) {
  studio_sfield field;
  studio_sfield_value item, parameter;
  studio_sfield_open(&field, text);
  while (studio_sfield_item(&field, &item)) {
    policy one = {.ours = true, .says = nothing};
    if (is_name(&item)) one.name = item.text, one.size = item.size;
    else one.says.limit = whole(&item, STUDIO_RATEHINT_CAP);
    while (studio_sfield_parameter(&field, &parameter)) {
      if (studio_sfield_is(&parameter, "q") && one.name) one.says.limit = whole(&parameter, STUDIO_RATEHINT_CAP);
      if (studio_sfield_is(&parameter, "w")) one.says.window_ms = whole_seconds(&parameter, WINDOW_CAP_MS);
      if (studio_sfield_is(&parameter, "qu")) one.ours = is_requests(&parameter);
    }
    bool complete = one.says.limit > 0 && (one.name != NULL || one.says.window_ms > 0);
    if (complete && all->count < STUDIO_RATEHINT_POLICIES) all->list[all->count++] = one;
  }
  all->malformed |= field.malformed;
}

static policy *policy_named(policies *all, const studio_sfield_value *name) {
  for (int i = 0; i < all->count; i++) {
    policy *one = &all->list[i];
    if (one->name && one->size == name->size && memcmp(one->name, name->text, name->size) == 0) return one;
  }
  if (all->count == STUDIO_RATEHINT_POLICIES) return NULL;
  all->list[all->count] = (policy){.name = name->text, .size = name->size, .ours = true, .says = nothing};
  return &all->list[all->count++];
}

/* `"burst";r=50;t=30`. A name that comes twice (for two partitions) counts where less is left. */
static void read_quotas(policies *all, const char *text) {
  studio_sfield field;
  studio_sfield_value item, parameter;
  studio_sfield_open(&field, text);
  while (studio_sfield_item(&field, &item)) {
    int64_t remaining = -1, reset = -1;
    while (studio_sfield_parameter(&field, &parameter)) {
      if (studio_sfield_is(&parameter, "r")) remaining = whole(&parameter, STUDIO_RATEHINT_CAP);
      if (studio_sfield_is(&parameter, "t")) reset = whole_seconds(&parameter, STUDIO_RATEHINT_CAP_MS);
    }
    policy *one = is_name(&item) && remaining >= 0 ? policy_named(all, &item) : NULL;
    if (one == NULL || (one->says.remaining >= 0 && one->says.remaining <= remaining)) continue;
    one->says.remaining = remaining;
    one->says.reset_ms = reset;
  }
  all->malformed |= field.malformed;
}

/* `limit=100, remaining=50, reset=30`: a draft of the year 2023. False: it is not that. */
static bool read_dictionary(studio_ratepolicy *plain, const char *text) {
  studio_sfield field;
  studio_sfield_value entry;
  studio_ratepolicy says = nothing;
  studio_sfield_open(&field, text);
  while (studio_sfield_entry(&field, &entry)) {
    if (studio_sfield_is(&entry, "limit")) says.limit = whole(&entry, STUDIO_RATEHINT_CAP);
    if (studio_sfield_is(&entry, "remaining")) says.remaining = whole(&entry, STUDIO_RATEHINT_CAP);
    if (studio_sfield_is(&entry, "reset")) says.reset_ms = whole_seconds(&entry, STUDIO_RATEHINT_CAP_MS);
  }
  if (field.malformed || (says.limit < 0 && says.remaining < 0)) return false;
  *plain = says;
  return true;
}

/* The lines of one field, together one list; one that is malformed spoils all. */
static void read_lines(policies *all, const studio_headers *headers, const char *name,
                       void (*read)(policies *all, const char *text)) {
  policies result = *all;
  for (size_t i = 0; i < headers->count; i++) {
    if (studio_ascii_equal(headers->list[i].name, name)) read(&result, headers->list[i].value);
  }
  if (!result.malformed) *all = result;
}

static void read_ietf(studio_ratehint *hint, const studio_headers *headers) {
  policies all = {.count = 0};
  read_lines(&all, headers, "RateLimit-Policy", read_policies);
  if (all.count == 0) read_lines(&all, headers, "RateLimit-Limit", read_policies);
  if (all.count == 0) read_lines(&all, headers, "X-RateLimit-Limit", read_policies);
  const char *text = studio_headers_get(headers, "RateLimit");
  studio_ratepolicy said = nothing;
  if (text != NULL && read_dictionary(&said, text)) {
    if (hint->plain.limit < 0 && hint->plain.remaining < 0) hint->plain = said;
  } else {
    read_lines(&all, headers, "RateLimit", read_quotas);
  }
  for (int i = 0; i < all.count; i++) {
    const policy *one = &all.list[i];
    /* without a name, it is told by its size of which window the plain fields speak */
    bool plain = one->name == NULL && one->says.limit == hint->plain.limit && hint->plain.window_ms < 0;
    if (plain) hint->plain.window_ms = one->says.window_ms;
    else if (one->ours) hint->policies[hint->policy_count++] = one->says;
  }
}

/* ---- the whole answer */

static bool begins(const char *name, const char *with) {
  for (; *with != '\0'; name++, with++) {
    if (studio_ascii_lower(*name) != (unsigned char)*with) return false;
  }
  return true;
}

void studio_ratehint_read(studio_ratehint *hint, const studio_headers *headers, int64_t wall_ms) {
  server_clock clock = {headers, -1};
  found facts[FACTS];
  bool ietf = false;
  for (int i = 0; i < FACTS; i++) facts[i] = (found){-1, SPELLINGS};
  for (size_t i = 0; i < headers->count; i++) {
    const studio_header *field = &headers->list[i];
    unsigned char first = studio_ascii_lower(field->name[0]);
    if (first != 'r' && first != 'x') continue;
    read_plain(facts, field, &clock, wall_ms);
    ietf |= begins(field->name, "ratelimit") || begins(field->name, "x-ratelimit-limit");
  }
  *hint = (studio_ratehint)STUDIO_RATEHINT_NONE;
  hint->retry_after_ms = facts[RETRY_MS].value >= 0 ? facts[RETRY_MS].value : facts[RETRY].value;
  hint->plain.limit = facts[LIMIT].value;
  hint->plain.remaining = facts[REMAINING].value;
  hint->plain.reset_ms = facts[RESET].value;
  if (hint->plain.remaining < 0 && facts[USED].value >= 0 && hint->plain.limit > 0) {
    hint->plain.remaining = capped(hint->plain.limit - facts[USED].value, STUDIO_RATEHINT_CAP);
  }
  if (ietf) read_ietf(hint, headers);
  if (hint->plain.limit == 0) hint->plain.limit = hint->plain.remaining = -1; /* "0 of 0": no limit is meant */
}

int64_t studio_ratehint_pause(const studio_ratehint *hint) {
  if (hint->retry_after_ms >= 0) return hint->retry_after_ms;
  int64_t longest = hint->plain.remaining == 0 ? hint->plain.reset_ms : -1;
  for (int i = 0; i < hint->policy_count; i++) {
    const studio_ratepolicy *one = &hint->policies[i];
    if (one->remaining == 0 && one->reset_ms > longest) longest = one->reset_ms;
  }
  return longest >= 0 ? longest : hint->plain.reset_ms;
}
