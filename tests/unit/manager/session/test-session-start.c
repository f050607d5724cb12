/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How sessions begin, and what those are told whose sessions do not. */

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "manager/access/admission.h"
#include "manager/access/caller.h"
#include "manager/access/charges.h"
#include "manager/base/cgroup.h"
#include "manager/base/config.h"
#include "manager/base/start-request.h"
#include "manager/model/manager.h"
#include "manager/session/session-lifetime.h"
#include "manager/session/session-start.h"
#include "shared/names.h"
#include "tests/unit/front-door.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/message.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

#define SENDER ":1.7"

static Manager manager;
static char *folder;
static Caller *caller;

static void set_up(void) {
        folder = scratch_make();
        manager = (Manager){
                .user_mode = true, /* whatever unit this test runs in */
                .bus = message_bus(),
                .runtime_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
                .next_number = 1,
        };
        config_init(&manager.config);
        cgroup_tree_init(&manager.cgroups);
        ck_assert_int_ge(sd_event_new(&manager.event), 0);
        caller = &manager.admission.callers.callers[0];
        /* Of an ordinary user, as root is charged for nothing. */
        *caller = (Caller){ .name = strdup(SENDER), .uid = getuid() > 0 ? getuid() : 1000 };
}

static void tear_down(void) {
        ck_assert_uint_eq(manager.sessions.n, 0);
        session_free_all(&manager.sessions);
        admission_done(&manager.admission);
        cgroup_tree_done(&manager.cgroups);
        charges_done(&manager.charges);
        sd_event_unref(manager.event);
        close(manager.runtime_fd);
        scratch_remove(folder);
        message_bus_done();
}

static void assert_refused(const char *name, const char *says) {
        sd_bus_message *call = message_new();
        sd_bus_error error = SD_BUS_ERROR_NULL;
        Visitor visitor = {};
        Reply reply = visitor_reply(&visitor, &manager, caller->uid, REPLY_SESSION);
        StartRequest *request = NULL;

        ck_assert_int_ge(sd_bus_message_set_sender(call, SENDER), 0);
        ck_assert_int_ge(sd_bus_message_append(call, "ssa{sv}", "terminal", "a", 0), 0);
        (void) message_seal(call);
        ck_assert_int_ge(start_request_read(REQUEST_REGISTER, call, &request, &error), 0);
        ck_assert_int_lt(session_register(&manager, caller, request, &reply, &error), 0);
        ck_assert_str_eq(error.name, name);
        ck_assert_msg(strstr(error.message, says), "says: %s", error.message);
        ck_assert_uint_eq(visitor.answers, 0); /* who handles the call does it */
        ck_assert_uint_eq(visitor.references, 0);
        sd_bus_error_free(&error);
        sd_bus_message_unref(call);
}

TEST(a_process_that_ended_is_no_session) {
        set_up();
        caller->pid = fake_process_start(caller->uid);
        fake_process_end(caller->pid);
        assert_refused(ERROR_NO_SUCH_PROCESS, "it has ended");
        tear_down();
}

TEST(a_process_of_another_is_no_session) {
        set_up();
        caller->pid = fake_process_start(getuid());
        caller->uid++;
        if (getuid() == caller->uid)
                caller->uid++;
        assert_refused(ERROR_NO_SUCH_PROCESS, "user who calls");
        fake_process_end(caller->pid);
        tear_down();
}

TEST(who_waits_too_often_is_told_so) {
        Charge all = {};

        set_up();
        caller->pid = fake_process_start(caller->uid);
        ck_assert_int_eq(charge_take(&all, &manager.charges, caller->uid, CHARGE_WAITER,
                                 CHARGE_BYTES_MAX - CHARGE_CALL_BYTES),
                0);
        assert_refused(ERROR_LIMIT_REACHED, "Too many of your calls");
        charge_release(&all);
        fake_process_end(caller->pid);
        tear_down();
}

/* In a whole manager */

TEST(what_is_asked_for_is_handed_to_the_keeper) {
        FakeKeeper *k;
        Session *s;

        world_begin();
        (void) world_answer(world_call_manager("StartTerminal", "a{sv}", 6, "Name", "s", "build", "Command",
                "as", 2, "make", "-j2", "WorkingDirectory", "s", "/tmp", "Environment", "as", 1, "A=b",
                "Rows", "u", UINT32_C(50), "Columns", "u", UINT32_C(132)));
        s = world_session("t1");
        ck_assert_str_eq(s->name, "build");
        ck_assert_ptr_null(s->request);
        k = fake_keeper_get("t1");
        ck_assert_uint_eq(k->heard[KEEPER_START], 1);
        ck_assert_int_ge(s->keeper.activity_fd, 0);
        ck_assert_uint_gt(s->created, 0);
        world_end();
}

