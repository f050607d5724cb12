/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Operating system commands: titles, colours, hyperlinks, the pointer, progress, and answers to what
 * they ask. The others, such as notifications (9) and prompt marks (133), are between the program and
 * whatever terminal is there at that moment. */

#include "keeper/screen/screen-state.h"

/* OSC 52;WHICH;?: what is in the clipboard. Nobody is told. */
static void answer_clipboard(Screen *s, const char *text, size_t size, bool bell) {
        const char *what = memchr(text, ';', size);

        if (what && (size_t) (what - text) + 2 == size && what[1] == '?' && what - text <= 16)
                screen_answer(s, "\x1b]52;%.*s;%s", (int) (what - text), text, bell ? "\a" : "\x1b\\");
}

/* OSC 22;?NAME,NAME: which shapes of the pointer (kitty's protocol) there are, or with __ in the name, which
 * is in force. */
static void answer_pointer(Screen *s, const char *text, size_t size, bool bell) {
        _cleanup_text_writer_ TextWriter w = { 0 };

        if (size == 0 || text[0] != '?')
                return;
        text_writer_text(&w, "\x1b]22;0");
        for (size_t i = 1; i < size; i++)
                if (text[i] == ',')
                        text_writer_text(&w, ",0");
        text_writer_text(&w, bell ? "\a" : "\x1b\\");
        if (!w.failed)
                answers_add(&s->answers, w.data, w.size);
}

void screen_osc(void *userdata, const char *text, size_t size, bool bell) {
        Screen *s = userdata;
        unsigned number = 0;
        size_t i = 0;

        while (i < size && i < 5 && text[i] >= '0' && text[i] <= '9')
                number = number * 10 + (unsigned) (text[i++] - '0');
        if (i == 0 || (i < size && text[i] != ';'))
                return;
        if (i < size)
                i++;
        titles_osc(&s->titles, number, text + i, size - i);
        palette_osc(&s->palette, number, text + i, size - i);
        screen_answer_colors(s, number, text + i, size - i, bell);
        if (number == 8)
                link_open(s->links, s->grids, ELEMENTSOF(s->grids), &s->cursor.pen, text + i, size - i);
        else if (number == 9)
                progress_osc(&s->progress, text + i, size - i);
        else if (number == 22) {
                pointer_osc(&s->pointers[screen_is_alternate(s)], text + i, size - i);
                answer_pointer(s, text + i, size - i, bell);
        } else if (number == 52)
                answer_clipboard(s, text + i, size - i, bell);
}
