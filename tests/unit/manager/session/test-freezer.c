/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Freezing and thawing: what systemd is asked and answers, what the kernel says of it, and what callers
 * are told. */

#include "manager/base/cgroup.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/session/freezer.h"
#include "manager/session/scope-events.h"
#include "manager/session/session-lifetime.h"
#include "shared/message-ids.h"
#include "tests/unit/loop.h"
#include "tests/unit/manager/fakes/world.h"
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

/* By calls */

#define SCOPE "compute-t1.scope"

/* Nobody can look at its cgroup, so systemd's word counts. */
static Session *begin_world(void) {
        Session *s;

        world_begin();
        world_manager->cgroups.unified = true;
        s = world_start_terminal();
        world_settle();
        fake_bus_forget();
        return s;
}

static Session *begin_frozen(void) {
        Session *s = begin_world();

        (void) world_answer(world_call_session("t1", "Freeze", ""));
        ck_assert(freezer_is_frozen(s));
        fake_bus_forget();
        return s;
}

TEST(frozen_and_thawed) {
        Session *s = begin_world();

        (void) world_answer(world_call_session("t1", "Freeze", ""));
        ck_assert(fake_systemd_unit(SCOPE)->frozen);
        ck_assert_int_eq(s->freezer.state, FREEZER_FROZEN);
        WORLD_UNTIL(world_has_logged(MESSAGE_SESSION_FROZEN));
        (void) world_answer(world_call_session("t1", "Freeze", "")); /* it is */
        ck_assert_uint_eq(fake_bus_heard("FreezeUnit"), 1);
        (void) world_answer(world_call_session("t1", "Thaw", ""));
        ck_assert(!fake_systemd_unit(SCOPE)->frozen);
        ck_assert_int_eq(s->freezer.state, FREEZER_RUNNING);
        (void) world_answer(world_call_session("t1", "Thaw", ""));
        ck_assert_uint_eq(fake_bus_heard("ThawUnit"), 1);
        WORLD_UNTIL(fake_bus_heard("PropertiesChanged org.computesession1.Session"));
        world_end();
}

TEST(asked_for_by_many_it_is_done_once) {
        FakeCall *calls[3];

        (void) begin_world();
        fake_bus_hold("FreezeUnit", 1);
        for (size_t i = 0; i < ELEMENTSOF(calls); i++)
                calls[i] = world_call_session("t1", "Freeze", "");
        WORLD_UNTIL(fake_bus_heard("FreezeUnit"));
        world_settle();
        world_release("FreezeUnit");
        for (size_t i = 0; i < ELEMENTSOF(calls); i++)
                (void) world_answer(calls[i]);
        ck_assert_uint_eq(fake_bus_heard("FreezeUnit"), 1);
        world_end();
}

TEST(without_cgroup_v2_nothing_is_frozen) {
        (void) begin_world();
        world_manager->cgroups.unified = false;
        ck_assert_ptr_nonnull(strstr(
                world_refusal(world_call_session("t1", "Freeze", ""), ERROR_NOT_SUPPORTED), "cgroup v2"));
        (void) world_refusal(world_call_session("t1", "Thaw", ""), ERROR_NOT_SUPPORTED);
        world_end();
}

/* What systemd could not freeze it must not freeze later. */
TEST(what_systemd_refuses) {
        Session *s = begin_world();

        fake_bus_refuse("FreezeUnit", 1, SD_BUS_ERROR_TIMEOUT, "A process waits for a disk.");
        ck_assert_ptr_nonnull(
                strstr(world_refusal(world_call_session("t1", "Freeze", ""), ERROR_FREEZE_FAILED),
                        "waits for a disk"));
        ck_assert_int_eq(s->freezer.state, FREEZER_RUNNING);
        WORLD_UNTIL(fake_bus_heard("ThawUnit"));
        fake_bus_refuse("FreezeUnit", 1, SD_BUS_ERROR_NOT_SUPPORTED, "Not here.");
        (void) world_refusal(world_call_session("t1", "Freeze", ""), ERROR_NOT_SUPPORTED);
        world_end();
}

