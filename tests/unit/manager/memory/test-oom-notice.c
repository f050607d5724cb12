/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a SIGKILL was about, by what an eventfd of the kernel counted, before and after the cgroup was
 * gone. */

#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "manager/base/cgroup.h"
#include "manager/memory/memory-events.h"
#include "manager/memory/oom-notice.h"
#include "manager/memory/session-memory.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/session/session-leader.h"
#include "manager/session/session-lifetime.h"
#include "tests/unit/loop.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

#define SCOPE "memory/compute.slice/compute-1000.slice/compute-t1.scope"

static Manager manager;
static char *folder;
static pid_t leader;

static void put(const char *name, const char *text) {
        _cleanup_free_ char *path = NULL;
        char file[200];

        snprintf(file, sizeof(file), SCOPE "/%s", name);
        path = scratch_path(folder, file);
        (void) unlink(path);
        free(scratch_file(folder, file, text, 0644));
}

static void remove_cgroup(void) {
        scratch_remove(scratch_path(folder, SCOPE));
}

static Session *begin(void) {
        Session *s;

        folder = scratch_make();
        put("cgroup.event_control", "");
        put("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n");
        put("memory.limit_in_bytes", "1000000\n");
        put("memory.max_usage_in_bytes", "900000\n");
        manager = (Manager){};
        ck_assert_int_ge(sd_event_new(&manager.event), 0);
        cgroup_tree_init(&manager.cgroups);
        ck_assert_int_eq(cgroup_tree_open(&manager.cgroups, folder, /* unified = */ false, ""), 0);
        ck_assert_int_eq(session_new(&manager, SESSION_TERMINAL, 1, 1000, true, &s), 0);
        leader = fork();
        if (leader == 0)
                for (;;)
                        pause();
        s->leader.fd = (int) syscall(SYS_pidfd_open, leader, 0);
        ck_assert_int_ge(s->leader.fd, 0);
        memory_events_start(s);
        ck_assert_ptr_nonnull(s->memory_events.notice.source);
        return s;
}

static void end(void) {
        (void) kill(leader, SIGKILL);
        (void) waitpid(leader, NULL, 0);
        session_free_all(&manager.sessions);
        cgroup_tree_done(&manager.cgroups);
        sd_event_unref(manager.event);
        scratch_remove(folder);
}

/* The kernel says it so often. */
static void tell(Session *s, uint64_t times) {
        ck_assert_int_eq(eventfd_write(sd_event_source_get_io_fd(s->memory_events.notice.source), times), 0);
}

/* It is killed, not reaped. */
static void kill_leader(Session *s) {
        siginfo_t info;

        ck_assert_int_eq(kill(leader, SIGKILL), 0);
        ck_assert_int_eq(waitid(P_PID, (id_t) leader, &info, WEXITED | WNOWAIT), 0);
        s->end.exit_code = CLD_KILLED;
        s->end.exit_status = SIGKILL;
}

static SessionResult result(Session *s) {
        (void) memory_events_update(s);
        session_read_last_memory(s);
        return session_leader_result(s);
}

TEST(verdicts) {
        static const struct {
                uint64_t before, after;
                OomVerdict verdict;
        } cases[] = {
                { 0, 0, OOM_NO },
                { 0, 1, OOM_UNSURE },
                { 0, 2, OOM_YES },
                { 1, 0, OOM_YES },
                { 1, 1, OOM_YES },
                { 7, 3, OOM_YES },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                OomNotice n = {};

                oom_notice_count(&n, cases[i].before, /* is_there = */ true);
                oom_notice_count(&n, cases[i].after, /* is_there = */ false);
                ck_assert_int_eq(oom_notice_verdict(&n), cases[i].verdict);
        }
}

TEST(kernel_is_asked) {
        Session *s = begin();
        char text[32] = "", *path = scratch_path(folder, SCOPE "/cgroup.event_control");
        int fd = -1, control = -1;
        FILE *f = fopen(path, "re");

        ck_assert_ptr_nonnull(f);
        ck_assert_uint_gt(fread(text, 1, sizeof(text) - 1, f), 0);
        ck_assert_int_eq(sscanf(text, "%d %d", &fd, &control), 2);
        ck_assert_int_eq(fd, sd_event_source_get_io_fd(s->memory_events.notice.source));
        ck_assert_int_ne(fd, control);
        ck_assert_int_eq(fclose(f), 0);
        free(path);
        end();
}

TEST(told_and_then_the_cgroup_goes) {
        Session *s = begin();

        tell(s, 1);
        LOOP_UNTIL(manager.event, s->memory_events.notice.check);
        remove_cgroup();
        kill_leader(s);
        ck_assert_int_eq(result(s), RESULT_OOM_KILLED);
        /* As it was read before it went. */
        ck_assert_uint_eq(s->end.memory_peak, 900000);
        ck_assert_uint_eq(s->end.memory_limit, 1000000);
        end();
}

/* Nothing was told while it was there: what is told now may be that it was removed. */
TEST(cgroup_goes_before_we_look) {
        Session *s = begin();

        remove_cgroup();
        kill_leader(s);
        ck_assert_int_eq(result(s), RESULT_SIGNAL);
        s->phase = PHASE_RUNNING;
        ck_assert(!oom_notice_await(s, CLD_KILLED, SIGKILL, session_on_ended));
        tell(s, 1);
        ck_assert(!oom_notice_await(s, CLD_KILLED, SIGTERM, session_on_ended));
        ck_assert(!oom_notice_await(s, CLD_EXITED, 9, session_on_ended));
        ck_assert(oom_notice_await(s, CLD_KILLED, SIGKILL, session_on_ended));
        ck_assert_int_eq(result(s), RESULT_SIGNAL);
        tell(s, 1);
        ck_assert(!oom_notice_await(s, CLD_KILLED, SIGKILL, session_on_ended));
        ck_assert_int_eq(result(s), RESULT_OOM_KILLED);
        ck_assert_uint_eq(s->end.memory_peak, UINT64_MAX); /* nobody knows */
        end();
}

/* Somebody else below the same limit was killed, or another process of the session; later, somebody kills
 * the leader. */
TEST(told_of_others) {
        Session *s = begin();

        tell(s, 3);
        LOOP_UNTIL(manager.event, s->memory_events.notice.fresh);
        put("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
        LOOP_UNTIL(manager.event, !s->memory_events.notice.fresh);
        ck_assert_uint_eq(memory_events_kills(s), 1);
        kill_leader(s);
        ck_assert_int_eq(result(s), RESULT_SIGNAL);
        remove_cgroup();
        ck_assert_int_eq(result(s), RESULT_SIGNAL);
        end();
}

/* The cgroup is there when the leader is dead: then its counters say it. */
TEST(counters_come_first) {
        Session *s = begin();

        tell(s, 1);
        kill_leader(s);
        ck_assert_int_eq(result(s), RESULT_SIGNAL);
        put("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
        ck_assert_int_eq(result(s), RESULT_OOM_KILLED);
        end();
}

TEST(nothing_is_told_without_the_file) {
        Session *s = begin();

        remove_cgroup();
        ck_assert_int_eq(oom_notice_start(s), -ENOENT);
        ck_assert_ptr_null(s->memory_events.notice.source);
        ck_assert(!oom_notice_await(s, CLD_KILLED, SIGKILL, session_on_ended));
        end();
}

TEST_MAIN(verdicts, kernel_is_asked, told_and_then_the_cgroup_goes, cgroup_goes_before_we_look,
        told_of_others, counters_come_first, nothing_is_told_without_the_file);
