/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Strict readers: what they take, what they refuse, and that they leave their output alone then. */

#include <signal.h>

#include "shared/parse.h"
#include "tests/unit/test-main.h"

#define UNTOUCHED 4242

TEST(reads_numbers) {
        uint64_t u64;
        uint32_t u32;

        ck_assert_int_eq(parse_uint64("0", &u64), 0);
        ck_assert_uint_eq(u64, 0);
        ck_assert_int_eq(parse_uint64("007", &u64), 0);
        ck_assert_uint_eq(u64, 7);
        ck_assert_int_eq(parse_uint64("18446744073709551615", &u64), 0);
        ck_assert_uint_eq(u64, UINT64_MAX);
        ck_assert_int_eq(parse_uint32("4294967295", &u32), 0);
        ck_assert_uint_eq(u32, UINT32_MAX);
}

TEST(refuses_other_numbers) {
        static const char *const bad[] = { "", " ", "-1", "+1", " 1", "1 ", "1\n", "0x10", "1e3", "1.0", "a",
                "1a", "\xd9\xa1" };
        uint64_t u64 = UNTOUCHED;
        uint32_t u32 = UNTOUCHED;

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                ck_assert_msg(parse_uint64(bad[i], &u64) == -EINVAL, "accepts '%s'", bad[i]);
                ck_assert_msg(parse_uint32(bad[i], &u32) == -EINVAL, "accepts '%s'", bad[i]);
        }
        ck_assert_int_eq(parse_uint64("18446744073709551616", &u64), -ERANGE);
        ck_assert_int_eq(parse_uint64("99999999999999999999999", &u64), -ERANGE);
        ck_assert_int_eq(parse_uint32("4294967296", &u32), -ERANGE);
        ck_assert_int_eq(parse_uint32("18446744073709551616", &u32), -ERANGE);
        ck_assert_uint_eq(u64, UNTOUCHED);
        ck_assert_uint_eq(u32, UNTOUCHED);
}

TEST(reads_booleans) {
        static const char *const yes[] = { "1", "yes", "YES", "y", "true", "True", "t", "on" };
        static const char *const no[] = { "0", "no", "No", "n", "false", "f", "off", "OFF" };
        static const char *const bad[] = { "", "2", "yes ", " no", "ja", "tru", "01" };
        bool b;

        for (size_t i = 0; i < ELEMENTSOF(yes); i++) {
                b = false;
                ck_assert_int_eq(parse_boolean(yes[i], &b), 0);
                ck_assert(b);
        }
        for (size_t i = 0; i < ELEMENTSOF(no); i++) {
                b = true;
                ck_assert_int_eq(parse_boolean(no[i], &b), 0);
                ck_assert(!b);
        }
        b = true;
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                ck_assert_msg(parse_boolean(bad[i], &b) == -EINVAL, "accepts '%s'", bad[i]);
        ck_assert(b);
}

TEST(reads_sizes) {
        static const struct {
                const char *text;
                uint64_t size;
        } good[] = {
                { "0", 0 },
                { "1", 1 },
                { "1B", 1 },
                { "1K", 1024 },
                { "1KB", 1024 },
                { "3M", UINT64_C(3) << 20 },
                { "2G", UINT64_C(2) << 30 },
                { "16T", UINT64_C(16) << 40 },
                { "18014398509481983K", UINT64_MAX - 1023 },
                { "infinity", UINT64_MAX },
        };
        static const char *const bad[] = { "", "K", "B", "-1", "1k", "1 K", "1KK", "1BK", "1KiB", "1.5G",
                "Infinity", "infinityB", "1P" };
        static const char *const large[] = { "18014398509481984K", "18446744073709551615T",
                "18446744073709551616" };
        uint64_t size;

        for (size_t i = 0; i < ELEMENTSOF(good); i++) {
                ck_assert_msg(parse_size(good[i].text, &size) == 0, "refuses '%s'", good[i].text);
                ck_assert_uint_eq(size, good[i].size);
        }
        size = UNTOUCHED;
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                ck_assert_msg(parse_size(bad[i], &size) == -EINVAL, "accepts '%s'", bad[i]);
        for (size_t i = 0; i < ELEMENTSOF(large); i++)
                ck_assert_msg(parse_size(large[i], &size) == -ERANGE, "accepts '%s'", large[i]);
        ck_assert_uint_eq(size, UNTOUCHED);
}

