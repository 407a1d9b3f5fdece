/* What a request carries: pieces one after the other, files that change, readers that are fed, and calls whose body
** cannot be had again.   SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "call_fixture.h"
#include "core/body.h"
#include "support/oom.h"

static char path[] = "/tmp/studio-body-XXXXXX";

static void write_file(const char *text) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_true(fwrite(text, 1, strlen(text), file) == strlen(text));
  assert_int_equal(fclose(file), 0);
}

/* All of the body, `room` bytes at a time; a reader that waits is told that there is no more. */
static const char *read_all(studio_body *body, size_t room, studio_buf *out, studio_error *err) {
  char to[64];
  size_t size = 0;
  studio_buf_clear(out);
  studio_error_clear(err);
  for (;;) {
    switch (studio_body_read(body, to, room, &size, err)) {
      case STUDIO_BODY_FAILED: return NULL;
      case STUDIO_BODY_WAIT:
        assert_int_equal(size, 0);
        assert_true(studio_body_hungry(body) >= 0);
        if (!studio_body_feed_end(body, err)) return NULL;
        break;
      case STUDIO_BODY_BYTES:
        if (size == 0) return out->data != NULL ? out->data : "";
        assert_true(studio_buf_append(out, to, size));
    }
  }
}

static void test_pieces_follow_one_another(void **state) {
  (void)state;
  studio_buf out = STUDIO_BUF_INIT;
  studio_error err;
  write_file("0123456789");
  for (size_t room = 1; room < 40; room++) {
    studio_body body = {0};
    assert_true(studio_body_add_memory(&body, "", 0));
    assert_true(studio_body_add_memory(&body, "head ", 5));
    assert_true(studio_body_add_file(&body, path, 0, -1));
    assert_true(studio_body_add_file(&body, path, 7, 2));
    assert_true(studio_body_add_file(&body, path, 10, -1));
    assert_true(studio_body_add_reader(&body, -1, false));
    assert_true(studio_body_add_memory(&body, " tail", 5));
    assert_int_equal(studio_body_size(&body), -1);
    assert_true(studio_body_look(&body, &err));
    for (int again = 0; again < 2; again++) {
      assert_string_equal(read_all(&body, room, &out, &err), "head 012345678978 tail");
      assert_int_equal(body.handed, 22);
      if (again == 0) body.pieces[5].can_rewind = true;
      assert_true(studio_body_restart(&body, &err));
    }
    studio_body_free(&body);
    assert_int_equal(body.count, 0);
  }
  studio_buf_free(&out);
}

static void test_size_and_text(void **state) {
  (void)state;
  studio_body body = {0};
  size_t size = 1;
  assert_string_equal(studio_body_text(&body, &size), "");
  assert_int_equal(size, 0);
  assert_int_equal(studio_body_size(&body), 0);
  assert_true(studio_body_add_memory(&body, "text", 4));
  assert_string_equal(studio_body_text(&body, &size), "text");
  assert_int_equal(size, 4);
  assert_true(studio_body_add_reader(&body, 9, false));
  assert_null(studio_body_text(&body, &size));
  assert_int_equal(studio_body_size(&body), 13);
  studio_body_free(&body);
}

static void test_files_that_cannot_be_sent(void **state) {
  (void)state;
  static const struct { const char *path; int64_t offset, size; const char *code; } cases[] = {
    {"/nowhere/at/all", 0, -1, "read"}, {"/tmp", 0, -1, "read"}, {"/dev/null", 0, -1, "read"},
    {path, 0, 11, "size"}, {path, 11, -1, "size"}, {path, 4, 7, "size"},
  };
  write_file("0123456789");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    studio_body body = {0};
    studio_error err;
    studio_error_clear(&err);
    assert_true(studio_body_add_file(&body, cases[i].path, cases[i].offset, cases[i].size));
    assert_false(studio_body_look(&body, &err));
    assert_int_equal(err.kind, STUDIO_KIND_FILE);
    assert_string_equal(err.code, cases[i].code);
    assert_non_null(strstr(err.message, cases[i].path));
    studio_body_free(&body);
  }
}

