/* studio_transport: one attempt on one libcurl handle.   SPDX-License-Identifier: MIT
**
** Knows every libcurl option we set; failures.c knows what each libcurl failure means to us. Callbacks fill
** buffers of the call and note how far the request came; nothing else runs in them. */
#ifndef STUDIO_CORE_TRANSPORT_H
#define STUDIO_CORE_TRANSPORT_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/call.h"
#include "core/sink.h"
#include "core/sockets.h"

/* How long look-up, connection and TLS may take together. */
#define STUDIO_CONNECT_TIMEOUT_MS 15000

typedef struct studio_attempt {
  CURL *easy;
  studio_call *call;
  struct curl_slist *fields;
  studio_sink *sink;       /* the part file of a body that goes to a file */
  int64_t asked_from;      /* the file's bytes from there on were asked for; 0: all of it */
  int64_t total;           /* its size; -1: unknown */
  bool begun;              /* the first byte of a 2xx body came */
  studio_error trouble;    /* why a callback of ours stopped the transfer; kind NONE: none did */
  int sends;               /* PREREQ calls: how often libcurl was about to send */
  bool spoiled;            /* the connection was not silent before we sent: nothing was sent on it */
  bool final;              /* a status >= 200 was seen */
  bool headed;             /* and the empty line behind its headers */
  bool enough;             /* of the text of an error: the rest was not waited for */
  bool aborted;            /* we stopped it: trouble says why */
  size_t header_bytes;
  bool long_body;          /* the loop bounds its silences, libcurl not the whole attempt */
  int64_t last_sent, taken; /* of a long body: when the connection took bytes of it last; how many so far */
  struct studio_call **hungry; /* the loop's list of calls that wait for their readers */
  int64_t last_byte;       /* ms, of the final answer; 0: none yet */
  int64_t body_done_us;    /* since the start of the transfer: the request's last byte was handed over */
  const int64_t *now;      /* the loop's clock, as of the current step */
  studio_sockets *sockets;
  int socket, local_port;  /* what it travels on; -1, 0: not known yet */
  struct studio_attempt *next_free;
  char reason[CURL_ERROR_SIZE];
} studio_attempt;

/* What the loop gives every attempt. */
typedef struct studio_transport {
  CURLSH *share;
  curl_opensocket_callback open_socket;
  curl_closesocket_callback close_socket;
  studio_sockets *sockets; /* what they are given */
  const int64_t *now;
  studio_call **hungry;
} studio_transport;

/* Puts the call's next attempt onto `attempt->easy` (a fresh or reset handle). False: out of memory, or what
** attempt->trouble says. `fresh`: on a connection of its own. */
bool studio_transport_prepare(const studio_transport *transport, studio_attempt *attempt, studio_call *call,
                              bool fresh);

/* Reads results off the handle into call->response and tells what happened: failure.kind NONE means that a
** whole answer came (of any status). Frees what prepare made; the easy handle stays. */
void studio_transport_finish(studio_attempt *attempt, CURLcode code, studio_error *failure, bool *fatal);

/* The same for an attempt that is called off. */
void studio_transport_drop(studio_attempt *attempt);

/* True when libcurl is new enough; else fills err. */
bool studio_transport_supported(studio_error *err);

#endif
