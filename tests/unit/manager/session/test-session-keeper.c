/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What keepers say of their sessions, and what becomes of these when a keeper is killed, comes back, is
 * lost, or lies. */

#include <signal.h>

#include "manager/model/session-state.h"
#include "manager/session/session-keeper.h"
#include "shared/message-ids.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

static FakeKeeper *keeper(const char *id) {
        FakeKeeper *k = fake_keeper_get(id);

        ck_assert_ptr_nonnull(k);
        return k;
}

/* It was killed, and systemd starts it again: the next one has what systemd kept. */
static void restart_keeper(Session *s) {
        unsigned hellos = keeper(s->id)->heard[KEEPER_HELLO];

        fake_keeper_hang_up(keeper(s->id));
        WORLD_UNTIL(s->keeper.reconnect || keeper(s->id)->heard[KEEPER_HELLO] > hellos);
        if (s->keeper.reconnect)
                world_expire(s->keeper.reconnect);
        WORLD_UNTIL(keeper(s->id)->heard[KEEPER_HELLO] > hellos);
}

/* There is none, and none will come. */
static void lose_keeper(Session *s) {
        fake_keeper_end(keeper(s->id));
        WORLD_UNTIL(s->keeper.reconnect);
        world_expire(s->keeper.reconnect);
        WORLD_UNTIL(!s->keeper.reconnect);
}

/* A start of which the keeper has heard this, and to which it says nothing. */
static FakeCall *start_up_to(KeeperOpcode opcode, Session **ret) {
        FakeCall *call;

        world_begin();
        fake_keepers_mute(opcode, 1);
        call = world_ask_for_terminal();
        WORLD_UNTIL(fake_keeper_get("t1") && keeper("t1")->heard[opcode]);
        *ret = world_session("t1");
        return call;
}

TEST(changes_are_told) {
        WireWriter w = {};
        Session *s;

        world_begin();
        s = world_start_terminal();
        fake_bus_forget();
        wire_begin(&w, KEEPER_CHANGED, 0);
        wire_put_u64(&w, KEEPER_TAG_ROWS, 50);
        wire_put_u64(&w, KEEPER_TAG_COLUMNS, 132);
        wire_put_u64(&w, KEEPER_TAG_CLIENTS, 2);
        wire_put_u64(&w, KEEPER_TAG_WITHIN, 5);
        wire_put_string(&w, KEEPER_TAG_TITLE, "make");
        wire_put_string(&w, KEEPER_TAG_FOREGROUND, "cc");
        wire_put_string(&w, KEEPER_TAG_FOREGROUND_DIRECTORY, "/tmp");
        fake_keeper_send(keeper("t1"), &w);
        WORLD_UNTIL(fake_bus_heard("PropertiesChanged org.computesession1.Session"));
        ck_assert_uint_eq(s->terminal.rows, 50);
        ck_assert_uint_eq(s->terminal.columns, 132);
        ck_assert_uint_eq(s->terminal.clients, 2);
        ck_assert_uint_eq(s->nesting.n, 1);
        ck_assert_str_eq(s->terminal.title, "make");
        ck_assert_str_eq(s->terminal.foreground, "cc");
        ck_assert_str_eq(s->terminal.foreground_directory, "/tmp");
        world_end();
}

TEST(changes_of_kernels_are_told) {
        WireWriter w = {};
        Session *s;

        world_begin();
        s = world_start_notebook("/tmp/a.ipynb");
        ck_assert_str_eq(s->program.connection_file, "/tmp/kernel.json");
        fake_bus_forget();
        wire_begin(&w, KEEPER_CHANGED, 0);
        wire_put_string(&w, KEEPER_TAG_KERNEL_STATE, "busy");
        wire_put_u64(&w, KEEPER_TAG_KERNEL_STATE_SINCE, 12);
        wire_put_u64(&w, KEEPER_TAG_EXECUTION_COUNT, 7);
        wire_put_string(&w, KEEPER_TAG_KERNEL_LANGUAGE, "python");
        fake_keeper_send(keeper("n1"), &w);
        WORLD_UNTIL(fake_bus_heard("PropertiesChanged org.computesession1.Session"));
        ck_assert_str_eq(s->kernel.state, "busy");
        ck_assert_uint_eq(s->kernel.execution_count, 7);
        ck_assert_str_eq(s->kernel.language, "python");
        lose_keeper(s);
        ck_assert_ptr_null(s->kernel.state);
        world_end();
}

