/* studio_poller on Linux: epoll and a timerfd.   SPDX-License-Identifier: MIT */
#ifdef __linux__

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "core/poller.h"

struct studio_poller {
  int epoll;
  int timer;
};

#define MAX_EVENTS 128

studio_poller *studio_poller_new(void) {
  studio_poller *poller = calloc(1, sizeof *poller);
  if (poller == NULL) return NULL;
  poller->epoll = epoll_create1(EPOLL_CLOEXEC);
  poller->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN, .data = {.fd = poller->timer}};
  if (poller->epoll < 0 || poller->timer < 0 ||
      epoll_ctl(poller->epoll, EPOLL_CTL_ADD, poller->timer, &event) != 0) {
    studio_poller_free(poller);
    return NULL;
  }
  return poller;
}

void studio_poller_free(studio_poller *poller) {
  if (poller->timer >= 0) close(poller->timer);
  if (poller->epoll >= 0) close(poller->epoll);
  free(poller);
}

int studio_poller_fd(const studio_poller *poller) { return poller->epoll; }

bool studio_poller_watch(studio_poller *poller, int fd, int events) {
  struct epoll_event event = {.events = 0, .data = {.fd = fd}};
  if (events == 0) {
    epoll_ctl(poller->epoll, EPOLL_CTL_DEL, fd, &event); /* closed already: nothing to stop */
    return true;
  }
  if (events & STUDIO_POLL_IN) event.events |= EPOLLIN;
  if (events & STUDIO_POLL_OUT) event.events |= EPOLLOUT;
  if (epoll_ctl(poller->epoll, EPOLL_CTL_MOD, fd, &event) == 0) return true;
  return errno == ENOENT && epoll_ctl(poller->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

void studio_poller_timer(studio_poller *poller, int64_t ms) {
  struct itimerspec spec = {{0, 0}, {0, 0}}; /* all zero: disarmed */
  if (ms == 0) {
    spec.it_value.tv_nsec = 1;
  } else if (ms > 0) {
    spec.it_value.tv_sec = (time_t)(ms / 1000);
    spec.it_value.tv_nsec = (long)(ms % 1000) * 1000000L;
  }
  timerfd_settime(poller->timer, 0, &spec, NULL);
}

int studio_poller_wait(studio_poller *poller, int64_t ms, studio_poll_event *events, int max) {
  struct epoll_event got[MAX_EVENTS];
  int timeout = ms < 0 ? -1 : ms > 60000 ? 60000 : (int)ms;
  int n = epoll_wait(poller->epoll, got, max < MAX_EVENTS ? max : MAX_EVENTS, timeout);
  if (n < 0) return -1;
  int count = 0;
  for (int i = 0; i < n; i++) {
    if (got[i].data.fd == poller->timer) {
      studio_poller_timer(poller, -1); /* else it stays readable */
      continue;
    }
    events[count].fd = got[i].data.fd;
    events[count].events = 0;
    if (got[i].events & EPOLLIN) events[count].events |= STUDIO_POLL_IN;
    if (got[i].events & EPOLLOUT) events[count].events |= STUDIO_POLL_OUT;
    if (got[i].events & (EPOLLERR | EPOLLHUP)) events[count].events |= STUDIO_POLL_ERR;
    count++;
  }
  return count;
}

#else
typedef int studio_poller_epoll_is_for_linux; /* ISO C wants something in a file */
#endif
