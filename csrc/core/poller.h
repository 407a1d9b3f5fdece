/* studio_poller: one descriptor that watches sockets and one timer.   SPDX-License-Identifier: MIT
**
** epoll + timerfd on Linux (poller_epoll.c), kqueue on macOS and the BSDs (poller_kqueue.c; not tested by
** this project). A host's own loop watches studio_poller_fd. */
#ifndef STUDIO_CORE_POLLER_H
#define STUDIO_CORE_POLLER_H

#include <stdbool.h>
#include <stdint.h>

#define STUDIO_POLL_IN 1
#define STUDIO_POLL_OUT 2
#define STUDIO_POLL_ERR 4 /* reported, never asked for */

typedef struct studio_poll_event {
  int fd;
  int events;
} studio_poll_event;

typedef struct studio_poller studio_poller;

studio_poller *studio_poller_new(void); /* NULL: the system refused */
void studio_poller_free(studio_poller *poller);
int studio_poller_fd(const studio_poller *poller);

/* Watches `fd` for `events`; 0 stops. A descriptor that was closed meanwhile does no harm. */
bool studio_poller_watch(studio_poller *poller, int fd, int events);

/* Makes the descriptor readable in `ms`; 0: at once; < 0: not at all. */
void studio_poller_timer(studio_poller *poller, int64_t ms);

/* Waits at most `ms` (0: not at all, < 0: for ever); the timer is never among the events. A signal ends it
** early with -1. */
int studio_poller_wait(studio_poller *poller, int64_t ms, studio_poll_event *events, int max);

#endif
