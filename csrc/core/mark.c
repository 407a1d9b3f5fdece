/* studio_mark: what a part file is a part of, and whether an answer is its rest.   SPDX-License-Identifier: MIT */
#include "core/mark.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/ascii.h"
#include "core/moment.h"

/* ---- which file it is */

/* Parameters that only say who may read for how long (S3, Google, CloudFront, Azure and their likes). */
static bool is_signature(const char *name, size_t size) {
  static const char *const names[] = {"expires", "signature", "key-pair-id", "policy", "awsaccesskeyid",
                                      "googleaccessid", "sig", "se", "st", "ske", "skt"};
  if (size > 6 && (strncasecmp(name, "x-amz-", 6) == 0 || strncasecmp(name, "x-goog", 6) == 0)) return true;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (strlen(names[i]) == size && strncasecmp(name, names[i], size) == 0) return true;
  }
  return false;
}

/* The URL up to its fragment; without the parameters of its signature, unless `all`. */
static void add_url(studio_sha256 *hash, const char *url, bool all) {
  size_t size = strcspn(url, "#"), path = strcspn(url, "?#");
  studio_sha256_add(hash, url, all ? size : path);
  for (size_t at = path; !all && at < size;) { /* url[at] is '?' or '&' */
    const char *name = url + at + 1;
    size_t length = strcspn(name, "&#");
    if (!is_signature(name, strcspn(name, "=&#"))) {
      studio_sha256_add(hash, "&", 1);
      studio_sha256_add(hash, name, length);
    }
    at += 1 + length;
  }
}

static bool is_etag(const char *validator) { return *validator == '"'; }

static void hash_source(char out[STUDIO_SHA256_HEX], const char *url, const studio_headers *asked, bool all) {
  studio_sha256 hash;
  studio_sha256_init(&hash);
  add_url(&hash, url, all);
  for (size_t i = 0; asked != NULL && i < asked->count; i++) {
    studio_sha256_add(&hash, asked->list[i].name, strlen(asked->list[i].name) + 1);
    studio_sha256_add(&hash, asked->list[i].value, strlen(asked->list[i].value) + 1);
  }
  studio_sha256_hex(&hash, out);
}

void studio_mark_source(char out[STUDIO_SHA256_HEX], const char *url) { hash_source(out, url, NULL, false); }

bool studio_mark_is_of(const studio_mark *mark, const char *url, const studio_headers *asked) {
  char source[STUDIO_SHA256_HEX];
  hash_source(source, url, asked, !is_etag(mark->validator));
  return strcmp(source, mark->source) == 0;
}

/* ---- what an answer says of its file */

static bool is_encoded(const studio_headers *answer) {
  const char *encoding = studio_headers_get(answer, "Content-Encoding");
  return encoding != NULL && *encoding != '\0' && !studio_ascii_equal(encoding, "identity");
}

static const char *strong_etag(const studio_headers *answer) {
  const char *etag = studio_headers_get(answer, "ETag");
  size_t size = etag != NULL ? strlen(etag) : 0;
  if (size < 2 || size >= STUDIO_VALIDATOR_MAX || etag[0] != '"' || etag[size - 1] != '"') return NULL;
  return memchr(etag + 1, '"', size - 2) == NULL ? etag : NULL;
}

/* A file that changed within the second of the answer may change again within it (RFC 9110 §8.8.2.2). */
static const char *strong_date(const studio_headers *answer) {
  const char *modified = studio_headers_get(answer, "Last-Modified"), *date = studio_headers_get(answer, "Date");
  if (modified == NULL || date == NULL || strlen(modified) >= STUDIO_VALIDATOR_MAX) return NULL;
  int64_t changed = studio_moment_date(modified), told = studio_moment_date(date);
  return changed >= 0 && told > changed ? modified : NULL;
}

void studio_mark_set(studio_mark *mark, const char *url, const studio_headers *asked, int status,
                     const studio_headers *answer, int64_t size) {
  const char *ranges = studio_headers_get(answer, "Accept-Ranges");
  const char *validator = NULL;
  memset(mark, 0, sizeof *mark);
  mark->total = size;
  if (status != 200 || is_encoded(answer) || (ranges != NULL && studio_ascii_equal(ranges, "none"))) return;
  validator = strong_etag(answer);
  if (validator == NULL) validator = strong_date(answer);
  if (validator == NULL || !studio_header_valid("If-Range", 8, validator, strlen(validator))) return;
  snprintf(mark->validator, sizeof mark->validator, "%s", validator);
  hash_source(mark->source, url, asked, !is_etag(validator));
}

/* ---- whether an answer is the rest */

