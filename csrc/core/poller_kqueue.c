/* studio_poller on macOS and the BSDs: kqueue.   SPDX-License-Identifier: MIT
** Written from the manual page; this project has no such machine to test it on. */
#if defined(__APPLE__) || defined(__FreeBSD__) || defined(__OpenBSD__) || defined(__NetBSD__)

#include <stdlib.h>
#include <sys/types.h>
#include <sys/event.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/poller.h"

struct studio_poller {
  int queue;
};

#define MAX_EVENTS 128
#define TIMER_IDENT 1

studio_poller *studio_poller_new(void) {
  studio_poller *poller = calloc(1, sizeof *poller);
  if (poller == NULL) return NULL;
  poller->queue = kqueue();
  if (poller->queue < 0) {
    free(poller);
    return NULL;
  }
  return poller;
}

void studio_poller_free(studio_poller *poller) {
  close(poller->queue);
  free(poller);
}

int studio_poller_fd(const studio_poller *poller) { return poller->queue; }

/* kqueue has a filter for each direction; what is not wanted is deleted, and an error for one that was
** not there is of no interest. */
static bool set_filter(studio_poller *poller, int fd, int filter, bool wanted) {
  struct kevent change;
  EV_SET(&change, fd, filter, wanted ? EV_ADD : EV_DELETE, 0, 0, NULL);
  return kevent(poller->queue, &change, 1, NULL, 0, NULL) == 0 || !wanted;
}

bool studio_poller_watch(studio_poller *poller, int fd, int events) {
  bool in = set_filter(poller, fd, EVFILT_READ, (events & STUDIO_POLL_IN) != 0);
  bool out = set_filter(poller, fd, EVFILT_WRITE, (events & STUDIO_POLL_OUT) != 0);
  return in && out;
}

void studio_poller_timer(studio_poller *poller, int64_t ms) {
  struct kevent change;
  if (ms < 0) {
    EV_SET(&change, TIMER_IDENT, EVFILT_TIMER, EV_DELETE, 0, 0, NULL);
  } else {
    EV_SET(&change, TIMER_IDENT, EVFILT_TIMER, EV_ADD | EV_ONESHOT, 0, ms > 0 ? ms : 1, NULL);
  }
  kevent(poller->queue, &change, 1, NULL, 0, NULL);
}

int studio_poller_wait(studio_poller *poller, int64_t ms, studio_poll_event *events, int max) {
  struct kevent got[MAX_EVENTS];
  struct timespec spec = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000L};
  int n = kevent(poller->queue, NULL, 0, got, max < MAX_EVENTS ? max : MAX_EVENTS, ms < 0 ? NULL : &spec);
  if (n < 0) return -1;
  int count = 0;
  for (int i = 0; i < n; i++) {
    if (got[i].filter == EVFILT_TIMER) continue;
    events[count].fd = (int)got[i].ident;
    events[count].events = got[i].filter == EVFILT_READ ? STUDIO_POLL_IN : STUDIO_POLL_OUT;
    if (got[i].flags & (EV_EOF | EV_ERROR)) events[count].events |= STUDIO_POLL_ERR;
    count++;
  }
  return count;
}

#else
typedef int studio_poller_kqueue_is_for_bsd; /* ISO C wants something in a file */
#endif