/* At which moment a file is changed: before it is opened, between two of its bytes, before the next attempt. */
static void test_files_that_change(void **state) {
  (void)state;
  studio_error err;
  studio_buf out = STUDIO_BUF_INIT;
  struct timespec times[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
  for (int how = 0; how < 4; how++) {
    for (int when = 0; when < 3; when++) {
      studio_body body = {0};
      char to[8];
      size_t size = 0;
      write_file("0123456789");
      assert_true(studio_body_add_file(&body, path, 0, -1));
      assert_true(studio_body_look(&body, &err));
      assert_true(studio_body_restart(&body, &err));
      if (when > 0) assert_int_equal(studio_body_read(&body, to, when == 1 ? 5 : 8, &size, &err), STUDIO_BODY_BYTES);
      if (how == 0) write_file("0123456789 and more");
      if (how == 1) write_file("01");
      if (how == 2) assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
      if (how == 3) assert_int_equal(unlink(path), 0);
      bool ok = when == 2 ? studio_body_restart(&body, &err) : read_all(&body, 8, &out, &err) != NULL;
      /* what is open stays whole when its name goes: its bytes are those that were asked for */
      assert_true(ok == (how == 3 && when == 1));
      if (!ok) assert_int_equal(err.kind, STUDIO_KIND_FILE);
      if (!ok) assert_string_equal(err.code, how == 3 ? "read" : "changed");
      studio_body_free(&body);
    }
  }
  studio_buf_free(&out);
}

static void test_a_reader_is_fed(void **state) {
  (void)state;
  studio_body body = {0};
  studio_error err;
  char to[64];
  size_t size = 0;
  assert_true(studio_body_add_reader(&body, 6, true));
  assert_int_equal(studio_body_hungry(&body), 0);
  assert_int_equal(studio_body_read(&body, to, sizeof to, &size, &err), STUDIO_BODY_WAIT);
  assert_true(studio_body_feed(&body, "abc", 3, &err));
  assert_true(studio_body_wants_more(&body));
  assert_int_equal(studio_body_hungry(&body), -1);
  assert_int_equal(studio_body_read(&body, to, 2, &size, &err), STUDIO_BODY_BYTES);
  assert_int_equal(size, 2);
  assert_int_equal(studio_body_read(&body, to, sizeof to, &size, &err), STUDIO_BODY_BYTES);
  assert_int_equal(size, 1);
  assert_int_equal(studio_body_read(&body, to, sizeof to, &size, &err), STUDIO_BODY_WAIT);
  assert_true(studio_body_can_restart(&body));
  assert_true(studio_body_restart(&body, &err));
  assert_true(body.pieces[0].rewind_due);
  assert_true(studio_body_feed(&body, "abcdef", 6, &err));
  assert_true(studio_body_wants_more(&body)); /* for its end */
  assert_false(studio_body_feed(&body, "g", 1, &err));
  assert_string_equal(err.code, "size");
  assert_true(studio_body_restart(&body, &err));
  assert_true(studio_body_feed(&body, "abcde", 5, &err));
  assert_false(studio_body_feed_end(&body, &err));
  assert_string_equal(err.code, "size");
  studio_body_free(&body);
  /* after its end, or without a reader, feeding does nothing */
  assert_true(studio_body_feed(&body, "x", 1, &err) && studio_body_feed_end(&body, &err));
  assert_false(studio_body_wants_more(&body));
}

static void test_a_reader_far_ahead_is_left_alone(void **state) {
  (void)state;
  studio_body body = {0};
  studio_error err;
  char *chunk = calloc(1, STUDIO_BODY_AHEAD);
  assert_non_null(chunk);
  assert_true(studio_body_add_reader(&body, -1, false));
  assert_true(studio_body_feed(&body, chunk, STUDIO_BODY_AHEAD - 1, &err) && studio_body_wants_more(&body));
  assert_true(studio_body_feed(&body, chunk, 1, &err) && !studio_body_wants_more(&body));
  assert_false(studio_body_can_restart(&body));
  assert_false(studio_body_restart(&body, &err));
  assert_string_equal(err.code, "rewind");
  studio_body_free(&body);
  free(chunk);
}

static bool add_and_feed(void *state) {
  studio_body body = {0};
  bool ok = studio_body_add_memory(&body, "text", 4) && studio_body_add_file(&body, "name", 0, -1) &&
            studio_body_add_reader(&body, -1, true);
  body.at = 2;
  ok = ok && studio_body_feed(&body, "x", 1, state);
  studio_body_free(&body);
  return ok;
}

static void test_out_of_memory(void **state) {
  (void)state;
  studio_error err;
  if (!oom_possible()) skip();
  assert_int_equal(oom_torture(add_and_feed, &err), 6);
  assert_int_equal(err.kind, STUDIO_KIND_INTERNAL);
}

/* ---- calls whose body cannot be had again */

static studio_call *make_spent(world *w, bool can_rewind) {
  studio_call *call = make_call(w, "PUT", BASE "/a", 0);
  call->request.has_body = true;
  assert_true(studio_body_add_reader(&call->request.body, -1, can_rewind));
  send(w, call);
  assert_true(studio_body_feed(&call->request.body, "x", 1, NULL));
  return call;
}

static void test_a_spent_body_ends_the_call(void **state) {
  (void)state;
  for (int rewind = 0; rewind < 2; rewind++) {
    for (int how = 0; how < 5; how++) {
      world w = make_world();
      w.client->has_provider = w.client->auth_known = how == 4;
      w.client->auth_expires = STUDIO_NEVER;
      studio_call *call = make_spent(&w, rewind);
      if (how == 0) answer(&w, call, 503, NULL);
      if (how == 1) answer(&w, call, 429, NULL);
      if (how == 2) breaks(&w, call, STUDIO_STAGE_UNKNOWN, STUDIO_KIND_NETWORK, false);
      if (how == 3) answer(&w, call, 307, "Location: /there\r\n");
      if (how == 4) answer(&w, call, 401, NULL);
      if (rewind) {
        assert_int_not_equal(call->state, STUDIO_CALL_DONE);
        studio_call_fail(call, STUDIO_STAGE_NOT_SENT, w.now, STUDIO_KIND_CANCELLED, "cancel", "enough");
      } else {
        static const studio_kind kinds[] = {STUDIO_KIND_SERVER, STUDIO_KIND_RATE_LIMITED, STUDIO_KIND_NETWORK,
                                            STUDIO_KIND_PROTOCOL, STUDIO_KIND_UNAUTHORIZED};
        assert_int_equal(call->state, STUDIO_CALL_DONE);
        assert_int_equal(call->error.kind, kinds[how]);
        assert_int_equal(call->error.stage, how == 2 ? STUDIO_STAGE_UNKNOWN : STUDIO_STAGE_ANSWERED);
        assert_non_null(strstr(call->error.message, "rewind"));
      }
      studio_call_unref(call);
      end_world(&w);
    }
  }
}

static void test_what_ends_anyway_says_nothing_of_it(void **state) {
  (void)state;
  world w = make_world();
  studio_call *call = make_spent(&w, false);
  answer(&w, call, 400, NULL);
  assert_int_equal(call->error.kind, STUDIO_KIND_INVALID);
  assert_null(strstr(call->error.message, "rewind"));
  studio_call_unref(call);
  end_world(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_pieces_follow_one_another),
    cmocka_unit_test(test_size_and_text),
    cmocka_unit_test(test_files_that_cannot_be_sent),
    cmocka_unit_test(test_files_that_change),
    cmocka_unit_test(test_a_reader_is_fed),
    cmocka_unit_test(test_a_reader_far_ahead_is_left_alone),
    cmocka_unit_test(test_out_of_memory),
    cmocka_unit_test(test_a_spent_body_ends_the_call),
    cmocka_unit_test(test_what_ends_anyway_says_nothing_of_it),
  };
  int fd = mkstemp(path);
  if (fd < 0) return 1;
  close(fd);
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  unlink(path);
  return failed;
}
