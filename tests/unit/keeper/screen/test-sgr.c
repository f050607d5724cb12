/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Styles from sequences, and sequences from styles. */

#include "keeper/screen/sgr.h"
#include "tests/unit/test-main.h"

static void on_csi(void *userdata, const VtSequence *s) {
        Style *style = userdata;

        if (s->final == 'm')
                sgr_apply(s, style);
        else if (s->final == 'q')
                style->guarded = vt_parameter(s, 0, 0) == 1;
}

static Style apply(Style style, const char *text, size_t size) {
        static const VtHandlers handlers = { .csi = on_csi };
        VtParser p;

        vt_parser_init(&p, &handlers, &style);
        vt_parser_feed(&p, text, size);
        return style;
}

static Style style_of(const char *text) {
        return apply((Style){ 0 }, text, strlen(text));
}

static void assert_style(const char *text, Style expected) {
        Style style = style_of(text);

        ck_assert_msg(style_equal(&style, &expected), "%s", text + 1);
}

TEST(attributes) {
        assert_style("\x1b[1;2;3;5;7;8;9;53m",
                (Style){ .bold = 1,
                        .dim = 1,
                        .italic = 1,
                        .blink = 1,
                        .inverse = 1,
                        .invisible = 1,
                        .strike = 1,
                        .overline = 1 });
        assert_style("\x1b[1;2;3;4;5;7;8;9;53m\x1b[22;23;24;25;27;28;29;55m", (Style){ 0 });
        assert_style("\x1b[1;31m\x1b[m", (Style){ 0 });
        assert_style("\x1b[1;;3m", (Style){ .italic = 1 });
        assert_style("\x1b[4m", (Style){ .underline = UNDERLINE_SINGLE });
        assert_style("\x1b[21m", (Style){ .underline = UNDERLINE_DOUBLE });
        assert_style("\x1b[4:3m", (Style){ .underline = UNDERLINE_CURLY });
        assert_style("\x1b[4:3;1m\x1b[4:0m", (Style){ .bold = 1 });
        assert_style("\x1b[4:9m", (Style){ .underline = UNDERLINE_SINGLE });
        assert_style("\x1b[999;10;1m", (Style){ .bold = 1 });
}

TEST(colors) {
        assert_style("\x1b[31;42m", (Style){ .foreground = COLOR_BASIC(1), .background = COLOR_BASIC(2) });
        assert_style("\x1b[97;100m", (Style){ .foreground = COLOR_BASIC(15), .background = COLOR_BASIC(8) });
        assert_style("\x1b[38;5;200;48;2;1;2;3m",
                (Style){ .foreground = COLOR_INDEXED(200), .background = COLOR_RGB(0x010203) });
        assert_style("\x1b[38:5:200;48:2:1:2:3m",
                (Style){ .foreground = COLOR_INDEXED(200), .background = COLOR_RGB(0x010203) });
        assert_style("\x1b[38:2::1:2:3;58:5:9;1m",
                (Style){
                        .foreground = COLOR_RGB(0x010203), .underline_color = COLOR_INDEXED(9), .bold = 1 });
        assert_style("\x1b[31;42;58;5;1m\x1b[39;49;59m", (Style){ 0 });
        /* no colours: nothing of them may become an attribute */
        assert_style("\x1b[38;5m", (Style){ 0 });
        assert_style("\x1b[38;2;1;2m", (Style){ 0 });
        assert_style("\x1b[38:7:1m", (Style){ 0 });
        assert_style("\x1b[38;2;999;0;0m", (Style){ .foreground = COLOR_RGB(0xff0000) });
}

TEST(writes_the_way_from_each_to_each) {
        static const char *const texts[] = { "", "\x1b[1m", "\x1b[1;31m", "\x1b[3;4;91;44m",
                "\x1b[4:3;58:2::1:2:3m", "\x1b[21;5;7;8;9;53m", "\x1b[38;5;3;48;5;255m",
                "\x1b[38;2;1;2;3;48;2;250;251;252m", "\x1b[1\"q\x1b[2m", "\x1b[58:5:7m" };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                for (size_t k = 0; k < ELEMENTSOF(texts); k++) {
                        _cleanup_text_writer_ TextWriter w = { 0 };
                        Style from = style_of(texts[i]), to = style_of(texts[k]), result;

                        sgr_write(&w, &from, &to);
                        result = apply(from, w.data, w.size);
                        ck_assert_msg(style_equal(&result, &to), "from %zu to %zu", i, k);
                        ck_assert((w.size == 0) == (i == k));
                }
}

TEST(writes_shortly) {
        _cleanup_text_writer_ TextWriter w = { 0 };
        Style bold = style_of("\x1b[1m"), red = style_of("\x1b[1;31m"), none = { 0 };

        sgr_write(&w, &bold, &red);
        sgr_write(&w, &red, &none);
        text_writer_byte(&w, 0);
        ck_assert_str_eq(w.data, "\x1b[31m\x1b[m");
}

TEST_MAIN(attributes, colors, writes_the_way_from_each_to_each, writes_shortly);
