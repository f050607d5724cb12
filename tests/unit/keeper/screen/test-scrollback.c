/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The lines above the screen. */

#include <stdio.h>

#include "keeper/screen/scrollback.h"
#include "tests/unit/test-main.h"

static void push(Scrollback *s, unsigned n, size_t size) {
        _cleanup_free_ char *text = malloc(size + 32);
        int k;

        k = sprintf(text, "%u ", n);
        memset(text + k, 'x', size);
        scrollback_push(s,
                &(const ScrollbackLine){
                        .shape = { .width = n, .wrapped = n & 1, .colored = n & 2, .wide = n & 4 },
                        .text = text,
                        .size = (size_t) k + size });
}

/* From first on, in order, up to last. */
static void expect(const Scrollback *s, uint32_t newest, unsigned first, unsigned last) {
        ScrollbackPosition p = scrollback_seek(s, newest);
        ScrollbackLine line;

        for (unsigned n = first; n <= last; n++) {
                ck_assert(scrollback_next(&p, &line));
                ck_assert_int_eq(atoi(line.text), (int) n);
                ck_assert_uint_eq(line.shape.width, n);
                ck_assert(line.shape.wrapped == (n & 1) && line.shape.colored == !!(n & 2) &&
                        line.shape.wide == !!(n & 4));
        }
        ck_assert(!scrollback_next(&p, &line));
}

TEST(keeps_the_newest_lines) {
        Scrollback s = { .max_lines = 100, .max_bytes = SIZE_MAX };

        for (unsigned n = 1; n <= 5000; n++)
                push(&s, n, n % 300);
        ck_assert_uint_eq(s.n_lines, 100);
        expect(&s, UINT32_MAX, 4901, 5000);
        expect(&s, 3, 4998, 5000);
        expect(&s, 0, 1, 0);
        scrollback_clear(&s);
        expect(&s, UINT32_MAX, 1, 0);
        push(&s, 7, 1);
        expect(&s, 1, 7, 7);
        scrollback_clear(&s);
}

TEST(keeps_within_its_bytes) {
        Scrollback s = { .max_lines = UINT32_MAX, .max_bytes = 100000 };

        for (unsigned n = 1; n <= 1000; n++) {
                push(&s, n, 1000);
                ck_assert_uint_le(s.n_bytes, s.max_bytes);
        }
        ck_assert_uint_gt(s.n_lines, 90);
        expect(&s, UINT32_MAX, 1001 - s.n_lines, 1000);
        push(&s, 1001, 90000); /* has a block of its own */
        expect(&s, 1, 1001, 1001);
        push(&s, 1002, 200000); /* can never be kept */
        expect(&s, 1, 1001, 1001);
        scrollback_clear(&s);
}

TEST(drops_the_newest) {
        Scrollback s = { .max_lines = 500, .max_bytes = SIZE_MAX };

        for (unsigned n = 1; n <= 600; n++)
                push(&s, n, 200);
        for (unsigned n = 600; n > 350; n--) {
                expect(&s, 1, n, n);
                scrollback_drop(&s);
        }
        expect(&s, UINT32_MAX, 101, 350);
        for (unsigned n = 351; n <= 900; n++)
                push(&s, n, 200);
        expect(&s, UINT32_MAX, 401, 900);
        for (unsigned n = 0; n < 1000; n++)
                scrollback_drop(&s);
        ck_assert_uint_eq(s.n_lines, 0);
        ck_assert_uint_eq(s.n_bytes, 0);
        push(&s, 1, 10);
        expect(&s, UINT32_MAX, 1, 1);
        scrollback_clear(&s);
}

TEST(may_keep_nothing) {
        Scrollback s = { .max_lines = 0, .max_bytes = SIZE_MAX };

        push(&s, 1, 10);
        ck_assert_uint_eq(s.n_lines, 0);
        expect(&s, UINT32_MAX, 1, 0);
}

TEST_MAIN(keeps_the_newest_lines, keeps_within_its_bytes, drops_the_newest, may_keep_nothing);
