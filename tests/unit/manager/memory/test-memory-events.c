/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What follows from what memory.events counts: levels of pressure, and whose end a kill explains. */

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "manager/base/cgroup.h"
#include "manager/base/journal.h"
#include "manager/memory/memory-events.h"
#include "manager/memory/session-memory.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/session/scope-events.h"
#include "manager/session/session-lifetime.h"
#include "tests/unit/loop.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

#define SLICE "compute.slice/compute-1000.slice/"
#define SCOPE SLICE "compute-t1.scope/"
#define NEVER "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n"

static Manager manager;
static char *folder, *journal;

static void put_at(const char *file, const char *text) {
        _cleanup_free_ char *path = scratch_path(folder, file);
        FILE *f;

        if (access(path, F_OK) < 0) {
                free(scratch_file(folder, file, text, 0644));
                return;
        }
        f = fopen(path, "r+e"); /* in one write, as it is being watched */
        ck_assert_ptr_nonnull(f);
        fputs(text, f);
        ck_assert_int_eq(fclose(f), 0);
}

static void put(const char *name, const char *text) {
        _cleanup_free_ char *file = NULL;

        ck_assert_int_gt(asprintf(&file, SCOPE "%s", name), 0);
        put_at(file, text);
}

static Session *begin(bool unified) {
        Session *s;

        folder = scratch_make();
        put("cgroup.events", "populated 1\nfrozen 0\n");
        put("cgroup.procs", "");
        put("memory.events", NEVER);
        put("memory.current", "1000000\n");
        put_at(SLICE "memory.events", NEVER);
        put("memory.stat", "anon 990000\nfile 10000\nshmem 4096\n");
        manager = (Manager){};
        ck_assert_int_ge(sd_event_new(&manager.event), 0);
        journal = scratch_path(folder, "journal");
        ck_assert_int_eq(
                journal_init(&manager.journal, manager.event, journal), 0); /* nobody listens there */
        cgroup_tree_init(&manager.cgroups);
        ck_assert_int_eq(cgroup_tree_open(&manager.cgroups, folder, unified, ""), 0);
        ck_assert_int_eq(session_new(&manager, SESSION_TERMINAL, 1, 1000, true, &s), 0);
        scope_events_start(s);
        return s;
}

static void end(void) {
        session_free_all(&manager.sessions);
        cgroup_tree_done(&manager.cgroups);
        (void) journal_done(&manager.journal);
        free(journal);
        sd_event_unref(manager.event);
        scratch_remove(folder);
}

TEST(parses) {
        MemoryCounts counts;

        ck_assert_int_eq(
                memory_counts_parse("low 0\nhigh 4\nmax 7\noom 5\noom_kill 3\noom_group_kill 1\n", &counts),
                0);
        ck_assert_uint_eq(counts.high, 4);
        ck_assert_uint_eq(counts.max, 7);
        ck_assert_uint_eq(counts.oom, 5);
        ck_assert_uint_eq(counts.oom_kill, 3);
        ck_assert_int_eq(memory_counts_parse("", &counts), -EBADMSG);
        ck_assert_int_eq(memory_counts_parse("low 0\nhigh 4\nmax 7\noom 5\n", &counts), -EBADMSG);
}

TEST(judges) {
        const MemoryCounts before = { .high = 1, .max = 2, .oom = 3, .oom_kill = 4 };
        MemoryCounts now = before;

        ck_assert_int_eq(memory_level_judge(&before, &now, 1000, 0), MEMORY_LEVEL_NONE);
        now.high++;
        ck_assert_int_eq(memory_level_judge(&before, &now, 1000, 0), MEMORY_LEVEL_HIGH);
        ck_assert_int_eq(memory_level_judge(&before, &now, UINT64_MAX, UINT64_MAX), MEMORY_LEVEL_HIGH);
        ck_assert_int_eq(memory_level_judge(&before, &now, 1000, 124), MEMORY_LEVEL_HIGH);
        now.max++;
        ck_assert_int_eq(memory_level_judge(&before, &now, 1000, 0), MEMORY_LEVEL_CRITICAL);
        /* A large file was read: the kernel makes room of it. */
        ck_assert_int_eq(memory_level_judge(&before, &now, 1000, 125), MEMORY_LEVEL_NONE);
        now.oom++;
        ck_assert_int_eq(memory_level_judge(&before, &now, 1000, 1000), MEMORY_LEVEL_CRITICAL);
}

