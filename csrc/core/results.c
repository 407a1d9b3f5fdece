/* studio_results: what libcurl knows of an attempt that is over.   SPDX-License-Identifier: MIT */
#include "core/results.h"

static void read_timing(const studio_attempt *attempt) {
  studio_timing *timing = &attempt->call->response.timing;
  curl_off_t resolve = 0, connect = 0, tls = 0, ready = 0, first = 0, total = 0;
  curl_easy_getinfo(attempt->easy, CURLINFO_NAMELOOKUP_TIME_T, &resolve);
  curl_easy_getinfo(attempt->easy, CURLINFO_CONNECT_TIME_T, &connect);
  curl_easy_getinfo(attempt->easy, CURLINFO_APPCONNECT_TIME_T, &tls);
  curl_easy_getinfo(attempt->easy, CURLINFO_PRETRANSFER_TIME_T, &ready);
  curl_easy_getinfo(attempt->easy, CURLINFO_STARTTRANSFER_TIME_T, &first);
  curl_easy_getinfo(attempt->easy, CURLINFO_TOTAL_TIME_T, &total);
  curl_off_t sent = attempt->body_done_us > ready ? attempt->body_done_us : ready;
  timing->resolve = resolve;
  timing->connect = connect > resolve ? connect - resolve : 0;
  timing->tls = tls > connect ? tls - connect : 0;
  timing->send = sent - ready;
  timing->wait = first > sent ? first - sent : 0;
  timing->body = first > 0 && total > first ? total - first : 0;
}

void studio_results_read(const studio_attempt *attempt) {
  studio_response *response = &attempt->call->response;
  studio_stats *stats = &attempt->call->client->stats;
  long version = 0, connects = 0, request_size = 0, header_size = 0;
  curl_off_t up = 0, down = 0;
  curl_easy_getinfo(attempt->easy, CURLINFO_HTTP_VERSION, &version);
  curl_easy_getinfo(attempt->easy, CURLINFO_NUM_CONNECTS, &connects);
  curl_easy_getinfo(attempt->easy, CURLINFO_REQUEST_SIZE, &request_size);
  curl_easy_getinfo(attempt->easy, CURLINFO_HEADER_SIZE, &header_size);
  curl_easy_getinfo(attempt->easy, CURLINFO_SIZE_UPLOAD_T, &up);
  curl_easy_getinfo(attempt->easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
  response->http_version = version == CURL_HTTP_VERSION_1_0   ? 10
                           : version == CURL_HTTP_VERSION_1_1 ? 11
                           : version == CURL_HTTP_VERSION_2_0 ? 20
                           : version == CURL_HTTP_VERSION_3   ? 30
                                                              : 0;
  stats->connections += connects;
  stats->bytes_out += request_size + up;
  stats->bytes_in += header_size + down;
  read_timing(attempt);
}
