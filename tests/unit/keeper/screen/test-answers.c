/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The queue of answers: order, gaps, bounds. */

#include "keeper/screen/answers.h"
#include "tests/unit/test-main.h"

static void add(Answers *a, const char *text) {
        answers_add(a, text, strlen(text));
}

static void expect(Answers *a, const char *expected) {
        char buffer[ANSWERS_SIZE_MAX + 1];
        size_t n = answers_take(a, buffer, ANSWERS_SIZE_MAX);

        buffer[n] = 0;
        ck_assert_str_eq(buffer, expected);
}

TEST(in_order) {
        Answers a = { 0 };
        char buffer[4];

        add(&a, "one");
        add(&a, "two");
        ck_assert_uint_eq(answers_take(&a, buffer, 4), 4);
        ck_assert_mem_eq(buffer, "onet", 4);
        expect(&a, "wo");
        expect(&a, "");
}

TEST(a_gap_holds_up_what_is_behind) {
        Answers a = { 0 };

        add(&a, "one");
        answers_add_gap(&a, 11, true);
        add(&a, "two");
        answers_add_gap(&a, 10, false);
        ck_assert_ptr_null(answers_gap(&a));
        expect(&a, "one");
        ck_assert_uint_eq(answers_gap(&a)->number, 11);
        ck_assert(answers_gap(&a)->bell);
        expect(&a, "");
        answers_fill(&a, "black", 5);
        ck_assert_ptr_null(answers_gap(&a));
        expect(&a, "blacktwo");
        ck_assert_uint_eq(answers_gap(&a)->number, 10);
        answers_fill(&a, "white", 5);
        expect(&a, "white");
        ck_assert_ptr_null(answers_gap(&a));
}

TEST(bounded_with_room_for_the_gaps) {
        Answers a = { 0 };
        char text[ANSWER_GAP_SIZE];
        size_t n = 0, filled = 0;
        char buffer[ANSWERS_SIZE_MAX];

        memset(text, 'x', sizeof(text));
        for (unsigned i = 0; i < 100; i++)
                answers_add_gap(&a, 12, false);
        for (unsigned i = 0; i < 100; i++)
                answers_add(&a, text, 7);
        for (; answers_gap(&a); filled++) {
                answers_fill(&a, text, sizeof(text));
                n += answers_take(&a, buffer, sizeof(buffer));
        }
        ck_assert_uint_eq(filled, ANSWERS_GAPS_MAX);
        ck_assert_uint_gt(n, filled * sizeof(text));
        ck_assert_uint_eq((n - filled * sizeof(text)) % 7, 0);
        add(&a, "more");
        answers_clear(&a);
        expect(&a, "");
}

TEST_MAIN(in_order, a_gap_holds_up_what_is_behind, bounded_with_room_for_the_gaps);
