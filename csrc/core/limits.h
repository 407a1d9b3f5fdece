/* studio_limits: which of a call's limiters an answer speaks to.   SPDX-License-Identifier: MIT
**
** Each quota is told to one limiter: that whose window it names, else that whose capacity is nearest. A 429 stops all.
** Unless the call belongs to a class of resources that the service counts by itself: then what the headers say is
** about the class, and a 429 that says "none left" stops the class alone; the account goes on with others. (Where the
** limit that they name is as large as the account's, they are taken to be about the account: both fit then.) */
#ifndef STUDIO_CORE_LIMITS_H
#define STUDIO_CORE_LIMITS_H

#include "core/limiter.h"

/* `of_class`: the class's limiter, one of the list, or NULL. */
void studio_limits_tell(studio_limiter *const *limiters, int count, studio_limiter *of_class, int status,
                        const studio_ratehint *hint, int64_t now);

#endif
