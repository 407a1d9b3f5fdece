/* studio_budget: tokens for retries, by origin and credential.   SPDX-License-Identifier: MIT */
#include "core/budget.h"

#include <stdlib.h>

#include "core/ascii.h"
#include "core/buf.h"
#include "core/url.h"

struct studio_budgets {
  studio_budget **list;
  size_t count;
  int refs;
};

bool studio_budget_take(studio_budget *budget, int cost) {
  if (budget == NULL) return true;
  if (budget->tokens < cost) return false;
  budget->tokens -= cost;
  return true;
}

void studio_budget_success(studio_budget *budget, int cost_of_retries) {
  if (budget == NULL) return;
  int payback = cost_of_retries > 0 ? cost_of_retries : STUDIO_BUDGET_PAYBACK;
  int room = budget->capacity - budget->tokens;
  budget->tokens += payback < room ? payback : room;
}

/* FNV-1a; the size goes in too, so that "ab" + "c" and "a" + "bc" differ. */
uint64_t studio_budget_key_add(uint64_t key, const char *part, size_t size) {
  for (size_t i = 0; i < size; i++) key = (key ^ (unsigned char)part[i]) * UINT64_C(0x100000001B3);
  key = (key ^ size) * UINT64_C(0x100000001B3);
  return key != 0 ? key : 1;
}

uint64_t studio_budget_key(const char *url) {
  studio_buf origin = STUDIO_BUF_INIT;
  uint64_t key = 0;
  if (studio_url_origin(&origin, url)) {
    for (size_t i = 0; i < origin.size; i++) origin.data[i] = (char)studio_ascii_lower(origin.data[i]);
    key = studio_budget_key_add(UINT64_C(0xCBF29CE484222325), origin.data, origin.size);
  }
  studio_buf_free(&origin);
  return key;
}

studio_budgets *studio_budgets_new(void) {
  studio_budgets *budgets = calloc(1, sizeof *budgets);
  if (budgets != NULL) budgets->refs = 1;
  return budgets;
}

studio_budgets *studio_budgets_ref(studio_budgets *budgets) {
  budgets->refs++;
  return budgets;
}

void studio_budgets_unref(studio_budgets *budgets) {
  if (budgets == NULL || --budgets->refs > 0) return;
  for (size_t i = 0; i < budgets->count; i++) free(budgets->list[i]);
  free(budgets->list);
  free(budgets);
}

/* Room for one more: a place that has nothing to say any more, or a new one. */
static studio_budget *make_room(studio_budgets *budgets) {
  for (size_t i = 0; i < budgets->count; i++) {
    studio_budget *budget = budgets->list[i];
    if (budget->users == 0 && (budget->key == 0 || budget->tokens == budget->capacity)) return budget;
  }
  studio_budget **list = realloc(budgets->list, (budgets->count + 1) * sizeof(studio_budget *));
  if (list == NULL) return NULL;
  budgets->list = list;
  studio_budget *budget = calloc(1, sizeof *budget);
  if (budget != NULL) list[budgets->count++] = budget;
  return budget;
}

studio_budget *studio_budgets_join(studio_budgets *budgets, uint64_t key) {
  studio_budget *budget = NULL;
  for (size_t i = 0; key != 0 && budget == NULL && i < budgets->count; i++) {
    if (budgets->list[i]->key == key) budget = budgets->list[i];
  }
  if (budget == NULL) {
    budget = make_room(budgets);
    if (budget == NULL) return NULL;
    *budget = (studio_budget){.tokens = STUDIO_BUDGET_TOKENS, .capacity = STUDIO_BUDGET_TOKENS, .key = key};
  }
  budget->users++;
  return budget;
}

void studio_budgets_leave(studio_budget *budget) {
  if (budget != NULL) budget->users--;
}
