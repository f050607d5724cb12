/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where the cursor goes: moves, margins, saved cursor, tab stops. */

#include "keeper/screen/screen-state.h"

static uint32_t clamp(int64_t n, uint32_t from, uint32_t to) {
        return n < from ? from : n >= to ? to - 1 : (uint32_t) n;
}

void screen_move(Screen *s, int64_t row, int64_t column) {
        s->cursor.row = clamp(row, 0, s->rows);
        s->cursor.column = clamp(column, 0, s->columns);
        s->pending_wrap = false;
}

void screen_move_to(Screen *s, int64_t row, int64_t column) {
        if (!s->cursor.origin) {
                screen_move(s, row, column);
                return;
        }
        s->cursor.row = clamp(row + s->top, s->top, s->bottom);
        s->cursor.column = clamp(column + s->left, s->left, s->right);
        s->pending_wrap = false;
}

/* A margin stops the cursor only if it was on the inner side of it. */
void screen_move_by(Screen *s, int64_t rows, int64_t columns) {
        Cursor *c = &s->cursor;

        c->row = clamp(c->row + rows, rows < 0 && c->row >= s->top ? s->top : 0,
                rows > 0 && c->row < s->bottom ? s->bottom : s->rows);
        c->column = clamp(c->column + columns, columns < 0 && c->column >= s->left ? s->left : 0,
                columns > 0 && c->column < s->right ? s->right : s->columns);
        s->pending_wrap = false;
}

static bool in_side_margins(const Screen *s) {
        return s->cursor.column >= s->left && s->cursor.column < s->right;
}

void screen_index(Screen *s) {
        s->pending_wrap = false;
        if (s->cursor.row + 1 == s->bottom) {
                if (in_side_margins(s))
                        screen_scroll(s, 1);
        } else if (s->cursor.row + 1 < s->rows)
                s->cursor.row++;
}

void screen_reverse_index(Screen *s) {
        s->pending_wrap = false;
        if (s->cursor.row == s->top) {
                if (in_side_margins(s))
                        screen_scroll(s, -1);
        } else if (s->cursor.row > 0)
                s->cursor.row--;
}

void screen_save_cursor(Screen *s) {
        bool alternate = screen_is_alternate(s);

        s->saved[alternate] = s->cursor;
        s->saved[alternate].pen = screen_pen(s); /* a link goes on */
        if (alternate)
                s->alternate_saved = true;
}

void screen_restore_cursor(Screen *s) {
        const Cursor *saved = s->saved + screen_is_alternate(s);
        Style pen = s->cursor.pen;
        uint32_t row, column;

        s->cursor = *saved;
        s->cursor.pen = pen;
        screen_set_pen(s, &saved->pen);
        row = s->cursor.row;
        column = s->cursor.column;
        s->single_shift = 0;
        screen_move(s, row, column);
        if (s->cursor.origin) {
                s->cursor.row = clamp(row, s->top, s->bottom);
                s->cursor.column = clamp(column, s->left, s->right);
        }
}

void screen_set_margins(Screen *s, uint32_t top, uint32_t bottom) {
        if (bottom == 0 || bottom > s->rows)
                bottom = s->rows;
        if (top >= bottom)
                return;
        s->top = top - 1;
        s->bottom = bottom;
        screen_move_to(s, 0, 0);
}

void screen_set_side_margins(Screen *s, uint32_t left, uint32_t right) {
        if (right == 0 || right > s->columns)
                right = s->columns;
        if (left >= right)
                return;
        s->left = left - 1;
        s->right = right;
        screen_move_to(s, 0, 0);
}

bool screen_has_tab(const Screen *s, uint32_t column) {
        return s->tabs[column / 8] & (1U << column % 8);
}

void screen_set_tab(Screen *s, uint32_t column, bool set) {
        uint8_t bit = (uint8_t) (1U << column % 8);

        if (set)
                s->tabs[column / 8] |= bit;
        else
                s->tabs[column / 8] &= (uint8_t) ~bit;
        s->tabs_touched = true;
}

void screen_reset_tabs(Screen *s) {
        memset(s->tabs, 1, s->columns / 8 + 1);
}

/* New columns have a tab stop at each eighth; those that go take theirs with them. */
int screen_resize_tabs(Screen *s, uint32_t columns) {
        size_t size = MAX(columns, s->columns) / 8 + 1; /* so it is right for either, should the rest fail */
        uint8_t *tabs;

        tabs = malloc(size);
        if (!tabs)
                return -ENOMEM;
        memset(tabs, 1, size);
        for (uint32_t i = 0; s->tabs && i < MIN(s->columns, columns); i++) {
                uint8_t bit = (uint8_t) (1U << i % 8);

                tabs[i / 8] = (uint8_t) (screen_has_tab(s, i) ? tabs[i / 8] | bit : tabs[i / 8] & ~bit);
        }
        free(s->tabs);
        s->tabs = tabs;
        return 0;
}

void screen_tab(Screen *s, int32_t n) {
        uint32_t column = s->cursor.column;
        uint32_t last = screen_limit(s) - 1, first = s->cursor.origin ? s->left : 0;

        for (; n > 0 && column < last; n--)
                do
                        column++;
                while (column < last && !screen_has_tab(s, column));
        for (; n < 0 && column > first; n++)
                do
                        column--;
                while (column > first && !screen_has_tab(s, column));
        if (column != s->cursor.column)
                s->pending_wrap = false;
        s->cursor.column = column;
}
