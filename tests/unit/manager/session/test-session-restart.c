/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which ends of kernels are followed by another start, and how often; how kernels are asked to end. */

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "manager/access/charges.h"
#include "manager/base/journal.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/model/waiters.h"
#include "manager/session/session-engine.h"
#include "manager/session/session-event.h"
#include "manager/session/session-leader.h"
#include "manager/session/session-lifetime.h"
#include "manager/session/session-restart.h"
#include "shared/message-ids.h"
#include "tests/unit/front-door.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

static Manager manager;

/* A kernel that ended in this way. */
static Session *make(int exit_code, int exit_status) {
        Session *s;

        manager = (Manager){ .runtime_fd = -EBADF, .handle_event = session_handle_event };
        ck_assert_int_eq(sd_event_new(&manager.event), 0);
        ck_assert_int_eq(journal_init(&manager.journal, manager.event, "/nonexistent/journald"), 0);
        ck_assert_int_eq(session_new(&manager, SESSION_NOTEBOOK, 1, 1000, /* kept = */ true, &s), 0);
        s->phase = PHASE_RUNNING;
        s->announced = true;
        s->restart.on_crash = true;
        s->end.exit_code = exit_code;
        s->end.exit_status = exit_status;
        return s;
}

static void done(void) {
        session_free_all(&manager.sessions);
        (void) journal_done(&manager.journal);
        manager.event = sd_event_unref(manager.event);
}

static void check(int exit_code, int exit_status, bool expected) {
        ck_assert_int_eq(session_survives(make(exit_code, exit_status)), expected);
        done();
}

TEST(crashes_and_ends) {
        check(CLD_KILLED, SIGSEGV, true);
        check(CLD_DUMPED, SIGABRT, true);
        check(CLD_EXITED, 1, true);
        check(0, -1, true); /* nobody could tell how */
        check(CLD_EXITED, 0, false);
}

TEST(only_what_can_be_started_again) {
        Session *s;

        s = make(CLD_KILLED, SIGKILL);
        s->restart.on_crash = false;
        ck_assert(!session_survives(s));
        done();
        s = make(CLD_KILLED, SIGKILL);
        s->kept = false;
        ck_assert(!session_survives(s));
        done();
        s = make(CLD_KILLED, SIGKILL);
        s->keeper.lost = true;
        ck_assert(!session_survives(s));
        done();
        for (SessionPhase phase = 0; phase < SESSION_PHASE_MAX; phase++) {
                s = make(CLD_KILLED, SIGKILL);
                s->phase = phase;
                ck_assert_int_eq(session_survives(s),
                        phase == PHASE_RUNNING || phase == PHASE_RESCOPING || phase == PHASE_REVIVING);
                s->phase = PHASE_RUNNING;
                done();
        }
}

TEST(crash_loops_are_bounded) {
        Session *s = make(CLD_KILLED, SIGKILL);

        for (size_t i = 0; i < CRASHES_MAX; i++)
                ck_assert(session_survives(s));
        ck_assert(!session_survives(s));
        ck_assert(!session_survives(s));
        /* The first of them was more than a minute ago. */
        s->restart.crashes[0] -= USEC_PER_MINUTE;
        ck_assert_uint_gt(s->restart.crashes[0], 0);
        ck_assert(session_survives(s));
        done();
}

/* Of a restart that somebody asked for; a session that has no use for crashed kernels has one for this. */
TEST(what_dies_at_its_gate_is_tried_again) {
        Session *s = make(0, -1);
        unsigned tries = 0;

        s->restart.on_crash = false;
        s->phase = PHASE_RESCOPING;
        while (session_survives(s))
                ck_assert_uint_lt(++tries, 10);
        ck_assert_uint_gt(tries, 0);
        s->phase = PHASE_REVIVING;
        ck_assert(!session_survives(s));
        session_revive(s);
        ck_assert(session_survives(s));
        s->keeper.lost = true;
        ck_assert(!session_survives(s));
        ck_assert_uint_eq(s->restart.crashes[CRASHES_MAX - 1], 0);
        s->phase = PHASE_RUNNING;
        done();
}

/* Who is at the gate and is no payload of the keeper's is nobody to go on with; who has ended is
 * followed by another. */
