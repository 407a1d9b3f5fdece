/* SHA-256 against the examples of FIPS 180-4 and against the system's own program. SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/clock.h"
#include "core/sha256.h"

static const char *hex_of(const void *bytes, size_t size, size_t step) {
  static char hex[STUDIO_SHA256_HEX];
  studio_sha256 hash;
  studio_sha256_init(&hash);
  for (size_t at = 0; at < size; at += step) {
    studio_sha256_add(&hash, (const char *)bytes + at, size - at < step ? size - at : step);
  }
  studio_sha256_hex(&hash, hex);
  return hex;
}

static void test_examples_of_the_standard(void **state) {
  (void)state;
  assert_string_equal(hex_of("", 0, 1), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assert_string_equal(hex_of("abc", 3, 3), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert_string_equal(hex_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, 5),
                      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  char *many = malloc(1000000);
  assert_non_null(many);
  memset(many, 'a', 1000000);
  assert_string_equal(hex_of(many, 1000000, 777),
                      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  free(many);
}

/* Every length around the edges of a block, however it is cut. */
static void test_does_not_depend_on_how_it_is_fed(void **state) {
  (void)state;
  char text[200], whole[STUDIO_SHA256_HEX];
  for (size_t i = 0; i < sizeof text; i++) text[i] = (char)(i * 7);
  for (size_t size = 0; size < sizeof text; size++) {
    memcpy(whole, hex_of(text, size, sizeof text), sizeof whole);
    for (size_t step = 1; step < 70; step += 23) assert_string_equal(hex_of(text, size, step), whole);
  }
}

/* The same for as long as the machine runs; no line break, since it is kept in a line of a file. */
static void test_the_machine_knows_its_boot(void **state) {
  (void)state;
  char first[STUDIO_CLOCK_BOOT], second[STUDIO_CLOCK_BOOT];
  if (!studio_clock_boot(first)) skip();
  assert_true(studio_clock_boot(second));
  assert_string_equal(first, second);
  assert_true(strlen(first) >= 8);
  assert_null(strchr(first, '\n'));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_examples_of_the_standard),
    cmocka_unit_test(test_does_not_depend_on_how_it_is_fed),
    cmocka_unit_test(test_the_machine_knows_its_boot),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
