/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Errors with a sentence: printable, bounded, and the first one counts. */

#include "keeper/store/failure.h"
#include "shared/text.h"
#include "tests/unit/test-main.h"

TEST(printable) {
        _cleanup_failure_ Failure f = {};
        int r;

        r = failure_set(&f, KEEPER_ERROR_NO_COMMAND, "Command '%s' not found.", "a\033[1m\n\xff");
        ck_assert_int_eq(r, KEEPER_ERROR_NO_COMMAND);
        ck_assert_str_eq(failure_message(&f),
                "Command 'a?[1m?"
                "?' not found.");
}
END_TEST

TEST(bounded) {
        _cleanup_failure_ Failure f = {};
        char text[3 * MESSAGE_TEXT_MAX];

        memset(text, 'x', sizeof(text) - 1);
        text[sizeof(text) - 1] = 0;
        failure_set(&f, KEEPER_ERROR_FAILED, "%s", text);
        ck_assert_uint_eq(strlen(f.message), MESSAGE_TEXT_MAX);
}
END_TEST

TEST(first_counts) {
        _cleanup_failure_ Failure f = {};

        failure_set(&f, KEEPER_ERROR_NO_KERNEL, "one");
        ck_assert_int_eq(failure_set(&f, KEEPER_ERROR_FAILED, "two"), KEEPER_ERROR_NO_KERNEL);
        ck_assert_str_eq(failure_message(&f), "one");
        failure_done(&f);
        ck_assert_int_eq(f.error, KEEPER_ERROR_NONE);
        ck_assert_ptr_nonnull(failure_message(&f));
}
END_TEST

TEST_MAIN(printable, bounded, first_counts);
