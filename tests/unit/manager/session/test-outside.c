/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which processes belong to a session although they are not in its scope. */

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "manager/base/cgroup.h"
#include "manager/session/outside.h"
#include "shared/process.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

#define OURS 7
#define TTY  34816

static bool is_outside(ProcessFacts p, const OutsideRule *rule) {
        outside_decide(&p, 1, rule);
        return p.is_outside;
}

TEST(audit_session_decides_alone) {
        const OutsideRule rule = { .audit_session = OURS, .leader = 10, .tty = TTY };

        ck_assert(is_outside((ProcessFacts){ .pid = 20, .audit_session = OURS }, &rule));
        ck_assert(!is_outside((ProcessFacts){ .pid = 20, .audit_session = OURS, .in_scope = true }, &rule));
        ck_assert(!is_outside((ProcessFacts){ .pid = 20, .audit_session = OURS, .in_keeper = true }, &rule));
        ck_assert(!is_outside((ProcessFacts){ .pid = 20, .audit_session = OURS + 1 }, &rule));
        ck_assert(!is_outside((ProcessFacts){ .pid = 20, .audit_session = AUDIT_SESSION_UNSET }, &rule));
        /* A login inside (ssh to oneself, say) has an audit session of its own, whatever its parents are. */
        ck_assert(!is_outside(
                (ProcessFacts){ .pid = 20, .audit_session = 8, .parent = 10, .tty = TTY, .says_so = true },
                &rule));
}

TEST(unset_never_matches) {
        const OutsideRule rule = { .audit_session = AUDIT_SESSION_UNSET };

        ck_assert(!is_outside((ProcessFacts){ .pid = 20, .audit_session = AUDIT_SESSION_UNSET }, &rule));
}

TEST(without_audit_the_others_decide) {
        const OutsideRule rule = { .audit_session = AUDIT_SESSION_UNSET, .leader = 10, .tty = TTY };
        ProcessFacts none = { .pid = 20, .parent = 1, .audit_session = AUDIT_SESSION_UNSET }, p;

        ck_assert(!is_outside(none, &rule));
        p = none, p.tty = TTY;
        ck_assert(is_outside(p, &rule));
        p = none, p.tty = TTY + 1;
        ck_assert(!is_outside(p, &rule));
        p = none, p.says_so = true;
        ck_assert(is_outside(p, &rule));
        p = none, p.says_so = true, p.in_scope = true;
        ck_assert(!is_outside(p, &rule));
        p = none, p.says_so = true, p.in_keeper = true;
        ck_assert(!is_outside(p, &rule));
}

/* Nobody's terminal is no terminal in common. */
TEST(no_terminal_matches_none) {
        const OutsideRule rule = { .audit_session = AUDIT_SESSION_UNSET, .leader = 10 };

        ck_assert(!is_outside(
                (ProcessFacts){ .pid = 20, .parent = 1, .audit_session = AUDIT_SESSION_UNSET }, &rule));
}

TEST(descent_is_followed) {
        const OutsideRule rule = { .audit_session = AUDIT_SESSION_UNSET, .leader = 10 };
        ProcessFacts facts[] = {
                { .pid = 1 },
                { .pid = 2, .parent = 1 },
                { .pid = 10, .parent = 2 }, /* the leader, which left */
                { .pid = 11, .parent = 10 },
                { .pid = 12, .parent = 11 },
                { .pid = 20, .parent = 2, .in_scope = true },
                { .pid = 21, .parent = 20 }, /* of what is still inside */
                { .pid = 30, .parent = 99 }, /* whose parent was not seen */
                { .pid = 40, .parent = 41 }, /* a circle, as of two moments */
                { .pid = 41, .parent = 40 },
        };
        static const bool expected[] = { false, false, true, true, true, false, true, false, false, false };

        outside_decide(facts, ELEMENTSOF(facts), &rule);
        for (size_t i = 0; i < ELEMENTSOF(facts); i++)
                ck_assert_msg(facts[i].is_outside == expected[i], "process %i", (int) facts[i].pid);
}

TEST(without_a_leader_nothing_descends) {
        const OutsideRule rule = { .audit_session = AUDIT_SESSION_UNSET };
        ProcessFacts facts[] = { { .pid = 1 }, { .pid = 2, .parent = 1 } };

        outside_decide(facts, ELEMENTSOF(facts), &rule);
        ck_assert(!facts[0].is_outside && !facts[1].is_outside);
}

