/* Tests of studio_secret: what is redacted, and what is left in memory.   SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/secret.h"
#include "support/oom.h"

/* `text` after the secret `value` was taken out of it, compared with `expected`. */
static void check(const char *value, const char *text, const char *expected) {
  studio_secret *secret = studio_secret_new(value, strlen(value));
  studio_buf buf = STUDIO_BUF_INIT;
  assert_true(studio_buf_puts(&buf, text));
  size_t before = buf.size;
  studio_secret_redact(secret, &buf);
  assert_string_equal(buf.data, expected);
  assert_int_equal(buf.size, strlen(expected));
  for (size_t i = buf.size; i <= before; i++) assert_int_equal(buf.data[i], 0); /* nothing behind the end */
  studio_buf_free(&buf);
  studio_secret_unref(secret);
}

static void value_is_kept(void **state) {
  (void)state;
  size_t size = 0;
  studio_secret *secret = studio_secret_new("a\0b", 3);
  const char *value = studio_secret_value(secret, &size);
  assert_int_equal(size, 3);
  assert_memory_equal(value, "a\0b", 4);
  assert_ptr_equal(studio_secret_value(secret, NULL), value);
  studio_secret *same = studio_secret_ref(secret);
  assert_ptr_equal(same, secret);
  studio_secret_unref(secret);
  assert_memory_equal(studio_secret_value(same, NULL), "a\0b", 4); /* one owner is left */
  studio_secret_unref(same);
  studio_secret_unref(NULL);
}

static void empty_value(void **state) {
  (void)state;
  studio_secret *secret = studio_secret_new(NULL, 0);
  assert_string_equal(studio_secret_value(secret, NULL), "");
  studio_secret_unref(secret);
  assert_null(studio_secret_new("x", SIZE_MAX)); /* no memory has this size */
}

static void raw_form(void **state) {
  (void)state;
  check("sk_live_42", "key sk_live_42 is bad", "key *** is bad");
  check("sk_live_42", "sk_live_42", "***");
  check("sk_live_42", "sk_live_42sk_live_42,sk_live_42", "******,***");
  check("sk_live_42", "sk_live_4 sk_live_4", "sk_live_4 sk_live_4");
  check("sk_live_42", "nothing", "nothing");
  check("sk_live_42", "", "");
  check("sk_live_42", "SK_LIVE_42", "SK_LIVE_42"); /* another value */
  check("aaab", "aaaab", "a***");                  /* an occurrence inside a false start */
}

static void encoded_forms(void **state) {
  (void)state;
  check("a/b+c=", "x=a%2Fb%2Bc%3D&y", "x=***&y");
  check("a/b+c=", "x=a%2fb%2bc%3d&y", "x=***&y");
  check("a/b+c=", "x=a/b%2Bc=&y", "x=***&y"); /* encoders differ in what they encode */
  check("abcd", "%61%62%63%64", "***");
  check("a/b+c=", "x=a%2Eb%2Bc%3D", "x=a%2Eb%2Bc%3D");
  check("a/b+c=", "x=a%2", "x=a%2");
  check("a/b+c=", "{\"key\":\"a\\/b+c=\"}", "{\"key\":\"***\"}"); /* JSON as PHP writes it */
  check("ab\"cd", "{\"key\":\"ab\\\"cd\"}", "{\"key\":\"***\"}");
  check("100%", "100% 100%2", "*** ***2");
  check("a%25b", "a%25b a%2525b", "*** ***"); /* a value that looks encoded itself */
  check("a\\bc", "a\\bc a\\\\bc", "*** ***");
  check("a%2Fb", "a%2Fb a%252Fb", "*** ***");
  check("abcd", "a%zzbcd a%6gbcd", "a%zzbcd a%6gbcd");
  check("a\x05zb", "a%05zb a%05%7ab", "*** ***"); /* each half of a byte may be 0 or a letter */
  check("a\x50zb", "a%50zb a%5gzb", "*** a%5gzb");
  check("abc\"", "abc\\\"", "***"); /* at the very end */
  check("\xC3\xA9t\xC3\xA9", "%C3%A9t%C3%A9 \xC3\xA9t\xC3\xA9", "*** ***");
}

static void short_values_stay(void **state) {
  (void)state;
  check("abc", "abc alphabet abc", "abc alphabet abc");
  check("", "text", "text");
  check("abcd", "abcd", "***");
}

static void text_with_zero_bytes(void **state) {
  (void)state;
  studio_secret *secret = studio_secret_new("key\0rest", 8);
  studio_buf buf = STUDIO_BUF_INIT;
  assert_true(studio_buf_append(&buf, "\0key\0rest\0z", 11));
  studio_secret_redact(secret, &buf);
  assert_int_equal(buf.size, 6);
  assert_memory_equal(buf.data, "\0***\0z", 7);
  studio_buf_free(&buf);
  studio_buf empty = STUDIO_BUF_INIT;
  studio_secret_redact(secret, &empty);
  assert_null(empty.data);
  studio_secret_unref(secret);
}

static void wipe_zeroes_just_what_it_is_told(void **state) {
  (void)state;
  unsigned char memory[64];
  memset(memory, 0xAA, sizeof memory);
  studio_wipe(memory + 1, 62);
  assert_int_equal(memory[0], 0xAA);
  assert_int_equal(memory[63], 0xAA);
  for (int i = 1; i < 63; i++) assert_int_equal(memory[i], 0);
  studio_wipe(NULL, 0);
}

static void out_of_memory(void **state) {
  (void)state;
  if (!oom_possible()) skip();
  oom_start(1, false);
  studio_secret *secret = studio_secret_new("value", 5);
  assert_true(oom_stop());
  assert_null(secret);
}

static void nothing_is_left_in_freed_memory(void **state) {
  (void)state;
  if (!oom_possible()) skip();
  oom_watch("canary");
  studio_secret *secret = studio_secret_new("my canary sings", 15);
  studio_secret *same = studio_secret_ref(secret);
  studio_secret_unref(secret);
  studio_buf buf = STUDIO_BUF_INIT;
  bool built = studio_buf_puts(&buf, "say: my canary sings. And my%20canary%20sings.");
  studio_secret_redact(same, &buf);
  studio_secret_unref(same);
  studio_buf_free(&buf); /* redacted in place: nothing of it behind the end either */
  bool wiped = studio_buf_puts(&buf, "canary");
  studio_buf_wipe(&buf);
  assert_int_equal(oom_seen(), 0);
  assert_true(built && wiped);

  oom_watch("canary"); /* the eye itself: this one is seen */
  bool plain = studio_buf_puts(&buf, "canary");
  studio_buf_free(&buf);
  assert_int_equal(oom_seen(), 1);
  assert_true(plain);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(value_is_kept),     cmocka_unit_test(empty_value),
    cmocka_unit_test(raw_form),          cmocka_unit_test(encoded_forms),
    cmocka_unit_test(short_values_stay), cmocka_unit_test(text_with_zero_bytes),
    cmocka_unit_test(wipe_zeroes_just_what_it_is_told), cmocka_unit_test(out_of_memory),
    cmocka_unit_test(nothing_is_left_in_freed_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
