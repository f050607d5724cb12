/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The manager's own interface: finding and listing sessions, and what is told of those that there are
 * not. */

#include <sys/socket.h>
#include <unistd.h>

#include "config.h"
#include "manager/base/systemd-names.h"
#include "manager/bus/manager-bus.h"
#include "manager/model/session-state.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

#define PATH_1 "/org/computesession1/session/t1"
#define PATH_2 "/org/computesession1/session/n2"

/* A terminal and a notebook. */
static void begin(void) {
        world_begin();
        (void) world_start_terminal();
        (void) world_start_notebook("/tmp/a.ipynb");
}

static void assert_path(const FakeCall *call, const char *expected) {
        const char *path;

        ck_assert_int_gt(sd_bus_message_read(world_answer(call), "o", &path), 0);
        ck_assert_str_eq(path, expected);
}

TEST(sessions_are_found_by_id) {
        begin();
        assert_path(world_call_manager("GetSession", "s", "t1"), PATH_1);
        assert_path(world_call_manager("GetSession", "s", "n2"), PATH_2);
        ck_assert_ptr_nonnull(strstr(
                world_refusal(world_call_manager("GetSession", "s", "t2"), ERROR_NO_SUCH_SESSION), "'t2'"));
        /* What is only being started is not there yet. */
        fake_keepers_mute(KEEPER_START, 1);
        (void) world_ask_for_terminal();
        WORLD_UNTIL(world_session("t3"));
        (void) world_refusal(world_call_manager("GetSession", "s", "t3"), ERROR_NO_SUCH_SESSION);
        world_end();
}

TEST(sessions_are_found_by_notebook) {
        begin();
        assert_path(world_call_manager("GetSessionByNotebook", "s", "/tmp/a.ipynb"), PATH_2);
        (void) world_refusal(
                world_call_manager("GetSessionByNotebook", "s", "/tmp/b.ipynb"), ERROR_NO_SUCH_SESSION);
        /* It is the caller's own that is looked for. */
        (void) world_refusal(fake_bus_call(OTHER, BUS_PATH, MANAGER_INTERFACE, "GetSessionByNotebook", "s",
                                     "/tmp/a.ipynb"),
                ERROR_NO_SUCH_SESSION);
        world_end();
}

TEST(sessions_are_found_by_process) {
        FakeUnit *u;

        begin();
        assert_path(world_call_manager("GetSessionByPID", "u", (uint32_t) world_session("t1")->leader.pid),
                PATH_1);
        u = fake_systemd_add("user.service");
        u->pids[u->n_pids++] = (uint32_t) getpid();
        ck_assert_ptr_nonnull(
                strstr(world_refusal(world_call_manager("GetSessionByPID", "u", (uint32_t) getpid()),
                               ERROR_NO_SUCH_SESSION),
                        "it is in user.service"));
        (void) world_refusal(
                world_call_manager("GetSessionByPID", "u", UINT32_C(77)), ERROR_NO_SUCH_PROCESS);
        (void) world_refusal(world_call_manager("GetSessionByPID", "u", UINT32_MAX), ERROR_NO_SUCH_PROCESS);
        (void) world_refusal(world_call_manager("GetSessionByPID", "u", UINT32_C(0)), ERROR_NO_SUCH_PROCESS);
        fake_bus_refuse("GetUnitByPID", 1, SD_BUS_ERROR_ACCESS_DENIED, "I say nothing.");
        ck_assert_ptr_nonnull(strstr(world_refusal(world_call_manager("GetSessionByPID", "u", UINT32_C(77)),
                                             ERROR_NO_SUCH_PROCESS),
                "I say nothing."));
        world_end();
}

