/* studio_upload: how the body of an attempt reaches libcurl.   SPDX-License-Identifier: MIT
**
** Body and method go together: what libcurl calls POST is any request with a body. A reader's body pauses
** the transfer when nothing is left of what the reader gave; its call is then on the loop's list of hungry ones. */
#ifndef STUDIO_CORE_UPLOAD_H
#define STUDIO_CORE_UPLOAD_H

#include "core/transport.h"

/* Sets method and body. False: out of memory. */
bool studio_upload_set(studio_attempt *attempt);

/* A long body was being sent: until when it may stay silent (absolute ms), by the rule for sending. Before the
** first byte and after the last one `timeout` counts, in between `stall`. */
int64_t studio_upload_ends(const studio_attempt *attempt);
bool studio_upload_sending(const studio_attempt *attempt); /* some of its body is still to be handed over */

/* More is there: the transfer goes on. */
void studio_upload_resume(studio_attempt *attempt);

/* Takes the attempt's call off the list of hungry ones. */
void studio_upload_drop(studio_attempt *attempt);

#endif
