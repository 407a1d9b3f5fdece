/* studio_auth: credentials as data, a list of header fields.   SPDX-License-Identifier: MIT */
#include "core/auth.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/ascii.h"
#include "core/headers.h"

typedef struct field {
  char *name;
  studio_secret *value; /* as it goes on the wire */
} field;

/* A value that redact takes out; more than one for each field: with its prefix, without, a password. */
typedef struct known {
  studio_secret *secret;
  uint64_t generation; /* in which it was last in use */
} known;

struct studio_auth {
  size_t owners;
  uint64_t generation; /* counts replacements */
  field *fields;
  size_t field_count;
  known *known; /* longest first: a key that begins another must not leave the rest of it in sight */
  size_t known_count;
};

studio_auth *studio_auth_new(void) {
  studio_auth *auth = calloc(1, sizeof *auth);
  if (auth) auth->owners = 1;
  return auth;
}

studio_auth *studio_auth_ref(studio_auth *auth) {
  auth->owners++;
  return auth;
}

static void free_fields(field *fields, size_t count) {
  for (size_t i = 0; i < count; i++) {
    free(fields[i].name);
    studio_secret_unref(fields[i].value);
  }
  free(fields);
}

void studio_auth_unref(studio_auth *auth) {
  if (!auth || --auth->owners > 0) return;
  free_fields(auth->fields, auth->field_count);
  for (size_t i = 0; i < auth->known_count; i++) studio_secret_unref(auth->known[i].secret);
  free(auth->known);
  free(auth);
}

static size_t size_of(const studio_secret *secret) {
  size_t size;
  studio_secret_value(secret, &size);
  return size;
}

/* Takes a further reference to the secret. False: out of memory. */
static bool remember(studio_auth *auth, studio_secret *secret) {
  size_t size = size_of(secret), at = 0;
  const char *value = studio_secret_value(secret, NULL);
  for (; at < auth->known_count && size_of(auth->known[at].secret) >= size; at++) {
    known *other = &auth->known[at];
    if (size_of(other->secret) != size) continue;
    if (memcmp(studio_secret_value(other->secret, NULL), value, size) == 0) {
      other->generation = auth->generation;
      return true;
    }
  }
  known *list = realloc(auth->known, (auth->known_count + 1) * sizeof *list);
  if (!list) return false;
  auth->known = list;
  memmove(list + at + 1, list + at, (auth->known_count - at) * sizeof *list);
  list[at] = (known){studio_secret_ref(secret), auth->generation};
  auth->known_count++;
  return true;
}

static bool remember_bytes(studio_auth *auth, const char *bytes, size_t size) {
  studio_secret *secret = studio_secret_new(bytes, size);
  bool done = secret && remember(auth, secret);
  studio_secret_unref(secret);
  return done;
}

/* `whole` is the value as it goes on the wire, checked. */
static bool add_field(studio_auth *auth, const char *name, const studio_buf *whole) {
  field *fields = realloc(auth->fields, (auth->field_count + 1) * sizeof *fields);
  if (!fields) return false;
  auth->fields = fields;
  field added = {strdup(name), studio_secret_new(whole->data, whole->size)};
  if (!added.name || !added.value || !remember(auth, added.value)) {
    free(added.name);
    studio_secret_unref(added.value);
    return false;
  }
  fields[auth->field_count++] = added;
  return true;
}

bool studio_auth_add(studio_auth *auth, const char *name, const char *prefix, const char *value,
                     size_t size) {
  size_t before = prefix ? strlen(prefix) : 0;
  bool blank = before > 0 && prefix[before - 1] != ' ' && prefix[before - 1] != '=';
  studio_buf whole = STUDIO_BUF_INIT;
  bool done = size > 0 && studio_buf_reserve(&whole, before + 1 + size) &&
              studio_buf_append(&whole, prefix, before) && studio_buf_append(&whole, " ", blank ? 1 : 0) &&
              studio_buf_append(&whole, value, size) &&
              studio_header_valid(name, strlen(name), whole.data, whole.size) &&
              remember_bytes(auth, value, size) && add_field(auth, name, &whole);
  studio_buf_wipe(&whole);
  return done;
}