TEST(what_dies_while_it_is_looked_at_is_none_of_the_keepers_faults) {
        Session *s = make(0, -1);
        pid_t payload;

        s->uid = getuid();
        s->phase = PHASE_REFORKING;
        payload = fake_process_start(s->uid);
        ck_assert_int_lt(session_find_payload(s, payload), 0);
        fake_process_end(payload);

        payload = fake_process_start(s->uid);
        fake_process_end_when_asked(payload);
        ck_assert_int_eq(session_find_payload(s, payload), 0);
        ck_assert_int_lt(kill(payload, 0), 0);
        ck_assert_int_eq(s->phase, PHASE_REFORKING);
        ck_assert_int_eq(s->leader.pid, 0);
        ck_assert_ptr_null(s->leader.event);
        done();
}

static Visitor visitor;

static void wait_for_restart(Session *s) {
        Reply reply = visitor_reply(&visitor, &manager, 1000, REPLY_DONE);

        ck_assert_int_eq(waiters_add(&s->waiters.restart, &manager.charges, &reply), 0);
}

/* An earlier manager may have seen a kernel run, but not the one that follows it: who waited has got what
 * was asked for. */
TEST(a_kernel_that_follows_another_is_the_one_that_was_asked_for) {
        char *folder = scratch_make();
        Session *s = make(0, -1);

        manager.runtime_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        s->phase = PHASE_REVIVING;
        s->restart.maybe_seen_running = true;
        wait_for_restart(s);
        session_find_running(s);
        ck_assert_int_eq(session_phase_state(s->phase), STATE_RESTARTING);

        s->phase = PHASE_REVIVING;
        s->restart.maybe_seen_running = true;
        session_forget_leader(s);
        session_find_running(s);
        ck_assert_int_eq(s->phase, PHASE_RUNNING);
        done();
        close(manager.runtime_fd);
        scratch_remove(folder);
        charges_done(&manager.charges);
}

TEST(kernels_are_asked_if_there_is_somebody_to_ask_them) {
        Session *s = make(0, -1);

        ck_assert_int_eq(session_stop_event(s), EVENT_STOP); /* no connection to its keeper */
        s->keeper.link = (KeeperLink *) s;
        ck_assert_int_eq(session_stop_event(s), EVENT_SHUT_DOWN);
        s->phase = PHASE_RELEASING;
        ck_assert_int_eq(session_stop_event(s), EVENT_STOP);
        s->phase = PHASE_RUNNING;
        s->type = SESSION_TERMINAL;
        ck_assert_int_eq(session_stop_event(s), EVENT_STOP);
        s->type = SESSION_NOTEBOOK;
        s->keeper.link = NULL;
        done();
}

/* With a keeper and systemd */

static FakeKeeper *keeper(void) {
        FakeKeeper *k = fake_keeper_get("n1");

        ck_assert_ptr_nonnull(k);
        return k;
}

static Session *begin(void) {
        world_begin();
        return world_start_notebook("/tmp/a.ipynb");
}

static FakeCall *ask_for_restart(void) {
        return world_call_session("n1", "Restart", "");
}

TEST(a_kernel_is_restarted) {
        Session *s = begin();
        pid_t first = s->leader.pid;

        fake_bus_forget();
        (void) world_answer(ask_for_restart());
        ck_assert_int_eq(s->phase, PHASE_RUNNING);
        ck_assert_int_ne(s->leader.pid, first);
        ck_assert_int_eq(s->leader.pid, keeper()->payload);
        ck_assert_uint_eq(s->restart.count, 1);
        ck_assert_uint_eq(keeper()->heard[KEEPER_SHUTDOWN], 1);
        ck_assert_uint_eq(keeper()->heard[KEEPER_RESTART], 1);
        ck_assert_uint_eq(fake_bus_heard("StartTransientUnit compute-n1.scope"), 1);
        ck_assert_uint_eq(fake_bus_heard("SessionNew"), 0);
        WORLD_UNTIL(world_has_logged(MESSAGE_KERNEL_RESTARTED));
        world_end();
}

