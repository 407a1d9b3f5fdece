/* studio_sockets: libcurl's sockets in our poller.   SPDX-License-Identifier: MIT
**
** libcurl lets go of a socket after each transfer and asks for it again with the next. A connection's
** socket therefore stays watched until it stirs while nobody wants it ("lazy"), which saves most
** epoll_ctl calls. Only sockets whose closing libcurl tells us about are treated so.
**
** A kept HTTP/1 connection must be silent. Bytes that come while nobody asked are not the answer to the next
** request, but libcurl (7.88) would take them for that. So we remember which sockets speak HTTP/1, by their local
** port (all that libcurl tells before it sends), and look at them once more before each request. */
#ifndef STUDIO_CORE_SOCKETS_H
#define STUDIO_CORE_SOCKETS_H

#include <curl/curl.h>
#include <stdbool.h>

#include "core/poller.h"

typedef struct studio_socket {
  unsigned char wanted;  /* events libcurl asks for; 0: none */
  unsigned char watched; /* events the poller has */
  unsigned char lazy;    /* opened by our callback: its closing will be told */
  int http1_port;        /* local port of a connection that has answered in HTTP/1; 0: it has not */
} studio_socket;

typedef struct studio_sockets {
  studio_poller *poller;
  studio_socket *list; /* by descriptor */
  int size;
} studio_sockets;

void studio_sockets_free(studio_sockets *sockets);

/* CURLMOPT_SOCKETFUNCTION, CURLOPT_OPENSOCKETFUNCTION and -CLOSESOCKETFUNCTION; user = the studio_sockets. */
int studio_sockets_on_change(CURL *easy, curl_socket_t fd, int what, void *user, void *socket_user);
curl_socket_t studio_sockets_open(void *user, curlsocktype purpose, struct curl_sockaddr *address);
int studio_sockets_close(void *user, curl_socket_t fd);

/* False: nobody wants it now, and it is not watched any longer. */
bool studio_sockets_stirred(studio_sockets *sockets, int fd);

/* The connection of that local port on this socket gives answers of HTTP/1. */
void studio_sockets_speaks_http1(studio_sockets *sockets, int fd, int local_port);

/* True: the kept connection of that local port is not silent: it may not carry another request, and is made to
** look closed. */
bool studio_sockets_spoiled(studio_sockets *sockets, int local_port);

#endif
