/* studio_receive: where an answer goes as it comes: headers and body, into memory or into a file.
** SPDX-License-Identifier: MIT
**
** The callbacks that libcurl calls while an answer arrives; what goes to a file, core/download.h takes on. */
#ifndef STUDIO_CORE_RECEIVE_H
#define STUDIO_CORE_RECEIVE_H

#include "core/transport.h"

#define STUDIO_TOO_MANY_HEADERS "the answer has more headers than any service needs"

/* Stops the transfer from inside a callback; the first reason wins. */
void studio_attempt_abort(studio_attempt *attempt, studio_kind kind, const char *code, const char *message);

/* libcurl's callbacks; `user` is a studio_attempt. */
size_t studio_receive_header(char *data, size_t unit, size_t count, void *user);
size_t studio_receive_body(char *data, size_t unit, size_t count, void *user);

#endif