/* Nobody looks any more. */
TEST(what_is_detached_ends_if_it_is_to) {
        WireWriter w = {};
        FakeCall *call;
        Session *s;

        world_begin();
        call = world_call_manager("StartTerminal", "a{sv}", 1, "OnDetach", "s", "stop");
        (void) world_answer(call);
        s = world_session("t1");
        ck_assert_ptr_null(s->terminal.detached);
        for (uint64_t clients = 1; clients < 2; clients--) {
                wire_begin(&w, KEEPER_CHANGED, 0);
                wire_put_u64(&w, KEEPER_TAG_CLIENTS, clients);
                fake_keeper_send(keeper("t1"), &w);
                WORLD_UNTIL(s->terminal.had_clients && s->terminal.clients == clients);
        }
        world_expire(s->terminal.detached);
        world_assert_gone("t1");
        ck_assert_uint_eq(fake_bus_heard("SessionRemoved t1 /org/computesession1/session/t1 detached"), 1);
        world_end();
}

TEST(clients_that_come_back_in_time_are_no_reason_to_end) {
        WireWriter w = {};
        Session *s;

        world_begin();
        (void) world_answer(world_call_manager("StartTerminal", "a{sv}", 1, "OnDetach", "s", "stop"));
        s = world_session("t1");
        wire_begin(&w, KEEPER_CHANGED, 0);
        wire_put_u64(&w, KEEPER_TAG_CLIENTS, 1);
        fake_keeper_send(keeper("t1"), &w);
        WORLD_UNTIL(s->terminal.clients == 1);
        restart_keeper(s);
        ck_assert_uint_eq(s->terminal.clients, 0);
        wire_begin(&w, KEEPER_CHANGED, 0);
        wire_put_u64(&w, KEEPER_TAG_CLIENTS, 1);
        fake_keeper_send(keeper("t1"), &w);
        WORLD_UNTIL(s->terminal.clients == 1);
        ck_assert_ptr_null(s->terminal.detached);
        ck_assert_int_eq(s->phase, PHASE_RUNNING);
        world_end();
}

/* Killed keepers */

TEST(a_killed_keeper_is_followed_by_another) {
        Session *s;

        world_begin();
        s = world_start_terminal();
        restart_keeper(s);
        ck_assert_int_eq(s->phase, PHASE_RUNNING);
        ck_assert(!s->keeper.lost);
        /* And once more, after a while. */
        s->keeper.link_since = 0;
        fake_keeper_hang_up(keeper("t1"));
        WORLD_UNTIL(keeper("t1")->heard[KEEPER_HELLO] == 3);
        world_end();
}

TEST(a_payload_without_a_keeper_goes_on) {
        FakeKeeper *k;
        Session *s;
        pid_t payload;

        world_begin();
        s = world_start_terminal();
        k = keeper("t1");
        payload = k->payload;
        lose_keeper(s);
        ck_assert(s->keeper.lost);
        ck_assert_int_eq(s->phase, PHASE_RUNNING);
        WORLD_UNTIL(world_has_logged(MESSAGE_KEEPER_LOST));
        ck_assert_int_eq(kill(payload, SIGKILL), 0);
        world_end_leader("t1");
        world_assert_gone("t1");
        world_end();
}

TEST(a_keeper_that_lost_its_payload_cannot_start) {
        FakeCall *call;
        Session *s;

        call = start_up_to(KEEPER_OPEN_GATE, &s);
        ck_assert_int_eq(s->phase, PHASE_RELEASING);
        keeper("t1")->phase = KEEPER_PHASE_IDLE;
        fake_keeper_tell_status(keeper("t1"));
        ck_assert_ptr_nonnull(strstr(world_refusal(call, ERROR_START_FAILED), "lost its payload"));
        world_assert_gone("t1");
        world_end();
}

