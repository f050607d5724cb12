/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which sessions ended lately. */

#include "ctl/sessions/ended.h"
#include "tests/unit/message.h"
#include "tests/unit/test-main.h"

TEST(an_answer_is_read) {
        _cleanup_ended_sessions_ EndedSessions e = {};
        sd_bus_message *answer = message_make("a(ssusssittttt)", 2, "n1", "notebook", 1000U, "a.ipynb",
                "/h/a.ipynb", "oom-killed", 9, UINT64_C(10), UINT64_C(20), UINT64_C(30), UINT64_C(1) << 20,
                UINT64_MAX, "t2", "terminal", 0U, "make", "", "success", 0, UINT64_C(1), UINT64_C(2),
                UINT64_MAX, UINT64_MAX, UINT64_MAX);
        char memory[MEMORY_SIZE];

        ck_assert_int_eq(ended_sessions_read(&e, answer), 0);
        ck_assert_uint_eq(e.n_sessions, 2);
        ck_assert_str_eq(e.sessions[0].id, "n1");
        ck_assert_str_eq(e.sessions[0].what, "/h/a.ipynb");
        ck_assert_str_eq(e.sessions[0].result, "oom-killed");
        ck_assert_int_eq(e.sessions[0].exit_status, 9);
        ck_assert_uint_eq(e.sessions[0].ended, 20);
        ck_assert_uint_eq(e.sessions[1].uid, 0);
        ck_assert_str_eq(ended_memory_format(&e.sessions[0], memory), "limit 1.0M");
        ck_assert_str_eq(ended_memory_format(&e.sessions[1], memory), "-");
        e.sessions[0].memory_peak = 1 << 10;
        ck_assert_str_eq(ended_memory_format(&e.sessions[0], memory), "limit 1.0M, peak 1.0K");
        sd_bus_message_unref(answer);
        message_bus_done();
}

TEST(other_answers) {
        _cleanup_ended_sessions_ EndedSessions e = {};
        sd_bus_message *empty = message_make("a(ssusssittttt)", 0), *wrong = message_make("s", "x");

        ck_assert_int_eq(ended_sessions_read(&e, empty), 0);
        ck_assert_uint_eq(e.n_sessions, 0);
        ck_assert_int_lt(ended_sessions_read(&e, wrong), 0);
        sd_bus_message_unref(empty);
        sd_bus_message_unref(wrong);
        message_bus_done();
}

TEST_MAIN(an_answer_is_read, other_answers);
