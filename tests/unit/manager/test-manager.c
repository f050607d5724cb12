/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How the manager starts, what keeps it from that, what it tells its service manager, and how it ends. */

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "manager/manager.h"
#include "tests/unit/capture.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

/* It does not start, and returns this. */
static void assert_start_fails(int expected) {
        Capture c;
        int r;

        capture_begin(&c);
        r = world_start();
        (void) capture_end(&c);
        ck_assert_int_eq(r, expected);
        world_end();
}

TEST(without_a_bus_it_does_not_start) {
        _cleanup_free_ char *path = NULL;

        world_begin_new(/* user_mode = */ true);
        path = world_path("bus");
        ck_assert_int_eq(unlink(path), 0);
        assert_start_fails(-ENOENT);
}

TEST(with_another_manager_it_does_not_start) {
        world_begin_new(/* user_mode = */ true);
        fake_bus_refuse("RequestName", 1, SD_BUS_ERROR_FILE_EXISTS, "There is one.");
        assert_start_fails(-EEXIST);
}

TEST(without_systemd_it_does_not_start) {
        static const char *const calls[] = { "Subscribe", "Get org.freedesktop.systemd1.Manager Version" };

        for (size_t i = 0; i < ELEMENTSOF(calls); i++) {
                world_begin_new(/* user_mode = */ true);
                fake_bus_refuse(calls[i], 1, SD_BUS_ERROR_ACCESS_DENIED, "No.");
                assert_start_fails(-EACCES);
        }
}

/* Whoever can write there could give us sessions; another attempt would find the same. */
TEST(a_runtime_directory_of_others_is_not_taken) {
        _cleanup_free_ char *path = NULL;

        world_begin_new(/* user_mode = */ true);
        path = world_path("compute-sessions");
        ck_assert_int_eq(mkdir(path, 0700), 0);
        ck_assert_int_eq(chmod(path, 0777), 0);
        assert_start_fails(-ENOTRECOVERABLE);
}

TEST(a_runtime_directory_that_is_a_file_is_not_taken) {
        _cleanup_free_ char *path = NULL;

        world_begin_new(/* user_mode = */ true);
        path = world_path("compute-sessions");
        (void) close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        assert_start_fails(-ENOTRECOVERABLE);
}

TEST(a_user_without_a_runtime_directory_has_no_manager) {
        Manager *m = NULL;
        Capture c;
        int r;

        unsetenv("XDG_RUNTIME_DIR");
        capture_begin(&c);
        r = manager_new(/* user_mode = */ true, &m);
        (void) capture_end(&c);
        ck_assert_int_eq(r, -ENXIO);
        ck_assert_ptr_nonnull(strstr(c.text, "$XDG_RUNTIME_DIR"));
}

/* Settings of users are where $XDG_CONFIG_HOME says, or below their home. */
TEST(settings_are_read) {
        world_configure("[Sessions]\nSessionsMax=7\n");
        world_begin();
        ck_assert_uint_eq(world_manager->config.sessions_max, 7);
        world_kill();
        unsetenv("XDG_CONFIG_HOME");
        setenv("HOME", "/nonexistent", true);
        world_begin_next();
        ck_assert_uint_ne(world_manager->config.sessions_max, 7);
        world_end();
}

static bool receives(int fd, const char *expected) {
        char text[256];
        ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

        text[MAX(n, (ssize_t) 0)] = 0;
        return streq(text, expected);
}

/* systemctl status */
TEST(its_service_manager_is_told) {
        _cleanup_free_ char *path = NULL;
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd;

        world_begin_new(/* user_mode = */ true);
        path = world_path("notify");
        strcpy(address.sun_path, path);
        fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        ck_assert_int_eq(bind(fd, (struct sockaddr *) &address, sizeof(address)), 0);
        setenv("NOTIFY_SOCKET", path, true);
        ck_assert_int_eq(world_start(), 0);
        WORLD_UNTIL(receives(fd, "READY=1\nSTATUS=0 notebooks, 0 terminals."));
        (void) world_start_terminal();
        WORLD_UNTIL(receives(fd, "STATUS=0 notebooks, 1 terminal."));
        (void) close(fd);
        world_end();
}

/* Its sessions are not stopped by that. */
TEST(it_ends_when_it_is_told_to) {
        world_begin();
        (void) world_start_terminal();
        world_settle();
        fake_bus_forget();
        ck_assert_int_eq(kill(getpid(), SIGTERM), 0);
        ck_assert_int_eq(manager_run(world_manager), 0);
        ck_assert_uint_eq(fake_bus_heard("StopUnit"), 0);
        ck_assert_int_eq(kill(fake_keeper_get("t1")->payload, 0), 0);
        world_end();
}

/* systemd starts another one, which takes up everything. */
TEST(it_ends_when_the_bus_does) {
        world_begin();
        (void) world_start_terminal();
        fake_bus_break();
        (void) manager_run(world_manager);
        world_kill();
        world_begin_next();
        ck_assert_ptr_nonnull(world_session("t1"));
        world_end();
}

TEST_MAIN(without_a_bus_it_does_not_start, with_another_manager_it_does_not_start,
        without_systemd_it_does_not_start, a_runtime_directory_of_others_is_not_taken,
        a_runtime_directory_that_is_a_file_is_not_taken, a_user_without_a_runtime_directory_has_no_manager,
        settings_are_read, its_service_manager_is_told, it_ends_when_it_is_told_to,
        it_ends_when_the_bus_does);
