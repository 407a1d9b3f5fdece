/* Tests of studio_proxy: which proxy a request goes through, and what is kept of it.   SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/client.h"
#include "core/proxy.h"

static const char *const variables[] = {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY",
                                        "all_proxy",  "ALL_PROXY",  "no_proxy",    "NO_PROXY"};

static int clear(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) unsetenv(variables[i]);
  return 0;
}

static const char *name_for(const studio_proxies *proxies, bool https, bool here, bool allow_http) {
  const studio_proxy *proxy = studio_proxies_for(proxies, https, here, allow_http);
  return proxy != NULL ? proxy->name : "none";
}

static void a_named_one_is_for_everything(void **state) {
  (void)state;
  studio_proxies proxies = {0};
  studio_error err;
  assert_true(studio_proxies_name(&proxies, "socks5h://me:p%40ss@proxy.example", &err));
  assert_string_equal(name_for(&proxies, true, false, false), "proxy.example:1080");
  assert_string_equal(name_for(&proxies, true, true, false), "proxy.example:1080");
  assert_string_equal(name_for(&proxies, false, false, true), "proxy.example:1080");
  size_t size = 0;
  assert_string_equal(studio_secret_value(proxies.for_https.password, &size), "p@ss");
  assert_true(studio_proxies_name(&proxies, "https://[::1]", &err));
  assert_string_equal(name_for(&proxies, false, true, false), "[::1]:443");
  assert_true(studio_proxies_name(&proxies, "proxy.example:3128", &err));
  assert_string_equal(name_for(&proxies, true, false, false), "proxy.example:3128");
  assert_true(studio_proxies_name(&proxies, "", &err));
  assert_string_equal(name_for(&proxies, true, false, true), "none");
  studio_proxies_free(&proxies);
}

static void plain_http_goes_to_no_proxy_elsewhere_unless_allowed(void **state) {
  (void)state;
  studio_proxies proxies = {0};
  studio_error err;
  assert_true(studio_proxies_name(&proxies, "http://192.0.2.1:8080", &err));
  assert_string_equal(name_for(&proxies, false, true, false), "none");
  assert_string_equal(name_for(&proxies, false, true, true), "192.0.2.1:8080");
  assert_true(studio_proxies_name(&proxies, "https://192.0.2.1:8443", &err)); /* the way there is encrypted */
  assert_string_equal(name_for(&proxies, false, true, false), "192.0.2.1:8443");
  assert_true(studio_proxies_name(&proxies, "http://127.0.0.1:8080", &err));
  assert_string_equal(name_for(&proxies, false, true, false), "127.0.0.1:8080");
  studio_proxies_free(&proxies);
}

static void what_cannot_be_used_changes_nothing_and_is_not_shown(void **state) {
  (void)state;
  static const char *const bad[] = {"ftp://me:canary@h:1", "http://me:canary@h:port", "file:///canary", "http://",
                                    "socks6://me:canary@h"};
  studio_proxies proxies = {0};
  studio_error err;
  assert_true(studio_proxies_name(&proxies, "http://good:1", &err));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    studio_error_clear(&err);
    assert_false(studio_proxies_name(&proxies, bad[i], &err));
    assert_int_equal(err.kind, STUDIO_KIND_INVALID);
    assert_null(strstr(err.message, "canary"));
    assert_string_equal(name_for(&proxies, true, false, false), "good:1");
  }
  studio_proxies_free(&proxies);
}

static void the_environment_is_read_as_curl_reads_it(void **state) {
  (void)state;
  studio_proxies proxies;
  setenv("HTTP_PROXY", "http://visitor:1", 1);
  setenv("ALL_PROXY", "http://all:1", 1);
  setenv("NO_PROXY", ".example", 1);
  assert_true(studio_proxies_from_environment(&proxies));
  assert_string_equal(name_for(&proxies, false, false, true), "all:1");
  assert_string_equal(name_for(&proxies, true, false, true), "all:1");
  assert_string_equal(name_for(&proxies, true, true, true), "none"); /* this machine itself */
  assert_string_equal(proxies.not_for, ".example");
  studio_proxies_free(&proxies);

  setenv("http_proxy", "http://plain:1", 1);
  setenv("HTTPS_PROXY", "http://big:1", 1);
  setenv("no_proxy", "small", 1);
  assert_true(studio_proxies_from_environment(&proxies));
  assert_string_equal(name_for(&proxies, false, false, true), "plain:1");
  assert_string_equal(name_for(&proxies, true, false, true), "big:1");
  assert_string_equal(proxies.not_for, "small");
  studio_proxies_free(&proxies);

  setenv("https_proxy", "ftp://me:canary@unusable:1", 1); /* not passed over, and not shown */
  assert_true(studio_proxies_from_environment(&proxies));
  assert_string_equal(name_for(&proxies, true, false, true), "of the environment");
  assert_null(strstr(proxies.for_https.url, "canary"));
  studio_proxies_free(&proxies);
}

static void a_client_takes_passwords_out_of_texts(void **state) {
  (void)state;
  studio_error err;
  studio_client *client = studio_client_new("https://h", false, &err);
  assert_non_null(client);
  assert_true(studio_client_set_proxy(client, "http://me:canary%2Bword@h:1", &err));
  studio_buf text = STUDIO_BUF_INIT;
  assert_true(studio_buf_puts(&text, "canary+word canary%2Bword"));
  studio_client_redact(client, &text);
  assert_string_equal(text.data, "*** ***");
  studio_buf_free(&text);
  studio_client_unref(client);
}

static void a_client_of_plain_http_is_given_no_proxy_that_could_listen(void **state) {
  (void)state;
  studio_error err;
  studio_client *client = studio_client_new("HTTP://127.0.0.1:8080", false, &err);
  assert_non_null(client);
  assert_false(studio_client_set_proxy(client, "http://192.0.2.1:1", &err));
  assert_int_equal(err.kind, STUDIO_KIND_INVALID);
  assert_true(studio_client_set_proxy(client, "http://localhost:1", &err));
  studio_client_unref(client);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_named_one_is_for_everything),
    cmocka_unit_test(plain_http_goes_to_no_proxy_elsewhere_unless_allowed),
    cmocka_unit_test(what_cannot_be_used_changes_nothing_and_is_not_shown),
    cmocka_unit_test_setup_teardown(the_environment_is_read_as_curl_reads_it, clear, clear),
    cmocka_unit_test_setup_teardown(a_client_takes_passwords_out_of_texts, clear, clear),
    cmocka_unit_test_setup_teardown(a_client_of_plain_http_is_given_no_proxy_that_could_listen, clear, clear),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
