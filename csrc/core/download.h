/* studio_download: an answer that goes to a file, and goes on where an earlier one broke off.
** SPDX-License-Identifier: MIT
**
** One attempt's dealings with the part file (core/sink.h): opened before the request is sent, so that a folder
** that cannot be written costs nothing; the rest asked for by Range and If-Range when it is certain what the part
** is a part of (core/mark.h); put in its place when it is whole. An answer that does not fit is thrown away
** together with the part, and fails the attempt; the next one asks for the whole. */
#ifndef STUDIO_CORE_DOWNLOAD_H
#define STUDIO_CORE_DOWNLOAD_H

#include "core/transport.h"

/* Before the request: opens the part file, sets attempt->asked_from. A call without save_to: nothing to do.
** False fills attempt->trouble. */
bool studio_download_open(studio_attempt *attempt);

/* The answer under way is the file: a 2xx. Texts of errors stay in memory. */
bool studio_download_takes(const studio_attempt *attempt);

/* Bytes of such an answer; `length` is that of the answer's body, -1: unknown. The first call decides where they
** go. False fills attempt->trouble. */
bool studio_download_write(studio_attempt *attempt, const char *data, size_t size, int64_t length);

/* A transfer ended well: its file is put in its place if that was the file, and all of it. False fills failure. */
bool studio_download_finish(studio_attempt *attempt, studio_error *failure, bool *fatal);

/* The attempt is over; what came stays for the next one if it can be continued. */
void studio_download_close(studio_attempt *attempt);

/* The call has so many bytes of what it gets: never fewer than before, never more than it expects. */
void studio_download_progress(studio_call *call, int64_t bytes);

#endif
