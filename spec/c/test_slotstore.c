/* Tests of studio_slotstore: processes, runs, deaths and reboots, with clocks wound by hand.
**   SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* nftw, F_OFD_SETLK */
#include "slots_fixture.h"

#include <signal.h>
#include <sys/wait.h>

#include "support/oom.h"

#define HOUR 3600000

static const studio_slotstore_system rebooted = {wall_ms, "second"};

static void the_budget_is_one_for_processes_and_runs(void **state) {
  (void)state;
  studio_limiter *a = process(), *b = process();
  int x, y, z = -1;
  assert_true(take(a, 5000, &x));
  assert_true(take(b, 5000, &y));
  assert_true(x != y);
  assert_int_equal(explain(b, 5000).held, 2);
  done(a, x, 5100, STUDIO_SLOT_ANSWERED);
  done(b, y, 5200, STUDIO_SLOT_ANSWERED);
  studio_limiter_unref(a);
  studio_limiter_unref(b);
  a = process(); /* the next run */
  assert_true(take(a, 5300, &z));
  assert_false(take(a, 6119, &x));
  assert_int_equal(studio_limiter_ready_at(a, 5300), 6120);
  assert_true(take(a, 6120, &x));
  done(a, x, 6120, STUDIO_SLOT_NOT_SENT);
  done(a, z, 6120, STUDIO_SLOT_NOT_SENT);
  assert_int_equal(explain(a, 6220).free, 3);
  assert_true(explain(a, 6220).stored);
  studio_limiter_unref(a);
}

static void pauses_and_what_was_learnt_are_shared(void **state) {
  (void)state;
  studio_limiter *a = process(), *b = process();
  spend(a, 1, 5000);
  studio_limiter_refused(a, 5001, NULL); /* unexplained */
  assert_int_equal(explain(b, 5001).paused_ms, 2000);
  assert_true(explain(b, 5001).learnt);
  assert_int_equal(studio_limiter_limit(b)->guard_ms, STUDIO_GUARD_WIDE_MS);
  studio_limiter_unref(a);
  studio_limiter_unref(b);
  a = process();
  assert_int_equal(explain(a, 5001).limit.guard_ms, STUDIO_GUARD_WIDE_MS);
  studio_limiter_unref(a);
  a = process();
  assert_int_equal(explain(a, 5001 + STUDIO_SLOTSTORE_LEARNT_MS).limit.guard_ms, 20);
  studio_limiter_unref(a);
}

/* The request may have been sent just before its process died. */
static void slots_of_the_dead_come_back(void **state) {
  (void)state;
  studio_limiter *a = process(), *b = process();
  int slot;
  for (int i = 0; i < 3; i++) assert_true(take(a, 5000, &slot));
  studio_limiter_waiting(b, 1);
  assert_int_equal(studio_limiter_ready_at(b, 5500), 6500); /* a look, though nothing can come free before 6520 */
  assert_false(take(b, 60000, &slot));
  studio_limiter_unref(a); /* dies with three in flight */
  assert_false(take(b, 60200, &slot));
  assert_int_equal(explain(b, 60200).held, 0);
  assert_int_equal(studio_limiter_ready_at(b, 60200), 60200 + 1000 + 1020);
  assert_false(take(b, 62219, &slot));
  assert_true(take(b, 62220, &slot));
  studio_limiter_unref(b);
}

static void a_killed_process_is_noticed(void **state) {
  (void)state;
  int ready[2];
  assert_int_equal(pipe(ready), 0);
  pid_t child = fork();
  if (child == 0) {
    studio_limiter *a = process();
    int slot;
    char ok = take(a, 5000, &slot) ? 'y' : 'n';
    if (write(ready[1], &ok, 1) != 1) _exit(1);
    for (;;) pause();
  }
  char ok = 'n';
  assert_int_equal(read(ready[0], &ok, 1), 1);
  assert_int_equal(ok, 'y');
  studio_limiter *b = process();
  assert_int_equal(explain(b, 7000).held, 1);
  assert_int_equal(kill(child, SIGKILL), 0);
  assert_int_equal(waitpid(child, NULL, 0), child);
  assert_int_equal(explain(b, 9000).held, 0);
  assert_int_equal(explain(b, 9000).cooling, 1);
  assert_int_equal(explain(b, 9000 + 2020).free, 3);
  studio_limiter_unref(b);
  close(ready[0]);
  close(ready[1]);
}