/* It would not be asked nicely, or does nothing about it. */
TEST(a_kernel_that_does_not_shut_down_is_stopped) {
        for (int answers = 0; answers < 2; answers++) {
                Session *s = begin();
                FakeCall *call;

                fake_keepers_mute(KEEPER_SHUTDOWN, 1);
                call = ask_for_restart();
                WORLD_UNTIL(keeper()->heard[KEEPER_SHUTDOWN]);
                ck_assert_uint_eq(keeper()->flags, KEEPER_FLAG_RESTART);
                ck_assert_int_eq(s->phase, PHASE_RESTARTING);
                if (answers)
                        fake_keeper_refuse(keeper(), KEEPER_SHUTDOWN, KEEPER_ERROR_FAILED, "It is deaf.");
                else
                        world_expire(s->deadline);
                (void) world_answer(call);
                ck_assert_uint_eq(fake_bus_heard("StopUnit compute-n1.scope"), 1);
                ck_assert_uint_ge(fake_bus_heard("KillUnit compute-n1.scope all 15"), 1);
                world_end();
        }
}

TEST(crashed_kernels_are_started_again) {
        FakeCall *call;
        Session *s;

        world_begin();
        call = world_call_manager(
                "StartNotebook", "ssa{sv}", "/tmp/a.ipynb", "", 1, "RestartOnCrash", "b", (int) true);
        (void) world_answer(call);
        s = world_session("n1");
        for (unsigned i = 1; i <= CRASHES_MAX; i++) {
                fake_keeper_end_payload(keeper(), SIGSEGV);
                WORLD_UNTIL(s->restart.count == i);
                WORLD_UNTIL(s->phase == PHASE_RUNNING);
        }
        WORLD_UNTIL(world_has_logged(MESSAGE_KERNEL_CRASHED));
        fake_keeper_end_payload(keeper(), SIGSEGV);
        world_assert_gone("n1");
        ck_assert_uint_eq(fake_bus_heard("SessionRemoved n1 /org/computesession1/session/n1 signal"), 1);
        world_end();
}

TEST(a_payload_that_dies_at_its_gate_is_followed_by_another) {
        Session *s = begin();
        FakeCall *call;

        fake_bus_hold("StartTransientUnit compute-n1.scope", 1);
        call = ask_for_restart();
        WORLD_UNTIL(
                s->phase == PHASE_RESCOPING && fake_bus_heard("StartTransientUnit compute-n1.scope") == 2);
        fake_keeper_end_payload(keeper(), SIGKILL);
        WORLD_UNTIL(s->restart.retries == 1);
        world_release("StartTransientUnit compute-n1.scope");
        (void) world_answer(call);
        ck_assert_int_eq(s->phase, PHASE_RUNNING);
        ck_assert_uint_eq(s->restart.retries, 0);
        ck_assert_uint_eq(s->restart.count, 1);
        world_end();
}

TEST(a_restart_that_fails_ends_the_session) {
        FakeCall *call;

        (void) begin();
        fake_keepers_mute(KEEPER_RESTART, 1);
        call = ask_for_restart();
        WORLD_UNTIL(keeper()->heard[KEEPER_RESTART]);
        fake_keeper_fail(keeper(), KEEPER_ERROR_NO_KERNEL, "There is no kernel 'python3' any more.");
        ck_assert_ptr_nonnull(strstr(world_refusal(call, ERROR_NO_SUCH_KERNEL), "any more"));
        world_assert_gone("n1");
        ck_assert_uint_eq(
                fake_bus_heard("SessionRemoved n1 /org/computesession1/session/n1 restart-failed"), 1);
        world_end();
}

/* Its keeper is killed with the payload, and the next one has nothing. */
TEST(a_keeper_that_has_nothing_cannot_restart) {
        Session *s = begin();
        FakeCall *call;

        fake_keepers_mute(KEEPER_RESTART, 1);
        call = ask_for_restart();
        WORLD_UNTIL(keeper()->heard[KEEPER_RESTART]);
        keeper()->phase = KEEPER_PHASE_IDLE;
        fake_keeper_hang_up(keeper());
        WORLD_UNTIL(s->keeper.reconnect);
        world_expire(s->keeper.reconnect);
        ck_assert_ptr_nonnull(strstr(world_refusal(call, ERROR_START_FAILED), "lost its payload"));
        world_assert_gone("n1");
        world_end();
}

