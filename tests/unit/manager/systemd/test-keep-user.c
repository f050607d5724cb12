/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whom the manager has logind keep, from the first session to the last, and what marks say of it. */

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "manager/systemd/keep-user.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

#define LOGIND "org.freedesktop.login1"

static char mark[64], linger_on[64], linger_off[64];
static int lingers; /* of itself, as logind says */

static void serve_logind(sd_bus_message *call) {
        if (streq(sd_bus_message_get_member(call), "Get"))
                (void) sd_bus_reply_method_return(call, "v", "b", lingers);
        else
                (void) sd_bus_reply_method_return(call, NULL);
}

static void begin_new(void) {
        _cleanup_free_ char *folder = NULL;

        world_begin_new(/* user_mode = */ false);
        folder = world_path(".");
        setenv("STATE_DIRECTORY", folder, true);
        fake_bus_set_peer(LOGIND, serve_logind);
        (void) snprintf(mark, sizeof(mark), "kept-users/%u", world_uid());
        (void) snprintf(linger_on, sizeof(linger_on), "SetUserLinger %u 1", world_uid());
        (void) snprintf(linger_off, sizeof(linger_off), "SetUserLinger %u 0", world_uid());
}

static void begin(void) {
        begin_new();
        ck_assert_int_eq(world_start(), 0);
}

static bool is_marked(void) {
        _cleanup_free_ char *path = world_path(mark);

        return access(path, F_OK) >= 0;
}

static const char *state(void) {
        return keep_user_state(world_manager, world_uid());
}

/* The last session has ended, and the user is to be released. */
static void end_session(void) {
        fake_keeper_end_payload(fake_keeper_get("t1"), 0);
        world_end_leader("t1");
        WORLD_UNTIL(!world_session("t1"));
}

TEST(users_are_kept_and_released) {
        begin();
        ck_assert_str_eq(state(), "");
        (void) world_start_terminal();
        WORLD_UNTIL(streq(state(), "linger"));
        ck_assert_uint_eq(fake_bus_heard(linger_on), 1);
        ck_assert(is_marked());
        (void) world_start_terminal();
        world_settle();
        ck_assert_uint_eq(fake_bus_heard("SetUserLinger"), 1);
        end_session();
        ck_assert_ptr_null(world_manager->kept_users.items[0]->release); /* there is another one */
        fake_keeper_end_payload(fake_keeper_get("t2"), 0);
        world_end_leader("t2");
        WORLD_UNTIL(world_manager->kept_users.items[0]->release);
        ck_assert_uint_eq(fake_bus_heard(linger_off), 0);
        world_expire(world_manager->kept_users.items[0]->release);
        WORLD_UNTIL(world_manager->kept_users.n == 0);
        ck_assert_uint_eq(fake_bus_heard(linger_off), 1);
        ck_assert(!is_marked());
        world_end();
}

/* Lingering that was there before is never ended. */
TEST(users_who_linger_anyway_are_left_alone) {
        begin();
        lingers = true;
        (void) world_start_terminal();
        WORLD_UNTIL(streq(state(), "linger"));
        ck_assert(!is_marked());
        end_session();
        ck_assert_uint_eq(world_manager->kept_users.n, 0);
        ck_assert_uint_eq(fake_bus_heard("SetUserLinger"), 0);
        world_end();
}

TEST(a_session_in_time_keeps_them) {
        begin();
        (void) world_start_terminal();
        WORLD_UNTIL(streq(state(), "linger"));
        end_session();
        WORLD_UNTIL(world_manager->kept_users.items[0]->release);
        (void) world_start_terminal();
        ck_assert_ptr_null(world_manager->kept_users.items[0]->release);
        ck_assert_uint_eq(fake_bus_heard("SetUserLinger"), 1);
        world_end();
}

