/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Changed colours. */

#include "keeper/vt/palette.h"
#include "tests/unit/test-main.h"

static void osc(Palette *p, unsigned number, const char *text) {
        palette_osc(p, number, text, strlen(text));
}

static void expect(const Palette *p, const char *expected) {
        _cleanup_text_writer_ TextWriter w = { 0 };

        palette_write(p, &w);
        text_writer_byte(&w, 0);
        ck_assert_str_eq(w.data, expected);
}

TEST(keeps_what_was_changed) {
        Palette p = { 0 };

        expect(&p, "");
        osc(&p, 4, "1;rgb:ff/00/00;200;#123456");
        osc(&p, 10, "white");
        osc(&p, 10, "red;blue"); /* text and background */
        expect(&p, "\x1b]4;1;rgb:ff/00/00\x1b\\\x1b]4;200;#123456\x1b\\\x1b]10;red\x1b\\\x1b]11;blue\x1b\\");
        osc(&p, 104, "1");
        osc(&p, 111, "");
        expect(&p, "\x1b]104;1\x1b\\\x1b]4;200;#123456\x1b\\\x1b]10;red\x1b\\\x1b]111\x1b\\");
        osc(&p, 104, "");
        expect(&p, "\x1b]104;1\x1b\\\x1b]104;200\x1b\\\x1b]10;red\x1b\\\x1b]111\x1b\\");
        palette_reset(&p);
        expect(&p, "\x1b]104;1\x1b\\\x1b]104;200\x1b\\\x1b]110\x1b\\\x1b]111\x1b\\");
        palette_done(&p);
}

TEST(ignores_what_is_no_change) {
        static const char *const texts[] = { "", ";", "1", "1;", "1;?", "256;red", "-1;red", "x;red",
                "1;two words", "1;much-too-long-to-be-the-name-of-a-colour", "1;\xc3\xa9" };
        Palette p = { 0 };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                osc(&p, 4, texts[i]);
        osc(&p, 10, "?");
        osc(&p, 11, "");
        osc(&p, 20, "red");
        osc(&p, 0, "red");
        expect(&p, "");
        palette_done(&p);
}

TEST_MAIN(keeps_what_was_changed, ignores_what_is_no_change);