/* A fork of a program goes on with a claim of its own: its parent's slots stay its parent's. */
static void a_fork_is_another_process(void **state) {
  (void)state;
  studio_limiter *a = process();
  int slot = -1, other;
  assert_true(take(a, 5000, &slot));
  pid_t child = fork();
  if (child == 0) {
    bool ok = take(a, 5000, &other) && other != slot && explain(a, 5000).held == 2;
    _exit(ok ? 0 : 1);
  }
  int status = 1;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  studio_limiter_report r = explain(a, 6000);
  assert_int_equal(r.held, 1);    /* ours, still alive */
  assert_int_equal(r.cooling, 1); /* the fork's, dead */
  studio_limiter_unref(a);
}

static void a_reboot_is_no_reason_to_wait_or_to_hurry(void **state) {
  (void)state;
  const int64_t elapsed[] = {500, -HOUR, HOUR, 0, 3000}; /* by the wall clock */
  const int64_t up[] = {60000, 60000, 400, 60000, 60000};
  const int64_t least[] = {520, 1020, 620, 1020, 0}; /* until there is a slot */
  for (size_t i = 0; i < 5; i++) {
    studio_limiter *a = process();
    spend(a, 3, 500000 + 100000 * (int64_t)i);
    studio_limiter_unref(a);
    wall += elapsed[i];
    a = process_with(&rebooted, 3, 1000);
    assert_int_equal(studio_limiter_ready_at(a, up[i]), up[i] + least[i]);
    assert_int_equal(explain(a, up[i]).free, least[i] ? 0 : 3);
    studio_limiter_unref(a);
    assert_int_equal(unlink(slots_path()), 0);
  }
}

static void a_pause_outlives_a_reboot_as_long_as_it_was_meant(void **state) {
  (void)state;
  studio_limiter *a = process();
  spend(a, 1, 5000000);
  studio_ratehint hint = {.retry_after_ms = 60000};
  studio_limiter_refused(a, 5000000, &hint);
  int64_t pause = explain(a, 5000000).paused_ms;
  studio_limiter_unref(a);
  wall += 20000;
  a = process_with(&rebooted, 3, 1000);
  assert_int_equal(explain(a, 30000).paused_ms, pause - 20000);
  studio_limiter_unref(a);
}

static void clock_steps_do_nothing(void **state) {
  (void)state;
  studio_limiter *a = process(), *b = process();
  spend(a, 3, 5000);
  wall += HOUR;
  assert_int_equal(studio_limiter_ready_at(b, 5100), 6020);
  spend(b, 0, 5100);
  wall -= 2 * HOUR;
  assert_int_equal(studio_limiter_ready_at(b, 5200), 6020);
  spend(b, 3, 6020);
  assert_int_equal(studio_limiter_ready_at(a, 6030), 7040);
  studio_limiter_unref(a);
  studio_limiter_unref(b);
  wall += HOUR;
}

/* A run with another limit than the one before: both keep to the tighter, until the earlier one's slots have cooled. */
static void the_tighter_of_two_limits_counts(void **state) {
  (void)state;
  studio_limiter *a = process_with(&here, 2, 10000), *b = process_with(&here, 5, 1000);
  spend(a, 1, 5000);
  spend(b, 1, 5000);
  assert_int_equal(explain(b, 5000).limit.capacity, 2);
  assert_int_equal(explain(b, 5000).configured_capacity, 5);
  assert_int_equal(explain(b, 5000).cooling, 2);
  assert_int_equal(studio_limiter_ready_at(b, 5000), 15020);
  spend(b, 2, 15020); /* a has been silent for its own window */
  assert_int_equal(explain(b, 15020).limit.capacity, 5);
  assert_int_equal(explain(a, 15020).free, 0);
  assert_int_equal(studio_limiter_ready_at(b, 15020), 15020);
  studio_limiter_unref(a);
  studio_limiter_unref(b);
  a = process_with(&here, 2, 10000); /* the file stays as large as it was */
  assert_int_equal(explain(a, 15021).cooling, 2);
  studio_limiter_unref(a);
}