/* They were being released just then. */
TEST(a_session_too_late_has_them_kept_anew) {
        begin();
        (void) world_start_terminal();
        WORLD_UNTIL(streq(state(), "linger"));
        end_session();
        WORLD_UNTIL(world_manager->kept_users.items[0]->release);
        fake_bus_hold(linger_off, 1);
        world_expire(world_manager->kept_users.items[0]->release);
        WORLD_UNTIL(fake_bus_heard(linger_off));
        ck_assert_str_eq(state(), "off");
        (void) world_start_terminal();
        WORLD_UNTIL(streq(state(), "linger"));
        ck_assert_uint_eq(fake_bus_heard(linger_on), 2);
        ck_assert(is_marked());
        world_end();
}

TEST(without_logind_nobody_is_kept) {
        begin();
        fake_bus_set_peer(LOGIND, NULL);
        (void) world_start_terminal();
        WORLD_UNTIL(streq(state(), "off"));
        ck_assert(!is_marked());
        /* It is there by the next session. */
        fake_bus_set_peer(LOGIND, serve_logind);
        (void) world_start_terminal();
        WORLD_UNTIL(streq(state(), "linger"));
        world_end();
}

/* The next manager tries again. */
TEST(users_who_cannot_be_released_stay_marked) {
        begin();
        (void) world_start_terminal();
        WORLD_UNTIL(streq(state(), "linger"));
        end_session();
        WORLD_UNTIL(world_manager->kept_users.items[0]->release);
        fake_bus_refuse(linger_off, 1, SD_BUS_ERROR_ACCESS_DENIED, "No.");
        world_expire(world_manager->kept_users.items[0]->release);
        WORLD_UNTIL(world_manager->kept_users.n == 0);
        ck_assert(is_marked());
        world_restart();
        ck_assert_uint_eq(world_manager->kept_users.n, 1);
        world_expire(world_manager->kept_users.items[0]->release);
        WORLD_UNTIL(world_manager->kept_users.n == 0);
        ck_assert(!is_marked());
        world_end();
}

/* A manager that was killed meanwhile; what is in the folder beside marks is none of ours. */
TEST(marks_survive_managers) {
        _cleanup_free_ char *other = NULL;

        begin();
        (void) world_start_terminal();
        WORLD_UNTIL(streq(state(), "linger"));
        other = world_path("kept-users/README");
        (void) close(open(other, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        world_restart();
        WORLD_UNTIL(fake_bus_heard(linger_on)); /* perhaps the user has ended it */
        ck_assert_uint_eq(world_manager->kept_users.n, 1);
        ck_assert_ptr_null(world_manager->kept_users.items[0]->release);
        world_end();
}

/* Meanwhile the administrator turned it off. */
TEST(who_is_not_to_be_kept_any_more_is_released) {
        begin();
        (void) world_start_terminal();
        WORLD_UNTIL(streq(state(), "linger"));
        world_kill();
        world_make_next();
        world_manager->config.keep_user = KEEP_USER_OFF;
        ck_assert_int_eq(world_start(), 0);
        ck_assert_str_eq(state(), "off");
        world_expire(world_manager->kept_users.items[0]->release);
        WORLD_UNTIL(fake_bus_heard(linger_off));
        WORLD_UNTIL(!is_marked());
        world_end();
}

TEST(a_folder_that_is_none_keeps_nobody) {
        _cleanup_free_ char *path = NULL;

        begin_new();
        path = world_path("kept-users");
        (void) close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        ck_assert_int_eq(world_start(), 0);
        ck_assert(!world_manager->kept_users.active);
        (void) world_start_terminal();
        ck_assert_str_eq(state(), "off");
        world_end();
}

TEST_MAIN(users_are_kept_and_released, users_who_linger_anyway_are_left_alone, a_session_in_time_keeps_them,
        a_session_too_late_has_them_kept_anew, without_logind_nobody_is_kept,
        users_who_cannot_be_released_stay_marked, marks_survive_managers,
        who_is_not_to_be_kept_any_more_is_released, a_folder_that_is_none_keeps_nobody);
