/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sizes, times, users, results and shortened text as people read them. */

#include <locale.h>

#include "ctl/text/format.h"
#include "shared/session-types.h"
#include "tests/unit/test-main.h"

TEST(bytes) {
        static const struct {
                uint64_t bytes;
                const char *expected;
        } cases[] = {
                { 0, "0B" },
                { 1023, "1023B" },
                { 1024, "1.0K" },
                { 1536, "1.5K" },
                { 1048575, "1023.9K" },
                { 1048576, "1.0M" },
                { 89443533, "85.3M" },
                { UINT64_C(1) << 40, "1.0T" },
                { UINT64_C(1) << 60, "1.0E" },
                { UINT64_MAX - 1, "15.9E" },
                { UINT64_MAX, "-" },
        };
        char text[BYTES_SIZE];

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                ck_assert_str_eq(bytes_format(cases[i].bytes, text), cases[i].expected);
}

TEST(numbers_and_spans) {
        char number[NUMBER_SIZE], span[TIME_SPAN_SIZE];

        ck_assert_str_eq(number_format(0, number), "0");
        ck_assert_str_eq(number_format(UINT64_MAX - 1, number), "18446744073709551614");
        ck_assert_str_eq(number_format(UINT64_MAX, number), "-");
        ck_assert_str_eq(cpu_format(UINT64_C(4200000000), span), "4.2s");
        ck_assert_str_eq(cpu_format(UINT64_C(192000000000), span), "3min 12s");
        ck_assert_str_eq(cpu_format(UINT64_MAX, span), "-");
        ck_assert_str_eq(span_format(USEC_INFINITY, span), "-");
}

TEST(timestamps) {
        char text[TIMESTAMP_SIZE], ago[AGO_SIZE];

        ck_assert_int_eq(setenv("TZ", "UTC", 1), 0);
        ck_assert_str_eq(
                timestamp_format(UINT64_C(1729764000) * USEC_PER_SEC, text), "Thu 2024-10-24 10:00:00 UTC");
        ck_assert_str_eq(timestamp_format(0, text), "n/a");
        ck_assert_str_eq(timestamp_format(USEC_INFINITY, text), "n/a");
        ck_assert_str_eq(ago_format(100 * USEC_PER_SEC, 292500 * USEC_PER_MSEC, ago), "3min 12s ago");
        ck_assert_str_eq(ago_format(100 * USEC_PER_SEC, 100 * USEC_PER_SEC, ago), "now");
        ck_assert_str_eq(ago_format(100 * USEC_PER_SEC, 50 * USEC_PER_SEC, ago), "now");
}

TEST(users) {
        char name[USER_NAME_SIZE];

        ck_assert_str_eq(user_format(0, name), "root");
        ck_assert_str_eq(user_format(0, name), "root");
        ck_assert_str_eq(user_format(4000000000U, name), "4000000000");
        for (uid_t uid = 4000000000U; uid < 4000000020U; uid++)
                (void) user_format(uid, name);
        ck_assert_str_eq(user_format(0, name), "root");
}

TEST(results) {
        static const struct {
                const char *result;
                int status;
                const char *expected;
                int exit_status;
        } cases[] = {
                { "success", 0, "exit status 0", 0 },
                { "exit-code", 3, "exit status 3", 3 },
                { "exit-code", -1, "failed", 1 },
                { "exit-code", 700, "exit status 700", 1 },
                { "signal", 9, "killed by SIGKILL", 137 },
                { "signal", -1, "killed by a signal", 1 },
                { "signal", 40, "killed by signal 40", 168 },
                { "core-dump", 11, "killed by SIGSEGV, core dumped", 139 },
                { "oom-killed", 9, "out of memory", 137 },
                { "stopped", 15, "stopped on request", 1 },
                { "exited", -1, "how is unknown", 1 },
                { "from-the-future\033[31m", 0, "from-the-future?[31m", 1 },
        };
        char text[RESULT_SIZE];

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                ck_assert_str_eq(result_format(cases[i].result, cases[i].status, text), cases[i].expected);
                ck_assert_int_eq(result_exit_status(cases[i].result, cases[i].status), cases[i].exit_status);
        }
}

TEST(every_result_has_words) {
        char text[RESULT_SIZE];

        for (SessionResult r = RESULT_NONE + 1; r < SESSION_RESULT_MAX; r++) {
                const char *word = session_result_to_string(r);

                ck_assert_str_ne(result_format(word, 3, text), word);
        }
}

static void check_ellipsized(const char *text, size_t columns, const char *expected) {
        _cleanup_free_ char *cut = text_ellipsize(text, columns);

        ck_assert_str_eq(cut, expected);
}

TEST(text_is_shortened) {
        ck_assert_ptr_nonnull(setlocale(LC_ALL, "C.UTF-8"));
        ck_assert_uint_eq(text_columns("Füße 漢字"), 9);
        check_ellipsized("hello", 5, "hello");
        check_ellipsized("hello", 4, "hel…");
        check_ellipsized("hello", 1, "…");
        check_ellipsized("hello", 0, "hello");
        check_ellipsized("漢字漢字", 4, "漢…");
        check_ellipsized("漢字漢字", 5, "漢字…");
        check_ellipsized("", 1, "");
}

TEST_MAIN(bytes, numbers_and_spans, timestamps, users, results, every_result_has_words, text_is_shortened);