/* It was killed when it had been told to open the gate, and before it did. */
TEST(a_gate_that_nobody_opened_is_opened) {
        FakeCall *call;
        Session *s;

        call = start_up_to(KEEPER_OPEN_GATE, &s);
        restart_keeper(s);
        WORLD_UNTIL(keeper("t1")->heard[KEEPER_OPEN_GATE] == 2);
        (void) world_answer(call);
        ck_assert_int_eq(s->phase, PHASE_RUNNING);
        world_end();
}

/* The same, but it did. */
TEST(a_program_that_runs_already_has_started) {
        FakeCall *call;
        Session *s;

        call = start_up_to(KEEPER_OPEN_GATE, &s);
        keeper("t1")->phase = KEEPER_PHASE_RUNNING;
        restart_keeper(s);
        (void) world_answer(call);
        ck_assert_int_eq(s->phase, PHASE_RUNNING);
        world_end();
}

/* A payload whose own word nobody heard must not begin. */
TEST(a_payload_that_did_not_speak_does_not_begin) {
        FakeCall *call;
        Session *s;

        call = start_up_to(KEEPER_START, &s);
        keeper("t1")->phase = KEEPER_PHASE_GATE;
        restart_keeper(s);
        ck_assert_ptr_nonnull(strstr(world_refusal(call, ERROR_START_FAILED), "was interrupted"));
        world_assert_gone("t1");
        world_end();
}

TEST(an_end_that_the_next_keeper_tells) {
        Session *s;

        world_begin();
        s = world_start_terminal();
        fake_keeper_lose_payload(keeper("t1"), SIGSEGV);
        restart_keeper(s);
        WORLD_UNTIL(s->leader.ended);
        ck_assert_int_eq(s->end.exit_code, CLD_KILLED);
        ck_assert_int_eq(s->end.exit_status, SIGSEGV);
        world_assert_gone("t1");
        ck_assert_uint_eq(fake_bus_heard("SessionRemoved t1 /org/computesession1/session/t1 signal"), 1);
        world_end();
}

/* What they should not say */

TEST(a_gate_that_was_not_asked_for) {
        Session *s;

        world_begin();
        s = world_start_terminal();
        fake_keeper_send_opcode(keeper("t1"), KEEPER_AT_GATE);
        WORLD_UNTIL(s->keeper.reconnect);
        ck_assert_uint_eq(s->keeper.link_failures, 1);
        ck_assert_int_eq(s->phase, PHASE_RUNNING);
        world_end();
}

/* It says AT_GATE in the payload's place. As root only is it somebody else's process. */
TEST(a_leader_of_another_user) {
        FakeCall *call;
        Session *s;

        call = start_up_to(KEEPER_START, &s);
        if (getuid() == s->uid)
                s->uid++;
        fake_keeper_send_opcode(keeper("t1"), KEEPER_AT_GATE);
        (void) world_refusal(call, ERROR_START_FAILED);
        world_end();
}

TEST(a_keeper_that_babbles_on_is_given_up) {
        Session *s;

        world_begin();
        s = world_start_terminal();
        for (unsigned i = 1; i < 3; i++) {
                fake_keeper_babble(keeper("t1"));
                WORLD_UNTIL(s->keeper.reconnect);
                ck_assert_uint_eq(s->keeper.link_failures, i);
                world_expire(s->keeper.reconnect);
                WORLD_UNTIL(keeper("t1")->heard[KEEPER_HELLO] == i + 1);
        }
        ck_assert(!s->keeper.lost);
        fake_keeper_babble(keeper("t1"));
        WORLD_UNTIL(s->keeper.lost);
        ck_assert_int_eq(s->phase, PHASE_RUNNING);
        WORLD_UNTIL(world_has_logged(MESSAGE_KEEPER_LOST));
        world_end();
}

TEST(what_a_newer_keeper_says_is_none_of_ours) {
        Session *s;

        world_begin();
        s = world_start_terminal();
        fake_keeper_send_opcode(keeper("t1"), 120);
        world_settle();
        ck_assert_ptr_nonnull(s->keeper.link);
        world_end();
}

/* Dismissing */