TEST(a_notebook_is_opened_once) {
        FakeCall *first, *second;
        const char *id;
        int started;

        world_begin();
        fake_keepers_mute(KEEPER_START, 1);
        first = world_ask_for_notebook("/tmp/a.ipynb");
        WORLD_UNTIL(fake_keeper_get("n1") && fake_keeper_get("n1")->heard[KEEPER_START]);
        second = world_ask_for_notebook("/tmp/a.ipynb"); /* while it is being started */
        world_settle();
        fake_keeper_fork(fake_keeper_get("n1"));
        ck_assert_int_gt(sd_bus_message_read(world_answer(first), "sob", &id, NULL, &started), 0);
        ck_assert_str_eq(id, "n1");
        ck_assert(started);
        ck_assert_int_gt(sd_bus_message_read(world_answer(second), "sob", &id, NULL, &started), 0);
        ck_assert_str_eq(id, "n1");
        ck_assert(!started);
        ck_assert_int_gt(sd_bus_message_read(world_answer(world_ask_for_notebook("/tmp/a.ipynb")), "sob",
                                 &id, NULL, &started),
                0);
        ck_assert(!started);
        ck_assert_uint_eq(world_manager->sessions.n, 1);
        world_end();
}

/* Another user's is another one. */
TEST(a_notebook_is_opened_once_for_each_user) {
        world_begin();
        (void) world_start_notebook("/tmp/a.ipynb");
        (void) fake_bus_call(
                OTHER, BUS_PATH, MANAGER_INTERFACE, "StartNotebook", "ssa{sv}", "/tmp/a.ipynb", "", 0);
        WORLD_UNTIL(world_session("n2"));
        world_end();
}

/* Each limit has its sentence. */
TEST(so_many_sessions) {
        world_configure("[Sessions]\nSessionsMax=3\nSessionsMaxPerUser=2\nStartsMaxPerUser=1\n");
        world_begin();
        fake_keepers_mute(KEEPER_START, 1);
        (void) world_ask_for_terminal();
        ck_assert_ptr_nonnull(
                strstr(world_refusal(world_ask_for_terminal(), ERROR_LIMIT_REACHED), "StartsMaxPerUser="));
        WORLD_UNTIL(fake_keeper_get("t1") && fake_keeper_get("t1")->heard[KEEPER_START]);
        fake_keeper_fork(fake_keeper_get("t1"));
        WORLD_UNTIL(world_session("t1")->announced);
        (void) world_start_terminal();
        ck_assert_ptr_nonnull(
                strstr(world_refusal(world_ask_for_terminal(), ERROR_LIMIT_REACHED), "SessionsMaxPerUser="));
        fake_keepers_mute(KEEPER_START, 1);
        (void) fake_bus_call(OTHER, BUS_PATH, MANAGER_INTERFACE, "StartTerminal", "a{sv}", 0);
        WORLD_UNTIL(world_manager->sessions.n == 3);
        ck_assert_ptr_nonnull(strstr(
                world_refusal(fake_bus_call(ROOT, BUS_PATH, MANAGER_INTERFACE, "StartTerminal", "a{sv}", 0),
                        ERROR_LIMIT_REACHED),
                "SessionsMax="));
        world_end();
}

TEST(without_room_nothing_is_started) {
        _cleanup_free_ char *number = NULL;

        world_begin();
        world_fill_runtime_dir(true);
        ck_assert_ptr_nonnull(strstr(
                world_refusal(world_ask_for_terminal(), ERROR_START_FAILED), "could not be prepared"));
        ck_assert_uint_eq(world_manager->sessions.n, 0);
        ck_assert_uint_eq(world_manager->charges.n, 0);
        ck_assert_uint_eq(fake_bus_heard("StartTransientUnit"), 0);
        number = world_path("compute-sessions/next-number.new");
        ck_assert_int_eq(mkdir(number, 0700), 0);
        ck_assert_ptr_nonnull(
                strstr(world_refusal(world_ask_for_terminal(), ERROR_START_FAILED), "it may be full"));
        world_fill_runtime_dir(false);
        world_end();
}

