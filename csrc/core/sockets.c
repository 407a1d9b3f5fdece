/* studio_sockets: libcurl's sockets in our poller.   SPDX-License-Identifier: MIT */
#include "core/sockets.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/transport.h"

#define DRAINED_MAX (1024 * 1024) /* of a peer that does not stop talking */

static studio_socket *entry(studio_sockets *sockets, int fd) {
  if (fd < 0) return NULL;
  if (fd >= sockets->size) {
    int size = fd + 64;
    studio_socket *list = realloc(sockets->list, (size_t)size * sizeof *list);
    if (list == NULL) return NULL;
    memset(list + sockets->size, 0, (size_t)(size - sockets->size) * sizeof *list);
    sockets->list = list;
    sockets->size = size;
  }
  return &sockets->list[fd];
}

void studio_sockets_free(studio_sockets *sockets) {
  free(sockets->list);
  sockets->list = NULL;
  sockets->size = 0;
}

static bool watch(studio_sockets *sockets, int fd, studio_socket *socket, int events) {
  if (!studio_poller_watch(sockets->poller, fd, events)) return false;
  socket->watched = (unsigned char)events;
  return true;
}

int studio_sockets_on_change(CURL *easy, curl_socket_t fd, int what, void *user, void *socket_user) {
  (void)socket_user;
  studio_sockets *sockets = user;
  studio_socket *socket = entry(sockets, fd);
  if (socket == NULL) return -1;
  int events = what == CURL_POLL_IN      ? STUDIO_POLL_IN
               : what == CURL_POLL_OUT   ? STUDIO_POLL_OUT
               : what == CURL_POLL_INOUT ? STUDIO_POLL_IN | STUDIO_POLL_OUT
                                         : 0;
  socket->wanted = (unsigned char)events;
  studio_attempt *attempt = NULL;
  if (events != 0 && curl_easy_getinfo(easy, CURLINFO_PRIVATE, &attempt) == CURLE_OK && attempt != NULL) {
    attempt->socket = fd; /* of several that are tried, the last one that is asked for is the one */
  }
  if (events == 0) {
    if (socket->lazy) return 0;
    watch(sockets, fd, socket, 0);
    return 0;
  }
  /* the number of a socket that is not lazy may stand for another one by now: always tell the poller */
  if (socket->lazy && socket->watched == events) return 0;
  return watch(sockets, fd, socket, events) ? 0 : -1;
}

curl_socket_t studio_sockets_open(void *user, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)purpose;
  int fd = socket(address->family, address->socktype, address->protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  fcntl(fd, F_SETFD, FD_CLOEXEC); /* a host that starts programs must not hand our connections on */
  studio_socket *socket = entry(user, fd);
  if (socket == NULL) { /* out of memory: here it fails one transfer, later it would fail all */
    close(fd);
    return CURL_SOCKET_BAD;
  }
  *socket = (studio_socket){.lazy = 1};
  return fd;
}

int studio_sockets_close(void *user, curl_socket_t fd) {
  studio_sockets *sockets = user;
  studio_socket *socket = entry(sockets, fd);
  if (socket != NULL) {
    if (socket->watched != 0) studio_poller_watch(sockets->poller, fd, 0);
    *socket = (studio_socket){0};
  }
  return close(fd);
}

bool studio_sockets_stirred(studio_sockets *sockets, int fd) {
  studio_socket *socket = entry(sockets, fd);
  if (socket == NULL || socket->wanted != 0) return true;
  watch(sockets, fd, socket, 0);
  return false;
}

void studio_sockets_speaks_http1(studio_sockets *sockets, int fd, int local_port) {
  if (fd >= 0 && fd < sockets->size && sockets->list[fd].lazy) sockets->list[fd].http1_port = local_port;
}

/* What is unread would count as life; without it, the end of the stream shows. Not the other direction: writing
** TLS's goodbye into that would raise a signal. */
static void hang_up(int fd) {
  char rest[4096];
  size_t drained = 0;
  ssize_t n;
  shutdown(fd, SHUT_RD);
  while ((n = recv(fd, rest, sizeof rest, MSG_DONTWAIT)) > 0 && drained < DRAINED_MAX) drained += (size_t)n;
}

bool studio_sockets_spoiled(studio_sockets *sockets, int local_port) {
  for (int fd = 0; local_port > 0 && fd < sockets->size; fd++) {
    if (sockets->list[fd].http1_port != local_port || sockets->list[fd].wanted != 0) continue;
    struct pollfd watched = {.fd = fd, .events = POLLIN};
    if (poll(&watched, 1, 0) <= 0) continue;
    hang_up(fd);
    return true;
  }
  return false;
}
