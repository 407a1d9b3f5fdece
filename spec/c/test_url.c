/* Tests of studio_url: what we send to, and whether it is the same place.   SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/url.h"
#include "support/oom.h"

static void expect(studio_buf *buf, const char *expected) {
  assert_string_equal(buf->data, expected);
  assert_int_equal(buf->size, strlen(expected));
  studio_buf_free(buf);
}

static void escape(void **state) {
  (void)state;
  const char *unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
  studio_buf buf = STUDIO_BUF_INIT;
  for (int byte = 0; byte < 256; byte++) {
    char text = (char)byte, expected[4];
    bool plain = byte != 0 && strchr(unreserved, byte);
    assert_true(studio_url_escape(&buf, &text, 1));
    snprintf(expected, sizeof expected, plain ? "%c" : "%%%02X", (unsigned)byte);
    expect(&buf, expected);
  }
  assert_true(studio_buf_puts(&buf, "/frames/"));
  assert_true(studio_url_escape(&buf, "a b/c?d&e=\xC3\xBC", 12));
  expect(&buf, "/frames/a%20b%2Fc%3Fd%26e%3D%C3%BC");
  assert_true(studio_url_escape(&buf, "", 0));
  expect(&buf, "");
  char raw[9];
  assert_int_equal(studio_url_escape_raw(raw, "a\0/", 3), 7);
  assert_memory_equal(raw, "a%00%2F", 7);
  assert_false(studio_url_escape(&buf, "x", SIZE_MAX / 2)); /* three times that is no size */
}

static void join(void **state) {
  (void)state;
  static const char *const table[][3] = {
    {"https://h/api/v1", "/projects", "https://h/api/v1/projects"},
    {"https://h/api/v1/", "/projects", "https://h/api/v1/projects"},
    {"https://h/api/v1/", "projects", "https://h/api/v1/projects"},
    {"https://h/api/v1", "projects", "https://h/api/v1/projects"},
    {"https://h/api/v1///", "///projects/", "https://h/api/v1/projects/"},
    {"https://h", "/p?x=1&y=/2/", "https://h/p?x=1&y=/2/"},
    {"https://h/", "/", "https://h/"},
    {"https://h/api", "", "https://h/api"},
    {"https://h/api/", "", "https://h/api/"},
    {"https://h/api", "?page=2", "https://h/api?page=2"},
    {"https://h/api", "//evil.example/x", "https://h/api/evil.example/x"}, /* stays below the base */
    {"", "p", "/p"},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    studio_buf buf = STUDIO_BUF_INIT;
    assert_true(studio_url_join(&buf, table[i][0], table[i][1]));
    expect(&buf, table[i][2]);
  }
}

static void add_query(void **state) {
  (void)state;
  studio_buf url = STUDIO_BUF_INIT;
  assert_true(studio_buf_puts(&url, "https://h/p"));
  assert_true(studio_url_add_query(&url, "page", 4, "2", 1));
  assert_true(studio_url_add_query(&url, "q[]", 3, "a&b=c d", 7));
  assert_true(studio_url_add_query(&url, "empty", 5, "", 0));
  expect(&url, "https://h/p?page=2&q%5B%5D=a%26b%3Dc%20d&empty=");
  static const char *const table[][2] = {{"https://h/p?", "https://h/p?a=1"},
                                         {"https://h/p?x&", "https://h/p?x&a=1"},
                                         {"https://h/p?x", "https://h/p?x&a=1"}};
  for (size_t i = 0; i < 3; i++) {
    assert_true(studio_buf_puts(&url, table[i][0]));
    assert_true(studio_url_add_query(&url, "a", 1, "1", 1));
    expect(&url, table[i][1]);
  }
  assert_true(studio_url_add_query(&url, "a", 1, "1", 1));
  expect(&url, "?a=1");
  assert_false(studio_url_add_query(&url, "a", SIZE_MAX / 4, "1", 1));
  assert_false(studio_url_add_query(&url, "a", 1, "1", SIZE_MAX / 4));
}

