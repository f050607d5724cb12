/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which ends of kernels are followed by another start, and how often; how kernels are asked to end. */

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <systemd/sd-login.h>
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
#include "tests/unit/front-door.h"
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

static pid_t payload; /* ends as soon as it is asked which unit it is in */

static pid_t start_payload(void) {
        pid_t pid = fork();

        ck_assert_int_ge(pid, 0);
        if (pid == 0)
                for (;;)
                        pause();
        return pid;
}

static void end_payload(void) {
        ck_assert_int_eq(kill(payload, SIGKILL), 0);
        ck_assert_int_eq(waitpid(payload, NULL, 0), payload);
        payload = 0;
}

/* In front of the library's, which is asked then. */
int sd_pid_get_unit(pid_t pid, char **ret) {
        int (*library)(pid_t, char **) = (int (*)(pid_t, char **)) dlsym(RTLD_NEXT, "sd_pid_get_unit");

        ck_assert_ptr_nonnull(library);
        if (payload > 0)
                end_payload();
        return library(pid, ret);
}

/* Who is at the gate and is no payload of the keeper's is nobody to go on with; who has ended is followed by another. */
TEST(what_dies_while_it_is_looked_at_is_none_of_the_keepers_faults) {
        Session *s = make(0, -1);
        pid_t other = start_payload();

        s->uid = getuid();
        s->phase = PHASE_REFORKING;
        ck_assert_int_lt(session_find_payload(s, other), 0);
        ck_assert_int_eq(kill(other, SIGKILL), 0);
        ck_assert_int_eq(waitpid(other, NULL, 0), other);

        payload = start_payload();
        ck_assert_int_eq(session_find_payload(s, payload), 0);
        ck_assert_int_eq(payload, 0);
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

/* An earlier manager may have seen a kernel run, but not the one that follows it: who waited has got what was asked for. */
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

TEST_MAIN(crashes_and_ends, only_what_can_be_started_again, crash_loops_are_bounded,
        what_dies_at_its_gate_is_tried_again, what_dies_while_it_is_looked_at_is_none_of_the_keepers_faults,
        a_kernel_that_follows_another_is_the_one_that_was_asked_for,
        kernels_are_asked_if_there_is_somebody_to_ask_them);
