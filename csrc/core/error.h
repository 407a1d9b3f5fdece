/* studio_error: what went wrong, told in the caller's own struct.   SPDX-License-Identifier: MIT
**
** The core never prints, aborts or allocates in order to fail: a function that can fail takes a
** studio_error and fills it in. Kinds are a closed list, written once, here; Lua reads the names
** from this table (studio.core.kinds). */
#ifndef STUDIO_CORE_ERROR_H
#define STUDIO_CORE_ERROR_H

#include <stdbool.h>
#include <stdint.h>

/* X(enum suffix, name in Lua). Above the line: the service said so. */
#define STUDIO_KINDS(X)                                                                      \
  X(NONE, "none")                         /* no error */                                     \
  X(UNAUTHORIZED, "unauthorized")         /* 401 */                                          \
  X(PAYMENT_REQUIRED, "payment_required") /* 402 */                                          \
  X(FORBIDDEN, "forbidden")               /* 403, or a scope that the client knows it lacks */ \
  X(NOT_FOUND, "not_found")               /* 404, 410 */                                     \
  X(CONFLICT, "conflict")                 /* 409, 412, 423 */                                \
  X(INVALID, "invalid")                   /* every other 4xx: the request is at fault */     \
  X(RATE_LIMITED, "rate_limited")         /* 429, more often than the policy allows */       \
  X(SERVER, "server")                     /* 5xx */                                          \
  X(JOB_FAILED, "job_failed")             /* a job ended without a result */                 \
  /* ------------------------------------------------ we could not get or use an answer */  \
  X(NETWORK, "network")                   /* look-up, connect, send or receive failed */     \
  X(TLS, "tls")                           /* the other side could not prove who it is */     \
  X(TIMEOUT, "timeout")                   /* an attempt's timeout, the call's deadline; 408 */ \
  X(OUTCOME_UNKNOWN, "outcome_unknown")   /* sent, and nobody knows whether it was done */   \
  X(CANCELLED, "cancelled")               /* by the caller */                                \
  X(PROTOCOL, "protocol")                 /* an answer that cannot be understood */          \
  X(TOO_LARGE, "too_large")               /* an answer above the memory limit */             \
  X(FILE, "file")                         /* a local file could not be read or written */    \
  X(REFUSED, "refused")                   /* this client was told not to send such a call */ \
  X(INTERNAL, "internal")                 /* out of memory, or a bug of ours */

typedef enum studio_kind {
#define STUDIO_KIND_ENUM(suffix, name) STUDIO_KIND_##suffix,
  STUDIO_KINDS(STUDIO_KIND_ENUM)
#undef STUDIO_KIND_ENUM
  STUDIO_KIND_COUNT
} studio_kind;

/* How far an attempt came. It decides what may be repeated. */
typedef enum studio_stage {
  STUDIO_STAGE_NOT_SENT, /* no byte of the request left this machine */
  STUDIO_STAGE_UNKNOWN,  /* sent, no final answer */
  STUDIO_STAGE_ANSWERED  /* the service gave a final answer */
} studio_stage;

typedef struct studio_error {
  studio_kind kind;
  studio_stage stage;
  int status;             /* HTTP status; 0 when there was none */
  int64_t retry_after_ms; /* when to come back; -1 when unknown */
  char code[48];          /* finer than the kind ("deadline", "resolve", "redirect" ...); may be "" */
  char message[400];      /* one sentence, no secrets */
} studio_error;

/* The name Lua sees; never NULL, also for values out of range. */
const char *studio_kind_name(studio_kind kind);

/* The kind of an HTTP error status (400 and above); NONE for every other status. */
studio_kind studio_kind_of_status(int status);

/* Resets to "no error". */
void studio_error_clear(studio_error *err);

/* Fills in kind, code and message (printf style, cut to fit); keeps status, stage, retry_after.
** `err` may be NULL: a caller who does not care. */
void studio_error_set(studio_error *err, studio_kind kind, const char *code, const char *format, ...)
  __attribute__((format(printf, 4, 5)));

#endif
