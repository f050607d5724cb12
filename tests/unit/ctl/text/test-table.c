/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Tables: columns, widths, and text that wants to harm the terminal. */

#include "ctl/text/table.h"
#include "tests/unit/test-main.h"

static const TableColumn columns[] = {
        { .name = "ID" },
        { .name = "NAME", .shrink = true },
        { .name = "SIZE", .right = true },
};

static void check_table(
        const char *const (*lines)[3], size_t n, size_t width, bool header, const char *expected) {
        _cleanup_table_ Table *table = table_new(columns, ELEMENTSOF(columns));
        _cleanup_free_ char *text = NULL;
        size_t size;
        FILE *f = open_memstream(&text, &size);

        ck_assert_ptr_nonnull(table);
        ck_assert_ptr_nonnull(f);
        for (size_t i = 0; i < n; i++)
                ck_assert_int_eq(table_add(table, lines[i]), 0);
        ck_assert_int_eq(table_print(table, f, width, header), 0);
        ck_assert_int_eq(fclose(f), 0);
        ck_assert_str_eq(text, expected);
}

TEST(columns_are_aligned) {
        static const char *const lines[][3] = { { "t1", "bash", "1" }, { "t100", "x", "1000000" },
                { "t2", "", NULL } };

        check_table(lines, 3, 0, true,
                "ID   NAME    SIZE\n"
                "t1   bash       1\n"
                "t100 x    1000000\n"
                "t2   -          -\n");
        check_table(lines, 1, 0, false, "t1 bash 1\n");
}

TEST(long_text_is_shortened) {
        static const char *const lines[][3] = { { "t1", "a very long name indeed", "1" },
                { "t2", "short", "2" } };

        check_table(lines, 2, 22, true,
                "ID NAME           SIZE\n"
                "t1 a very long n~    1\n"
                "t2 short             2\n");
        check_table(lines, 2, 5, true,
                "ID NAME     SIZE\n"
                "t1 a very ~    1\n"
                "t2 short       2\n");
}

TEST(hostile_text) {
        static const char *const lines[][3] = { { "t1\n", "\033[31mred\033[m",
                "\xc2\x9b"
                "5n" } };

        check_table(lines, 1, 0, false, "t1? ?[31mred?[m ?5n\n");
}

TEST_MAIN(columns_are_aligned, long_text_is_shortened, hostile_text);
