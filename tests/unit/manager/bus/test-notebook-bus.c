/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls that are for notebooks: whom they are passed on to, and what callers are told when there is
 * nobody. */

#include <signal.h>
#include <sys/socket.h>

#include "manager/bus/notebook-bus.h"
#include "manager/model/session-state.h"
#include "shared/message-ids.h"
#include "shared/process.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

static FakeKeeper *keeper;

static Session *begin(void) {
        Session *s;

        world_begin();
        s = world_start_notebook("/tmp/a.ipynb");
        keeper = fake_keeper_get("n1");
        return s;
}

static FakeCall *get_outputs(void) {
        return world_call_session("n1", "GetOutputs", "ta{sv}", UINT64_C(7), 0);
}

static void lose_keeper(Session *s) {
        fake_keeper_end(keeper);
        WORLD_UNTIL(s->keeper.reconnect);
        world_expire(s->keeper.reconnect);
        WORLD_UNTIL(s->keeper.lost);
}

TEST(kernels_are_interrupted_by_their_keepers) {
        FakeCall *call;

        (void) begin();
        (void) world_answer(world_call_session("n1", "Interrupt", ""));
        ck_assert_uint_eq(keeper->heard[KEEPER_INTERRUPT], 1);
        WORLD_UNTIL(world_has_logged(MESSAGE_KERNEL_INTERRUPTED));
        fake_keepers_mute(KEEPER_INTERRUPT, 1);
        call = world_call_session("n1", "Interrupt", "");
        WORLD_UNTIL(keeper->heard[KEEPER_INTERRUPT] == 2);
        fake_keeper_refuse(keeper, KEEPER_INTERRUPT, KEEPER_ERROR_FAILED, "It is deaf.");
        ck_assert_ptr_nonnull(strstr(world_refusal(call, ERROR_START_FAILED), "It is deaf."));
        world_end();
}

/* A keeper that only follows it has no right to: then its leader gets the signal. */
TEST(watched_kernels_are_interrupted_by_signal) {
        FakeCall *call;
        Session *s;

        world_begin();
        s = world_register("/tmp/kernel.json");
        WORLD_UNTIL(fake_keeper_get("n1") && fake_keeper_get("n1")->heard[KEEPER_WATCH]);
        world_settle();
        fake_keepers_mute(KEEPER_INTERRUPT, 1);
        call = world_call_session("n1", "Interrupt", "");
        WORLD_UNTIL(fake_keeper_get("n1")->heard[KEEPER_INTERRUPT]);
        fake_keeper_refuse(fake_keeper_get("n1"), KEEPER_INTERRUPT, KEEPER_ERROR_NOT_SUPPORTED, "Not mine.");
        (void) world_answer(call);
        WORLD_UNTIL(process_has_ended(s->leader.fd) == 1); /* it has no use for SIGINT */
        world_end();
}

TEST(registered_kernels_without_a_keeper_are_interrupted_by_signal) {
        sd_bus_message *m;
        Session *s;
        pid_t pid;

        world_begin();
        pid = fake_process_start(world_uid());
        fake_bus_set_caller(":1.30", world_uid(), pid);
        m = fake_bus_call_new(":1.30", BUS_PATH, MANAGER_INTERFACE, "RegisterSession");
        ck_assert_int_ge(sd_bus_message_append(m, "ssa{sv}", "notebook", "a", 0), 0);
        (void) world_answer(fake_bus_call_send(m));
        s = world_session("n1");
        (void) world_refusal(get_outputs(), ERROR_NO_KEEPER);
        (void) world_refusal(world_call_session("n1", "SetNotebook", "s", "/tmp/a.ipynb"), ERROR_NO_KEEPER);
        (void) world_answer(world_call_session("n1", "Interrupt", ""));
        WORLD_UNTIL(process_has_ended(s->leader.fd) == 1);
        s->leader.fd = safe_close(s->leader.fd);
        s->leader.event = sd_event_source_disable_unref(s->leader.event);
        (void) world_refusal(world_call_session("n1", "Interrupt", ""), ERROR_NO_SUCH_PROCESS);
        fake_process_end(pid);
        world_end();
}

TEST(outputs_come_through_a_stream) {
        char text[8] = "";
        FakeCall *call;
        int fd;

        (void) begin();
        call = world_call_session("n1", "GetOutputs", "ta{sv}", UINT64_C(7), 1, "Follow", "b", (int) true);
        ck_assert_int_gt(sd_bus_message_read(world_answer(call), "h", &fd), 0);
        ck_assert_uint_eq(keeper->flags, KEEPER_FLAG_FOLLOW);
        ck_assert_int_eq(send(keeper->received_fd, "{}\n", 3, MSG_NOSIGNAL), 3);
        ck_assert_int_eq(recv(fd, text, sizeof(text), 0), 3);
        (void) world_refusal(
                world_call_session("n1", "GetOutputs", "ta{sv}", UINT64_C(0), 1, "Colour", "b", (int) true),
                ERROR_UNKNOWN_OPTION);
        world_end();
}