TEST(sessions_are_listed) {
        const char *id, *type, *name, *state, *path;
        sd_bus_message *m;
        uint32_t uid;

        begin();
        fake_keepers_mute(KEEPER_START, 1);
        (void) world_ask_for_terminal(); /* one that is not there yet */
        m = world_answer(world_call_manager("ListSessions", ""));
        ck_assert_int_gt(sd_bus_message_enter_container(m, 'a', "(ssusso)"), 0);
        ck_assert_int_gt(sd_bus_message_read(m, "(ssusso)", &id, &type, &uid, &name, &state, &path), 0);
        ck_assert_str_eq(id, "t1");
        ck_assert_str_eq(type, "terminal");
        ck_assert_uint_eq(uid, world_uid());
        ck_assert_str_eq(name, "bash");
        ck_assert_str_eq(state, "running");
        ck_assert_str_eq(path, PATH_1);
        ck_assert_int_gt(sd_bus_message_read(m, "(ssusso)", &id, &type, &uid, &name, &state, &path), 0);
        ck_assert_str_eq(type, "notebook");
        ck_assert_int_eq(sd_bus_message_at_end(m, false), 1);
        world_end();
}

/* The command line of a terminal that ended is its owner's secret, too. */
TEST(what_ended_is_listed) {
        static const char *const readers[] = { OWNER, ROOT, OTHER };
        const char *id, *what, *result;
        sd_bus_message *m;

        begin();
        fake_keeper_end_payload(fake_keeper_get("t1"), 0);
        world_assert_gone("t1");
        for (size_t i = 0; i < ELEMENTSOF(readers); i++) {
                m = world_answer(fake_bus_call(readers[i], BUS_PATH, MANAGER_INTERFACE, "ListEnded", ""));
                ck_assert_int_gt(sd_bus_message_enter_container(m, 'a', "(ssusssittttt)"), 0);
                ck_assert_int_gt(sd_bus_message_read(m, "(ssusssittttt)", &id, NULL, NULL, NULL, &what,
                                         &result, NULL, NULL, NULL, NULL, NULL, NULL),
                        0);
                ck_assert_str_eq(id, "t1");
                ck_assert_str_eq(what, streq(readers[i], OTHER) ? "" : "-bash");
                ck_assert_str_eq(result, "success");
                ck_assert_int_eq(sd_bus_message_at_end(m, false), 1);
        }
        world_end();
}

TEST(outputs_of_what_ended_are_read_by_the_user) {
        FakeCall *first, *second;
        int fd;

        begin();
        fake_keeper_end_payload(fake_keeper_get("n2"), 0);
        world_assert_gone("n2");
        fake_keeper_end_payload(fake_keeper_get("t1"), 0);
        world_assert_gone("t1");
        first = world_call_manager("GetEndedOutputs", "st", "n2", UINT64_C(0));
        ck_assert_int_gt(sd_bus_message_read(world_answer(first), "h", &fd), 0);
        ck_assert_uint_eq(fake_bus_heard("StartTransientUnit compute-outputs-n2.service"), 1);
        second = world_call_manager("GetEndedOutputs", "st", "n2", UINT64_C(0));
        ck_assert_ptr_nonnull(strstr(world_refusal(second, ERROR_LIMIT_REACHED), "Somebody else reads"));
        (void) world_refusal(
                world_call_manager("GetEndedOutputs", "st", "t1", UINT64_C(0)), ERROR_NOT_SUPPORTED);
        (void) world_refusal(
                world_call_manager("GetEndedOutputs", "st", "n9", UINT64_C(0)), ERROR_NO_SUCH_SESSION);
        (void) world_refusal(fake_bus_call(OTHER, BUS_PATH, MANAGER_INTERFACE, "GetEndedOutputs", "st", "n2",
                                     UINT64_C(0)),
                SD_BUS_ERROR_ACCESS_DENIED);
        world_end();
}

/* Figures of some sessions, or of all. */

static void assert_ids(const FakeCall *call, const char *types, const char *expected) {
        sd_bus_message *m = world_answer(call);
        char all[64] = "";

        ck_assert_int_gt(sd_bus_message_enter_container(m, 'a', NULL), 0);
        while (sd_bus_message_enter_container(m, 'r', types) > 0) {
                const char *id;

                ck_assert_int_gt(sd_bus_message_read(m, "s", &id), 0);
                strcat(strcat(all, id), " ");
                ck_assert_int_ge(sd_bus_message_skip(m, types + 1), 0);
                ck_assert_int_ge(sd_bus_message_exit_container(m), 0);
        }
        ck_assert_str_eq(all, expected);
}

