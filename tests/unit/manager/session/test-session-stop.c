/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How sessions are asked to end, and which signals reach whom. */

#include <signal.h>
#include <unistd.h>

#include "manager/access/charges.h"
#include "manager/model/session-state.h"
#include "manager/model/waiters.h"
#include "manager/session/session-stop.h"
#include "shared/message-ids.h"
#include "shared/process.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

#define SCOPE "compute-t1.scope"

static FakeCall *signal_session(const char *whom, int signal) {
        return world_call_session("t1", "Kill", "si", whom, signal);
}

TEST(a_notebook_is_shut_down) {
        FakeCall *call;

        world_begin();
        (void) world_start_notebook("/tmp/a.ipynb");
        call = world_call_manager("StopSession", "s", "n1");
        WORLD_UNTIL(fake_keeper_get("n1")->heard[KEEPER_SHUTDOWN]);
        ck_assert_uint_eq(fake_keeper_get("n1")->flags, 0);
        (void) world_answer(call);
        world_assert_gone("n1");
        ck_assert_uint_eq(fake_bus_heard("SessionRemoved n1 /org/computesession1/session/n1 stopped"), 1);
        ck_assert(world_has_logged(MESSAGE_STOP_REQUESTED));
        world_end();
}

/* Its keeper says no, says nothing, or is gone. */
TEST(a_notebook_that_cannot_be_shut_down_is_stopped) {
        for (int way = 0; way < 3; way++) {
                FakeCall *call;
                FakeKeeper *k;
                Session *s;

                world_begin();
                s = world_start_notebook("/tmp/a.ipynb");
                k = fake_keeper_get("n1");
                fake_keepers_mute(KEEPER_SHUTDOWN, 1);
                call = world_call_session("n1", "Stop", "");
                WORLD_UNTIL(k->heard[KEEPER_SHUTDOWN]);
                ck_assert_int_eq(s->phase, PHASE_PARTING);
                if (way == 0)
                        fake_keeper_refuse(k, KEEPER_SHUTDOWN, KEEPER_ERROR_FAILED, "No.");
                else if (way == 1)
                        world_expire(s->deadline);
                else {
                        fake_keeper_end(k);
                        WORLD_UNTIL(s->keeper.reconnect);
                        world_expire(s->keeper.reconnect);
                        world_end_leader("n1");
                }
                (void) world_answer(call);
                ck_assert_uint_eq(fake_bus_heard("StopUnit compute-n1.scope"), 1);
                world_end();
        }
}

TEST(all_who_ask_are_answered) {
        FakeCall *calls[3];
        Session *s;

        world_begin();
        s = world_start_terminal();
        fake_systemd_set_job(SCOPE, NULL);
        for (size_t i = 0; i < ELEMENTSOF(calls); i++)
                calls[i] = world_call_session("t1", "Stop", "");
        WORLD_UNTIL(s->waiters.stop.n == 3);
        fake_systemd_end_job(SCOPE, "done");
        for (size_t i = 0; i < ELEMENTSOF(calls); i++)
                (void) world_answer(calls[i]);
        world_assert_gone("t1");
        ck_assert_uint_eq(fake_bus_heard("StopUnit " SCOPE), 1);
        world_end();
}

TEST(so_many_are_answered) {
        FakeCall *calls[WAITERS_MAX + 1];
        Session *s;

        world_begin();
        s = world_start_terminal();
        fake_systemd_set_job(SCOPE, NULL);
        for (size_t i = 0; i < ELEMENTSOF(calls); i++)
                calls[i] = world_call_session("t1", "Stop", "");
        (void) world_refusal(calls[WAITERS_MAX], ERROR_LIMIT_REACHED);
        ck_assert_uint_eq(s->waiters.stop.n, WAITERS_MAX);
        world_end();
}

/* Signals */

TEST(the_leader_gets_a_signal) {
        world_begin();
        (void) world_start_terminal();
        (void) world_answer(signal_session("leader", SIGKILL));
        world_assert_gone("t1");
        ck_assert_uint_eq(fake_bus_heard("SessionRemoved t1 /org/computesession1/session/t1 signal"), 1);
        ck_assert_uint_eq(fake_bus_heard("KillUnit"), 0);
        world_end();
}

