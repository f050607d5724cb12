/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Window titles and working directory. */

#include "keeper/screen/titles.h"
#include "shared/text.h"

static void pair_done(TitlePair *p) {
        free(p->title);
        free(p->icon);
        *p = (TitlePair){ 0 };
}

void titles_done(Titles *t) {
        pair_done(&t->now);
        for (unsigned i = 0; i < t->n_stack; i++)
                pair_done(t->stack + i);
        free(t->directory);
        *t = (Titles){ 0 };
}

static void set_text(Titles *t, char **target, const char *text, size_t size) {
        _cleanup_free_ char *copy = NULL, *clean = NULL;

        copy = strndup(text, size);
        if (!copy)
                return;
        clean = text_sanitize(copy, TITLE_MAX);
        if (!clean || streq_null(*target, clean))
                return;
        free(*target);
        *target = TAKE_PTR(clean);
        t->serial++;
}

void titles_osc(Titles *t, unsigned number, const char *text, size_t size) {
        if (number == 0 || number == 1)
                set_text(t, &t->now.icon, text, size);
        if (number == 0 || number == 2)
                set_text(t, &t->now.title, text, size);
        if (number == 7)
                set_text(t, &t->directory, text, size);
}

static char *copy_text(const char *s) {
        return s ? strdup(s) : NULL;
}

void titles_push(Titles *t) {
        if (t->n_stack == TITLE_STACK_MAX) {
                pair_done(t->stack);
                memmove(t->stack, t->stack + 1, (TITLE_STACK_MAX - 1) * sizeof(TitlePair));
                t->n_stack--;
        }
        t->stack[t->n_stack++] = (TitlePair){
                .title = copy_text(t->now.title),
                .icon = copy_text(t->now.icon),
        };
}

static void replace(char **target, char **source) {
        free(*target);
        *target = TAKE_PTR(*source);
}

void titles_pop(Titles *t, int32_t which) {
        TitlePair *top;

        if (t->n_stack == 0)
                return;
        top = t->stack + --t->n_stack;
        if (which != 2)
                replace(&t->now.icon, &top->icon);
        if (which != 1)
                replace(&t->now.title, &top->title);
        pair_done(top);
        t->serial++;
}

/* before: what the terminal has by now. */
static void write_pair(const TitlePair *p, const TitlePair *before, TextWriter *w) {
        const struct {
                const char *now, *before;
                const char *number;
        } texts[] = {
                { p->icon, before->icon, "\x1b]1;" },
                { p->title, before->title, "\x1b]2;" },
        };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                if (!texts[i].now || streq_null(texts[i].now, texts[i].before))
                        continue;
                text_writer_text(w, texts[i].number);
                text_writer_text(w, texts[i].now);
                text_writer_text(w, "\x1b\\");
        }
}

void titles_write(const Titles *t, TextWriter *w) {
        TitlePair before = { 0 };

        for (unsigned i = 0; i < t->n_stack; i++) {
                write_pair(t->stack + i, &before, w);
                text_writer_text(w, "\x1b[22;0t");
                before = t->stack[i];
        }
        write_pair(&t->now, &before, w);
        if (t->directory) {
                text_writer_text(w, "\x1b]7;");
                text_writer_text(w, t->directory);
                text_writer_text(w, "\x1b\\");
        }
}