/* Digits only, as many as fit. */
static bool read_size(const char **at, int64_t *size) {
  char *end = NULL;
  if (**at < '0' || **at > '9' || strspn(*at, "0123456789") > 18) return false;
  *size = strtoll(*at, &end, 10);
  *at = end;
  return true;
}

/* "bytes 5-9/10"; "bytes * /10" (without the blank) has from = -1. */
static bool read_content_range(const char *text, int64_t *from, int64_t *to, int64_t *total) {
  *from = *to = -1;
  if (text == NULL || strncasecmp(text, "bytes ", 6) != 0) return false;
  text += 6;
  if (*text == '*') {
    text++;
  } else {
    if (!read_size(&text, from) || *text++ != '-' || !read_size(&text, to)) return false;
  }
  return *text++ == '/' && read_size(&text, total) && *text == '\0' && *to < *total && *from <= *to;
}

/* `strict`: it must say which file it is of. A server that knows If-Range does; one that does not would hand
** us the rest of another file. */
static bool same_file(const studio_mark *mark, const studio_headers *answer, bool strict) {
  const char *validator = studio_headers_get(answer, is_etag(mark->validator) ? "ETag" : "Last-Modified");
  return validator != NULL ? strcmp(validator, mark->validator) == 0 : !strict;
}

studio_answer_part studio_mark_judge(const studio_mark *mark, int64_t have, int status, const studio_headers *answer,
                                     int64_t *total) {
  int64_t from = -1, to = -1, size = -1;
  if (status != 206) return STUDIO_PART_WHOLE;
  bool rest = mark != NULL && read_content_range(studio_headers_get(answer, "Content-Range"), &from, &to, &size) &&
              from == have && (mark->total < 0 || mark->total == size) && !is_encoded(answer) &&
              same_file(mark, answer, true);
  if (rest) *total = size;
  return rest ? STUDIO_PART_REST : STUDIO_PART_UNFIT;
}

bool studio_mark_is_whole(const studio_mark *mark, int64_t have, const studio_headers *answer) {
  int64_t from = -1, to = -1, size = -1;
  return read_content_range(studio_headers_get(answer, "Content-Range"), &from, &to, &size) && from < 0 &&
         size == have && (mark->total < 0 || mark->total == have) && same_file(mark, answer, false);
}

/* ---- as text */

#define FIRST_LINE "lua-studio part 1"

bool studio_mark_write(const studio_mark *mark, const char *boot, uint64_t inode, studio_buf *out) {
  char line[STUDIO_VALIDATOR_MAX + 256];
  /* the last line tells a whole text from a torn one */
  snprintf(line, sizeof line, FIRST_LINE "\nboot %s\nfile %" PRIu64 "\nsource %s\ntotal %" PRId64 "\n", boot, inode,
           mark->source, mark->total);
  if (!studio_buf_puts(out, line)) return false;
  snprintf(line, sizeof line, "validator %s\nend\n", mark->validator);
  return studio_buf_puts(out, line);
}

/* Takes "name value\n" off the text. */
static bool take(const char **text, const char *name, char *value, size_t room) {
  size_t size = strlen(name), length;
  if (strncmp(*text, name, size) != 0 || (*text)[size] != ' ') return false;
  *text += size + 1;
  length = strcspn(*text, "\n");
  if (length >= room || (*text)[length] != '\n') return false;
  memcpy(value, *text, length);
  value[length] = '\0';
  *text += length + 1;
  return true;
}

bool studio_mark_read(studio_mark *mark, const char *boot, uint64_t inode, const char *text) {
  char number[32], expected[32], own_boot[STUDIO_VALIDATOR_MAX];
  memset(mark, 0, sizeof *mark);
  snprintf(expected, sizeof expected, "%" PRIu64, inode);
  if (strncmp(text, FIRST_LINE "\n", sizeof FIRST_LINE) != 0) return false;
  text += sizeof FIRST_LINE;
  if (!take(&text, "boot", own_boot, sizeof own_boot) || strcmp(own_boot, boot) != 0) return false;
  if (!take(&text, "file", number, sizeof number) || strcmp(number, expected) != 0) return false;
  if (!take(&text, "source", mark->source, sizeof mark->source)) return false;
  if (!take(&text, "total", number, sizeof number)) return false;
  const char *digits = number;
  mark->total = -1;
  if (strcmp(number, "-1") != 0 && (!read_size(&digits, &mark->total) || *digits != '\0')) return false;
  if (!take(&text, "validator", mark->validator, sizeof mark->validator)) return false;
  return strcmp(text, "end\n") == 0 && mark->validator[0] != '\0' &&
         studio_header_valid("If-Range", 8, mark->validator, strlen(mark->validator));
}
