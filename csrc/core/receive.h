/* studio_receive: where an answer goes as it comes: headers and body, into memory or into a file.
** SPDX-License-Identifier: MIT
**
** The callbacks that libcurl calls while an answer arrives, and what becomes of its file at the end. */
#ifndef STUDIO_CORE_RECEIVE_H
#define STUDIO_CORE_RECEIVE_H

#include "core/transport.h"

#define STUDIO_TOO_MANY_HEADERS "the answer has more headers than any service needs"

/* Stops the transfer from inside a callback; the first reason wins. */
void studio_attempt_abort(studio_attempt *attempt, studio_kind kind, const char *code, const char *message);

/* libcurl's callbacks; `user` is a studio_attempt. */
size_t studio_receive_header(char *data, size_t unit, size_t count, void *user);
size_t studio_receive_body(char *data, size_t unit, size_t count, void *user);

/* A 2xx body that was asked for as a file goes there; texts of errors stay in memory. */
bool studio_receive_to_file(const studio_attempt *attempt);

/* A whole 2xx answer gets its file: also an empty one. */
bool studio_receive_save(studio_attempt *attempt, studio_error *failure);

#endif