TEST(words) {
        ck_assert_str_eq(memory_level_to_string(MEMORY_LEVEL_UNKNOWN), "");
        ck_assert_str_eq(memory_level_to_string(MEMORY_LEVEL_NONE), "none");
        ck_assert_str_eq(memory_level_to_string(MEMORY_LEVEL_CRITICAL), "critical");
        ck_assert_ptr_null(memory_level_to_string(MEMORY_LEVEL_MAX));
}

TEST(pressure_is_told) {
        Session *s = begin(/* unified = */ true);

        ck_assert_int_eq(s->memory_events.level, MEMORY_LEVEL_NONE);
        ck_assert_ptr_null(s->memory_events.relax); /* nothing wakes a session at ease */
        put("memory.events", "low 0\nhigh 1\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n");
        LOOP_UNTIL(manager.event, s->memory_events.level == MEMORY_LEVEL_HIGH);
        ck_assert(s->changes & CHANGE_MEMORY);
        ck_assert_ptr_nonnull(s->memory_events.relax);
        put("memory.events", "low 0\nhigh 1\nmax 1\noom 0\noom_kill 0\noom_group_kill 0\n");
        LOOP_UNTIL(manager.event, s->memory_events.level == MEMORY_LEVEL_CRITICAL);
        /* Only time makes it better. */
        put("memory.events", "low 0\nhigh 2\nmax 1\noom 0\noom_kill 0\noom_group_kill 0\n");
        LOOP_UNTIL(manager.event, s->memory_events.counts.high == 2);
        ck_assert_int_eq(s->memory_events.level, MEMORY_LEVEL_CRITICAL);
        end();
}

static SessionResult killed(Session *s) {
        s->end.exit_code = CLD_KILLED;
        s->end.exit_status = SIGKILL;
        return session_leader_result(s);
}

TEST(kills_explain_the_end_of_the_leader) {
        Session *s = begin(/* unified = */ true);

        ck_assert_uint_eq(memory_events_kills(s), 0);
        ck_assert_int_eq(killed(s), RESULT_SIGNAL);
        put("memory.events", "low 0\nhigh 0\nmax 3\noom 1\noom_kill 1\noom_group_kill 0\n");
        ck_assert_int_eq(memory_events_update(s), 0);
        ck_assert_uint_eq(memory_events_kills(s), 1);
        ck_assert(s->changes & CHANGE_OOM);
        ck_assert_uint_gt(s->memory_events.last_kill, 0);
        ck_assert_int_eq(killed(s), RESULT_OOM_KILLED);
        /* The cgroup is gone by now, and what was counted is still known. */
        s->end.oom_kills = UINT64_MAX;
        ck_assert_int_eq(killed(s), RESULT_OOM_KILLED);
        end();
}

/* Somebody's SIGKILL is no want of memory, because a worker was killed for that yesterday. */
TEST(kills_of_others_do_not) {
        Session *s = begin(/* unified = */ true);
        char pids[32];

        s->leader.pid = 1;
        ck_assert_int_eq(prctl(PR_SET_NAME, "a worker"), 0);
        snprintf(pids, sizeof(pids), "%i\n", (int) getpid());
        put("cgroup.procs", pids);
        put("memory.events", "low 0\nhigh 0\nmax 3\noom 0\noom_kill 0\noom_group_kill 0\n");
        ck_assert_int_eq(memory_events_update(s), 0); /* looks at who is there */
        put("cgroup.procs", "         \n");
        put("memory.events", "low 0\nhigh 0\nmax 4\noom 1\noom_kill 1\noom_group_kill 0\n");
        ck_assert_int_eq(memory_events_update(s), 0);
        ck_assert_uint_eq(s->memory_events.last_pid, (uint32_t) getpid());
        ck_assert_str_eq(s->memory_events.last_command, "a worker");
        ck_assert_int_eq(killed(s), RESULT_SIGNAL);
        end();
}