/* Somebody removed the file, and a process that knows it as larger than its own limit needs is the next one to come. */
static void a_file_that_is_gone_is_made_as_large_again(void **state) {
  (void)state;
  studio_limiter *a = process_with(&here, 2, 1000), *b = process_with(&here, 5, 1000);
  spend(b, 1, 5000);
  spend(a, 1, 5000);
  assert_int_equal(unlink(slots_path()), 0);
  assert_true(explain(a, 5001).stored);
  assert_null(explain(a, 5001).trouble);
  spend(a, 1, 5001);
  assert_int_equal(explain(b, 5002).cooling, 2);
  studio_limiter_unref(a);
  studio_limiter_unref(b);
}

/* What the queue does: each waits for a slot, and says when it means to come again. */
static void look(studio_limiter *limiter, int64_t now) { studio_limiter_ready_at(limiter, now); }

static int grab(studio_limiter *limiter, int64_t now) {
  int slot, count = 0;
  while (take(limiter, now, &slot)) {
    done(limiter, slot, now, STUDIO_SLOT_ANSWERED);
    count++;
  }
  look(limiter, now);
  return count;
}

static void who_waits_takes_turns(void **state) {
  (void)state;
  studio_limiter *a = process_with(&here, 8, 1000), *b = process_with(&here, 8, 1000);
  studio_limiter_waiting(a, 99);
  assert_int_equal(grab(a, 5000), 8); /* nobody else is there */
  studio_limiter_waiting(b, 99);
  look(b, 5010);
  assert_int_equal(explain(b, 5010).next_slot_ms, 1010);
  int got_a = 0, got_b = 0; /* all come free at 6020; a is faster, and still gets its half only */
  for (int64_t now = 6020; now < 6040; now++) {
    got_a += grab(a, now);
    if (now >= 6025) got_b += grab(b, now);
  }
  assert_int_equal(got_a, 4);
  assert_int_equal(got_b, 4);
  studio_limiter_waiting(a, -99);
  studio_limiter_waiting(b, -99);
  studio_limiter_unref(a);
  studio_limiter_unref(b);
}

/* A process whose turn it is gets a moment to come; then the others go on without it. */
static void nobody_waits_long_for_another(void **state) {
  (void)state;
  studio_limiter *a = process_with(&here, 8, 1000), *b = process_with(&here, 8, 1000);
  studio_limiter_waiting(a, 99);
  grab(a, 5000);
  studio_limiter_waiting(b, 99);
  look(b, 5010);
  int got = 0;
  for (int64_t now = 6020; now < 6020 + STUDIO_SLOTSTORE_PATIENCE_MS; now++) got += grab(a, now);
  assert_true(got < 8);
  assert_int_equal(got + grab(a, 6020 + STUDIO_SLOTSTORE_PATIENCE_MS), 8);
  studio_limiter_unref(b); /* dead: nobody waits for it at all */
  assert_int_equal(grab(a, 7020 + STUDIO_SLOTSTORE_PATIENCE_MS + 20), 8);
  studio_limiter_waiting(a, -99);
  studio_limiter_unref(a);
}

static void a_limit_of_very_many_stays_in_memory(void **state) {
  (void)state;
  studio_limiter *a = process_with(&here, STUDIO_SLOTSTORE_MOST + 1, 1000);
  assert_non_null(strstr(explain(a, 5000).trouble, "too many slots"));
  spend(a, 10, 5000);
  studio_limiter_unref(a);
  a = process_with(&here, STUDIO_SLOTSTORE_MOST, 1000);
  spend(a, 10, 5000);
  studio_limiter *b = process_with(&here, STUDIO_SLOTSTORE_MOST, 1000);
  assert_int_equal(explain(b, 5000).cooling, 10);
  studio_limiter_unref(a);
  studio_limiter_unref(b);
}

