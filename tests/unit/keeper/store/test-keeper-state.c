/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a keeper knows, as a message and back. */

#include <signal.h>

#include "keeper/store/keeper-state.h"
#include "shared/strv.h"
#include "tests/unit/test-main.h"

static int through_wire(const KeeperState *s, KeeperState *ret) {
        _cleanup_(wire_writer_done) WireWriter w = {};
        WireMessage message;

        wire_begin(&w, KEEPER_STATUS, 1);
        keeper_state_put(s, &w);
        ck_assert_int_eq(w.error, 0);
        ck_assert_int_eq(wire_parse(w.data, w.size, &message), 0);
        return keeper_state_read(&message, ret);
}

TEST(notebook) {
        _cleanup_keeper_state_ KeeperState back = {};
        char *arguments[] = { (char *) "python3", (char *) "-f", NULL };
        const KeeperState s = {
                .id = (char *) "n12",
                .type = SESSION_NOTEBOOK,
                .phase = KEEPER_PHASE_ENDED,
                .leader = 4711,
                .exit_code = CLD_KILLED,
                .exit_status = 9,
                .arguments = arguments,
                .directory = (char *) "/home/u",
                .notebook = (char *) "/home/u/a.ipynb",
                .kernel = (char *) "python3",
                .kernel_title = (char *) "Python 3 (ipykernel)",
                .connection_file = (char *) "/home/u/kernel-1.json",
                .unrecorded = true,
        };

        ck_assert_int_eq(through_wire(&s, &back), 0);
        ck_assert_str_eq(back.id, "n12");
        ck_assert_int_eq(back.type, SESSION_NOTEBOOK);
        ck_assert_int_eq(back.phase, KEEPER_PHASE_ENDED);
        ck_assert_int_eq(back.leader, 4711);
        ck_assert_int_eq(back.exit_code, CLD_KILLED);
        ck_assert_int_eq(back.exit_status, 9);
        ck_assert_uint_eq(strv_length(back.arguments), 2);
        ck_assert_str_eq(back.directory, "/home/u");
        ck_assert_str_eq(back.notebook, "/home/u/a.ipynb");
        ck_assert_str_eq(back.kernel, "python3");
        ck_assert_str_eq(back.kernel_title, "Python 3 (ipykernel)");
        ck_assert_str_eq(back.connection_file, "/home/u/kernel-1.json");
        ck_assert_uint_eq(back.rows, 0);
        ck_assert(back.unrecorded);
        keeper_state_reset(&back);
        ck_assert(back.unrecorded);
}
END_TEST

TEST(terminal) {
        _cleanup_keeper_state_ KeeperState back = {};
        const KeeperState s = {
                .id = (char *) "t1",
                .type = SESSION_TERMINAL,
                .rows = 24,
                .columns = 80,
        };

        ck_assert_int_eq(through_wire(&s, &back), 0);
        ck_assert_int_eq(back.phase, KEEPER_PHASE_IDLE);
        ck_assert_uint_eq(back.rows, 24);
        ck_assert_uint_eq(back.columns, 80);
        ck_assert_ptr_null(back.arguments);
        ck_assert_ptr_null(back.notebook);
}
END_TEST

TEST(refused) {
        static const KeeperState good = { .id = (char *) "t1", .type = SESSION_TERMINAL };
        KeeperState back = {}, s;

        s = good;
        s.id = (char *) "x1";
        ck_assert_int_eq(through_wire(&s, &back), -EBADMSG);
        s = good;
        s.phase = 17;
        ck_assert_int_eq(through_wire(&s, &back), -EBADMSG);
        s = good;
        s.rows = s.columns = 100000;
        ck_assert_int_eq(through_wire(&s, &back), -EBADMSG);
        ck_assert_ptr_null(back.id);
}
END_TEST

/* What fits at the start can still be told at the end. */
TEST(fits) {
        _cleanup_free_ char *directory = malloc(WIRE_MESSAGE_MAX);
        KeeperState s = { .id = (char *) "t1", .type = SESSION_TERMINAL, .rows = 1, .columns = 1 };
        _cleanup_keeper_state_ KeeperState back = {};
        size_t length = WIRE_MESSAGE_MAX - 1;

        memset(directory, 'x', WIRE_MESSAGE_MAX);
        s.directory = directory;
        do
                directory[length--] = 0;
        while (!keeper_state_fits(&s));
        ck_assert_uint_gt(length, WIRE_MESSAGE_MAX - 1000);
        s.phase = KEEPER_PHASE_ENDED;
        s.leader = 1;
        ck_assert_int_eq(through_wire(&s, &back), 0);
}
END_TEST

TEST(reset) {
        _cleanup_keeper_state_ KeeperState s = {
                .id = strdup("n1"),
                .type = SESSION_NOTEBOOK,
                .phase = KEEPER_PHASE_GATE,
                .leader = 1,
                .kernel = strdup("python3"),
        };

        keeper_state_reset(&s);
        ck_assert_str_eq(s.id, "n1");
        ck_assert_int_eq(s.type, SESSION_NOTEBOOK);
        ck_assert_int_eq(s.phase, KEEPER_PHASE_IDLE);
        ck_assert_int_eq(s.leader, 0);
        ck_assert_ptr_null(s.kernel);
}
END_TEST

TEST_MAIN(notebook, terminal, refused, fits, reset);
