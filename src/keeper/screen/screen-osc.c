/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Operating system commands: titles and colours. The others, such as the clipboard (52), hyperlinks (8) and prompt
 * marks (133), are between the program and whatever terminal is there at that moment. */

#include "keeper/screen/screen-state.h"

void screen_osc(void *userdata, const char *text, size_t size) {
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
}