/* RFC 3986 §5.4 where a base with a path is concerned, and what services send besides. */
static void resolve(void **state) {
  (void)state;
  static const char *const table[][3] = {
    {"https://h/b/c/d?q", "g", "https://h/b/c/g"},
    {"https://h/b/c/d?q", "./g", "https://h/b/c/g"},
    {"https://h/b/c/d?q", "g/", "https://h/b/c/g/"},
    {"https://h/b/c/d?q", "/g", "https://h/g"},
    {"https://h/b/c/d?q", "//o.example/g", "https://o.example/g"},
    {"https://h/b/c/d?q", "?y", "https://h/b/c/d?y"},
    {"https://h/b/c/d?q", "g?y", "https://h/b/c/g?y"},
    {"https://h/b/c/d?q", "", "https://h/b/c/d?q"},
    {"https://h/b/c/d?q", "#s", "https://h/b/c/d?q"},
    {"https://h/b/c/d?q", "g#s", "https://h/b/c/g"},
    {"https://h/b/c/d?q#f", "?y#s", "https://h/b/c/d?y"},
    {"https://h/b/c/d?q", ".", "https://h/b/c/"},
    {"https://h/b/c/d?q", "..", "https://h/b/"},
    {"https://h/b/c/d?q", "../g", "https://h/b/g"},
    {"https://h/b/c/d?q", "../../../../g", "https://h/g"},
    {"https://h/b/c/d?q", "/a/./b/../g", "https://h/a/g"},
    {"https://h/b/c/d?q", "http://o.example:8080/x?s=%2F%2f", "http://o.example:8080/x?s=%2F%2f"},
    {"https://h:8443/b", "/g", "https://h:8443/g"},
    {"http://[::1]:81/b", "/g", "http://[::1]:81/g"},
    {"https://h", "g", "https://h/g"},
    {"https://h/a?u=/x/y", "g", "https://h/g"},
    {"https://h/b", "/a b?c d", "https://h/a%20b?c+d"},
    {"https://h/b", "/caf\xC3\xA9", "https://h/caf%c3%a9"},
    {"https://h/b", "/keep%20%2Fthis", "https://h/keep%20%2Fthis"},
    {"https://h/b", "ftp://o.example/x", "ftp://o.example/x"}, /* studio_url_check says no to it */
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    studio_buf buf = STUDIO_BUF_INIT;
    assert_true(studio_buf_puts(&buf, "+"));
    assert_true(studio_url_resolve(&buf, table[i][0], table[i][1]));
    assert_string_equal(buf.data + 1, table[i][2]);
    studio_buf_free(&buf);
  }
}

static void resolve_refuses_nonsense(void **state) {
  (void)state;
  studio_buf buf = STUDIO_BUF_INIT;
  assert_false(studio_url_resolve(&buf, "not a url", "/g"));
  assert_false(studio_url_resolve(&buf, "/relative", "/g"));
  assert_false(studio_url_resolve(&buf, "https://h/b", "http://h:99999/"));
  assert_false(studio_url_resolve(&buf, "https://h/b", "http://"));
  assert_false(studio_url_resolve(&buf, "https://h/b", "/a\nb"));
  assert_null(buf.data);
}

/* False, with the error that belongs to it: it never quotes the URL, which may hold secrets. */
static bool refused(const char *url, bool allow_http) {
  studio_error err;
  studio_error_clear(&err);
  if (studio_url_check(url, allow_http, &err)) {
    assert_int_equal(err.kind, STUDIO_KIND_NONE);
    return false;
  }
  assert_int_equal(err.kind, STUDIO_KIND_INVALID);
  assert_string_equal(err.code, "url");
  assert_true(strlen(err.message) > 25);
  assert_null(strstr(err.message, "canary"));
  assert_false(studio_url_check(url, allow_http, NULL)); /* the error is not needed */
  return true;
}

