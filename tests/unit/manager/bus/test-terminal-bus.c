/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Attaching to terminals, resizing and looking at them: what the keeper is asked, and what callers are
 * told. */

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "manager/bus/terminal-bus.h"
#include "manager/keepers/keeper-request.h"
#include "manager/model/session-state.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

static FakeKeeper *keeper;

static Session *begin(void) {
        Session *s;

        world_begin();
        world_manager->config.clipboard = false;
        s = world_start_terminal();
        keeper = fake_keeper_get("t1");
        return s;
}

static FakeCall *attach(void) {
        return world_call_session("t1", "Attach", "uua{sv}", UINT32_C(24), UINT32_C(80), 0);
}

static FakeCall *attach_with(const char *option, const char *type, int value) {
        return world_call_session(
                "t1", "Attach", "uua{sv}", UINT32_C(24), UINT32_C(80), 1, option, type, value);
}

/* What comes out of the keeper's end goes into the caller's. */
TEST(caller_and_keeper_get_a_stream) {
        char text[8] = "";
        FakeCall *call;
        int fd;

        (void) begin();
        call = attach();
        ck_assert_int_gt(sd_bus_message_read(world_answer(call), "h", &fd), 0);
        ck_assert_str_eq(keeper->text, OWNER);
        ck_assert_uint_eq(keeper->flags, 0);
        ck_assert_int_eq(send(keeper->received_fd, "hello", 5, MSG_NOSIGNAL), 5);
        ck_assert_int_eq(recv(fd, text, sizeof(text), 0), 5);
        ck_assert_str_eq(text, "hello");
        world_end();
}

TEST(options_become_flags) {
        static const struct {
                const char *option;
                uint64_t flags;
        } table[] = {
                { "ReadOnly", KEEPER_FLAG_READ_ONLY },
                { "Raw", KEEPER_FLAG_RAW },
                { "InputOnly", KEEPER_FLAG_INPUT_ONLY | KEEPER_FLAG_RAW },
        };

        (void) begin();
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                (void) world_answer(attach_with(table[i].option, "b", true));
                ck_assert_uint_eq(keeper->flags, table[i].flags);
        }
        /* Who is somebody else gets no more than is harmless. */
        (void) world_answer(fake_bus_call(ROOT, "/org/computesession1/session/t1", SESSION_INTERFACE,
                "Attach", "uua{sv}", UINT32_C(24), UINT32_C(80), 0));
        ck_assert_uint_eq(keeper->flags, KEEPER_FLAG_FOREIGN);
        world_manager->config.clipboard = true;
        (void) world_answer(attach());
        ck_assert_uint_eq(keeper->flags, KEEPER_FLAG_CLIPBOARD);
        (void) world_answer(world_call_session("t1", "Attach", "uua{sv}", UINT32_C(24), UINT32_C(80), 2,
                "SizePolicy", "s", "largest", "Scrollback", "u", UINT32_C(10)));
        world_end();
}

TEST(bad_arguments_are_refused) {
        (void) begin();
        ck_assert_ptr_nonnull(strstr(world_refusal(world_call_session("t1", "Attach", "uua{sv}",
                                                           UINT32_C(10001), UINT32_C(80), 0),
                                             ERROR_INVALID_ARGUMENT),
                "from 0 to 10000"));
        ck_assert_ptr_nonnull(
                strstr(world_refusal(world_call_session("t1", "Resize", "uu", UINT32_C(0), UINT32_C(80)),
                               ERROR_INVALID_ARGUMENT),
                        "from 1 to 10000"));
        (void) world_refusal(attach_with("Scrollback", "u", 10001), ERROR_INVALID_ARGUMENT);
        (void) world_refusal(attach_with("Scrollback", "b", true), ERROR_INVALID_ARGUMENT);
        (void) world_refusal(attach_with("Colour", "b", true), ERROR_UNKNOWN_OPTION);
        (void) world_refusal(world_call_session("t1", "Attach", "uua{sv}", UINT32_C(24), UINT32_C(80), 1,
                                     "SizePolicy", "s", "huge"),
                ERROR_INVALID_ARGUMENT);
        ck_assert_uint_eq(keeper->heard[KEEPER_ATTACH], 0);
        world_end();
}

TEST(sizes_are_passed_on) {
        (void) begin();
        (void) world_answer(world_call_session("t1", "Resize", "uu", UINT32_C(50), UINT32_C(132)));
        ck_assert_uint_eq(keeper->heard[KEEPER_RESIZE], 1);
        ck_assert_str_eq(keeper->text, OWNER);
        world_end();
}

