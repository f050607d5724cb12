/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The connection to a keeper: its socket, who may be there, and what becomes of what a keeper sends too
 * much of. */

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "manager/keepers/keeper-link.h"
#include "manager/model/session-state.h"
#include "manager/session/session-lifetime.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

TEST(sockets_are_made_and_removed) {
        struct stat st;
        Session *s;
        char *path;
        int fd;

        world_begin();
        ck_assert_int_eq(session_new(world_manager, SESSION_TERMINAL, 77, world_uid(), true, &s), 0);
        fd = keeper_link_listen(world_manager, s);
        ck_assert_int_ge(fd, 0);
        path = world_path("compute-sessions/keepers/t77");
        ck_assert_int_eq(stat(path, &st), 0);
        ck_assert(S_ISSOCK(st.st_mode));
        ck_assert_int_eq(keeper_link_listen(world_manager, s), -EADDRINUSE);
        keeper_link_forget(world_manager, s);
        ck_assert_int_lt(stat(path, &st), 0);
        keeper_link_forget(world_manager, s);
        (void) close(fd);
        free(path);
        (void) session_free(s);
        world_end();
}

/* A path that no socket can have. */
TEST(long_paths_are_refused) {
        char path[300];
        Session *s;

        world_begin();
        ck_assert_int_eq(session_new(world_manager, SESSION_TERMINAL, 77, world_uid(), true, &s), 0);
        memset(path, 'a', sizeof(path));
        path[0] = '/';
        path[sizeof(path) - 1] = 0;
        ck_assert_int_ge(replace_string(&world_manager->runtime_dir, path), 0);
        ck_assert_int_eq(keeper_link_listen(world_manager, s), -ENAMETOOLONG);
        ck_assert_int_eq(keeper_link_connect(s, NULL), -ENAMETOOLONG);
        (void) session_free(s);
        world_end();
}

TEST(nothing_is_sent_to_nobody) {
        KeeperRequest *none = NULL;
        Session *s;

        world_begin();
        ck_assert_int_eq(session_new(world_manager, SESSION_TERMINAL, 77, world_uid(), true, &s), 0);
        ck_assert_int_eq(keeper_link_open_gate(s), -ENOTCONN);
        ck_assert_int_eq(keeper_link_restart(s), -ENOTCONN);
        ck_assert_int_eq(keeper_link_send_request(s, none), -ENOTCONN);
        ck_assert_int_eq(keeper_link_connect(s, NULL), -ENOENT);
        ck_assert(!keeper_link_is_greeted(NULL));
        keeper_link_close(s);
        (void) session_free(s);
        world_end();
}

/* A keeper that was not heard yet is sent nothing but HELLO: it would be sent twice. */
TEST(requests_wait_for_the_first_word) {
        FakeCall *call;
        FakeKeeper *k;
        Session *s;

        world_begin();
        s = world_start_terminal();
        k = fake_keeper_get("t1");
        fake_keepers_mute(KEEPER_HELLO, 1);
        s->keeper.link_since = 0;
        fake_keeper_hang_up(k);
        WORLD_UNTIL(k->heard[KEEPER_HELLO] == 2);
        call = world_call_session("t1", "Resize", "uu", UINT32_C(24), UINT32_C(80));
        WORLD_UNTIL(s->keeper.requests.n == 1);
        world_settle();
        ck_assert_uint_eq(k->heard[KEEPER_RESIZE], 0);
        fake_keeper_tell_status(k);
        (void) world_answer(call);
        ck_assert_uint_eq(k->heard[KEEPER_RESIZE], 1);
        world_end();
}

/* Each keeper of a session gets the same page, which it cannot resize under us. */
TEST(the_activity_page_is_the_sessions) {
        uint64_t input = 0;
        FakeKeeper *k;
        Session *s;
        int fd;

        world_begin();
        s = world_start_terminal();
        fd = s->keeper.activity_fd;
        ck_assert_int_eq(fcntl(fd, F_GET_SEALS), F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
        k = fake_keeper_get("t1");
        s->keeper.link_since = 0;
        fake_keeper_hang_up(k);
        WORLD_UNTIL(k->heard[KEEPER_HELLO] == 2);
        ck_assert_int_eq(s->keeper.activity_fd, fd);
        ck_assert_int_eq(pwrite(k->received_fd, "\x07\0\0\0\0\0\0\0", 8, 0), 8);
        ck_assert_int_gt(
                sd_bus_message_read(world_answer(fake_bus_call(OWNER, "/org/computesession1/session/t1",
                                            "org.freedesktop.DBus.Properties", "Get", "ss",
                                            SESSION_INTERFACE, "LastInputTimestamp")),
                        "v", "t", &input),
                0);
        ck_assert_uint_eq(input, 7);
        world_end();
}

/* A descriptor may take for ever to close, and is never taken. */
TEST(descriptors_end_the_connection) {
        WireWriter w = {};
        FakeKeeper *k;
        Session *s;
        int r;

        world_begin();
        s = world_start_terminal();
        k = fake_keeper_get("t1");
        wire_begin(&w, KEEPER_CHANGED, 0);
        r = wire_send(k->fd, &w, &(int){ STDERR_FILENO }, 1);
        wire_writer_done(&w);
        if (r == 0) { /* newer kernels refuse it at the sender */
                WORLD_UNTIL(s->keeper.reconnect);
                ck_assert_uint_eq(s->keeper.link_failures, 1);
        }
        ck_assert_int_eq(s->phase, PHASE_RUNNING);
        world_end();
}

/* One that floods us waits, and the session goes on. */
TEST(floods_are_read_in_turns) {
        FakeKeeper *k;
        unsigned n = 0;
        Session *s;

        world_begin();
        s = world_start_terminal();
        k = fake_keeper_get("t1");
        for (; n < 100; n++) {
                WireWriter w = {};
                int r;

                wire_begin(&w, KEEPER_CHANGED, 0);
                wire_put_u64(&w, KEEPER_TAG_CLIENTS, n);
                r = wire_send(k->fd, &w, NULL, 0);
                wire_writer_done(&w);
                if (r < 0)
                        break; /* it is full */
        }
        ck_assert_uint_gt(n, 0);
        (void) world_answer(world_call_manager("ListSessions", ""));
        WORLD_UNTIL(s->terminal.clients == n - 1);
        world_end();
}

/* A manager was killed between a socket and its record. */
TEST(sockets_of_nobody_are_swept_away) {
        char *stray, *other;

        world_begin();
        (void) world_start_terminal();
        stray = world_path("compute-sessions/keepers/t99");
        other = world_path("compute-sessions/keepers/README");
        (void) close(open(stray, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        (void) close(open(other, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        ck_assert_int_eq(keeper_link_sweep(world_manager), 0);
        ck_assert_int_lt(access(stray, F_OK), 0);
        ck_assert_int_eq(access(other, F_OK), 0);
        free(stray);
        free(other);
        world_end();
}

TEST_MAIN(sockets_are_made_and_removed, long_paths_are_refused, nothing_is_sent_to_nobody,
        requests_wait_for_the_first_word, the_activity_page_is_the_sessions, descriptors_end_the_connection,
        floods_are_read_in_turns, sockets_of_nobody_are_swept_away);
