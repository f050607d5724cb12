/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Clock readings, and time spans in words. */

#include "shared/parse.h"
#include "shared/time-span.h"
#include "tests/unit/test-main.h"

TEST(formats_spans) {
        static const struct {
                usec_t span;
                const char *text;
        } spans[] = {
                { 0, "0" },
                { 1, "1us" },
                { 999, "999us" },
                { USEC_PER_MSEC, "1ms" },
                { 999999, "999ms" },
                { USEC_PER_SEC, "1.0s" },
                { 4250 * USEC_PER_MSEC, "4.2s" },
                { 9999 * USEC_PER_MSEC, "9.9s" },
                { 10 * USEC_PER_SEC, "10s" },
                { 59999 * USEC_PER_MSEC, "59s" },
                { USEC_PER_MINUTE, "1min" },
                { 90 * USEC_PER_SEC, "1min 30s" },
                { 3 * USEC_PER_HOUR + 25 * USEC_PER_MINUTE + 59 * USEC_PER_SEC, "3h 25min" },
                { 3 * USEC_PER_HOUR + 59 * USEC_PER_SEC, "3h" },
                { USEC_PER_DAY, "1d" },
                { 6 * USEC_PER_DAY + 23 * USEC_PER_HOUR, "6d 23h" },
                { 2 * USEC_PER_WEEK + USEC_PER_DAY, "2w 1d" },
                { USEC_INFINITY - 1, "30500568w 6d" },
                { USEC_INFINITY, "infinity" },
        };
        char text[TIME_SPAN_SIZE];

        for (size_t i = 0; i < ELEMENTSOF(spans); i++) {
                ck_assert_ptr_eq(format_time_span(spans[i].span, text), text);
                ck_assert_str_eq(text, spans[i].text);
        }
}

/* What is shown can be typed in again, but for the parts of seconds. */
TEST(formats_what_can_be_parsed) {
        for (usec_t span = 10 * USEC_PER_SEC; span < USEC_INFINITY / 3; span *= 3) {
                char text[TIME_SPAN_SIZE];
                usec_t again;

                ck_assert_int_eq(parse_time_span(format_time_span(span, text), &again), 0);
                ck_assert_uint_le(again, span);
                ck_assert_uint_ge(again, span - span / 7);
        }
}

TEST(adds_up_to_infinity) {
        ck_assert_uint_eq(usec_add(1, 2), 3);
        ck_assert_uint_eq(usec_add(USEC_INFINITY - 1, 1), USEC_INFINITY);
        ck_assert_uint_eq(usec_add(USEC_INFINITY - 1, 2), USEC_INFINITY);
        ck_assert_uint_eq(usec_add(USEC_INFINITY, 0), USEC_INFINITY);
        ck_assert_uint_eq(usec_add(7, USEC_INFINITY), USEC_INFINITY);
        ck_assert_uint_eq(usec_add(USEC_INFINITY, USEC_INFINITY), USEC_INFINITY);
}

TEST(clocks_go_forward) {
        usec_t first = now_usec(CLOCK_MONOTONIC);

        ck_assert_uint_gt(first, 0);
        ck_assert_uint_ge(now_usec(CLOCK_MONOTONIC), first);
        ck_assert_uint_gt(now_usec(CLOCK_REALTIME), UINT64_C(1700000000) * USEC_PER_SEC);
        ck_assert_uint_gt(now_usec(CLOCK_BOOTTIME), 0);
        ck_assert_uint_eq(now_usec((clockid_t) 12345), 0);
}

TEST_MAIN(formats_spans, formats_what_can_be_parsed, adds_up_to_infinity, clocks_go_forward);