TEST(described_by_unit) {
        OutsideProcess items[] = {
                { .pid = 10, .command = "su", .unit = "session-c2.scope" },
                { .pid = 11, .command = "bash", .unit = "session-c2.scope" },
                { .pid = 12, .command = "cat" },
        };
        OutsideList list = { .items = items, .n = ELEMENTSOF(items) };
        char text[OUTSIDE_TEXT_SIZE];

        ck_assert_str_eq(outside_describe(&list, text),
                "su (10), bash (11) in session-c2.scope; cat (12) in no unit");
        list.n = 0;
        ck_assert_str_eq(outside_describe(&list, text), "");
}

TEST(long_descriptions_are_cut) {
        OutsideProcess items[OUTSIDE_MAX];
        const OutsideList list = { .items = items, .n = OUTSIDE_MAX };
        char text[OUTSIDE_TEXT_SIZE];

        for (size_t i = 0; i < OUTSIDE_MAX; i++)
                items[i] = (OutsideProcess){
                        .pid = 1000000 + (pid_t) i, .command = "a-long-command", .unit = "x.scope"
                };
        ck_assert_uint_eq(strlen(outside_describe(&list, text)), OUTSIDE_TEXT_SIZE - 1);
}

/* With real processes */

#define SCOPE "compute-t1.scope"

/* A session whose leader has left its scope. */
static Session *begin(void) {
        Session *s;

        world_begin();
        s = world_start_terminal();
        ck_assert(!outside_has_leader(s, NULL)); /* there are no cgroups to tell */
        world_open_cgroups();
        return s;
}

TEST(a_leader_outside_is_seen) {
        char unit[CALLER_UNIT_MAX];
        Session *s = begin();

        fake_process_set_cgroup(s->leader.pid, "/user.slice/user-0.slice/session-c2.scope");
        ck_assert(outside_has_leader(s, unit));
        ck_assert_str_eq(unit, "session-c2.scope");
        ck_assert(outside_is_all(s)); /* the scope is not even there */
        world_enter_cgroup(SCOPE, getpid());
        ck_assert(!outside_is_all(s));
        world_put_cgroup(SCOPE, "cgroup.procs", "999999999\n");
        ck_assert(outside_is_all(s));
        outside_signal_leader(s, SIGKILL);
        WORLD_UNTIL(process_has_ended(s->leader.fd) != 0);
        ck_assert(!outside_has_leader(s, NULL));
        world_end();
}

static bool lists(const OutsideList *list, pid_t pid) {
        for (size_t i = 0; i < list->n; i++)
                if (list->items[i].pid == pid)
                        return true;
        return false;
}

/* In a user's manager there is no audit session: by descent, and by what the environment says. */
TEST(processes_outside_are_found) {
        static char *const arguments[] = { (char *) "sleep", (char *) "infinity", NULL },
                           *const ours[] = { (char *) "COMPUTE_SESSION_ID=t1", NULL },
                           *const others[] = { (char *) "COMPUTE_SESSION_ID=t11", NULL };
        OutsideList list = {};
        pid_t child, named, other;
        Session *s = begin();

        ck_assert_int_eq(posix_spawnp(&named, "sleep", NULL, NULL, arguments, ours), 0);
        ck_assert_int_eq(posix_spawnp(&other, "sleep", NULL, NULL, arguments, others), 0);
        fake_process_set_cgroup(s->leader.pid, "/user.slice/user-0.slice/session-c2.scope");
        ck_assert_int_eq(outside_list_read(s, &list), 0);
        ck_assert(lists(&list, s->leader.pid));
        ck_assert(lists(&list, named));
        ck_assert(!lists(&list, other));
        outside_list_done(&list);

        /* The case leads it. */
        child = fake_process_start(world_uid());
        s->leader.pid = getpid();
        ck_assert_int_eq(outside_list_read(s, &list), 0);
        ck_assert(lists(&list, child));
        ck_assert(lists(&list, other));
        outside_list_done(&list);
        fake_process_end(child);
        fake_process_end(named);
        fake_process_end(other);
        world_end();
}

/* What it is in is its scope by the time when it is looked at. */
TEST(what_moves_into_its_scope_is_not_listed) {
        OutsideList list = {};
        Session *s = begin();
        pid_t leader = s->leader.pid;

        fake_process_set_cgroup(leader, "/compute.slice/" SCOPE);
        ck_assert_int_eq(outside_list_read(s, &list), 0);
        ck_assert(!lists(&list, leader));
        outside_list_done(&list);
        world_end();
}

TEST_MAIN(audit_session_decides_alone, unset_never_matches, without_audit_the_others_decide,
        no_terminal_matches_none, descent_is_followed, without_a_leader_nothing_descends, described_by_unit,
        long_descriptions_are_cut, a_leader_outside_is_seen, processes_outside_are_found,
        what_moves_into_its_scope_is_not_listed);