static void good_urls(void **state) {
  (void)state;
  static const char *const table[] = {
    "https://mstudio.ai/api/v1", "HTTPS://h", "https://h:8443/p?q=1&r=a%20b#f", "https://[2001:db8::1]:443/",
    "https://h/a/../b",          "https://1.2.3.4/", "https://h?q",
    "https://\xC3\xA9t\xC3\xA9.example/\xC3\xA9t",
    "https://h/~user/(a)/[x]|y", /* signed URLs are not always well-formed */
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    assert_false(refused(table[i], false));
    assert_false(refused(table[i], true));
  }
}

static void bad_urls(void **state) {
  (void)state;
  static const char *const table[] = {
    "", "canary", "/canary", "h.example/canary", "canary:8080/x", "://h", "https:", "https:/h", "https://",
    "https:///h", "https:h", "https://:443/canary", "https://?canary",
    "file:///etc/passwd", "ftp://h/canary", "gopher://h/", "javascript:canary()", "data:text/html,canary",
    "httpss://h/", "ws://h/", "unix://h/", "ldap://h/",
    "https://user:canary@h/", "https://canary@h/", "https://:canary@h/", "https://@h/",
    "https://good.example\\@evil.example/canary", "https://good.example/\\canary", "\\\\h\\canary",
    "https://h/a b", " https://h/", "https://h/ ", "https://h/a\tb", "https://h/a\r\nX: canary",
    "https://h/\x01", "https://h/\x7F", "https://h\x1B/", "https://h:99999/", "https://h:-1/",
    "https://h:x/", "https://[::1", "https://[canary]/", "https://h%00canary/", "https://h%2fcanary/",
    "https://a;b/", "https://h%0acanary/",
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    if (!refused(table[i], false)) fail_msg("accepted: %s", table[i]);
    if (!refused(table[i], true)) fail_msg("accepted with allow_http: %s", table[i]);
  }
}

static void http_only_to_this_machine(void **state) {
  (void)state;
  static const char *const loopback[] = {
    "http://localhost/", "http://LocalHost:8080/x", "http://127.0.0.1:8080/", "http://127.255.255.254/",
    "http://[::1]:8080/", "http://[0:0:0:0:0:0:0:1]/", "HTTP://127.0.0.1",
    /* libcurl spells these 127.0.0.1 before it connects, and before we look */
    "http://127.1/", "http://2130706433/", "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://loc%61lhost/",
  };
  static const char *const elsewhere[] = {
    "http://mstudio.ai/", "http://127.0.0.1.evil.example/", "http://localhost.evil.example/",
    "http://localhost./", "http://evil-localhost/", "http://notlocalhost/",
    "http://127.0.0.1evil.example/", "http://128.0.0.1/", "http://126.255.255.255/", "http://0.0.0.0/",
    "http://[::]/", "http://[::2]/", "http://[::ffff:1.2.3.4]/",
    "http://127.evil.example/", "http://x.localhost/", "http://2130706432.evil.example/", "http://10.0.0.1/",
    "http://127.0.0.1%2eevil.example/", "http://evil.example/127.0.0.1", "http://evil.example?@127.0.0.1/",
    "http://evil.example#@127.0.0.1/", "http://\xEF\xBD\x8Cocalhost/",
  };
  for (size_t i = 0; i < sizeof loopback / sizeof *loopback; i++) {
    if (refused(loopback[i], false)) fail_msg("refused: %s", loopback[i]);
  }
  for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
    if (!refused(elsewhere[i], false)) fail_msg("accepted: %s", elsewhere[i]);
    assert_false(refused(elsewhere[i], true));
  }
}