/* A session would be a way out of the unit that its caller is in. */
TEST(services_start_no_sessions) {
        pid_t pid;

        world_begin_system();
        pid = fake_process_start(world_uid());
        fake_process_set_cgroup(pid, "/system.slice/web.service");
        fake_bus_set_caller(":1.30", world_uid(), pid);
        ck_assert_ptr_nonnull(strstr(world_refusal(fake_bus_call(":1.30", BUS_PATH, MANAGER_INTERFACE,
                                                           "StartTerminal", "a{sv}", 0),
                                             ERROR_NOT_FROM_SERVICE),
                "web.service"));
        ck_assert_ptr_nonnull(strstr(world_refusal(fake_bus_call(":1.30", BUS_PATH, MANAGER_INTERFACE,
                                                           "RegisterSession", "ssa{sv}", "terminal", "a", 0),
                                             ERROR_NOT_FROM_SERVICE),
                "web.service"));
        fake_process_end(pid);
        (void) world_refusal(
                fake_bus_call(":1.30", BUS_PATH, MANAGER_INTERFACE, "StartTerminal", "a{sv}", 0),
                ERROR_NO_SUCH_PROCESS);
        world_end();
}

TEST(logins_start_sessions) {
        Session *s;

        world_begin_system();
        s = world_start_terminal();
        ck_assert_uint_eq(s->uid, world_uid());
        ck_assert_str_eq(s->slice, fake_systemd_unit("compute-t1.scope")->slice);
        world_end();
}

/* Registering */

TEST(a_process_becomes_a_session) {
        Session *s;

        world_begin();
        s = world_register(NULL);
        ck_assert_str_eq(s->name, "registered");
        ck_assert(!s->kept);
        ck_assert_str_eq(s->keeper.unit, "");
        ck_assert_uint_eq(fake_systemd_unit("compute-t1.scope")->pids[0], (uint32_t) s->leader.pid);
        ck_assert_int_eq(kill(s->leader.pid, SIGKILL), 0);
        world_end_leader("t1");
        world_assert_gone("t1");
        world_end();
}

TEST(a_process_becomes_one_session) {
        Session *s;

        world_begin();
        s = world_register(NULL);
        ck_assert_ptr_nonnull(
                strstr(world_refusal(fake_bus_call(":1.20", BUS_PATH, MANAGER_INTERFACE, "RegisterSession",
                                             "ssa{sv}", "terminal", "again", 0),
                               ERROR_ALREADY_IN_SESSION),
                        s->id));
        /* While its scope is being made nothing but its number says so. */
        fake_process_set_cgroup(s->leader.pid, "/user.slice/session-1.scope");
        (void) world_refusal(fake_bus_call(":1.20", BUS_PATH, MANAGER_INTERFACE, "RegisterSession",
                                     "ssa{sv}", "terminal", "again", 0),
                ERROR_ALREADY_IN_SESSION);
        world_end();
}

TEST(who_is_not_on_this_machine_is_no_session) {
        world_begin();
        fake_bus_set_caller(":1.30", world_uid(), 0);
        ck_assert_ptr_nonnull(strstr(world_refusal(fake_bus_call(":1.30", BUS_PATH, MANAGER_INTERFACE,
                                                           "RegisterSession", "ssa{sv}", "terminal", "a", 0),
                                             ERROR_NO_SUCH_PROCESS),
                "call from this machine"));
        world_end();
}

/* A second kernel of a file is just not found by it. */
TEST(a_notebook_of_another_session_is_not_the_registered_ones) {
        FakeCall *call;
        pid_t pid;

        world_begin();
        (void) world_start_notebook("/tmp/a.ipynb");
        pid = fake_process_start(world_uid());
        fake_bus_set_caller(":1.30", world_uid(), pid);
        call = fake_bus_call(":1.30", BUS_PATH, MANAGER_INTERFACE, "RegisterSession", "ssa{sv}", "notebook",
                "b", 2, "Notebook", "s", "/tmp/a.ipynb", "Command", "as", 1, "python3");
        (void) world_answer(call);
        ck_assert_ptr_null(world_session("n2")->program.notebook);
        ck_assert_str_eq(world_session("n2")->program.command[0], "python3");
        fake_process_end(pid);
        world_end();
}

TEST_MAIN(a_process_that_ended_is_no_session, a_process_of_another_is_no_session,
        who_waits_too_often_is_told_so, what_is_asked_for_is_handed_to_the_keeper, a_notebook_is_opened_once,
        a_notebook_is_opened_once_for_each_user, so_many_sessions, without_room_nothing_is_started,
        services_start_no_sessions, logins_start_sessions, a_process_becomes_a_session,
        a_process_becomes_one_session, who_is_not_on_this_machine_is_no_session,
        a_notebook_of_another_session_is_not_the_registered_ones);