TEST(reads_time_spans) {
        static const struct {
                const char *text;
                usec_t span;
        } good[] = {
                { "0", 0 },
                { "5", 5 * USEC_PER_SEC },
                { "5s", 5 * USEC_PER_SEC },
                { " 5 s ", 5 * USEC_PER_SEC },
                { "1min 30s", 90 * USEC_PER_SEC },
                { "1min30s", 90 * USEC_PER_SEC },
                { "2 hours 1 minute 1 second", 2 * USEC_PER_HOUR + 61 * USEC_PER_SEC },
                { "100ms", 100 * USEC_PER_MSEC },
                { "7us", 7 },
                { "3days", 3 * USEC_PER_DAY },
                { "1week", USEC_PER_WEEK },
                { "1m", USEC_PER_MINUTE },
                { "infinity", USEC_INFINITY },
        };
        static const char *const bad[] = { "", " ", "s", "-5s", "5x", "5 s s", "5,5s", "1h infinity",
                "5secs5", "5S", "infinit", "5ss" };
        static const char *const large[] = { "18446744073709551615s", "30500569w 99w",
                "99999999999999999999" };
        usec_t span;

        for (size_t i = 0; i < ELEMENTSOF(good); i++) {
                ck_assert_msg(parse_time_span(good[i].text, &span) == 0, "refuses '%s'", good[i].text);
                ck_assert_uint_eq(span, good[i].span);
        }
        span = UNTOUCHED;
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                ck_assert_msg(parse_time_span(bad[i], &span) == -EINVAL, "accepts '%s'", bad[i]);
        for (size_t i = 0; i < ELEMENTSOF(large); i++)
                ck_assert_msg(parse_time_span(large[i], &span) == -ERANGE, "accepts '%s'", large[i]);
        ck_assert_uint_eq(span, UNTOUCHED);
}

TEST(reads_signals) {
        static const char *const bad[] = { "", "0", "65", "-9", "SIG", "SIGSIGKILL", "KILLX", "sigkill",
                " KILL", "9 ", "4294967305" };

        ck_assert_int_eq(parse_signal("9"), SIGKILL);
        ck_assert_int_eq(parse_signal("KILL"), SIGKILL);
        ck_assert_int_eq(parse_signal("SIGKILL"), SIGKILL);
        ck_assert_int_eq(parse_signal("HUP"), SIGHUP);
        ck_assert_int_eq(parse_signal("SIGUSR1"), SIGUSR1);
        ck_assert_int_eq(parse_signal("64"), 64);
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                ck_assert_msg(parse_signal(bad[i]) == -EINVAL, "accepts '%s'", bad[i]);
}

TEST(reads_percentages) {
        static const char *const bad[] = { "", "%", "50", "50 %", "-5%", ".5%", "5.%", "5.555%", "5,5%",
                "50%%", "5%0" };
        uint64_t parts = UNTOUCHED;

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                ck_assert_msg(parse_percent(bad[i], &parts) == -EINVAL, "accepts '%s'", bad[i]);
        ck_assert_int_eq(parse_percent("18446744073709551615%", &parts), -ERANGE);
        ck_assert_uint_eq(parts, UNTOUCHED);
        ck_assert_int_eq(parse_percent("0%", &parts), 0);
        ck_assert_uint_eq(parts, 0);
        ck_assert_int_eq(parse_percent("50%", &parts), 0);
        ck_assert_uint_eq(parts, 5000);
        ck_assert_int_eq(parse_percent("12.5%", &parts), 0);
        ck_assert_uint_eq(parts, 1250);
        ck_assert_int_eq(parse_percent("200.05%", &parts), 0);
        ck_assert_uint_eq(parts, 20005);
}

TEST_MAIN(reads_numbers, refuses_other_numbers, reads_booleans, reads_sizes, reads_time_spans, reads_signals,
        reads_percentages);