static void same_origin(void **state) {
  (void)state;
  static const struct { const char *a, *b; bool same; } table[] = {
    {"https://h/a", "https://h/b?c#d", true},
    {"https://h", "HTTPS://H:443/x", true},
    {"http://h:80/", "http://h", true},
    {"https://h:8443/", "https://h:8443/y", true},
    {"https://h:/", "https://h:0443/", true},
    {"http://[::1]:80/a", "http://[0:0:0:0:0:0:0:1]/b", true},
    {"http://[2001:DB8::1]/", "http://[2001:db8::1]/", true},
    {"http://127.1/", "http://127.0.0.1/", true},
    {"https://user:pw@h/", "https://h/", true},
    {"https://H.Example/", "https://h.eXample/", true},
    {"https://h/", "http://h/", false},
    {"https://h/", "http://h:443/", false},
    {"https://h/", "https://h:8443/", false},
    {"https://h/", "https://h2/", false},
    {"https://h/", "https://h./", false},
    {"https://h.example/", "https://h.example.evil.example/", false},
    {"https://h.example/", "https://evil.example/h.example", false},
    {"https://h.example/", "https://h.example@evil.example/", false},
    {"https://h.example/", "https://h.example\\@evil.example/", false},
    {"http://[::1]/", "http://[::2]/", false},
    {"http://[::1]/", "http://127.0.0.1/", false},
    {"http://[fe80::1%25eth0]/", "http://[fe80::1%25eth1]/", false},
    {"http://[fe80::1%25eth0]/", "http://[fe80::1%25eth0]:80/", true},
    {"file:///a", "file:///a", false}, /* no host: no origin */
    {"", "", false},
    {"nonsense", "nonsense", false},
    {"https://h/", "nonsense", false},
    {"https://h:99999/", "https://h:99999/", false},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    const char *a = table[i].a, *b = table[i].b;
    if (studio_url_same_origin(a, b) != table[i].same) fail_msg("%s %s", a, b);
    if (studio_url_same_origin(b, a) != table[i].same) fail_msg("%s %s", b, a);
  }
}

static void origin(void **state) {
  (void)state;
  static const char *const table[][2] = {
    {"https://user:pw@h.example/p?token=x#y", "https://h.example"},
    {"https://h:443/p", "https://h"},
    {"http://h:8080", "http://h:8080"},
    {"http://[::1]:81/x/", "http://[::1]:81"},
    {"https://h?q=https://o/", "https://h"},
    {"http://127.1/", "http://127.0.0.1"},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    studio_buf buf = STUDIO_BUF_INIT;
    assert_true(studio_url_origin(&buf, table[i][0]));
    expect(&buf, table[i][1]);
  }
  studio_buf buf = STUDIO_BUF_INIT;
  assert_false(studio_url_origin(&buf, "nonsense"));
  assert_false(studio_url_origin(&buf, "file:///etc/passwd"));
  assert_null(buf.data);
}

static bool build(void *state) {
  (void)state;
  char long_text[100];
  memset(long_text, 'x', sizeof long_text);
  studio_buf one = STUDIO_BUF_INIT, two = STUDIO_BUF_INIT, three = STUDIO_BUF_INIT;
  bool done = studio_url_join(&one, "https://h/api", "/p") &&
              studio_url_add_query(&one, "a", 1, long_text, sizeof long_text) &&
              studio_url_resolve(&two, "https://h/api", "p") && studio_url_origin(&three, "https://h/api");
  studio_buf_free(&one);
  studio_buf_free(&two);
  studio_buf_free(&three);
  return done;
}

static void out_of_memory(void **state) {
  (void)state;
  if (!oom_possible()) skip();
  assert_int_equal(oom_torture(build, NULL), 4); /* one for each buffer, one for the query */
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(escape),
    cmocka_unit_test(join),
    cmocka_unit_test(add_query),
    cmocka_unit_test(resolve),
    cmocka_unit_test(resolve_refuses_nonsense),
    cmocka_unit_test(good_urls),
    cmocka_unit_test(bad_urls),
    cmocka_unit_test(http_only_to_this_machine),
    cmocka_unit_test(same_origin),
    cmocka_unit_test(origin),
    cmocka_unit_test(out_of_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
