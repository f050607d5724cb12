/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is logged, how, and what logging returns. */

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/log.h"
#include "tests/unit/capture.h"
#include "tests/unit/test-main.h"

TEST(logs_lines_up_to_the_level) {
        Capture c;

        capture_begin(&c);
        log_info("shown %d", 1);
        log_debug("not shown");
        log_set_max_level(LOG_ERR);
        log_warning("not shown");
        log_error("shown %d", 2);
        log_set_max_level(LOG_DEBUG);
        log_debug("shown %d", 3);
        ck_assert_str_eq(capture_end(&c), "shown 1\nshown 2\nshown 3\n");
}

TEST(returns_the_error) {
        Capture c;

        capture_begin(&c);
        errno = E2BIG;
        ck_assert_int_eq(log_error_errno(ENOENT, "a: %m"), -ENOENT);
        ck_assert_int_eq(log_error_errno(-ENOENT, "b: %m"), -ENOENT);
        ck_assert_int_eq(log_debug_errno(-EIO, "not shown"), -EIO);
        ck_assert_int_eq(log_warning_errno(0, "c"), 0);
        ck_assert_int_eq(log_oom(), -ENOMEM);
        ck_assert_int_eq(errno, E2BIG);
        ck_assert_str_eq(capture_end(&c),
                "a: No such file or directory\nb: No such file or directory\nc\nOut of memory.\n");
}

TEST(reads_levels) {
        static const char *const bad[] = { "", "8", "-1", "loud", "ERR", "err " };

        ck_assert_int_eq(log_set_max_level_from_string("debug"), 0);
        ck_assert_int_eq(log_set_max_level_from_string("0"), 0);
        ck_assert_int_eq(log_set_max_level_from_string("7"), 0);
        ck_assert_int_eq(log_set_max_level_from_string("err"), 0);
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                ck_assert_msg(log_set_max_level_from_string(bad[i]) == -EINVAL, "accepts '%s'", bad[i]);
}

TEST(environment_sets_the_level) {
        Capture c;

        ck_assert_int_eq(setenv("SYSTEMD_LOG_LEVEL", "warning", 1), 0);
        log_open();
        capture_begin(&c);
        log_info("not shown");
        log_warning("shown");
        ck_assert_str_eq(capture_end(&c), "shown\n");
}

/* sd-daemon(3): only where the journal is at the other end. */
TEST(journal_gets_priorities) {
        char stream[64];
        struct stat st;
        Capture c;

        capture_begin(&c);
        ck_assert_int_eq(fstat(STDERR_FILENO, &st), 0);
        snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long) st.st_dev,
                (unsigned long long) st.st_ino);
        ck_assert_int_eq(setenv("JOURNAL_STREAM", stream, 1), 0);
        log_open();
        log_warning("with");
        ck_assert_int_eq(setenv("JOURNAL_STREAM", "1:1", 1), 0);
        log_open();
        log_warning("without");
        ck_assert_int_eq(setenv("JOURNAL_STREAM", "nonsense", 1), 0);
        log_open();
        log_warning("without");
        ck_assert_str_eq(capture_end(&c), "<4>with\nwithout\nwithout\n");
}

TEST(nobody_waits_for_the_journal) {
        int ends[2], saved = dup(STDERR_FILENO), n_lines = 0;
        char stream[64], text[1024];
        bool told = false;
        struct stat st;
        ssize_t n;

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
        ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
        ck_assert_int_eq(fstat(STDERR_FILENO, &st), 0);
        snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long) st.st_dev,
                (unsigned long long) st.st_ino);
        ck_assert_int_eq(setenv("JOURNAL_STREAM", stream, 1), 0);
        log_open();
        for (int i = 0; i < 10000; i++)
                log_info("line %d", i);
        while ((n = recv(ends[0], text, sizeof(text), MSG_DONTWAIT)) > 0)
                n_lines++;
        ck_assert_int_gt(n_lines, 0);
        log_info("the last");
        while ((n = recv(ends[0], text, sizeof(text) - 1, MSG_DONTWAIT)) > 0) {
                text[n] = 0;
                told = told || strstr(text, " lines were left out here.\n");
        }
        ck_assert_int_ge(dup2(saved, STDERR_FILENO), 0);
        ck_assert(told);
        ck_assert_ptr_nonnull(strstr(text, "<6>the last\n"));
}

TEST(long_lines_are_cut) {
        char text[5000];
        const char *logged;
        Capture c;

        memset(text, 'x', sizeof(text) - 1);
        text[sizeof(text) - 1] = 0;
        capture_begin(&c);
        log_error("%s", text);
        logged = capture_end(&c);
        ck_assert_uint_eq(count_lines(logged), 1);
        ck_assert_uint_gt(strlen(logged), 1000);
        ck_assert_uint_lt(strlen(logged), sizeof(text));
}

TEST_MAIN(logs_lines_up_to_the_level, returns_the_error, reads_levels, environment_sets_the_level,
        journal_gets_priorities, nobody_waits_for_the_journal, long_lines_are_cut);
