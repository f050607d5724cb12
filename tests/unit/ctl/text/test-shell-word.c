/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Words of command lines that we print. */

#include <stdlib.h>

#include "ctl/text/shell-word.h"
#include "tests/unit/test-main.h"

static void check(const char *s, const char *expected) {
        _cleanup_free_ char *word = shell_word(s);

        ck_assert_str_eq(word, expected);
}

TEST(plain) {
        check("/home/a/old-1_B.ipynb", "/home/a/old-1_B.ipynb");
}

TEST(special) {
        check("", "''");
        check("/a b", "'/a b'");
        check("$(x)", "'$(x)'");
        check("~a", "'~a'");
        check("é", "'é'");
        check("it's", "'it'\\''s'");
        check("'", "''\\'''");
        check("''''", "''\\'''\\'''\\'''\\'''");
}

TEST_MAIN(plain, special);