/* What another manager counted was not of the leader, which lives. A scope that takes its place counts
 * anew. */
TEST(counts_go_on) {
        Session *s = begin(/* unified = */ true);

        put("memory.events", "low 0\nhigh 0\nmax 3\noom 2\noom_kill 2\noom_group_kill 0\n");
        scope_events_start(s);
        ck_assert_uint_eq(memory_events_kills(s), 2);
        ck_assert_int_eq(killed(s), RESULT_SIGNAL);
        put("memory.events", NEVER);
        scope_events_start(s);
        ck_assert_uint_eq(memory_events_kills(s), 2);
        put("memory.events", "low 0\nhigh 0\nmax 3\noom 1\noom_kill 1\noom_group_kill 0\n");
        ck_assert_int_eq(memory_events_update(s), 0);
        ck_assert_uint_eq(memory_events_kills(s), 3);
        ck_assert_int_eq(killed(s), RESULT_OOM_KILLED);
        end();
}

static void take_cgroup_away(void) {
        _cleanup_free_ char *path = scratch_path(folder, SCOPE "memory.events");

        ck_assert_int_eq(unlink(path), 0);
}

/* systemd was faster than we: then only the slice knows. */
TEST(kills_of_a_cgroup_that_is_gone) {
        Session *s = begin(/* unified = */ true);

        take_cgroup_away();
        put_at(SLICE "memory.events", "low 0\nhigh 0\nmax 3\noom 1\noom_kill 1\noom_group_kill 0\n");
        ck_assert_int_lt(memory_events_update(s), 0);
        ck_assert_uint_eq(memory_events_kills(s), 1);
        ck_assert_int_eq(killed(s), RESULT_OOM_KILLED);
        ck_assert_int_lt(memory_events_update(s), 0);
        ck_assert_uint_eq(memory_events_kills(s), 1);
        end();
}

/* It was over a limit, and then killed by somebody. */
TEST(a_cgroup_that_is_gone_is_no_kill) {
        Session *s = begin(/* unified = */ true);

        put_at(SLICE "memory.events", "low 0\nhigh 0\nmax 3\noom 0\noom_kill 0\noom_group_kill 0\n");
        put("memory.events", "low 0\nhigh 0\nmax 3\noom 0\noom_kill 0\noom_group_kill 0\n");
        take_cgroup_away();
        LOOP_UNTIL(manager.event, sd_event_run(manager.event, 0) == 0);
        ck_assert_int_lt(memory_events_update(s), 0);
        ck_assert_int_eq(killed(s), RESULT_SIGNAL);
        end();
}

/* What the slice has counted of another session, this one does not take for its own, whoever is heard of
 * first. */
TEST(kills_of_another_session_are_not_taken) {
        Session *gone = begin(/* unified = */ true), *other;

        ck_assert_int_eq(session_new(&manager, SESSION_TERMINAL, 2, 1000, true, &other), 0);
        put_at(SLICE "compute-t2.scope/memory.events", NEVER);
        scope_events_start(other);
        put_at(SLICE "compute-t2.scope/memory.events",
                "low 0\nhigh 0\nmax 3\noom 1\noom_kill 1\noom_group_kill 0\n");
        put_at(SLICE "memory.events", "low 0\nhigh 0\nmax 3\noom 1\noom_kill 1\noom_group_kill 0\n");
        take_cgroup_away();
        ck_assert_int_lt(memory_events_update(gone), 0);
        ck_assert_int_eq(killed(gone), RESULT_SIGNAL);
        ck_assert_uint_eq(memory_events_kills(other), 1);
        ck_assert_int_eq(killed(other), RESULT_OOM_KILLED);
        end();
}