TEST(all_get_a_signal_of_systemd) {
        world_begin();
        (void) world_start_terminal();
        (void) world_answer(signal_session("all", SIGCONT));
        ck_assert_uint_eq(fake_bus_heard("KillUnit " SCOPE " all 18"), 1);
        (void) world_answer(world_call_manager("KillSession", "ssi", "t1", "all", SIGCONT));
        ck_assert_uint_eq(fake_bus_heard("KillUnit " SCOPE " all 18"), 2);
        world_end();
}

TEST(signals_that_cannot_be_sent) {
        Session *s;

        world_begin();
        s = world_start_terminal();
        (void) world_refusal(signal_session("everybody", SIGHUP), ERROR_INVALID_ARGUMENT);
        (void) world_refusal(signal_session("leader", 0), ERROR_INVALID_ARGUMENT);
        (void) world_refusal(signal_session("leader", SIGRTMAX + 1), ERROR_INVALID_ARGUMENT);
        fake_bus_refuse("KillUnit", 1, SD_BUS_ERROR_ACCESS_DENIED, "Not today.");
        ck_assert_ptr_nonnull(
                strstr(world_refusal(signal_session("all", SIGHUP), ERROR_STOPPED), "Not today."));
        fake_systemd_unit(SCOPE)->name[0] = 0;
        (void) world_refusal(signal_session("all", SIGHUP), ERROR_NO_SUCH_SESSION);
        s->leader.fd = safe_close(s->leader.fd);
        s->leader.event = sd_event_source_disable_unref(s->leader.event);
        (void) world_refusal(signal_session("leader", SIGHUP), ERROR_NO_SUCH_PROCESS);
        world_end();
}

/* systemd may have been away when it was asked, and may have sent it. */
TEST(a_signal_is_not_sent_twice) {
        world_begin();
        (void) world_start_terminal();
        fake_bus_refuse("KillUnit", 1, SD_BUS_ERROR_NO_REPLY, "It left.");
        (void) world_refusal(signal_session("all", SIGHUP), ERROR_STOPPED);
        ck_assert_uint_eq(fake_bus_heard("KillUnit"), 1);
        world_end();
}

TEST(who_asks_too_often_is_told_so) {
        Charge charges[256] = {};
        size_t n = 0;

        world_begin();
        (void) world_start_terminal();
        while (n < ELEMENTSOF(charges) &&
                charge_take(&charges[n], &world_manager->charges, world_uid(), CHARGE_SYSTEMD, 0) >= 0)
                n++;
        (void) world_refusal(signal_session("all", SIGHUP), ERROR_LIMIT_REACHED);
        while (n > 0)
                charge_release(&charges[--n]);
        world_end();
}

/* What is somebody else's by now (sudo) only root may signal; the others in the scope get it one by one. */
TEST(what_runs_as_another_gets_no_signal) {
        Session *s;
        uid_t uid;

        world_begin_system();
        s = world_start_terminal();
        uid = s->uid;
        s->uid = uid + 1;
        fake_bus_set_caller(":1.40", uid + 1, getpid());
        ck_assert_ptr_nonnull(
                strstr(world_refusal(fake_bus_call(":1.40", "/org/computesession1/session/t1",
                                             SESSION_INTERFACE, "Kill", "si", "leader", SIGKILL),
                               SD_BUS_ERROR_ACCESS_DENIED),
                        "runs as another user"));
        ck_assert_int_eq(process_has_ended(s->leader.fd), 0);
        s->uid = uid;
        world_end();
}

TEST_MAIN(a_notebook_is_shut_down, a_notebook_that_cannot_be_shut_down_is_stopped, all_who_ask_are_answered,
        so_many_are_answered, the_leader_gets_a_signal, all_get_a_signal_of_systemd,
        signals_that_cannot_be_sent, a_signal_is_not_sent_twice, who_asks_too_often_is_told_so,
        what_runs_as_another_gets_no_signal);
