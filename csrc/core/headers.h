/* studio_headers: header fields in the order they came.   SPDX-License-Identifier: MIT
**
** Names compare without case, repeats are kept. Used for what we send and for what came back. */
#ifndef STUDIO_CORE_HEADERS_H
#define STUDIO_CORE_HEADERS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct studio_header {
  char *name;  /* as given; NUL-terminated */
  char *value; /* surrounding blanks taken off */
} studio_header;

typedef struct studio_headers {
  studio_header *list;
  size_t count, capacity;
} studio_headers;

#define STUDIO_HEADERS_INIT {0, 0, 0}

/* True when this may stand in a request: a token as name, no control characters (so no CR, LF or NUL,
** which would let a value add headers of its own) in the value. */
bool studio_header_valid(const char *name, size_t name_size, const char *value, size_t value_size);

/* Appends; false when memory runs out. Does not check: see studio_header_valid. */
bool studio_headers_add(studio_headers *headers, const char *name, size_t name_size, const char *value,
                        size_t value_size);

/* Replaces all fields of that name by one (the last). False: out of memory, nothing was changed. */
bool studio_headers_set(studio_headers *headers, const char *name, const char *value);

/* One line as it came over the wire ("Name: value\r\n"). What is no field (status line, the empty line,
** a name with blanks) is ignored (true). False: out of memory. */
bool studio_headers_add_line(studio_headers *headers, const char *line, size_t size);

/* The first value of that name, or NULL. */
const char *studio_headers_get(const studio_headers *headers, const char *name);

bool studio_headers_copy(studio_headers *to, const studio_headers *from); /* appends all, or none */
void studio_headers_clear(studio_headers *headers); /* zeroes and frees the fields, keeps the list */
void studio_headers_free(studio_headers *headers);

#endif
