/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Rows of cells. */

#include "keeper/screen/grid.h"
#include "tests/unit/test-main.h"

#define ROWS    4U
#define COLUMNS 8U

static size_t budget;
static Grid grid;

static void grid_setup(void) {
        budget = 1000;
        ck_assert_int_eq(grid_init(&grid, ROWS, COLUMNS, &budget), 0);
}

static void put(uint32_t row, uint32_t column, const char *text) {
        Cell *cells = grid_write(&grid, row, column, column + (uint32_t) strlen(text));

        ck_assert_ptr_nonnull(cells);
        for (size_t i = 0; text[i]; i++) /* "<" and ">" are the halves of a wide character */
                cells[i] = (Cell){ .glyph = text[i] == '>'
                                ? GLYPH_TAIL
                                : (uint8_t) text[i] | (text[i] == '<' ? GLYPH_WIDE : 0) };
}

static void expect(uint32_t row, const char *expected) {
        char text[COLUMNS + 1] = { 0 };

        for (uint32_t i = 0; i < COLUMNS; i++) {
                const Cell *c = grid_cell(&grid, row, i);

                text[i] = !c || c->glyph == 0    ? '.'
                        : c->glyph == GLYPH_TAIL ? '>'
                                                 : (char) (c->glyph & GLYPH_VALUE);
        }
        ck_assert_str_eq(text, expected);
}

TEST(writes) {
        grid_setup();
        put(1, 2, "abc");
        expect(1, "..abc...");
        put(1, 6, "xy");
        expect(1, "..abc.xy");
        expect(0, "........");
        ck_assert_ptr_null(grid.rows[0]);
        grid_done(&grid);
        ck_assert_uint_eq(budget, 1000);
}

TEST(keeps_within_its_budget) {
        grid_setup();
        budget = 20;
        put(0, 0, "abcdefgh");
        ck_assert_uint_eq(budget, 12);
        put(1, 0, "abcdefgh");
        ck_assert_ptr_null(grid_write(&grid, 2, 0, COLUMNS));
        grid_erase(&grid, 2, 0, COLUMNS, (Style){ .background = COLOR_BASIC(1) }, false);
        expect(2, "........");
        grid_done(&grid);
        ck_assert_uint_eq(budget, 20);
}

/* A line that goes on in the next one does so too if what is there is written over, at once or in pieces;
 * but not into an empty cell. */
TEST(what_wrapped_goes_on_when_written_over) {
        grid_setup();
        put(0, 0, "abcdefgh");
        put(1, 0, "<>cdef<>");
        grid.rows[0]->wrapped = grid.rows[1]->wrapped = true;
        put(1, 0, "x");
        put(1, 1, "y");
        expect(1, "xycdef<>");
        ck_assert(grid.rows[0]->wrapped && grid.rows[1]->wrapped);
        put(1, 6, "z");
        expect(1, "xycdefz.");
        ck_assert(grid.rows[0]->wrapped && !grid.rows[1]->wrapped);
        put(1, 0, "<>");
        put(1, 1, "y");
        expect(1, ".ycdefz.");
        ck_assert(!grid.rows[0]->wrapped);
        grid_done(&grid);
}

TEST(wide_characters_are_whole_or_gone) {
        grid_setup();
        put(0, 0, "a<>b<>c");
        put(0, 2, "x");
        expect(0, "a.xb<>c.");
        put(0, 4, "y");
        expect(0, "a.xby.c.");
        put(0, 1, "<>");
        grid_erase(&grid, 0, 0, 2, (Style){ 0 }, false);
        expect(0, "...by.c.");
        put(0, 1, "<>");
        grid_shift(&grid, 0, 2, COLUMNS, 1, (Style){ 0 });
        expect(0, "....by.c");
        grid_done(&grid);
}

TEST(erases) {
        const Style red = { .background = COLOR_BASIC(1) };

        grid_setup();
        put(0, 0, "abcdefgh");
        grid_erase(&grid, 0, 2, 4, (Style){ 0 }, false);
        expect(0, "ab..efgh");
        grid_erase(&grid, 0, 6, COLUMNS, (Style){ 0 }, false);
        ck_assert_uint_eq(grid.rows[0]->used, 6);
        grid_erase(&grid, 0, 5, COLUMNS, red, false);
        expect(0, "ab..e...");
        ck_assert(style_equal(&grid_cell(&grid, 0, 7)->style, &red));
        grid_done(&grid);
}

