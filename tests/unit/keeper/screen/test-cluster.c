/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Combined characters. */

#include "keeper/screen/cluster.h"
#include "tests/unit/test-main.h"

TEST(combines) {
        size_t budget = 100;
        ClusterTable t = { 0 };
        uint32_t codes[CLUSTER_CODES_MAX];
        Grid grid;
        Cell *c;

        ck_assert_int_eq(grid_init(&grid, 1, 4, &budget), 0);
        c = grid_write(&grid, 0, 0, 1);
        *c = (Cell){ .glyph = 'e' };
        ck_assert_uint_eq(cluster_codes(&t, c->glyph, codes), 1);
        for (uint32_t i = 0; i < 20; i++) /* those that are too many are dropped */
                cluster_add(&t, &grid, 1, &c->glyph, 0x301 + i);
        ck_assert_uint_eq(cluster_codes(&t, c->glyph, codes), CLUSTER_CODES_MAX);
        ck_assert_uint_eq(codes[0], 'e');
        ck_assert_uint_eq(codes[1], 0x301);
        grid_done(&grid);
        cluster_table_done(&t);
}

TEST(forgets_what_no_cell_shows) {
        size_t budget = 100;
        ClusterTable t = { 0 };
        uint32_t codes[CLUSTER_CODES_MAX];
        Grid grid;

        ck_assert_int_eq(grid_init(&grid, 1, 4, &budget), 0);
        for (uint32_t i = 0; i < 100000; i++) {
                Cell *c = grid_write(&grid, 0, i % 4, i % 4 + 1);

                *c = (Cell){ .glyph = 'a' + i % 26 };
                cluster_add(&t, &grid, 1, &c->glyph, 0x300 + i % 16);
        }
        ck_assert_uint_le(t.allocated, 64);
        for (uint32_t i = 0; i < 4; i++) {
                uint32_t n = 100000 - 4 + i;

                ck_assert_uint_eq(cluster_codes(&t, grid.rows[0]->cells[i].glyph, codes), 2);
                ck_assert_uint_eq(codes[0], 'a' + n % 26);
                ck_assert_uint_eq(codes[1], 0x300 + n % 16);
        }
        grid_done(&grid);
        cluster_table_done(&t);
}

TEST(is_bounded) {
        size_t budget = 200000;
        ClusterTable t = { 0 };
        Grid grid;

        ck_assert_int_eq(grid_init(&grid, 100, 1000, &budget), 0);
        for (uint32_t i = 0; i < 100000; i++) {
                Cell *c = grid_write(&grid, i / 1000, i % 1000, i % 1000 + 1);

                *c = (Cell){ .glyph = 'a' };
                cluster_add(&t, &grid, 1, &c->glyph, 0x301);
        }
        ck_assert_uint_eq(t.n, CLUSTERS_MAX);
        ck_assert_uint_eq(grid.rows[99]->cells[999].glyph, 'a');
        grid_done(&grid);
        cluster_table_done(&t);
}

TEST_MAIN(combines, forgets_what_no_cell_shows, is_bounded);
