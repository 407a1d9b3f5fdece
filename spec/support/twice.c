/* What libcurl does by itself: POSTs to each URL given, one after the other, on one handle.
** SPDX-License-Identifier: MIT
** The control of spec/core_once_spec.lua: a server that counts must see the second POST twice. */
#include <curl/curl.h>

int main(int argc, char **argv) {
  CURL *easy = curl_easy_init();
  if (easy == NULL) return 2;
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "{}");
  for (int i = 1; i < argc; i++) {
    curl_easy_setopt(easy, CURLOPT_URL, argv[i]);
    curl_easy_perform(easy);
  }
  curl_easy_cleanup(easy);
  return 0;
}
