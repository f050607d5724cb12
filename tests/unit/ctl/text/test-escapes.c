/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which escape sequences there are, and that nothing else is taken for one. */

#include "ctl/text/escapes.h"
#include "tests/unit/test-main.h"

static void check(const char *text, const char *expected, ssize_t expected_size) {
        _cleanup_free_ char *copy = strdup(text);

        ck_assert_ptr_nonnull(copy);
        ck_assert_int_eq(escapes_replace(copy), expected_size);
        if (expected_size >= 0)
                ck_assert_mem_eq(copy, expected, (size_t) expected_size);
}

TEST(sequences) {
        check("", "", 0);
        check("ls -la", "ls -la", 6);
        check("a\\n\\tb\\e[A\\r", "a\n\tb\033[A\r", 8);
        check("\\a\\b\\f\\v\\\\n", "\a\b\f\v\\n", 6);
        check("\\x03\\x1B\\x00z", "\003\033\000z", 4);
        check("ü\\n", "ü\n", 3);
}

TEST(all_others_are_refused) {
        check("\\", NULL, -EINVAL);
        check("a\\q", NULL, -EINVAL);
        check("\\033", NULL, -EINVAL);
        check("\\x", NULL, -EINVAL);
        check("\\x1", NULL, -EINVAL);
        check("\\xg0", NULL, -EINVAL);
}

TEST_MAIN(sequences, all_others_are_refused);