/* Of two opposite requests the later one wins. */
TEST(who_is_overtaken_is_told) {
        FakeCall *freeze, *thaw;
        Session *s = begin_world();

        fake_bus_hold("FreezeUnit", 1);
        freeze = world_call_session("t1", "Freeze", "");
        WORLD_UNTIL(fake_bus_heard("FreezeUnit"));
        thaw = world_call_session("t1", "Thaw", "");
        (void) world_answer(thaw);
        ck_assert_ptr_nonnull(strstr(world_refusal(freeze, ERROR_FREEZE_FAILED), "the opposite"));
        world_release("FreezeUnit");
        world_settle();
        ck_assert_int_eq(s->freezer.state, FREEZER_RUNNING);
        world_end();
}

/* systemd thaws it, and the kernel says that it is frozen all the same. */
TEST(what_its_slice_freezes_stays_frozen) {
        Session *s = begin_frozen();

        world_open_cgroups();
        world_put_cgroup(SCOPE, "cgroup.events", "populated 1\nfrozen 1\n");
        ck_assert_ptr_nonnull(
                strstr(world_refusal(world_call_session("t1", "Thaw", ""), ERROR_FREEZE_FAILED),
                        "its slice is frozen"));
        ck_assert(freezer_is_frozen(s));
        world_end();
}

/* Who attaches wants it to run; who only looks does not. */
TEST(attaching_thaws) {
        Session *s = begin_frozen();

        world_manager->config.thaw_on_attach = true;
        (void) world_answer(world_call_session(
                "t1", "Attach", "uua{sv}", UINT32_C(24), UINT32_C(80), 1, "ReadOnly", "b", (int) true));
        ck_assert(freezer_is_frozen(s));
        (void) world_answer(world_call_session("t1", "Attach", "uua{sv}", UINT32_C(24), UINT32_C(80), 0));
        ck_assert(!freezer_is_frozen(s));
        ck_assert_uint_eq(fake_bus_heard("ThawUnit"), 1);
        world_end();
}

TEST(opening_a_notebook_thaws_it) {
        Session *s;

        world_begin();
        world_manager->cgroups.unified = true;
        world_manager->config.thaw_on_attach = true;
        s = world_start_notebook("/tmp/a.ipynb");
        (void) world_answer(world_call_session("n1", "Freeze", ""));
        (void) world_answer(world_ask_for_notebook("/tmp/a.ipynb"));
        ck_assert(!freezer_is_frozen(s));
        (void) world_answer(world_call_session("n1", "Freeze", ""));
        (void) world_answer(world_call_session("n1", "Interrupt", ""));
        ck_assert(!freezer_is_frozen(s));
        ck_assert_uint_eq(fake_keeper_get("n1")->heard[KEEPER_INTERRUPT], 1);
        world_end();
}

/* What is to end has to run. */
TEST(stopping_thaws) {
        (void) begin_frozen();
        (void) world_answer(world_call_session("t1", "Stop", ""));
        ck_assert_uint_eq(fake_bus_heard("ThawUnit " SCOPE), 1);
        world_assert_gone("t1");
        world_end();
}

/* systemd stops nothing that is frozen, and what its slice freezes cannot be thawed. */
TEST(what_cannot_be_thawed_is_killed) {
        Session *s = begin_frozen();

        fake_systemd_set_job(SCOPE, "frozen");
        (void) world_call_session("t1", "Stop", "");
        WORLD_UNTIL(fake_bus_heard("KillUnit " SCOPE " all 9"));
        WORLD_UNTIL(s->scope.retry);
        world_expire(s->scope.retry);
        world_assert_gone("t1");
        ck_assert_uint_eq(fake_bus_heard("StopUnit " SCOPE), 2);
        world_end();
}

TEST_MAIN(parses, words, follows_the_kernel, waits_for_what_it_asked_for, runs_always_without_cgroup_v2,
        frozen_and_thawed, asked_for_by_many_it_is_done_once, without_cgroup_v2_nothing_is_frozen,
        what_systemd_refuses, who_is_overtaken_is_told, what_its_slice_freezes_stays_frozen, attaching_thaws,
        opening_a_notebook_thaws_it, stopping_thaws, what_cannot_be_thawed_is_killed);
