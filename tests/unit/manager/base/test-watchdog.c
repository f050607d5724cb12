/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* systemd watches while something happens, and only then. */

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "manager/base/watchdog.h"
#include "shared/macros.h"
#include "tests/unit/test-main.h"

/* What systemd was told last, or "". */
static const char *told(int fd) {
        static char text[256];
        ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

        text[MAX(n, 0)] = 0;
        return text;
}

/* An abstract socket that stands for systemd's. */
static int listen_as_systemd(void) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        char name[64];
        int fd;

        snprintf(name, sizeof(name), "@test-watchdog-%d", (int) getpid());
        ck_assert_int_eq(setenv("NOTIFY_SOCKET", name, 1), 0);
        strcpy(address.sun_path, name);
        address.sun_path[0] = 0;
        fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(bind(fd, (struct sockaddr *) &address,
                                 (socklen_t) (offsetof(struct sockaddr_un, sun_path) + strlen(name))),
                0);
        return fd;
}

TEST(only_activity_is_watched) {
        int fd = listen_as_systemd();
        sd_event *event = NULL;
        Watchdog w;

        ck_assert_int_eq(sd_event_new(&event), 0);
        ck_assert_int_eq(watchdog_init(&w, event), 0);
        ck_assert_str_eq(told(fd), "");

        watchdog_touch(&w);
        ck_assert_str_eq(told(fd), "WATCHDOG_USEC=20000000\nWATCHDOG=1");
        watchdog_touch(&w); /* once is enough */
        ck_assert_str_eq(told(fd), "");

        ck_assert_int_gt(sd_event_run(event, 5 * USEC_PER_SEC), 0);
        ck_assert_str_eq(told(fd), "WATCHDOG=1");
        ck_assert_int_gt(sd_event_run(event, 5 * USEC_PER_SEC), 0);
        ck_assert_str_eq(told(fd), "WATCHDOG_USEC=0");
        ck_assert_int_eq(sd_event_run(event, 0), 0);

        watchdog_touch(&w);
        ck_assert_str_eq(told(fd), "WATCHDOG_USEC=20000000\nWATCHDOG=1");
        watchdog_done(&w);
        watchdog_touch(&w); /* at the end of the manager */
        sd_event_unref(event);
        ck_assert_int_eq(close(fd), 0);
}

TEST_MAIN(only_activity_is_watched);