/* RFC 4648 §4. Room for it has been reserved. */
static void append_base64(studio_buf *out, const char *bytes, size_t size) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < size; i += 3) {
    unsigned char three[3] = {0, 0, 0};
    memcpy(three, bytes + i, size - i < 3 ? size - i : 3);
    unsigned long word = (unsigned long)three[0] << 16 | (unsigned long)three[1] << 8 | three[2];
    char four[4] = {digits[word >> 18 & 63], digits[word >> 12 & 63], '=', '='};
    if (size - i > 1) four[2] = digits[word >> 6 & 63];
    if (size - i > 2) four[3] = digits[word & 63];
    studio_buf_append(out, four, sizeof four);
  }
}

bool studio_auth_add_basic(studio_auth *auth, const char *scheme, const char *user, size_t user_size,
                           const char *password, size_t password_size) {
  /* RFC 7617 bars control characters as a header does: most often a line end from a key file. */
  if (!studio_header_valid("user", 4, user, user_size) || memchr(user, ':', user_size) != NULL) return false;
  if (!studio_header_valid("password", 8, password, password_size)) return false;
  size_t size = user_size + 1 + password_size;
  studio_buf plain = STUDIO_BUF_INIT, encoded = STUDIO_BUF_INIT;
  bool done = studio_buf_reserve(&plain, size) && studio_buf_append(&plain, user, user_size) &&
              studio_buf_append(&plain, ":", 1) && studio_buf_append(&plain, password, password_size) &&
              studio_buf_reserve(&encoded, (size + 2) / 3 * 4);
  if (done) append_base64(&encoded, plain.data, plain.size);
  /* Services that take the key as user name leave the password empty: then the user is the secret. */
  done = done && (password_size > 0 ? remember_bytes(auth, password, password_size)
                                    : remember_bytes(auth, user, user_size)) &&
         remember_bytes(auth, plain.data, plain.size) &&
         studio_auth_add(auth, "Authorization", scheme, encoded.data, encoded.size);
  studio_buf_wipe(&plain);
  studio_buf_wipe(&encoded);
  return done;
}

bool studio_auth_hide(studio_auth *auth, const char *bytes, size_t size) {
  return size > 0 && remember_bytes(auth, bytes, size);
}

/* Values that have not been in use for so many replacements are let go. */
static void forget_old(studio_auth *auth) {
  size_t kept = 0;
  for (size_t i = 0; i < auth->known_count; i++) {
    if (auth->known[i].generation + STUDIO_AUTH_REMEMBERED < auth->generation) {
      studio_secret_unref(auth->known[i].secret);
    } else {
      auth->known[kept++] = auth->known[i];
    }
  }
  auth->known_count = kept;
}

bool studio_auth_replace(studio_auth *auth, const studio_auth *from) {
  if (auth == from) return true;
  field *fields = calloc(from->field_count + 1, sizeof *fields); /* never 0 bytes */
  if (!fields) return false;
  auth->generation++;
  bool done = true;
  for (size_t i = 0; i < from->field_count && done; i++) {
    fields[i].value = studio_secret_ref(from->fields[i].value);
    fields[i].name = strdup(from->fields[i].name);
    done = fields[i].name != NULL;
  }
  for (size_t i = 0; i < from->known_count && done; i++) done = remember(auth, from->known[i].secret);
  if (!done) {
    free_fields(fields, from->field_count);
    return false;
  }
  free_fields(auth->fields, auth->field_count);
  auth->fields = fields;
  auth->field_count = from->field_count;
  forget_old(auth);
  return true;
}

size_t studio_auth_count(const studio_auth *auth) {
  return auth->field_count;
}

const char *studio_auth_field(const studio_auth *auth, size_t i, const char **value) {
  if (value) *value = studio_secret_value(auth->fields[i].value, NULL);
  return auth->fields[i].name;
}

bool studio_auth_has(const studio_auth *auth, const char *name) {
  for (size_t i = 0; i < auth->field_count; i++) {
    if (studio_ascii_equal(auth->fields[i].name, name)) return true;
  }
  return false;
}

void studio_auth_redact(const studio_auth *auth, studio_buf *text) {
  for (size_t i = 0; i < auth->known_count; i++) studio_secret_redact(auth->known[i].secret, text);
}
