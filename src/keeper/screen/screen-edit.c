/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Scrolling, erasing, inserting, deleting. */

#include "keeper/screen/screen-state.h"

static Rectangle margins(const Screen *s) {
        return (Rectangle){ .top = s->top, .bottom = s->bottom, .left = s->left, .right = s->right };
}

static bool in_margins(const Screen *s) {
        return s->cursor.row >= s->top && s->cursor.row < s->bottom && s->cursor.column >= s->left &&
                s->cursor.column < s->right;
}

bool screen_push_line(Screen *s, uint32_t row) {
        const Line *line = s->grid->rows[row];
        ScrollbackLine record = { .shape = line_shape(line, UINT32_MAX) };

        record.shape.continues = grid_continues(s->grid, row);
        s->line.size = 0;
        s->line.failed = false;
        if (record.shape.width > 0)
                cells_write(&s->line, line->cells, record.shape.width, &s->clusters, s->links);
        record.text = s->line.data;
        record.size = s->line.size;
        scrollback_push(&s->scrollback, &record);
        return record.shape.wrapped;
}

/* Only lines that leave the top of the whole screen are kept, as in xterm: with a margin at the top they are
 * a program's own affair. */
void screen_scroll(Screen *s, int64_t n) {
        bool continues = false;

        if (n > 0 && s->top == 0 && s->left == 0 && s->right == s->columns && !screen_is_alternate(s) &&
                s->scrollback.max_lines > 0)
                for (uint32_t row = 0; row < s->bottom && row < n; row++)
                        continues = screen_push_line(s, row);
        grid_scroll(s->grid, margins(s), n, screen_blank(s));
        if (continues)
                s->grid->continues = n < s->bottom || s->bottom == 1;
}

/* ED, DECSED */
void screen_erase_display(Screen *s, int32_t what, bool selective) {
        uint32_t row = s->cursor.row, column = s->cursor.column;
        Style blank = screen_blank(s);

        if (what == 0 && s->pending_wrap) { /* as in screen_erase_line() */
                grid_erase_rows(s->grid, row + 1, s->rows, blank, selective);
                return;
        }
        s->pending_wrap = false;
        switch (what) {
        case 0:
                grid_erase(s->grid, row, column, s->columns, blank, selective);
                grid_erase_rows(s->grid, row + 1, s->rows, blank, selective);
                break;
        case 1:
                grid_erase_rows(s->grid, 0, row, blank, selective);
                grid_erase(s->grid, row, 0, column + 1, blank, selective);
                break;
        case 2:
                grid_erase_rows(s->grid, 0, s->rows, blank, selective);
                break;
        case 3:
                if (!selective)
                        scrollback_clear(&s->scrollback);
                break;
        }
}

/* EL, DECSEL. While a wrap is pending the cursor counts as behind the last column, so there is nothing to
 * erase: gcc and grep erase to the end of the line after each coloured word, and where xterm would take the
 * last letter with that, VTE, kitty and xterm.js do not. */
void screen_erase_line(Screen *s, int32_t what, bool selective) {
        uint32_t from = what == 0 ? s->cursor.column : 0;
        uint32_t to = what == 1 ? s->cursor.column + 1 : s->columns;

        if (what == 0 && s->pending_wrap)
                return;
        s->pending_wrap = false;
        if (what >= 0 && what <= 2)
                grid_erase(s->grid, s->cursor.row, from, to, screen_blank(s), selective);
}

/* ECH */
void screen_erase_characters(Screen *s, uint32_t n) {
        uint32_t column = s->cursor.column;

        s->pending_wrap = false;
        grid_erase(s->grid, s->cursor.row, column, column + MIN(n, s->columns - column), screen_blank(s),
                false);
}

void screen_shift_characters(Screen *s, int64_t n) {
        s->pending_wrap = false;
        if (s->cursor.column >= s->left && s->cursor.column < s->right)
                grid_shift(s->grid, s->cursor.row, s->cursor.column, s->right, n, screen_blank(s));
}

/* What is deleted here is not kept, and the cursor goes to the left margin. */
void screen_shift_lines(Screen *s, int64_t n) {
        Rectangle area = margins(s);

        if (!in_margins(s))
                return;
        area.top = s->cursor.row;
        grid_scroll(s->grid, area, n, screen_blank(s));
        s->cursor.column = s->left;
        s->pending_wrap = false;
}

/* DECIC, DECDC, SL, SR: the columns from column on, in all lines between the margins. */
void screen_shift_columns(Screen *s, uint32_t column, int64_t n) {
        if (!in_margins(s))
                return;
        s->pending_wrap = false;
        for (uint32_t row = s->top; row < s->bottom; row++)
                grid_shift(s->grid, row, column, s->right, n, screen_blank(s));
}

void screen_align(Screen *s) {
        s->top = s->left = 0;
        s->bottom = s->rows;
        s->right = s->columns;
        screen_move(s, 0, 0);
        for (uint32_t row = 0; row < s->rows; row++) {
                Cell *cells = grid_write(s->grid, row, 0, s->columns);

                for (uint32_t i = 0; cells && i < s->columns; i++)
                        cells[i] = (Cell){ .glyph = 'E' };
        }
}
