/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Links that lead to the sockets of the login that came last. */

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "shared/login-environment.h"
#include "tests/unit/test-main.h"

static int make_socket(const char *path) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        ck_assert_int_ge(fd, 0);
        (void) snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
        ck_assert_int_eq(bind(fd, (struct sockaddr *) &address, sizeof(address)), 0);
        return fd;
}

TEST(variables) {
        ck_assert_str_eq(login_variable_find("SSH_AUTH_SOCK")->link, "ssh-agent");
        ck_assert_str_eq(login_variable_find("WAYLAND_DISPLAY=wayland-0")->link, "wayland");
        ck_assert_ptr_null(login_variable_find("DISPLAY=:0")->link);
        ck_assert_ptr_null(login_variable_find("DISPLAYS=:0"));
        ck_assert_ptr_null(login_variable_find("PATH"));
}

TEST(place_is_of_the_session) {
        _cleanup_free_ char *system = login_directory(1000, false, "t1"),
                            *own = login_directory(1000, true, "t1");

        ck_assert_str_eq(system, "/run/user/1000/compute-logins/t1");
        ck_assert_str_eq(own, "/run/user/1000/compute-logins/user-t1");
}

TEST(links_are_followed_and_replaced) {
        char folder[] = "/tmp/test-login-XXXXXX", one[64], two[64], link[64];
        _cleanup_free_ char *found = NULL, *again = NULL;
        int first, second;

        ck_assert_ptr_nonnull(mkdtemp(folder));
        (void) snprintf(one, sizeof(one), "%s/one", folder);
        (void) snprintf(two, sizeof(two), "%s/two", folder);
        (void) snprintf(link, sizeof(link), "%s/ssh-agent", folder);
        first = make_socket(one);
        second = make_socket(two);

        ck_assert_int_eq(login_link_set(folder, "ssh-agent", one), 0);
        found = login_socket(getuid(), link);
        ck_assert_str_eq(found, one);
        ck_assert_int_eq(login_link_set(folder, "ssh-agent", two), 0);
        again = login_socket(getuid(), link);
        ck_assert_str_eq(again, two);

        ck_assert_int_eq(close(first), 0);
        ck_assert_int_eq(close(second), 0);
        ck_assert_int_eq(unlink(link), 0);
        ck_assert_int_eq(unlink(one), 0);
        ck_assert_int_eq(unlink(two), 0);
        ck_assert_ptr_null(login_socket(getuid(), link));
        ck_assert_int_eq(login_link_set("/nowhere/at/all", "ssh-agent", one), -ENOENT);
        ck_assert_int_eq(rmdir(folder), 0);
}

TEST(what_is_no_socket_is_none) {
        ck_assert_ptr_null(login_socket(getuid(), NULL));
        ck_assert_ptr_null(login_socket(getuid(), ""));
        ck_assert_ptr_null(login_socket(getuid(), "/etc/passwd"));
        ck_assert_ptr_null(login_socket(getuid(), "../../../etc/passwd"));
        ck_assert_ptr_null(login_socket(getuid(), "no-such-display"));
}

TEST_MAIN(variables, place_is_of_the_session, links_are_followed_and_replaced, what_is_no_socket_is_none);