TEST(erases_around_what_is_guarded) {
        grid_setup();
        put(0, 0, "abcdef");
        grid.rows[0]->cells[2].style.guarded = 1;
        grid_erase(&grid, 0, 0, COLUMNS, (Style){ 0 }, true);
        expect(0, "..c.....");
        grid_done(&grid);
}

TEST(shifts) {
        grid_setup();
        put(0, 0, "abcdefgh");
        grid_shift(&grid, 0, 2, COLUMNS, 2, (Style){ 0 });
        expect(0, "ab..cdef");
        grid_shift(&grid, 0, 1, COLUMNS, -3, (Style){ 0 });
        expect(0, "acdef...");
        grid_shift(&grid, 0, 1, 4, -1, (Style){ 0 });
        expect(0, "ade.f...");
        grid_shift(&grid, 0, 0, 3, 99, (Style){ 0 });
        expect(0, "....f...");
        grid_done(&grid);
}

TEST(scrolls_lines) {
        grid_setup();
        for (uint32_t i = 0; i < ROWS; i++)
                put(i, 0, (const char *[]){ "0", "1", "2", "3" }[i]);
        for (unsigned i = 0; i < 3 * ROWS; i++) { /* also where the pointers wrap */
                grid_scroll(&grid, (Rectangle){ 0, ROWS, 0, COLUMNS }, 1, (Style){ 0 });
                put(ROWS - 1, 0, (const char *[]){ "0", "1", "2", "3" }[i % ROWS]);
        }
        expect(0, "0.......");
        expect(3, "3.......");
        grid_scroll(&grid, (Rectangle){ 1, 3, 0, COLUMNS }, -1, (Style){ 0 });
        expect(0, "0.......");
        expect(1, "........");
        expect(2, "1.......");
        expect(3, "3.......");
        grid_scroll(&grid, (Rectangle){ 0, ROWS, 0, COLUMNS }, 99, (Style){ 0 });
        expect(3, "........");
        grid_done(&grid);
}

TEST(scrolls_part_of_lines) {
        grid_setup();
        put(0, 0, "aaaaaaaa");
        put(1, 0, "bbbbbbbb");
        put(2, 0, "cccccccc");
        grid_scroll(&grid, (Rectangle){ 0, 3, 2, 5 }, 1, (Style){ 0 });
        expect(0, "aabbbaaa");
        expect(1, "bbcccbbb");
        expect(2, "cc...ccc");
        grid_scroll(&grid, (Rectangle){ 0, 3, 2, 5 }, -2, (Style){ 0 });
        expect(0, "aa...aaa");
        expect(2, "ccbbbccc");
        grid_done(&grid);
}

TEST(resizes) {
        grid_setup();
        put(0, 0, "top");
        put(3, 0, "bottom");
        ck_assert_int_eq(grid_resize(&grid, 6, COLUMNS, -1), 0);
        expect(1, "top.....");
        expect(4, "bottom..");
        ck_assert_int_eq(grid_resize(&grid, 2, 4, 3), 0);
        ck_assert_ptr_nonnull(grid_cell(&grid, 1, 3));
        ck_assert_ptr_null(grid_cell(&grid, 1, 4));
        ck_assert_int_eq(grid_resize(&grid, 2, COLUMNS, 0), 0);
        expect(1, "bottom..");
        ck_assert_int_eq(grid_resize(&grid, 2, 4, 0), 0);
        put(1, 0, "x");
        ck_assert_int_eq(grid_resize(&grid, 2, COLUMNS, 0), 0);
        expect(1, "xott....");
        grid_done(&grid);
        ck_assert_uint_eq(budget, 1000);
}

TEST_MAIN(writes, keeps_within_its_budget, what_wrapped_goes_on_when_written_over,
        wide_characters_are_whole_or_gone, erases, erases_around_what_is_guarded, shifts, scrolls_lines,
        scrolls_part_of_lines, resizes);
