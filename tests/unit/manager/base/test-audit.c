/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Entries of the audit log: who, what and why is in each of them, for people and for programs. */

#include <signal.h>
#include <stdarg.h>

#include "manager/base/audit.h"
#include "manager/base/cgroup.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

/* A whole line of an entry. */
static void __attribute__((format(printf, 1, 2))) assert_logged(const char *format, ...) {
        _cleanup_free_ char *line = NULL;
        va_list arguments;

        va_start(arguments, format);
        ck_assert_int_ge(vasprintf(&line, format, arguments), 0);
        va_end(arguments);
        WORLD_UNTIL(world_has_logged(line));
}

static Session *begin(void) {
        world_begin();
        return world_start_notebook("/tmp/a.ipynb");
}

TEST(every_entry_names_its_session) {
        Session *s = begin();

        assert_logged("PRIORITY=6\n");
        assert_logged("SYSLOG_IDENTIFIER=compute-sessiond\n");
        assert_logged("SESSION_ID=n1\nSESSION_TYPE=notebook\nSESSION_NAME=a.ipynb\nUSER_ID=%u\n", s->uid);
        assert_logged("UNIT=compute-n1.scope\nKEEPER_UNIT=compute-keeper-n1.service\nLEADER=%d\n",
                (int) s->leader.pid);
        assert_logged("NOTEBOOK=/tmp/a.ipynb\n");
        assert_logged("MESSAGE=Session n1 (Notebook a.ipynb (python3)) of user %u started.\n", s->uid);
        world_end();
}

TEST(ends) {
        Session *s = begin();

        s->restart.count = 3;
        s->end.exit_code = CLD_KILLED;
        s->end.exit_status = SIGSEGV;
        s->end.result = RESULT_SIGNAL;
        s->end.cpu_usage_nsec = 5;
        s->end.memory_limit = 6;
        s->end.memory_peak = 7;
        audit_session_ended(s, "su (10) in session-c2.scope");
        assert_logged(
                "RESULT=signal\nEXIT_CODE=killed\nEXIT_STATUS=11\nRESTARTS=3\nMEMORY_LIMIT=6\nMEMORY_PEAK=7\n"
                "CPU_USAGE_NSEC=5\n");
        assert_logged("OUTSIDE=su (10) in session-c2.scope\n");
        assert_logged(
                "MESSAGE=Session n1 (a.ipynb) of user %u ended: signal, signal 11 (SEGV), after ", s->uid);
        assert_logged(" Left alone: su (10) in session-c2.scope.\n");
        s->end.exit_code = CLD_EXITED;
        s->end.exit_status = 3;
        s->end.result = RESULT_EXIT_CODE;
        audit_session_ended(s, "");
        assert_logged("RESULT=exit-code\nEXIT_CODE=exited\nEXIT_STATUS=3\n");
        assert_logged("ended: exit-code, exit status 3, after ");
        world_end();
}

TEST(kills_for_want_of_memory) {
        Session *s = begin();

        audit_oom_killed(s, 2);
        assert_logged(
                "OOM_KILLS=2\nMESSAGE=For want of memory, the kernel killed 2 processes of session n1 (a.ipynb)");
        s->memory_events.last_pid = 77;
        audit_oom_killed(s, 1);
        assert_logged(
                "OOM_PID=77\nMESSAGE=For want of memory, the kernel killed a process (77) of session n1");
        strcpy(s->memory_events.last_command, "python3");
        s->memory_events.oomd_killed = true;
        audit_oom_killed(s, 2);
        assert_logged(
                "OOM_PID=77\nOOM_COMMAND=python3\n"
                "MESSAGE=For want of memory, systemd-oomd killed python3 (77) and others of session n1");
        audit_memory_pressure(s, "critical");
        assert_logged(
                "LEVEL=critical\nMESSAGE=Session n1 (a.ipynb) of user %u is short of memory: pressure is critical.\n",
                s->uid);
        world_end();
}

TEST(requests) {
        Session *s = begin();
        const Owned ended = { .id = "t9", .uid = 1001 };
        const Actor five = { .uid = 5, .login = NO_LOGIN };
        const Actor root = { .uid = 0, .login = 5 };
        Limits limits;

        audit_stop_requested(s, five, "Stop");
        assert_logged(
                "ACTOR_UID=5\nMETHOD=Stop\nMESSAGE=User 5 asked to end session n1 (a.ipynb) of user %u.\n",
                s->uid);
        audit_request_refused(world_manager, NULL, five, "a.b", "C");
        assert_logged("ACTOR_UID=5\nMETHOD=a.b.C\nMESSAGE=User 5 was refused C.\n");
        audit_request_refused(world_manager, s, root, "a.b", "C");
        assert_logged("ACTOR_UID=0\nACTOR_LOGIN_UID=5\nMETHOD=a.b.C\n"
                      "MESSAGE=User 0 (logged in as 5) was refused C on session n1.\n");
        audit_request_authorized(world_manager, NULL, ended, five, "a.b", "C", "do.it");
        assert_logged("SESSION_ID=t9\nUSER_ID=1001\nACTOR_UID=5\nMETHOD=a.b.C\nACTION=do.it\n"
                      "MESSAGE=User 5 was let by polkit (do.it) call C on session t9 of user 1001.\n");
        audit_frozen(s, true, five, "Freeze");
        assert_logged(
                "ACTOR_UID=5\nMETHOD=Freeze\nMESSAGE=Session n1 (a.ipynb) of user %u was frozen by user 5.\n",
                s->uid);
        audit_frozen(s, false, (Actor){}, NULL);
        assert_logged("MESSAGE=Session n1 (a.ipynb) of user %u was thawed by systemd.\n", s->uid);
        limits_init(&limits);
        limits_set(&limits, LIMIT_MEMORY_MAX, UINT64_C(1) << 30);
        audit_limits_changed(s, five, &limits);
        assert_logged("ACTOR_UID=5\nMETHOD=SetLimits\nLIMITS=MemoryMax=1G\n");
        world_end();
}

TEST_MAIN(every_entry_names_its_session, ends, kills_for_want_of_memory, requests);
