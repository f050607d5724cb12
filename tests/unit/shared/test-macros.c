/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Ownership helpers and string comparisons. */

#include <fcntl.h>
#include <unistd.h>

#include "shared/macros.h"
#include "tests/unit/test-main.h"

TEST(closes_once) {
        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

        ck_assert_int_ge(fd, 0);
        errno = 42;
        ck_assert_int_eq(safe_close(fd), -EBADF);
        ck_assert_int_eq(safe_close(fd), -EBADF);
        ck_assert_int_eq(safe_close(-EBADF), -EBADF);
        ck_assert_int_eq(errno, 42);
        ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
}

TEST(cleanup_closes) {
        int number;

        {
                _cleanup_close_ int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

                number = fd;
                ck_assert_int_ge(fcntl(number, F_GETFD), 0);
        }
        ck_assert_int_eq(fcntl(number, F_GETFD), -1);
}

TEST(takes_over) {
        _cleanup_free_ char *s = strdup("mine");
        _cleanup_free_ char *taken = TAKE_PTR(s);
        int fd = 42;

        ck_assert_ptr_null(s);
        ck_assert_str_eq(taken, "mine");
        ck_assert_int_eq(TAKE_FD(fd), 42);
        ck_assert_int_eq(fd, -EBADF);
}

TEST(compares) {
        ck_assert(streq("a", "a") && !streq("a", "b") && !streq("a", ""));
        ck_assert(streq_null(NULL, NULL) && streq_null("a", "a"));
        ck_assert(!streq_null(NULL, "") && !streq_null("", NULL) && !streq_null("a", "b"));
        ck_assert(isempty(NULL) && isempty("") && !isempty(" "));
        ck_assert_str_eq(strempty(NULL), "");
        ck_assert_str_eq(strempty("a"), "a");
        ck_assert_str_eq(startswith("abc", "ab"), "c");
        ck_assert_str_eq(startswith("abc", "abc"), "");
        ck_assert_str_eq(startswith("abc", ""), "abc");
        ck_assert_ptr_null(startswith("ab", "abc"));
        ck_assert_ptr_null(startswith("", "a"));
        ck_assert_int_eq(MAX(-1, 2), 2);
        ck_assert_int_eq(MIN(-1, 2), -1);
}

TEST(replaces_strings) {
        _cleanup_free_ char *s = NULL;
        char *before;

        ck_assert_int_eq(replace_string(&s, NULL), 0);
        ck_assert_int_eq(replace_string(&s, "a"), 1);
        before = s;
        ck_assert_int_eq(replace_string(&s, "a"), 0);
        ck_assert_ptr_eq(s, before);
        ck_assert_int_eq(replace_string(&s, "b"), 1);
        ck_assert_str_eq(s, "b");
        ck_assert_int_eq(replace_string(&s, s + 1), 1); /* a part of itself */
        ck_assert_str_eq(s, "");
        ck_assert_int_eq(replace_string(&s, NULL), 1);
        ck_assert_ptr_null(s);
}

TEST_MAIN(closes_once, cleanup_closes, takes_over, compares, replaces_strings);