/* Its kernel has ended, and it has not said so: perhaps it still writes what is kept of the outputs. */
TEST(a_keeper_that_writes_is_awaited) {
        Session *s;

        world_begin();
        s = world_start_notebook("/tmp/a.ipynb");
        fake_keeper_lose_payload(keeper("n1"), SIGKILL);
        world_end_leader("n1");
        WORLD_UNTIL(s->phase == PHASE_DISMISSING);
        ck_assert_ptr_nonnull(s->keeper.farewell);
        ck_assert_uint_eq(fake_bus_heard("StopUnit compute-keeper-n1.service"), 0);
        fake_keeper_tell_status(keeper("n1"));
        world_assert_gone("n1");
        world_end();
}

TEST(a_keeper_that_is_not_heard_of_is_stopped) {
        FakeCall *call;

        world_begin();
        fake_keepers_mute(KEEPER_HELLO, 2);
        call = world_ask_for_notebook("/tmp/a.ipynb");
        WORLD_UNTIL(fake_keeper_get("n1") && keeper("n1")->heard[KEEPER_HELLO]);
        world_expire(world_session("n1")->deadline);
        WORLD_UNTIL(world_session("n1")->keeper.farewell);
        world_settle();
        ck_assert_uint_eq(fake_bus_heard("StopUnit"), 0);
        world_expire(world_session("n1")->keeper.farewell);
        (void) world_refusal(call, ERROR_START_TIMED_OUT);
        world_assert_gone("n1");
        world_end();
}

/* It comes back while it is awaited, with a kernel whose connection file is to go. */
TEST(a_keeper_that_comes_back_is_heard_first) {
        FakeCall *call;

        world_begin();
        fake_keepers_mute(KEEPER_HELLO, 1);
        call = world_ask_for_notebook("/tmp/a.ipynb");
        WORLD_UNTIL(fake_keeper_get("n1") && keeper("n1")->heard[KEEPER_HELLO]);
        world_expire(world_session("n1")->deadline);
        WORLD_UNTIL(world_session("n1")->keeper.farewell);
        fake_keeper_hang_up(keeper("n1"));
        WORLD_UNTIL(world_session("n1")->keeper.reconnect);
        world_expire(world_session("n1")->keeper.reconnect);
        (void) world_refusal(call, ERROR_START_TIMED_OUT);
        world_assert_gone("n1");
        world_end();
}

/* Links to one file */

TEST(notebooks_that_turn_out_to_be_one) {
        FakeCall *first, *second;
        const char *id;
        int started;

        world_begin();
        first = world_ask_for_notebook("/tmp/a.ipynb");
        (void) world_answer(first);
        fake_keepers_mute(KEEPER_START, 1);
        second = world_ask_for_notebook("/tmp/link.ipynb");
        WORLD_UNTIL(fake_keeper_get("n2") && keeper("n2")->heard[KEEPER_START]);
        strcpy(keeper("n2")->text, "/tmp/a.ipynb");
        fake_keeper_fork(keeper("n2"));
        ck_assert_int_gt(sd_bus_message_read(world_answer(second), "sob", &id, NULL, &started), 0);
        ck_assert_str_eq(id, "n1");
        ck_assert(!started);
        world_assert_gone("n2");
        world_end();
}

TEST_MAIN(changes_are_told, changes_of_kernels_are_told, what_is_detached_ends_if_it_is_to,
        clients_that_come_back_in_time_are_no_reason_to_end, a_killed_keeper_is_followed_by_another,
        a_payload_without_a_keeper_goes_on, a_keeper_that_lost_its_payload_cannot_start,
        a_gate_that_nobody_opened_is_opened, a_program_that_runs_already_has_started,
        a_payload_that_did_not_speak_does_not_begin, an_end_that_the_next_keeper_tells,
        a_gate_that_was_not_asked_for, a_leader_of_another_user, a_keeper_that_babbles_on_is_given_up,
        what_a_newer_keeper_says_is_none_of_ours, a_keeper_that_writes_is_awaited,
        a_keeper_that_is_not_heard_of_is_stopped, a_keeper_that_comes_back_is_heard_first,
        notebooks_that_turn_out_to_be_one);
