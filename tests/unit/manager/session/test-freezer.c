/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the kernel says of a session's freezer, and what becomes of it. */

#include "manager/base/cgroup.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/session/freezer.h"
#include "manager/session/scope-events.h"
#include "manager/session/session-lifetime.h"
#include "tests/unit/loop.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

#define EVENTS "compute.slice/compute-1000.slice/compute-t1.scope/cgroup.events"

static Manager manager;
static char *folder;

static void put(const char *text) {
        char *path = scratch_path(folder, EVENTS);
        FILE *f = fopen(path, "we"); /* the same file: it is being watched */

        ck_assert_ptr_nonnull(f);
        fputs(text, f);
        ck_assert_int_eq(fclose(f), 0);
        free(path);
}

static Session *begin(bool unified) {
        Session *s;

        folder = scratch_make();
        free(scratch_file(folder, EVENTS, "populated 1\nfrozen 0\n", 0644));
        manager = (Manager){};
        ck_assert_int_ge(sd_event_new(&manager.event), 0);
        cgroup_tree_init(&manager.cgroups);
        ck_assert_int_eq(cgroup_tree_open(&manager.cgroups, folder, unified, ""), 0);
        ck_assert_int_eq(session_new(&manager, SESSION_TERMINAL, 1, 1000, true, &s), 0);
        return s;
}

static void end(void) {
        session_free_all(&manager.sessions);
        cgroup_tree_done(&manager.cgroups);
        sd_event_unref(manager.event);
        scratch_remove(folder);
}

TEST(parses) {
        bool frozen;

        ck_assert_int_eq(freezer_parse("populated 1\nfrozen 1\n", &frozen), 0);
        ck_assert(frozen);
        ck_assert_int_eq(freezer_parse("populated 1\nfrozen 0\n", &frozen), 0);
        ck_assert(!frozen);
        ck_assert_int_eq(freezer_parse("populated 1\n", &frozen), -ENOENT);
        ck_assert_int_eq(freezer_parse("unfrozen 1\nfrozen\nfrozen x\n", &frozen), -ENOENT);
}

TEST(words) {
        ck_assert_str_eq(freezer_state_to_string(FREEZER_RUNNING), "running");
        ck_assert_str_eq(freezer_state_to_string(FREEZER_FROZEN), "frozen");
        ck_assert_ptr_null(freezer_state_to_string(FREEZER_STATE_MAX));
}

/* Another manager finds a session as it is, without news of it; then it follows. */
TEST(follows_the_kernel) {
        Session *s = begin(/* unified = */ true);

        put("populated 1\nfrozen 1\n");
        scope_events_start(s);
        ck_assert(freezer_is_frozen(s));
        put("populated 1\nfrozen 0\n");
        LOOP_UNTIL(manager.event, !freezer_is_frozen(s));
        ck_assert(s->changes & CHANGE_FREEZER);
        put("populated 1\nfrozen 1\n");
        LOOP_UNTIL(manager.event, freezer_is_frozen(s));
        end();
}

/* While systemd is at it, its answer is waited for. */
TEST(waits_for_what_it_asked_for) {
        Session *s = begin(/* unified = */ true);

        s->freezer.state = FREEZER_FREEZING;
        put("populated 1\nfrozen 1\n");
        freezer_update(s, /* is_new = */ false);
        ck_assert_int_eq(s->freezer.state, FREEZER_FREEZING);
        end();
}

TEST(runs_always_without_cgroup_v2) {
        Session *s = begin(/* unified = */ false);

        put("populated 1\nfrozen 1\n");
        scope_events_start(s);
        ck_assert(!freezer_is_frozen(s));
        ck_assert_ptr_null(s->scope_events.cgroup);
        end();
}

TEST_MAIN(parses, words, follows_the_kernel, waits_for_what_it_asked_for, runs_always_without_cgroup_v2);
