/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Plain lines by the thousand: what scrolls off the top before anybody could have seen it goes past the
 * cells.
 *
 * If so many lines of plain text come at once that some of them leave the screen again, those are put into
 * the scrollback as the bytes that they are; only the last ones are printed. The outcome is that of printing
 * them all, and a fuzz target holds it to that. */

#include "keeper/screen/screen-state.h"

#define FLOOD_SIZE_MIN 256U /* less is no flood, and is not looked at */

/* Would a line that is printed now look in the scrollback as it came, and does each one scroll? */
static bool lines_pass(const Screen *s) {
        const Line *line = s->grid->rows[s->cursor.row];

        return s->parser.state == VT_GROUND && !screen_is_alternate(s) && s->scrollback.max_lines > 0 &&
                s->top == 0 && s->bottom == s->rows && s->left == 0 && s->right == s->columns &&
                s->cursor.row + 1 == s->rows && s->cursor.column == 0 && !s->pending_wrap &&
                style_is_default(&s->cursor.pen) && screen_prints_ascii(s) && (!line || line->used == 0) &&
                !grid_continues(s->grid, s->cursor.row);
}

/* The length of the plain line at data without its end; SIZE_MAX if there is none, or not all of it. */
static size_t plain_line(const uint8_t *data, size_t size, size_t n_columns) {
        size_t n = screen_ascii_run(data, MIN(size, n_columns + 1));

        return n <= n_columns && size - n >= 2 && data[n] == '\r' && data[n + 1] == '\n' ? n : SIZE_MAX;
}

size_t screen_pass_lines(Screen *s, const uint8_t *data, size_t size) {
        const uint8_t *newline;
        size_t n_lines = 0, begin, at, n;

        if (size < FLOOD_SIZE_MIN)
                return 0;
        newline = memchr(data, '\n', size);
        if (!newline)
                return 0;
        begin = (size_t) (newline - data) + 1;
        vt_parser_feed(&s->parser, data, begin);
        if (!lines_pass(s))
                return begin;
        for (at = begin; (n = plain_line(data + at, size - at, s->columns)) != SIZE_MAX; at += n + 2)
                n_lines++;
        if (n_lines <= s->rows)
                return begin;

        /* The screen is left with an empty line below the last ones. */
        screen_scroll(s, s->rows - 1);
        s->grid->continues = false;
        s->cursor.row = 0;
        for (at = begin; n_lines >= s->rows; n_lines--) {
                ScrollbackLine line = { .text = (const char *) data + at };

                line.size = plain_line(data + at, size - at, s->columns);
                line.shape = (LineShape){ .width = line.size & 0x7ffffffU, .printed = line.size > 0 };
                scrollback_push(&s->scrollback, &line);
                at += line.size + 2;
        }
        return at;
}
