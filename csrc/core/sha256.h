/* studio_sha256: a name for what must not be written down.   SPDX-License-Identifier: MIT
**
** FIPS 180-4. Signed URLs and keys are secrets: files that must recognise them again keep their hash. */
#ifndef STUDIO_CORE_SHA256_H
#define STUDIO_CORE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define STUDIO_SHA256_HEX 65 /* 64 digits and a NUL */

typedef struct studio_sha256 {
  uint32_t state[8];
  uint64_t size;
  unsigned char block[64];
} studio_sha256;

void studio_sha256_init(studio_sha256 *hash);
void studio_sha256_add(studio_sha256 *hash, const void *bytes, size_t size);

/* Writes the hash in hexadecimal, and wipes the struct: it may hold a piece of a secret. */
void studio_sha256_hex(studio_sha256 *hash, char out[STUDIO_SHA256_HEX]);

#endif
