/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The list put together from answers of different moments. */

#include "ctl/sessions/sessions.h"
#include "tests/unit/message.h"
#include "tests/unit/test-main.h"

#define PATH "/org/computesession1/session/x"

TEST(answers_are_put_together) {
        _cleanup_session_list_ SessionList list = {};
        sd_bus_message *sessions = message_make("a(ssusso)", 3, "t10", "terminal", 1000U, "bash", "running",
                PATH, "t9", "terminal", 0U, "make", "closing", PATH, "n11", "notebook", 1000U, "a.ipynb",
                "running", PATH);
        sd_bus_message *usage = message_make("a(stttttt)", 2, "t9", UINT64_C(1), UINT64_C(2), UINT64_C(3),
                UINT64_C(4), UINT64_C(5), UINT64_C(6), "t77", UINT64_C(1), UINT64_C(1), UINT64_C(1),
                UINT64_C(1), UINT64_C(1), UINT64_C(1));
        sd_bus_message *activity = message_make("a(sutts)", 2, "n77", 1U, UINT64_C(1), UINT64_C(1), "cpu",
                "n11", 4U, UINT64_C(0), UINT64_C(5), "busy");

        ck_assert_int_eq(session_list_read(&list, sessions), 0);
        ck_assert_int_eq(session_list_read_usage(&list, usage), 0);
        ck_assert_int_eq(session_list_read_idleness(&list, activity), 0);

        ck_assert_uint_eq(list.n_entries, 3);
        ck_assert_str_eq(list.entries[0].id, "n11");
        ck_assert_str_eq(list.entries[1].id, "t9");
        ck_assert_str_eq(list.entries[2].id, "t10");
        ck_assert_uint_eq(list.entries[1].memory, 1);
        ck_assert_uint_eq(list.entries[1].cpu_nsec, 2);
        ck_assert_uint_eq(list.entries[1].tasks, 3);
        ck_assert_uint_eq(list.entries[2].memory, UINT64_MAX);
        ck_assert_uint_eq(list.entries[0].clients, 4);
        ck_assert_uint_eq(list.entries[1].clients, UINT64_MAX);
        ck_assert_uint_eq(list.entries[0].idle_since, 0);
        ck_assert_uint_eq(list.entries[0].last_activity, 5);
        ck_assert_str_eq(list.entries[0].idle_reason, "busy");
        ck_assert_uint_eq(list.entries[1].idle_since, UINT64_MAX);
        ck_assert_uint_eq(session_list_count(&list, SESSION_NOTEBOOK), 1);
        ck_assert_uint_eq(session_list_count(&list, SESSION_TERMINAL), 2);

        sd_bus_message_unref(sessions);
        sd_bus_message_unref(usage);
        sd_bus_message_unref(activity);
        message_bus_done();
}

TEST(what_ends_between_two_answers_is_there_once) {
        static EndedSession one[] = { { .id = (char *) "t9" }, { .id = (char *) "t1" } };
        static const EndedSessions ended = { .sessions = one, .n_sessions = ELEMENTSOF(one) };
        sd_bus_message *sessions = message_make("a(ssusso)", 3, "t9", "terminal", 1U, "a", "closing",
                "/s/t9", "t10", "terminal", 1U, "b", "running", "/s/t10", "n1", "notebook", 1U, "c",
                "running", "/s/n1");
        _cleanup_session_list_ SessionList list = {};

        ck_assert_int_eq(session_list_read(&list, sessions), 0);
        session_list_drop(&list, &(EndedSessions){});
        ck_assert_uint_eq(list.n_entries, 3);
        session_list_drop(&list, &ended);
        ck_assert_uint_eq(list.n_entries, 2);
        ck_assert_str_eq(list.entries[0].id, "n1");
        ck_assert_str_eq(list.entries[1].id, "t10");
        sd_bus_message_unref(sessions);
        message_bus_done();
}

TEST(empty_and_wrong_answers) {
        _cleanup_session_list_ SessionList list = {};
        sd_bus_message *empty = message_make("a(ssusso)", 0);
        sd_bus_message *usage = message_make("a(stttttt)", 1, "t9", UINT64_C(1), UINT64_C(2), UINT64_C(3),
                UINT64_C(4), UINT64_C(5), UINT64_C(6));
        sd_bus_message *wrong = message_make("s", "x");

        ck_assert_int_eq(session_list_read(&list, empty), 0);
        ck_assert_int_eq(session_list_read_usage(&list, usage), 0);
        ck_assert_uint_eq(list.n_entries, 0);
        ck_assert_int_lt(session_list_read(&list, wrong), 0);
        sd_bus_message_unref(empty);
        sd_bus_message_unref(usage);
        sd_bus_message_unref(wrong);
        message_bus_done();
}

TEST(order_of_ids) {
        ck_assert_int_lt(session_id_compare("n2", "n10"), 0);
        ck_assert_int_lt(session_id_compare("n10", "t1"), 0);
        ck_assert_int_eq(session_id_compare("t1", "t1"), 0);
        ck_assert_int_gt(session_id_compare("t3", "t2"), 0);
        ck_assert_int_ne(session_id_compare("x1", "t2"), 0);
}

TEST(idle) {
        ck_assert_uint_eq(session_idle(UINT64_MAX, 100), USEC_INFINITY);
        ck_assert_uint_eq(session_idle(30, 100), 70);
        ck_assert_uint_eq(session_idle(200, 100), 0); /* clocks differ */
}

TEST(reasons) {
        ck_assert_str_eq(idle_reason_state("busy"), "busy");
        ck_assert_str_eq(idle_reason_state("waiting-for-input"), "waiting");
        ck_assert_str_eq(idle_reason_state("busy-without-cpu"), "stuck");
        ck_assert_str_eq(idle_reason_state("no-activity"), "running");
        ck_assert_str_eq(idle_reason_state(NULL), "running");
        ck_assert_str_eq(idle_reason_text("waiting-for-input"), "waiting for input");
        ck_assert_str_eq(idle_reason_text("no-activity"), "");
        ck_assert_str_eq(idle_reason_text("of a later version"), "");
}

TEST_MAIN(answers_are_put_together, what_ends_between_two_answers_is_there_once, empty_and_wrong_answers,
        order_of_ids, idle, reasons);
