/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What of a session's text may reach a terminal. */

#include "ctl/text/text-filter.h"
#include "tests/unit/test-main.h"

static void check(const char *data, size_t size, TextStyles styles, const char *expected) {
        _cleanup_free_ char *text = NULL;
        size_t written;
        FILE *f = open_memstream(&text, &written);

        ck_assert_ptr_nonnull(f);
        ck_assert_int_eq(text_filter(data, size, styles, f), 0);
        ck_assert_int_eq(fclose(f), 0);
        ck_assert_str_eq(text, expected);
}

static void plain(const char *text, const char *expected) {
        check(text, strlen(text), STYLES_REPLACED, expected);
}

static void styled(const char *text, const char *expected) {
        check(text, strlen(text), STYLES_KEPT, expected);
}

TEST(text_passes) {
        plain("", "");
        plain("$ ls\n\ta.txt  日本語\n", "$ ls\n\ta.txt  日本語\n");
        styled("$ ls\n", "$ ls\n");
}

TEST(everything_else_is_replaced) {
        plain("\033[31mred\033[m\a\r", "?[31mred?[m??");
        plain("\302\2331m \342\200\256 \377\300", "?1m ? ??");
        check("a\0b\0", 4, STYLES_REPLACED, "a?b?");
        check("a\0b", 3, STYLES_KEPT, "a?b");
}

TEST(styles_pass_and_are_ended) {
        styled("\033[1;38:2::1:2:3mx\033[m", "\033[1;38:2::1:2:3mx\033[m");
        styled("\033[31mred", "\033[31mred\033[m");
        styled("\033[mx", "\033[mx");
}

TEST(other_sequences_are_no_styles) {
        styled("\033[2J", "?[2J");
        styled("\033[>4;2m", "?[>4;2m");
        styled("\033[?25h", "?[?25h");
        styled("\033[1 m", "?[1 m");
        styled("\033]2;x\a", "?]2;x?");
        styled("\033[31", "?[31");
        styled("\033[", "?[");
        styled("\033", "?");
        styled("\033\033[1m", "?\033[1m\033[m");
}

TEST(no_style_is_too_long) {
        char text[1024] = "\033[";

        memset(text + 2, '1', sizeof(text) - 4);
        text[sizeof(text) - 2] = 'm';
        _cleanup_free_ char *expected = strdup(text);
        ck_assert_ptr_nonnull(expected);
        expected[0] = '?';
        styled(text, expected);
}

TEST(styles_are_removed) {
        const char *text = "\033[1;31mred\033[m \033[2J";

        check(text, strlen(text), STYLES_REMOVED, "red ?[2J");
}

TEST_MAIN(styles_are_removed, text_passes, everything_else_is_replaced, styles_pass_and_are_ended,
        other_sequences_are_no_styles, no_style_is_too_long);
