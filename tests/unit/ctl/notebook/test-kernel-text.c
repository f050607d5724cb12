/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a kernel said, as text on a terminal. */

#include "ctl/notebook/kernel-text.h"
#include "tests/unit/outputs.h"
#include "tests/unit/test-main.h"

typedef struct Said {
        const char *type, *content;
} Said;

static void check(bool styles, bool follow, const Said *said, const char *expected) {
        _cleanup_kernel_text_ KernelText t = { .styles = styles, .follow = follow };
        _cleanup_free_ char *text = NULL;
        size_t size;

        t.out = open_memstream(&text, &size);
        ck_assert_ptr_nonnull(t.out);
        for (; said->type; said++) {
                _cleanup_kernel_output_ KernelOutput o = output_make(said->type, "p", said->content);

                ck_assert_int_eq(kernel_text_write(&t, &o), 0);
        }
        ck_assert_int_eq(kernel_text_finish(&t), 0);
        ck_assert_int_eq(fclose(t.out), 0);
        ck_assert_str_eq(text, expected);
}

#define CHECK(styles, follow, expected, ...) \
        check(styles, follow, (const Said[]){ __VA_ARGS__, {} }, expected)
#define STREAM(text) \
        { "stream", "{\"name\":\"stdout\",\"text\":\"" text "\"}" }

TEST(a_cell) {
        CHECK(false, false, "In [3]: print(1)\n1 + 1\n1\nOut [3]: 2\n",
                { "execute_input", "{\"code\":\"print(1)\\n1 + 1\",\"execution_count\":3}" }, STREAM("1\\n"),
                { "execute_result", "{\"data\":{\"text/plain\":\"2\"},\"execution_count\":3}" });
}

TEST(prompts_have_colours_if_wanted) {
        CHECK(true, false, "\033[32mIn [ ]: \033[mx\n\033[31mOut [1]: \033[my\n",
                { "execute_input", "{\"code\":\"x\"}" },
                { "execute_result", "{\"data\":{\"text/plain\":\"y\"},\"execution_count\":1}" });
}

TEST(kernels_colours_pass_and_nothing_else) {
        CHECK(true, false, "\033[31mred\033[m?]0;x? ?[2J\n",
                STREAM("\\u001b[31mred\\u001b[m\\u001b]0;x\\u0007 \\u001b[2J"));
        CHECK(false, false, "red\n", STREAM("\\u001b[31mred"));
        CHECK(true, true, "? ?\n", STREAM("\xc2\x9b \xe2\x80\xae"));
}

TEST(pieces_of_lines_are_joined) {
        CHECK(false, false, "abc\nd\n", STREAM("a"), STREAM("b"), STREAM("c\\nd"));
        CHECK(false, true, "abc\nd\n", STREAM("a"), STREAM("b"), STREAM("c\\nd"));
}

TEST(progress_bars_are_one_line) {
        CHECK(false, false, "100%\ndone\n", STREAM("\\r 0%"), STREAM("\\r 50%"), STREAM("\\r100%"),
                STREAM("\\ndone\\n"));
        CHECK(false, false, "2\n", STREAM("0\\r1\\r2"));
        CHECK(false, false, "dos\nlines\n", STREAM("dos\\r\\nlines\\r\\n"));
        /* Who follows sees each as it comes. */
        CHECK(false, true, " 0%\n 50%\n100%\n", STREAM(" 0%"), STREAM("\\r 50%"), STREAM("\\r100%"));
}

TEST(pictures_are_told) {
        CHECK(false, false, "<Figure> [image/png, 8B]\n",
                { "display_data", "{\"data\":{\"text/plain\":\"<Figure>\",\"image/png\":\"iVBORw0K\"}}" });
        CHECK(false, false, "[image/png, -]\n", { "update_display_data", "{\"data\":{\"image/png\":[]}}" });
        CHECK(false, false, "a\nb\n", STREAM("a"), { "display_data", "{\"data\":{\"text/plain\":\"b\"}}" });
}

TEST(errors) {
        CHECK(false, false, "--\nValueError: no\n",
                { "error",
                        "{\"ename\":\"ValueError\",\"evalue\":\"no\",\"traceback\":[\"--\",1,\"ValueError: no\"]}" });
        CHECK(false, false, "x\nValueError: no\n", STREAM("x"),
                { "error", "{\"ename\":\"ValueError\",\"evalue\":\"no\",\"traceback\":[]}" });
}

TEST(events_of_the_session) {
        CHECK(false, false, "x\n-- The kernel was restarted.\n", STREAM("x"),
                { "session", "{\"event\":\"restarted\",\"text\":\"The kernel was restarted.\"}" });
        CHECK(false, false, "x\nSegmentation fault\n-- Ended.\n",
                { "session", "{\"event\":\"process\",\"text\":\"starting\"}" }, STREAM("x\\n"),
                { "session", "{\"event\":\"process\",\"text\":\"Segmentation fault\\n\"}" },
                { "session", "{\"event\":\"ended\",\"text\":\"Ended.\"}" },
                { "session", "{\"event\":\"process\",\"text\":\"starting\"}" });
}

TEST(strange_contents) {
        CHECK(false, false, "Out [ ]: \n: \n", { "execute_result", "{}" }, { "error", "{}" },
                { "display_data", "{\"data\":7}" }, { "stream", "{\"text\":7}" }, { "clear_output", "{}" },
                { "session", "{}" });
}

TEST_MAIN(a_cell, prompts_have_colours_if_wanted, kernels_colours_pass_and_nothing_else,
        pieces_of_lines_are_joined, progress_bars_are_one_line, pictures_are_told, errors,
        events_of_the_session, strange_contents);
