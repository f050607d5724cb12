/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Progress. */

#include "keeper/screen/progress.h"

/* Digits; false if there is anything else, or none. What is more than 100 is 100. */
static bool read_percent(const char *text, size_t size, uint8_t *ret) {
        unsigned n = 0;

        if (size == 0)
                return false;
        for (size_t i = 0; i < size; i++) {
                if (text[i] < '0' || text[i] > '9')
                        return false;
                n = MIN(n * 10 + (unsigned) (text[i] - '0'), 100U);
        }
        *ret = (uint8_t) n;
        return true;
}

/* "4;STATE" or "4;STATE;PERCENT". */
void progress_osc(Progress *p, const char *text, size_t size) {
        Progress new = { .touched = true };

        if (size < 3 || text[0] != '4' || text[1] != ';' || text[2] < '0' || text[2] >= '0' + _PROGRESS_MAX)
                return;
        new.state = (uint8_t) (text[2] - '0');
        if (size > 3 && text[3] != ';')
                return;
        /* An error or a pause may come without a number: the bar stays as long as it was. */
        if ((new.state == PROGRESS_ERROR || new.state == PROGRESS_PAUSED))
                new.percent = p->percent;
        if (size > 4 && new.state != PROGRESS_NONE &&new.state != PROGRESS_UNKNOWN &&
                !read_percent(text + 4, size - 4, &new.percent))
                return;
        *p = new;
}

void progress_reset(Progress *p) {
        p->state = PROGRESS_NONE;
        p->percent = 0;
}

void progress_write(const Progress *p, TextWriter *w) {
        if (p->touched)
                text_writer_format(w, "\x1b]9;4;%u;%u\x1b\\", p->state, p->percent);
}