TEST(figures) {
        static const struct {
                const char *member, *types;
        } table[] = {
                { "GetUsage", "stttttt" },
                { "GetActivity", "sutt" },
                { "GetIdleness", "sutts" },
        };

        begin();
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                assert_ids(world_call_manager(table[i].member, "as", 0), table[i].types, "t1 n2 ");
                assert_ids(world_call_manager(table[i].member, "as", 1, "n2"), table[i].types, "n2 ");
                (void) world_refusal(
                        world_call_manager(table[i].member, "as", 2, "n2", "x1"), ERROR_NO_SUCH_SESSION);
                ck_assert_ptr_nonnull(
                        strstr(world_refusal(world_call_manager(table[i].member, "as", 3, "n2", "t1", "t1"),
                                       ERROR_NO_SUCH_SESSION),
                                "more ids than there are sessions"));
        }
        world_end();
}

/* systemd says what it uses, as there are no cgroups here. */
TEST(usage) {
        uint64_t memory, cpu, tasks;
        sd_bus_message *m;

        begin();
        fake_systemd_unit("compute-t1.scope")->cpu_usage_nsec = 77;
        m = world_answer(world_call_manager("GetUsage", "as", 1, "t1"));
        ck_assert_int_gt(sd_bus_message_enter_container(m, 'a', "(stttttt)"), 0);
        ck_assert_int_gt(
                sd_bus_message_read(m, "(stttttt)", NULL, &memory, &cpu, &tasks, NULL, NULL, NULL), 0);
        ck_assert_uint_eq(memory, UINT64_MAX);
        ck_assert_uint_eq(cpu, 77);
        ck_assert_uint_eq(tasks, 1);
        world_end();
}

TEST(signals) {
        begin();
        (void) world_refusal(world_call_manager("StopSession", "s", "t9"), ERROR_NO_SUCH_SESSION);
        (void) world_refusal(
                world_call_manager("KillSession", "ssi", "t9", "all", 15), ERROR_NO_SUCH_SESSION);
        (void) world_answer(world_call_manager("StopSession", "s", "t1"));
        world_end();
}

/* Properties */

static FakeCall *get_property(const char *name) {
        return fake_bus_call(
                OWNER, BUS_PATH, "org.freedesktop.DBus.Properties", "Get", "ss", MANAGER_INTERFACE, name);
}

TEST(properties) {
        const char *version, *frozen;
        uint32_t n;
        int exceeded;

        world_configure("[Sessions]\nRecommendedSessions=1\n");
        begin();
        ck_assert_int_gt(sd_bus_message_read(world_answer(get_property("Version")), "v", "s", &version), 0);
        ck_assert_str_eq(version, PACKAGE_VERSION);
        ck_assert_int_gt(sd_bus_message_read(world_answer(get_property("TerminalCount")), "v", "u", &n), 0);
        ck_assert_uint_eq(n, 1);
        ck_assert_int_gt(
                sd_bus_message_read(world_answer(get_property("RecommendedSessions")), "v", "u", &n), 0);
        ck_assert_uint_eq(n, 1);
        ck_assert_int_gt(
                sd_bus_message_read(world_answer(get_property("RecommendedExceeded")), "v", "b", &exceeded),
                0);
        ck_assert(exceeded);
        world_session("n2")->freezer.state = FREEZER_FROZEN;
        ck_assert_int_gt(
                sd_bus_message_read(world_answer(get_property("FrozenSessions")), "v", "as", 1, &frozen), 0);
        ck_assert_str_eq(frozen, "n2");
        world_end();
}

TEST_MAIN(sessions_are_found_by_id, sessions_are_found_by_notebook, sessions_are_found_by_process,
        sessions_are_listed, what_ended_is_listed, outputs_of_what_ended_are_read_by_the_user, figures,
        usage, signals, properties);
