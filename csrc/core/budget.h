/* studio_budget: so that a dead service is not hammered.   SPDX-License-Identifier: MIT
**
** Each retry after a failure takes tokens, a sign of life gives some back. One for each origin and credential,
** shared by all clients of a loop that have the two in common; a call that is led elsewhere spends that
** origin's. They are found by a hash of the two, so nothing here keeps a credential. */
#ifndef STUDIO_CORE_BUDGET_H
#define STUDIO_CORE_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct studio_budget {
  int tokens, capacity;
  uint64_t key; /* 0: nobody else finds it */
  int users;
} studio_budget;

#define STUDIO_BUDGET_TOKENS 500
#define STUDIO_BUDGET_DEFAULT {.tokens = STUDIO_BUDGET_TOKENS, .capacity = STUDIO_BUDGET_TOKENS}
#define STUDIO_BUDGET_RETRY 5    /* cost after an answered failure */
#define STUDIO_BUDGET_TIMEOUT 10 /* cost after a timeout or a network failure */
#define STUDIO_BUDGET_PAYBACK 1  /* a plain success; a retry that succeeds gives its cost back */

/* False: too few are left, and nothing was taken. NULL is a budget without a bound. */
bool studio_budget_take(studio_budget *budget, int cost);

/* The service is alive: it answered, after repeats that had cost so much. */
void studio_budget_success(studio_budget *budget, int cost_of_retries);

/* Those of a loop; counted, since clients may outlive it. */
typedef struct studio_budgets studio_budgets;

studio_budgets *studio_budgets_new(void); /* NULL: out of memory */
studio_budgets *studio_budgets_ref(studio_budgets *budgets);
void studio_budgets_unref(studio_budgets *budgets);

/* The budget of that key, made when there is none; let go with studio_budgets_leave. NULL: out of memory. One that
** nobody uses stays known until it is full again: then it says no more than a new one would. */
studio_budget *studio_budgets_join(studio_budgets *budgets, uint64_t key);
void studio_budgets_leave(studio_budget *budget); /* NULL is fine */

/* The key of what anybody spends at the URL's origin; 0: out of memory. */
uint64_t studio_budget_key(const char *url);

/* The key of an account there: one for each part that tells it from others. Never 0. */
uint64_t studio_budget_key_add(uint64_t key, const char *part, size_t size);

#endif
