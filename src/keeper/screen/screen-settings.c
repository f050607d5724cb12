/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers to what programs ask by strings: DECRQSS, XTGETTCAP, and whether there are kitty's pictures. */

#include "keeper/screen/screen-state.h"
#include "keeper/screen/sgr.h"

static bool is(const char *text, size_t size, const char *what) {
        return strlen(what) == size && memcmp(text, what, size) == 0;
}

static void answer_writer(Screen *s, const TextWriter *w) {
        if (!w->failed && w->size > 0)
                answers_add(&s->answers, w->data, w->size);
}

/* The pen as the parameters of SGR, beginning with the reset. */
static void write_rendition(const Screen *s, TextWriter *w) {
        const Style none = { .guarded = s->cursor.pen.guarded }, pen = screen_pen(s);
        size_t begin = w->size;

        sgr_write(w, &none, &pen);
        if (w->size == begin || w->failed) {
                text_writer_text(w, "0m");
                return;
        }
        /* "\x1b[": that of a control sequence makes room for the reset. */
        memcpy(w->data + begin, "0;", 2);
}

/* DECRQSS -> DECRPSS */
static void answer_setting(Screen *s, const char *text, size_t size) {
        _cleanup_text_writer_ TextWriter w = { 0 };

        text_writer_text(&w, "\x1bP1$r");
        if (is(text, size, "m"))
                write_rendition(s, &w);
        else if (is(text, size, "r"))
                text_writer_format(&w, "%u;%ur", s->top + 1, s->bottom);
        else if (is(text, size, "s"))
                text_writer_format(&w, "%u;%us", s->left + 1, s->right);
        else if (is(text, size, " q"))
                text_writer_format(&w, "%d q", MAX(s->shape, 0));
        else if (is(text, size, "\"q"))
                text_writer_format(&w, "%u\"q", s->cursor.pen.guarded);
        else if (is(text, size, "\"p"))
                text_writer_text(&w, "62;1\"p");
        else if (is(text, size, "t"))
                text_writer_format(&w, "%ut", s->rows);
        else if (is(text, size, "*|"))
                text_writer_format(&w, "%u*|", s->rows);
        else if (is(text, size, "$|"))
                text_writer_format(&w, "%u$|", s->columns);
        else {
                screen_answer(s, "\x1bP0$r\x1b\\");
                return;
        }
        text_writer_text(&w, "\x1b\\");
        answer_writer(s, &w);
}

/* How many of the first bytes are digits, which are 64 at most. */
static size_t count(const char *text, size_t size, const char *digits) {
        size_t n = 0;

        while (n < size && n < 64 && text[n] && strchr(digits, text[n]))
                n++;
        return n;
}

/* What terminfo says of a terminal like this one, both sides in hexadecimal. */
static const char *capability(const char *name, size_t size) {
        static const struct {
                const char *name, *value;
        } known[] = {
                { "544e", "787465726d2d323536636f6c6f72" },     /* TN=xterm-256color */
                { "6e616d65", "787465726d2d323536636f6c6f72" }, /* name */
                { "436f", "323536" },                           /* Co=256 */
                { "636f6c6f7273", "323536" },                   /* colors */
                { "524742", "382f382f38" },                     /* RGB=8/8/8 */
        };
        char lower[16];

        if (size >= sizeof(lower))
                return NULL;
        for (size_t i = 0; i < size; i++)
                lower[i] = (char) (name[i] >= 'A' && name[i] <= 'F' ? name[i] | 0x20 : name[i]);
        for (size_t i = 0; i < ELEMENTSOF(known); i++)
                if (is(lower, size, known[i].name))
                        return known[i].value;
        return NULL;
}

/* XTGETTCAP, as xterm: the answer ends before the first name that is not known; that one is refused if it is
 * the first. */
static void answer_capabilities(Screen *s, const char *text, size_t size) {
        _cleanup_text_writer_ TextWriter w = { 0 };

        for (size_t begin = 0; begin <= size;) {
                const char *end = memchr(text + begin, ';', size - begin), *value;
                size_t n = (end ? (size_t) (end - text) : size) - begin;

                value = capability(text + begin, n);
                if (!value) {
                        if (w.size > 0)
                                break;
                        text_writer_text(&w, "\x1bP0+r");
                        text_writer_bytes(
                                &w, text + begin, count(text + begin, n, "0123456789abcdefABCDEF"));
                        break;
                }
                text_writer_text(&w, w.size == 0 ? "\x1bP1+r" : ";");
                text_writer_bytes(&w, text + begin, n);
                text_writer_byte(&w, '=');
                text_writer_text(&w, value);
                begin += n + 1;
        }
        text_writer_text(&w, "\x1b\\");
        answer_writer(s, &w);
}

/* The value of a key of kitty's graphics protocol, of *ret_size bytes; NULL: it does not say. */
static const char *graphics_key(const char *text, size_t size, char key, size_t *ret_size) {
        for (size_t i = 0; i < size; i++) {
                size_t end = i;

                while (end < size && text[end] != ',')
                        end++;
                if (end > i + 2 && text[i] == key && text[i + 1] == '=') {
                        *ret_size = end - i - 2;
                        return text + i + 2;
                }
                i = end;
        }
        return NULL;
}

/* A question whether there are pictures: there are none that would come back. */
static void answer_graphics(Screen *s, const char *text, size_t size) {
        const char *payload = memchr(text, ';', size), *action, *number;
        size_t n = payload ? (size_t) (payload - text) : size, length;

        action = graphics_key(text, n, 'a', &length);
        number = graphics_key(text, n, 'i', &length);
        if (action && action[0] == 'q' && number)
                screen_answer(s, "\x1b_Gi=%.*s;ENOTSUP:no pictures\x1b\\",
                        (int) count(number, length, "0123456789"), number);
}

void screen_string(void *userdata, char kind, const char *text, size_t size) {
        Screen *s = userdata;

        if (kind == 'P' && size >= 2 && memcmp(text, "$q", 2) == 0)
                answer_setting(s, text + 2, size - 2);
        else if (kind == 'P' && size >= 2 && memcmp(text, "+q", 2) == 0)
                answer_capabilities(s, text + 2, size - 2);
        else if (kind == '_' && size >= 1 && text[0] == 'G')
                answer_graphics(s, text + 1, size - 1);
}
