/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a terminal still answers is read, and nothing behind it. */

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctl/attach/tty-answers.h"
#include "shared/fd.h"
#include "tests/unit/test-main.h"

#define LONG (60 * USEC_PER_SEC)

/* A terminal that answers in pieces once it is asked what it is. */
typedef struct Terminal {
        int fd;
        const char *const *pieces;
} Terminal;

static void *answer(void *userdata) {
        const Terminal *t = userdata;
        char asked[64];
        size_t n = 0;

        while (n < 3 || memcmp(asked + n - 3, "\033[c", 3) != 0)
                n += (size_t) read(t->fd, asked + n, 1);
        for (const char *const *piece = t->pieces; *piece; piece++)
                ck_assert_int_eq(write(t->fd, *piece, strlen(*piece)), (ssize_t) strlen(*piece));
        return NULL;
}

static void expect_all_read(const char *const *pieces) {
        int fds[2];
        Terminal t = { .pieces = pieces };
        struct pollfd left;
        pthread_t thread;

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
        t.fd = fds[1];
        ck_assert_int_eq(pthread_create(&thread, NULL, answer, &t), 0);
        tty_discard_answers(fds[0], fds[0], LONG);
        ck_assert_int_eq(pthread_join(thread, NULL), 0);
        left = (struct pollfd){ .fd = fds[0], .events = POLLIN };
        ck_assert_int_eq(poll(&left, 1, 0), 0);
        (void) safe_close(fds[0]);
        (void) safe_close(fds[1]);
}

TEST(until_it_says_what_it_is) {
        expect_all_read((const char *const[]){ "\033[?62;22c", NULL });
        expect_all_read((const char *const[]){ "\033]11;rgb:0/0/0\033", "\\\033", "[", "?6", "2c", NULL });
        expect_all_read((const char *const[]){ "typed", "\033\033[?1;2R\033[?6c", NULL });
}

TEST(not_for_ever) {
        usec_t before = now_usec(CLOCK_MONOTONIC);
        int fds[2];

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
        ck_assert_int_eq(write(fds[1], "typed", 5), 5);
        tty_discard_answers(fds[0], fds[0], 20 * USEC_PER_MSEC);
        ck_assert_uint_ge(now_usec(CLOCK_MONOTONIC), before + 20 * USEC_PER_MSEC);
        (void) signal(SIGPIPE, SIG_IGN);
        (void) safe_close(fds[1]);
        /* nor when it is gone */
        tty_discard_answers(fds[0], fds[0], LONG);
        (void) safe_close(fds[0]);
}

TEST_MAIN(until_it_says_what_it_is, not_for_ever);
