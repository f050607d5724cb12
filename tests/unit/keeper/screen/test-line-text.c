/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lines as the bytes that print them. */

#include "keeper/screen/line-text.h"
#include "tests/unit/test-main.h"

static void expect(const Cell *cells, uint32_t n, const char *expected) {
        _cleanup_text_writer_ TextWriter w = { 0 };
        ClusterTable clusters = { 0 };
        LinkTable links = { 0 };

        cells_write(&w, cells, n, &clusters, &links);
        text_writer_byte(&w, 0);
        ck_assert_str_eq(w.data, expected);
}

TEST(writes) {
        const Style red = { .foreground = COLOR_BASIC(1) }, blue = { .background = COLOR_BASIC(4) };
        const Cell cells[] = { { 'a', { 0 } }, { 'b', { 0 } }, { 'c', red }, { 0, { 0 } }, { 0, { 0 } },
                { 0x65e5 | GLYPH_WIDE, red }, { GLYPH_TAIL, red }, { 0, blue }, { 0, blue },
                { 'd', { 0 } } };

        expect(cells, ELEMENTSOF(cells),
                "ab\x1b[31mc\x1b[m\x1b[2C\x1b[31m\xe6\x97\xa5\x1b[39;44m\x1b[2X\x1b[2C\x1b[md");
        expect(cells, 3, "ab\x1b[31mc\x1b[m");
        expect(cells, 0, "");
}

TEST(shapes) {
        const Style blue = { .background = COLOR_BASIC(4) };
        const Cell cells[] = { { 0x65e5 | GLYPH_WIDE, blue }, { GLYPH_TAIL, blue }, { 'x', { 0 } },
                { ' ', { 0 } }, { 0, { 0 } }, { 0, { 0 } } };
        LineShape s = cells_shape(cells, ELEMENTSOF(cells), true);

        ck_assert_uint_eq(s.width, 4); /* a blank that was printed counts */
        ck_assert(s.printed && s.wide && s.colored && s.wrapped);
        ck_assert_uint_eq(cells_shape(cells, 1, false).width, 0); /* half a character */
        ck_assert_uint_eq(cells_shape(cells + 4, 2, true).width, 0);
        ck_assert_uint_eq(line_shape(NULL, 10).width, 0);
}

TEST(joins) {
        LineShape full = { .width = 8, .wrapped = true, .printed = true },
                  next = { .width = 3, .printed = true, .continues = true };

        ck_assert(lines_join(full, next, 8));
        ck_assert(!lines_join(full, next, 9)); /* the screen is wider by now */
        next.wide = true;
        ck_assert(lines_join(full, next, 9)); /* no room for a wide one */
        next.continues = false;
        ck_assert(!lines_join(full, next, 8));
        next.continues = true;
        full.wrapped = false;
        ck_assert(!lines_join(full, next, 8));
}

TEST_MAIN(writes, shapes, joins);
