/* Tests of studio_sfield, with the grammar of RFC 9651 in hand.   SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/sfield.h"

static void show(char *to, const studio_sfield_value *value) {
  static const char types[] = "idstb?@%(";
  to += strlen(to);
  if (value->key) to += sprintf(to, "%.*s=", (int)value->key_size, value->key);
  *to++ = types[value->type];
  if (value->text) sprintf(to, "%.*s", (int)value->size, value->text);
  else sprintf(to, "%lld", (long long)value->number);
}

/* What was read, in one line; NULL: malformed. */
static const char *read_all(const char *text, bool dictionary, bool parameters) {
  static char out[1000];
  studio_sfield field;
  studio_sfield_value value;
  out[0] = '\0';
  studio_sfield_open(&field, text);
  while (dictionary ? studio_sfield_entry(&field, &value) : studio_sfield_item(&field, &value)) {
    if (out[0]) strcat(out, " ");
    show(out, &value);
    while (parameters && studio_sfield_parameter(&field, &value)) {
      strcat(out, ";");
      show(out, &value);
    }
  }
  return field.malformed ? NULL : out;
}

static const struct { const char *text, *list; } lists[] = {
  {"", ""},
  {"   ", ""},
  {"1", "i1"},
  {"  1  ", "i1"},
  {"0", "i0"},
  {"-0", "i0"},
  {"-17, 042", "i-17 i42"},
  {"999999999999999,-999999999999999", "i999999999999999 i-999999999999999"},
  {"1.5 \t,\t 0.001,-12.34,123456789012.0", "d1500 d1 d-12340 d123456789012000"},
  {"a, *b, A-b/c:d", "ta t*b tA-b/c:d"},
  {"\"\", \"a b\", \"q\\\"\\\\\"", "s sa b sq\\\"\\\\"},
  {":YQ==:, ::", "bYQ== b"},
  {"?1, ?0", "?1 ?0"},
  {"@1659578233, @-1", "@1659578233 @-1"},
  {"%\"f%c3%bc\"", "%f%c3%bc"},
  {"(), ( a  b;x \"c\" ), 1", "(0 (0 i1"},
  {"\"burst\";r=50;t=30, \"daily\";  r=9;x", "sburst;r=i50;t=i30 sdaily;r=i9;x=?1"},
  {"(a b);q=1.0;*k=?0;a_b-c.d*=tok", "(0;q=d1000;*k=?0;a_b-c.d*=ttok"},
  /* malformed, each as a whole */
  {",", NULL}, {"1,", NULL}, {"1, ", NULL}, {",1", NULL}, {"1 2", NULL}, {"1;", NULL}, {"1;A=1", NULL},
  {"1;a=", NULL}, {"1;a=,2", NULL}, {"1 ;a=1", NULL}, {"1000000000000000", NULL}, {"-", NULL}, {"1.", NULL},
  {"1.2345", NULL}, {"1234567890123.1", NULL}, {"--1", NULL}, {"+1", NULL}, {".5", NULL}, {"\"a", NULL},
  {"\"a\\", NULL}, {"\"a\\b\"", NULL}, {"\"\x7f\"", NULL}, {"\"\xc3\xbc\"", NULL}, {"\"\t\"", NULL},
  {":YQ", NULL}, {":Y Q:", NULL}, {"?", NULL}, {"?2", NULL}, {"?1x", NULL}, {"@", NULL}, {"@1.5", NULL},
  {"@a", NULL}, {"%a", NULL}, {"%\"a", NULL}, {"(", NULL}, {"(1", NULL}, {"(1,2)", NULL}, {"(1\"a\")", NULL},
  {"((1))", NULL}, {"(1;A)", NULL}, {"(1))", NULL}, {"=", NULL}, {"a=1", NULL}, {"\t1", NULL},
};

static void lists_of_items(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    const char *got = read_all(lists[i].text, false, true);
    if (!got != !lists[i].list || (got && strcmp(got, lists[i].list) != 0)) {
      fail_msg("'%s' is read as %s", lists[i].text, got ? got : "malformed");
    }
    const char *again = read_all(lists[i].text, false, false); /* parameters nobody asked for are checked as well */
    assert_int_equal(again == NULL, lists[i].list == NULL);
  }
}

static void dictionaries(void **state) {
  (void)state;
  static const struct { const char *text, *entries; } table[] = {
    {"", ""},
    {"limit=100, remaining=50, reset=30", "limit=i100 remaining=i50 reset=i30"},
    {"a, b;x=1, c=(1 2);y, *d=?0", "a=?1 b=?1;x=i1 c=(0;y=?1 *d=?0"},
    {"a=1,a=2", "a=i1 a=i2"},
    {"A=1", NULL}, {"1", NULL}, {"\"a\"=1", NULL}, {"a=", NULL}, {"a==1", NULL}, {"a=1 b=2", NULL},
    {"a=1,", NULL}, {"a =1", NULL}, {"a= 1", NULL},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    const char *got = read_all(table[i].text, true, true);
    if (!got != !table[i].entries || (got && strcmp(got, table[i].entries) != 0)) {
      fail_msg("'%s' is read as %s", table[i].text, got ? got : "malformed");
    }
  }
}

static void a_malformed_field_stays_so(void **state) {
  (void)state;
  studio_sfield field;
  studio_sfield_value value;
  studio_sfield_open(&field, "1;A, 2");
  assert_true(studio_sfield_item(&field, &value));
  assert_false(studio_sfield_parameter(&field, &value));
  assert_false(studio_sfield_parameter(&field, &value));
  assert_false(studio_sfield_item(&field, &value));
  assert_false(studio_sfield_entry(&field, &value));
  assert_true(field.malformed);
}

static void keys_are_compared_whole(void **state) {
  (void)state;
  studio_sfield field;
  studio_sfield_value value;
  studio_sfield_open(&field, "reset");
  assert_true(studio_sfield_entry(&field, &value));
  assert_true(studio_sfield_is(&value, "reset"));
  assert_false(studio_sfield_is(&value, "rese"));
  assert_false(studio_sfield_is(&value, "resets"));
  assert_false(studio_sfield_is(&value, "limit"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(lists_of_items),
    cmocka_unit_test(dictionaries),
    cmocka_unit_test(a_malformed_field_stays_so),
    cmocka_unit_test(keys_are_compared_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