TEST(who_waits_for_a_restart_hears_of_a_stop) {
        FakeCall *restart, *stop;

        (void) begin();
        fake_keepers_mute(KEEPER_RESTART, 1);
        restart = ask_for_restart();
        WORLD_UNTIL(keeper()->heard[KEEPER_RESTART]);
        stop = world_call_session("n1", "Stop", "");
        (void) world_refusal(restart, ERROR_STOPPED);
        (void) world_answer(stop);
        world_assert_gone("n1");
        world_end();
}

/* Nothing has come of it yet. */
TEST(without_room_for_its_record_a_kernel_goes_on) {
        Session *s = begin();
        FakeCall *call;

        world_fill_runtime_dir(true);
        call = ask_for_restart();
        ck_assert_ptr_nonnull(strstr(world_refusal(call, ERROR_START_FAILED), "The kernel goes on."));
        ck_assert_int_eq(s->phase, PHASE_RUNNING);
        ck_assert_ptr_null(s->deadline);
        ck_assert_uint_eq(keeper()->heard[KEEPER_SHUTDOWN], 0);
        world_fill_runtime_dir(false);
        world_end();
}

/* The new kernel must not run unless that is on record. */
TEST(without_room_for_its_record_a_kernel_waits_at_its_gate) {
        Session *s = begin();
        FakeCall *call;

        fake_bus_hold("StartTransientUnit compute-n1.scope", 1);
        call = ask_for_restart();
        WORLD_UNTIL(
                s->phase == PHASE_RESCOPING && fake_bus_heard("StartTransientUnit compute-n1.scope") == 2);
        world_fill_runtime_dir(true);
        world_release("StartTransientUnit compute-n1.scope");
        WORLD_UNTIL(s->scope.retry);
        ck_assert_int_eq(s->phase, PHASE_RESCOPING);
        world_expire(s->scope.retry);
        world_settle();
        ck_assert_int_eq(s->phase, PHASE_RESCOPING);
        ck_assert_uint_eq(keeper()->heard[KEEPER_OPEN_GATE], 1);
        world_fill_runtime_dir(false);
        world_expire(s->scope.retry);
        (void) world_answer(call);
        ck_assert_int_eq(s->phase, PHASE_RUNNING);
        world_end();
}

TEST(what_has_no_kernel_of_ours_is_not_restarted) {
        world_begin();
        (void) world_start_terminal();
        (void) world_refusal(world_call_session("t1", "Restart", ""), ERROR_NOT_SUPPORTED);
        (void) world_register("/tmp/kernel.json");
        (void) world_refusal(world_call_session("n2", "Restart", ""), ERROR_NOT_SUPPORTED);
        world_end();
}

TEST(what_has_no_keeper_is_not_restarted) {
        Session *s = begin();

        fake_keeper_end(keeper());
        WORLD_UNTIL(!s->keeper.link);
        (void) world_refusal(ask_for_restart(), ERROR_NO_KEEPER);
        world_end();
}

TEST(what_ends_is_not_restarted) {
        Session *s = begin();

        fake_keepers_mute(KEEPER_SHUTDOWN, 1);
        (void) world_call_session("n1", "Stop", "");
        WORLD_UNTIL(s->phase == PHASE_PARTING);
        (void) world_refusal(ask_for_restart(), ERROR_STOPPED);
        world_expire(s->deadline);
        world_assert_gone("n1");
        world_end();
}

TEST_MAIN(crashes_and_ends, only_what_can_be_started_again, crash_loops_are_bounded,
        what_dies_at_its_gate_is_tried_again, what_dies_while_it_is_looked_at_is_none_of_the_keepers_faults,
        a_kernel_that_follows_another_is_the_one_that_was_asked_for,
        kernels_are_asked_if_there_is_somebody_to_ask_them, a_kernel_is_restarted,
        a_kernel_that_does_not_shut_down_is_stopped, crashed_kernels_are_started_again,
        a_payload_that_dies_at_its_gate_is_followed_by_another, a_restart_that_fails_ends_the_session,
        a_keeper_that_has_nothing_cannot_restart, who_waits_for_a_restart_hears_of_a_stop,
        without_room_for_its_record_a_kernel_goes_on, without_room_for_its_record_a_kernel_waits_at_its_gate,
        what_has_no_kernel_of_ours_is_not_restarted, what_has_no_keeper_is_not_restarted,
        what_ends_is_not_restarted);
