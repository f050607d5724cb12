/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What has left the scope of a session, as people read it. */

#include <sys/wait.h>
#include <unistd.h>

#include "ctl/sessions/outside.h"
#include "tests/unit/message.h"
#include "tests/unit/test-main.h"

static void check(sd_bus_message *m, const char *expected) {
        _cleanup_outside_ OutsideProcesses outside = {};
        _cleanup_free_ char *text = NULL;

        ck_assert_int_eq(outside_read(&outside, m), 0);
        text = outside_describe(&outside);
        if (expected)
                ck_assert_str_eq(text, expected);
        else
                ck_assert_ptr_null(text);
        sd_bus_message_unref(m);
        message_bus_done();
}

TEST(none) {
        check(message_make("a(uss)", 0), NULL);
}

TEST(one) {
        check(message_make("a(uss)", 1, 5U, "su", "session-c2.scope"),
                "1 process in session-c2.scope: su (5)");
}

TEST(by_unit) {
        check(message_make("a(uss)", 4, 5U, "su", "session-c2.scope", 6U, "tmux: server", "app.slice", 7U,
                      "bash", "session-c2.scope", 8U, "init", ""),
                "2 processes in session-c2.scope: su (5), bash (7); 1 process in app.slice: tmux: server (6); "
                "1 process in no unit: init (8)");
}

TEST(hostile_text) {
        check(message_make("a(uss)", 1, 5U, "\033[2J\n", "x"), "1 process in x: ?[2J? (5)");
}

TEST(not_that) {
        OutsideProcesses outside = {};
        sd_bus_message *m = message_make("as", 1, "su");

        ck_assert_int_lt(outside_read(&outside, m), 0);
        outside_done(&outside);
        sd_bus_message_unref(m);
        message_bus_done();
}

TEST(what_has_ended_is_forgotten) {
        _cleanup_outside_ OutsideProcesses outside = {};
        _cleanup_free_ char *text = NULL;
        pid_t child = fork();
        sd_bus_message *m;

        ck_assert_int_ge(child, 0);
        if (child == 0) {
                for (;;)
                        pause();
        }
        m = message_make("a(uss)", 2, (uint32_t) child, "child", "x", (uint32_t) getpid(), "test", "x");
        ck_assert_int_eq(outside_read(&outside, m), 0);
        ck_assert_int_eq(kill(child, SIGKILL), 0);
        ck_assert_int_eq(waitpid(child, NULL, 0), child);
        outside_forget_ended(&outside);
        text = outside_describe(&outside);
        ck_assert_ptr_nonnull(strstr(text, "1 process in x: test"));
        sd_bus_message_unref(m);
        message_bus_done();
}

TEST_MAIN(none, one, by_unit, hostile_text, not_that, what_has_ended_is_forgotten);