static Session *begin_another(void) {
        Session *s;

        ck_assert_int_eq(session_new(&manager, SESSION_TERMINAL, 2, 1000, true, &s), 0);
        put_at(SLICE "compute-t2.scope/memory.events", NEVER);
        scope_events_start(s);
        s->leader.pid = 1;
        return s;
}

static void take_another_away(void) {
        _cleanup_free_ char *path = scratch_path(folder, SLICE "compute-t2.scope/memory.events");

        ck_assert_int_eq(unlink(path), 0);
}

static void count_in_slice(unsigned n) {
        char text[128];

        snprintf(text, sizeof(text), "low 0\nhigh 0\nmax 3\noom 1\noom_kill %u\noom_group_kill 0\n", n);
        put_at(SLICE "memory.events", text);
}

/* A keeper was killed for want of memory, and much later a session by somebody, faster than we read its
 * cgroup. */
TEST(kills_of_keepers_are_no_sessions) {
        Session *s = begin(/* unified = */ true), *other = begin_another();

        count_in_slice(1);
        memory_events_set_aside(s);
        take_cgroup_away();
        ck_assert_int_lt(memory_events_update(s), 0);
        ck_assert_int_eq(killed(s), RESULT_SIGNAL);
        ck_assert_uint_eq(memory_events_kills(s), 0);
        s->leader.ended = true;
        count_in_slice(2);
        take_another_away();
        ck_assert_int_lt(memory_events_update(other), 0);
        ck_assert_int_eq(killed(other), RESULT_OOM_KILLED);
        end();
}

/* The keeper's end is heard of before that of the leader. */
TEST(kills_of_sessions_are_no_keepers) {
        Session *s = begin(/* unified = */ true), *other = begin_another();

        count_in_slice(1);
        take_another_away();
        memory_events_set_aside(s);
        memory_events_set_aside(other);
        ck_assert_int_lt(memory_events_update(other), 0);
        ck_assert_int_eq(killed(other), RESULT_OOM_KILLED);
        end();
}

TEST(sessions_that_were_killed_together_are_all_told) {
        Session *s = begin(/* unified = */ true), *other = begin_another();

        s->leader.pid = 1;
        count_in_slice(2);
        take_cgroup_away();
        take_another_away();
        ck_assert_int_lt(memory_events_update(s), 0);
        ck_assert_int_eq(killed(s), RESULT_OOM_KILLED);
        ck_assert_int_lt(memory_events_update(other), 0);
        ck_assert_int_eq(killed(other), RESULT_OOM_KILLED);
        end();
}

/* With the leader, its workers were killed, of which nobody knows any more. */
TEST(kills_of_who_is_gone_are_not_of_who_is_left) {
        Session *s = begin(/* unified = */ true), *other = begin_another();

        s->leader.pid = 1;
        count_in_slice(3);
        take_cgroup_away();
        ck_assert_int_lt(memory_events_update(s), 0);
        ck_assert_int_eq(killed(s), RESULT_OOM_KILLED);
        s->leader.ended = true;
        take_another_away();
        ck_assert_int_lt(memory_events_update(other), 0);
        ck_assert_int_eq(killed(other), RESULT_SIGNAL);
        end();
}

TEST(without_cgroup_v2_the_level_is_unknown) {
        Session *s = begin(/* unified = */ false);

        ck_assert_int_eq(s->memory_events.level, MEMORY_LEVEL_UNKNOWN);
        ck_assert_uint_eq(memory_events_kills(s), UINT64_MAX);
        ck_assert_ptr_null(s->memory_events.events);
        end();
}

TEST_MAIN(parses, judges, words, pressure_is_told, kills_explain_the_end_of_the_leader,
        kills_of_others_do_not, counts_go_on, kills_of_a_cgroup_that_is_gone,
        a_cgroup_that_is_gone_is_no_kill, kills_of_another_session_are_not_taken,
        kills_of_keepers_are_no_sessions, kills_of_sessions_are_no_keepers,
        sessions_that_were_killed_together_are_all_told, kills_of_who_is_gone_are_not_of_who_is_left,
        without_cgroup_v2_the_level_is_unknown);