/* A slot that nobody could claim: no lock tells of its owner's end, so it counts as a dead one's. */
static void a_slot_of_nobody_cools(void **state) {
#ifdef F_OFD_SETLK
  (void)state;
  studio_limiter *a = process(), *b = process();
  spend(a, 1, 5000);
  int fd = open(slots_path(), O_RDWR | O_CLOEXEC), slot;
  struct flock bytes = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = ((off_t)1 << 40) + 1, .l_len = 1000};
  assert_int_equal(fcntl(fd, F_OFD_SETLK, &bytes), 0);
  assert_true(take(a, 5000, &slot));
  close(fd);
  assert_int_equal(explain(b, 5200).held, 0);
  assert_int_equal(explain(b, 5200).cooling, 2);
  done(a, slot, 5300, STUDIO_SLOT_ANSWERED);
  assert_int_equal(explain(b, 5200 + 2020).free, 3);
  studio_limiter_unref(a);
  studio_limiter_unref(b);
#else
  (void)state;
  skip();
#endif
}

/* Locked by a process that was stopped in the wrong microsecond. */
static void a_lock_that_does_not_end_is_given_up(void **state) {
#ifdef F_OFD_SETLK
  (void)state;
  studio_limiter *a = process();
  spend(a, 1, 5000);
  int fd = open(slots_path(), O_RDWR | O_CLOEXEC), slot;
  struct flock byte = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)1 << 40, .l_len = 1};
  assert_int_equal(fcntl(fd, F_OFD_SETLK, &byte), 0);
  assert_false(take(a, 6000, &slot));
  assert_int_equal(studio_limiter_ready_at(a, 6000), 6000 + STUDIO_BUSY_MS);
  assert_false(take(a, 6000 + STUDIO_SLOTSTORE_STUCK_MS - 1, &slot));
  assert_false(take(a, 6000 + STUDIO_SLOTSTORE_STUCK_MS, &slot) &&
               explain(a, 6000 + STUDIO_SLOTSTORE_STUCK_MS).trouble == NULL);
  spend(a, 1, 7001);
  close(fd);
  assert_true(explain(a, 7001 + STUDIO_SLOTSTORE_RETRY_MS).stored);
  studio_limiter_unref(a);
#else
  (void)state;
  skip();
#endif
}

static bool make_one(void *state) {
  (void)state;
  studio_limit limit = {3, 1000, 20, 1000, 0, 0};
  studio_limiter_store *store = studio_slotstore_new(folder, KEY, sizeof KEY - 1, &limit, &here);
  if (store == NULL) return false;
  studio_slot_table *table = store->lock(store, 5000, 1);
  if (table != NULL) store->unlock(store);
  store->destroy(store);
  return table != NULL;
}

static void memory_may_run_out(void **state) {
  (void)state;
  if (!oom_possible()) skip();
  assert_true(oom_torture(make_one, NULL) >= 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    IN_A_FOLDER(the_budget_is_one_for_processes_and_runs),
    IN_A_FOLDER(pauses_and_what_was_learnt_are_shared),
    IN_A_FOLDER(slots_of_the_dead_come_back),
    IN_A_FOLDER(a_killed_process_is_noticed),
    IN_A_FOLDER(a_fork_is_another_process),
    IN_A_FOLDER(a_reboot_is_no_reason_to_wait_or_to_hurry),
    IN_A_FOLDER(a_pause_outlives_a_reboot_as_long_as_it_was_meant),
    IN_A_FOLDER(clock_steps_do_nothing),
    IN_A_FOLDER(the_tighter_of_two_limits_counts),
    IN_A_FOLDER(a_file_that_is_gone_is_made_as_large_again),
    IN_A_FOLDER(who_waits_takes_turns),
    IN_A_FOLDER(nobody_waits_long_for_another),
    IN_A_FOLDER(a_limit_of_very_many_stays_in_memory),
    IN_A_FOLDER(a_slot_of_nobody_cools),
    IN_A_FOLDER(a_lock_that_does_not_end_is_given_up),
    IN_A_FOLDER(memory_may_run_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
