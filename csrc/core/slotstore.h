/* studio_slotstore: slots of a limiter in a file, for all processes and runs.   SPDX-License-Identifier: MIT
**
** Times in the file are those of the monotonic clock, which all processes of one run of the machine share. After a
** reboot (another boot id) they are shifted by what passed meanwhile: the wall clock's word for it, but
** no more than the machine has been up, and no less than nothing; so no clock step frees a slot too
** early, and none is waited for longer than its own cycle.
**   A slot in flight belongs to its owner, whose lock on the file ends with it. A slot whose owner is dead
** cools from the moment that this is seen, as a failure once sent: the request may still be on its way.
**   Those who use the file take turns: whoever waits and was granted least goes first, as long as it comes
** for its turn within STUDIO_SLOTSTORE_PATIENCE_MS. */
#ifndef STUDIO_CORE_SLOTSTORE_H
#define STUDIO_CORE_SLOTSTORE_H

#include "core/limiter.h"
#include "core/slotfile.h"

#define STUDIO_SLOTSTORE_MOST 4096       /* slots; a limiter with more is kept in memory */
#define STUDIO_SLOTSTORE_PATIENCE_MS 100 /* for a process whose turn it is */
#define STUDIO_SLOTSTORE_LOOK_MS 1000    /* between looks at slots that others hold */
#define STUDIO_SLOTSTORE_RETRY_MS 10000  /* after which a file that could not be used is tried again */
#define STUDIO_SLOTSTORE_STUCK_MS 1000   /* after which a file that is always busy counts as unusable */
#define STUDIO_SLOTSTORE_LEARNT_MS (24LL * 3600 * 1000) /* what answers 429 taught is kept so long */

/* The system, as tests replace it; NULL: the real one. */
typedef struct studio_slotstore_system {
  int64_t (*wall_ms)(void);
  const char *boot;
} studio_slotstore_system;

/* `key` may hold a credential: only its salted hash is kept. Never fails but for memory (NULL): where the file
** cannot be used, the store says so in `trouble` and the limiter goes on in memory. */
studio_limiter_store *studio_slotstore_new(const char *folder, const char *key, size_t key_size,
                                           const studio_limit *limit, const studio_slotstore_system *system);

#endif
