/* bind/json_number.c - numbers as JSON text, exactly and in any locale. SPDX-License-Identifier: MIT */
#include "bind/json.h"

#include <math.h> /* macros only: the module links no libm */
#include <stdio.h>
#include <stdlib.h>

static size_t format_unsigned(char *out, uint64_t value) {
  char digits[20], *end = digits + sizeof digits, *p = end;
  do {
    *--p = (char)('0' + value % 10);
    value /= 10;
  } while (value != 0);
  memcpy(out, p, (size_t)(end - p));
  return (size_t)(end - p);
}

size_t lstudio_json_format_integer(char *out, int64_t value) {
  if (value >= 0) return format_unsigned(out, (uint64_t)value);
  *out = '-';
  return 1 + format_unsigned(out + 1, 0 - (uint64_t)value);
}

/* Writes a magnitude from 0.001 to 10^9 with up to six decimals, if those are all it has: whole / power is
 * rounded once from exact operands, just as a reader of the decimals rounds, so equality is proof. Answers 0
 * if it has more. */
static size_t format_short_decimal(char *out, double magnitude) {
  double power = 1;
  if (!(magnitude >= 1e-3 && magnitude < 1e9)) return 0;
  for (int decimals = 1; decimals <= 6; decimals++) {
    power *= 10;
    uint64_t digits = (uint64_t)(magnitude * power + 0.5);
    if ((double)digits / power != magnitude) continue;
    uint64_t divisor = (uint64_t)power, rest = digits % divisor;
    size_t length = format_unsigned(out, digits / divisor);
    out[length] = '.';
    for (int i = decimals; i > 0; i--, rest /= 10) out[length + (size_t)i] = (char)('0' + rest % 10);
    return length + 1 + (size_t)decimals;
  }
  return 0;
}

/* The shortest of 15, 16 and 17 digits that reads back as the same value; 17 always do. */
static size_t format_long_decimal(char *out, double value) {
  char text[LSTUDIO_JSON_NUMBER];
  size_t kept = 0;
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (strtod(text, NULL) == value) break;
  }
  for (const char *p = text; *p != 0; p++) { /* the locale's decimal point may be any bytes */
    if (strchr("0123456789+-e", *p) != NULL) out[kept++] = *p;
    else if (kept == 0 || out[kept - 1] != '.') out[kept++] = '.';
  }
  return kept;
}

size_t lstudio_json_format_float(char *out, double value) {
  size_t sign = signbit(value) ? 1 : 0;
  double magnitude = sign ? -value : value;
  if (value == 0 && sign) return memcpy(out, "-0.0", 4), 4;
  if (magnitude < 9007199254740992.0 && (double)(int64_t)value == value)
    return lstudio_json_format_integer(out, (int64_t)value);
  if (sign) *out = '-';
  size_t length = format_short_decimal(out + sign, magnitude);
  return length > 0 ? sign + length : format_long_decimal(out, value);
}
