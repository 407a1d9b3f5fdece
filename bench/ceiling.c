/* The ceiling of the bench: plain libcurl, nothing decoded, nothing kept.   SPDX-License-Identifier: MIT
**
** usage: ceiling easy|poll|epoll URL COUNT CONCURRENCY
** easy: one handle, one request after the other. poll: curl_multi_perform and curl_multi_poll. epoll:
** curl_multi_socket_action. Sends the header fields that our own client sends; the body is appended to a
** buffer, the answer's headers are left alone. Connections are made and used before the clock starts.
** Prints: requests, wall seconds, processor seconds. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MOST_AT_ONCE 1024

typedef struct transfer {
  CURL *easy;
  size_t size;
  char body[16384];
} transfer;

typedef struct ceiling {
  CURLM *multi;
  int epoll;
  long timeout_ms; /* libcurl's; -1: none */
  long started, ended, count;
} ceiling;

static void fail(const char *what) {
  fprintf(stderr, "ceiling: %s\n", what);
  exit(1);
}

static size_t on_body(char *data, size_t unit, size_t count, void *user) {
  transfer *t = user;
  size_t size = unit * count;
  if (t->size + size > sizeof t->body) return 0;
  memcpy(t->body + t->size, data, size);
  t->size += size;
  return size;
}

/* Fields cost libcurl thousands of instructions each, so the ceiling must send the same. */
static struct curl_slist *fields_new(void) {
  struct curl_slist *fields = curl_slist_append(NULL, "X-API-Key: sk_bench");
  if (fields == NULL || curl_slist_append(fields, "Accept: application/json") == NULL) fail("no memory");
  return fields;
}

static transfer *transfer_new(const char *url, struct curl_slist *fields) {
  transfer *t = calloc(1, sizeof *t);
  if (t == NULL || (t->easy = curl_easy_init()) == NULL) fail("no memory");
  curl_easy_setopt(t->easy, CURLOPT_URL, url);
  curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, fields);
  curl_easy_setopt(t->easy, CURLOPT_USERAGENT, "lua-studio/bench");
  curl_easy_setopt(t->easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
  curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
  /* where our own client looks too; all else of TLS is libcurl's default */
  if (getenv("SSL_CERT_FILE") != NULL) curl_easy_setopt(t->easy, CURLOPT_CAINFO, getenv("SSL_CERT_FILE"));
  return t;
}

/* A bench that counts failures as requests would be fast indeed. */
static void judge(const transfer *t, CURLcode code) {
  long status = 0;
  curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
  if (code != CURLE_OK) fail(curl_easy_strerror(code));
  if (status != 200 || t->size == 0) fail("not the answer that was expected");
}

static void run_easy(transfer *t, long count) {
  for (long i = 0; i < count; i++) {
    t->size = 0;
    judge(t, curl_easy_perform(t->easy));
  }
}

/* ---- many at once */

static void start(ceiling *c, transfer *t) {
  t->size = 0;
  c->started++;
  if (curl_multi_add_handle(c->multi, t->easy) != CURLM_OK) fail("curl_multi_add_handle");
}

static void collect(ceiling *c) {
  int left;
  CURLMsg *message;
  while ((message = curl_multi_info_read(c->multi, &left)) != NULL) {
    transfer *t = NULL;
    CURLcode code = message->data.result;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
    judge(t, code);
    curl_multi_remove_handle(c->multi, t->easy);
    c->ended++;
    if (c->started < c->count) start(c, t);
  }
}

static void turn_poll(ceiling *c) {
  int running = 0;
  if (curl_multi_perform(c->multi, &running) != CURLM_OK) fail("curl_multi_perform");
  collect(c);
  if (c->ended < c->count) curl_multi_poll(c->multi, NULL, 0, 1000, NULL);
}

static int on_timer(CURLM *multi, long timeout_ms, void *user) {
  (void)multi;
  ((ceiling *)user)->timeout_ms = timeout_ms;
  return 0;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *socket_user) {
  (void)easy;
  ceiling *c = user;
  struct epoll_event event = {.data = {.fd = fd}};
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(c->epoll, EPOLL_CTL_DEL, fd, &event);
    return 0;
  }
  if (what & CURL_POLL_IN) event.events |= EPOLLIN;
  if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
  epoll_ctl(c->epoll, socket_user != NULL ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
  curl_multi_assign(c->multi, fd, c);
  return 0;
}

static void turn_epoll(ceiling *c) {
  struct epoll_event events[64];
  int running = 0;
  int n = epoll_wait(c->epoll, events, 64, c->timeout_ms < 0 ? 1000 : (int)c->timeout_ms);
  for (int i = 0; i < n; i++) {
    int what = 0;
    if (events[i].events & EPOLLIN) what |= CURL_CSELECT_IN;
    if (events[i].events & EPOLLOUT) what |= CURL_CSELECT_OUT;
    if (events[i].events & (EPOLLERR | EPOLLHUP)) what |= CURL_CSELECT_ERR;
    curl_multi_socket_action(c->multi, events[i].data.fd, what, &running);
  }
  if (n == 0 || c->timeout_ms == 0) {
    c->timeout_ms = -1; /* it fires once */
    curl_multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0, &running);
  }
  collect(c);
}

static void run_multi(ceiling *c, transfer **transfers, long at_once, long count, void (*turn)(ceiling *)) {
  c->count = count;
  c->started = c->ended = 0;
  for (long i = 0; i < at_once && i < count; i++) start(c, transfers[i]);
  while (c->ended < count) turn(c);
}

static void set_up(ceiling *c, int with_epoll) {
  c->multi = curl_multi_init();
  c->epoll = epoll_create1(0);
  c->timeout_ms = -1;
  if (c->multi == NULL || c->epoll < 0) fail("no memory");
  if (!with_epoll) return;
  curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
  curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
}

/* ---- clocks */

static double wall(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static double processor(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv) {
  if (argc != 5) fail("usage: ceiling easy|poll|epoll URL COUNT CONCURRENCY");
  const char *mode = argv[1];
  long count = atol(argv[3]), at_once = atol(argv[4]);
  int easy = strcmp(mode, "easy") == 0, with_epoll = strcmp(mode, "epoll") == 0;
  if (count < 1 || at_once < 1 || at_once > MOST_AT_ONCE) fail("COUNT or CONCURRENCY out of range");
  if (!easy && !with_epoll && strcmp(mode, "poll") != 0) fail("easy, poll or epoll");
  curl_global_init(CURL_GLOBAL_DEFAULT);
  transfer *transfers[MOST_AT_ONCE];
  struct curl_slist *fields = fields_new();
  for (long i = 0; i < at_once; i++) transfers[i] = transfer_new(argv[2], fields);
  ceiling c = {0};
  void (*turn)(ceiling *) = with_epoll ? turn_epoll : turn_poll;
  double from = 0, processor_from = 0;
  for (int timed = 0; timed < 2; timed++) {
    long requests = timed ? count : at_once * 4;
    from = wall();
    processor_from = processor();
    if (easy) run_easy(transfers[0], requests);
    else if (!timed) set_up(&c, with_epoll);
    if (!easy) run_multi(&c, transfers, at_once, requests, turn);
  }
  printf("%ld %.6f %.6f\n", count, wall() - from, processor() - processor_from);
  return 0; /* the system takes the rest back */
}