/* Once it is the caller's, the keeper cannot change it any more. */
TEST(snapshots_are_files) {
        FakeCall *call;
        int fd;

        (void) begin();
        fake_keepers_mute(KEEPER_SNAPSHOT, 1);
        call = world_call_session("t1", "Snapshot", "a{sv}", 1, "Styles", "b", (int) true);
        WORLD_UNTIL(keeper->heard[KEEPER_SNAPSHOT]);
        ck_assert_uint_eq(keeper->flags, KEEPER_FLAG_STYLES);
        ck_assert_int_eq(write(keeper->received_fd, "$ ", 2), 2);
        fake_keeper_answer(keeper, KEEPER_SNAPSHOT);
        ck_assert_int_gt(sd_bus_message_read(world_answer(call), "h", &fd), 0);
        ck_assert_int_eq(lseek(fd, 0, SEEK_END), 2);
        ck_assert_int_lt(write(keeper->received_fd, "!", 1), 0);
        world_end();
}

TEST(what_the_keeper_refuses_is_refused) {
        FakeCall *call;

        (void) begin();
        fake_keepers_mute(KEEPER_ATTACH, 1);
        call = attach();
        WORLD_UNTIL(keeper->heard[KEEPER_ATTACH]);
        fake_keeper_refuse(keeper, KEEPER_ATTACH, KEEPER_ERROR_LIMIT, "There are 32 clients already.");
        ck_assert_ptr_nonnull(strstr(world_refusal(call, ERROR_LIMIT_REACHED), "32 clients"));
        world_end();
}

/* The caller notices nothing but a moment's delay. */
TEST(a_keeper_that_was_killed_is_asked_again) {
        FakeCall *call;
        Session *s = begin();

        fake_keepers_mute(KEEPER_ATTACH, 1);
        call = attach();
        WORLD_UNTIL(keeper->heard[KEEPER_ATTACH]);
        fake_keeper_hang_up(keeper);
        WORLD_UNTIL(s->keeper.reconnect);
        world_expire(s->keeper.reconnect);
        (void) world_answer(call);
        ck_assert_uint_eq(keeper->heard[KEEPER_ATTACH], 2);
        world_end();
}

TEST(a_keeper_that_is_gone_answers_nobody) {
        FakeCall *call;
        Session *s = begin();

        fake_keepers_mute(KEEPER_ATTACH, 1);
        call = attach();
        WORLD_UNTIL(keeper->heard[KEEPER_ATTACH]);
        fake_keeper_end(keeper);
        WORLD_UNTIL(s->keeper.reconnect);
        world_expire(s->keeper.reconnect);
        (void) world_refusal(call, ERROR_NO_KEEPER);
        world_end();
}

TEST(a_keeper_that_does_not_answer_is_told_of) {
        FakeCall *call;
        Session *s = begin();

        fake_keepers_mute(KEEPER_ATTACH, 1);
        call = attach();
        WORLD_UNTIL(keeper->heard[KEEPER_ATTACH]);
        s->keeper.requests.items[0]->deadline = 0;
        world_expire(s->keeper.requests.timer);
        ck_assert_ptr_nonnull(strstr(world_refusal(call, ERROR_NO_KEEPER), "did not answer"));
        world_end();
}

TEST(so_many_calls_wait) {
        FakeCall *calls[KEEPER_REQUESTS_MAX + 1];

        (void) begin();
        fake_keepers_mute(KEEPER_ATTACH, UINT32_MAX);
        for (size_t i = 0; i < ELEMENTSOF(calls); i++)
                calls[i] = attach();
        (void) world_refusal(calls[KEEPER_REQUESTS_MAX], ERROR_LIMIT_REACHED);
        world_end();
}

TEST(only_terminals_that_run_are_attached_to) {
        Session *s = begin();

        (void) world_start_notebook("/tmp/a.ipynb");
        ck_assert_ptr_nonnull(strstr(
                world_refusal(world_call_session("n2", "Attach", "uua{sv}", UINT32_C(24), UINT32_C(80), 0),
                        ERROR_NOT_ATTACHABLE),
                "ConnectionFile"));
        (void) world_register(NULL);
        (void) world_refusal(world_call_session("t3", "Snapshot", "a{sv}", 0), ERROR_NOT_ATTACHABLE);
        fake_systemd_set_job("compute-t1.scope", NULL);
        (void) world_call_session("t1", "Stop", "");
        WORLD_UNTIL(s->phase == PHASE_STOPPING);
        (void) world_refusal(attach(), ERROR_NOT_ATTACHABLE);
        (void) world_refusal(
                world_call_session("t1", "Resize", "uu", UINT32_C(24), UINT32_C(80)), ERROR_NOT_ATTACHABLE);
        world_end();
}

TEST_MAIN(caller_and_keeper_get_a_stream, options_become_flags, bad_arguments_are_refused,
        sizes_are_passed_on, snapshots_are_files, what_the_keeper_refuses_is_refused,
        a_keeper_that_was_killed_is_asked_again, a_keeper_that_is_gone_answers_nobody,
        a_keeper_that_does_not_answer_is_told_of, so_many_calls_wait,
        only_terminals_that_run_are_attached_to);