/* A unit of the user's reads what is left of those of a keeper that is gone. */
TEST(outputs_of_a_lost_keeper_are_read_by_the_user) {
        Session *s = begin();
        FakeCall *call;
        int fd;

        lose_keeper(s);
        call = get_outputs();
        ck_assert_int_gt(sd_bus_message_read(world_answer(call), "h", &fd), 0);
        ck_assert_uint_eq(fake_bus_heard("StartTransientUnit compute-outputs-n1.service fail"), 1);
        world_end();
}

TEST(a_keeper_finds_the_notebook) {
        WireWriter w = {};
        FakeCall *call;
        Session *s = begin();

        fake_keepers_mute(KEEPER_SET_NOTEBOOK, 3);
        call = world_call_session("n1", "SetNotebook", "s", "/tmp/link.ipynb");
        WORLD_UNTIL(keeper->heard[KEEPER_SET_NOTEBOOK]);
        strcpy(keeper->text, "/tmp/b.ipynb"); /* what the link leads to */
        fake_keeper_answer(keeper, KEEPER_SET_NOTEBOOK);
        (void) world_answer(call);
        ck_assert_str_eq(s->program.notebook, "/tmp/b.ipynb");
        call = world_call_session("n1", "SetNotebook", "s", "/tmp/c.ipynb");
        WORLD_UNTIL(keeper->heard[KEEPER_SET_NOTEBOOK] == 2);
        fake_keeper_refuse(
                keeper, KEEPER_SET_NOTEBOOK, KEEPER_ERROR_NO_NOTEBOOK, "There is no such folder.");
        (void) world_refusal(call, ERROR_NO_NOTEBOOK);
        /* It says that it is well, and not which. */
        call = world_call_session("n1", "SetNotebook", "s", "/tmp/c.ipynb");
        WORLD_UNTIL(keeper->heard[KEEPER_SET_NOTEBOOK] == 3);
        wire_begin(&w, KEEPER_REPLY, keeper->serials[KEEPER_SET_NOTEBOOK]);
        fake_keeper_send(keeper, &w);
        (void) world_refusal(call, ERROR_NO_KEEPER);
        ck_assert_str_eq(s->program.notebook, "/tmp/b.ipynb");
        world_end();
}

TEST(paths_are_to_be_absolute) {
        static const char *const paths[] = { "a.ipynb", "/tmp/../a.ipynb", "/", "", "/tmp/a\nb" };

        (void) begin();
        for (size_t i = 0; i < ELEMENTSOF(paths); i++)
                (void) world_refusal(
                        world_call_session("n1", "SetNotebook", "s", paths[i]), ERROR_INVALID_ARGUMENT);
        ck_assert_uint_eq(keeper->heard[KEEPER_SET_NOTEBOOK], 0);
        world_end();
}

TEST(terminals_are_no_notebooks) {
        world_begin();
        (void) world_start_terminal();
        (void) world_refusal(world_call_session("t1", "Interrupt", ""), ERROR_NOT_SUPPORTED);
        (void) world_refusal(
                world_call_session("t1", "SetNotebook", "s", "/tmp/a.ipynb"), ERROR_NOT_SUPPORTED);
        (void) world_refusal(
                world_call_session("t1", "GetOutputs", "ta{sv}", UINT64_C(0), 0), ERROR_NOT_SUPPORTED);
        world_end();
}

TEST(what_ends_is_not_interrupted) {
        Session *s = begin();

        fake_keepers_mute(KEEPER_SHUTDOWN, 1);
        (void) world_call_session("n1", "Stop", "");
        WORLD_UNTIL(s->phase == PHASE_PARTING);
        (void) world_refusal(world_call_session("n1", "Interrupt", ""), ERROR_STOPPED);
        world_end();
}

TEST_MAIN(kernels_are_interrupted_by_their_keepers, watched_kernels_are_interrupted_by_signal,
        registered_kernels_without_a_keeper_are_interrupted_by_signal, outputs_come_through_a_stream,
        outputs_of_a_lost_keeper_are_read_by_the_user, a_keeper_finds_the_notebook, paths_are_to_be_absolute,
        terminals_are_no_notebooks, what_ends_is_not_interrupted);
