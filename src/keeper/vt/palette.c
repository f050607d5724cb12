/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The colours that a program redefined. */

#include <limits.h>

#include "keeper/vt/palette.h"

#define N_DYNAMIC 10U
#define N_ENTRIES (PALETTE_NUMBERS + N_DYNAMIC)

void palette_done(Palette *p) {
        free(p->entries);
        p->entries = NULL;
}

static bool palette_allocate(Palette *p) {
        if (!p->entries)
                p->entries = calloc(N_ENTRIES, sizeof(*p->entries));
        return p->entries;
}

static void palette_set(Palette *p, unsigned index, const char *spec, size_t size) {
        if (index >= N_ENTRIES || size > PALETTE_SPEC_MAX || (size == 1 && spec[0] == '?'))
                return;
        for (size_t i = 0; i < size; i++)
                if (spec[i] <= 0x20 || spec[i] >= 0x7f)
                        return;
        if (!palette_allocate(p))
                return;
        p->entries[index].touched = true;
        memcpy(p->entries[index].spec, spec, size);
        p->entries[index].spec[size] = 0;
}

static void palette_reset_range(Palette *p, unsigned from, unsigned to) {
        for (unsigned i = from; p->entries && i < to; i++)
                if (p->entries[i].touched)
                        p->entries[i].spec[0] = 0;
}

void palette_reset(Palette *p) {
        palette_reset_range(p, 0, N_ENTRIES);
}

/* The field that text begins with; moves on to the next. */
static size_t next_field(const char **text, size_t *size, const char **ret) {
        const char *end = memchr(*text, ';', *size);
        size_t n = end ? (size_t) (end - *text) : *size;

        *ret = *text;
        *text += n + (end ? 1 : 0);
        *size -= n + (end ? 1 : 0);
        return n;
}

static unsigned read_index(const char *digits, size_t n) {
        unsigned value = 0;

        if (n == 0 || n > 3)
                return UINT_MAX;
        for (size_t i = 0; i < n; i++) {
                if (digits[i] < '0' || digits[i] > '9')
                        return UINT_MAX;
                value = value * 10 + (unsigned) (digits[i] - '0');
        }
        return value < PALETTE_NUMBERS ? value : UINT_MAX;
}

void palette_osc(Palette *p, unsigned number, const char *text, size_t size) {
        const char *field;
        size_t n;

        if (number == 4) {
                while (size > 0) {
                        unsigned index;

                        n = next_field(&text, &size, &field);
                        index = read_index(field, n);
                        n = next_field(&text, &size, &field);
                        if (n > 0)
                                palette_set(p, index, field, n);
                }
        } else if (number == 104) {
                if (size == 0)
                        palette_reset_range(p, 0, PALETTE_NUMBERS);
                while (size > 0) {
                        unsigned index;

                        n = next_field(&text, &size, &field);
                        index = read_index(field, n);
                        if (index < PALETTE_NUMBERS)
                                palette_set(p, index, "", 0);
                }
        } else if (number >= 10 && number < 10 + N_DYNAMIC) {
                /* More fields are for the numbers that follow. */
                for (; size > 0 && number < 10 + N_DYNAMIC; number++) {
                        n = next_field(&text, &size, &field);
                        if (n > 0)
                                palette_set(p, PALETTE_NUMBERS + number - 10, field, n);
                }
        } else if (number >= 110 && number < 110 + N_DYNAMIC)
                palette_set(p, PALETTE_NUMBERS + number - 110, "", 0);
}

const char *palette_get(const Palette *p, unsigned index) {
        return p->entries && index < N_ENTRIES && p->entries[index].spec[0] ? p->entries[index].spec : NULL;
}

void palette_write(const Palette *p, TextWriter *w) {
        for (unsigned i = 0; p->entries && i < N_ENTRIES; i++) {
                const PaletteEntry *e = p->entries + i;

                if (!e->touched)
                        continue;
                if (i < PALETTE_NUMBERS)
                        text_writer_format(
                                w, e->spec[0] ? "\x1b]4;%u;%s\x1b\\" : "\x1b]104;%u%s\x1b\\", i, e->spec);
                else if (e->spec[0])
                        text_writer_format(w, "\x1b]%u;%s\x1b\\", i - PALETTE_NUMBERS + 10, e->spec);
                else
                        text_writer_format(w, "\x1b]%u\x1b\\", i - PALETTE_NUMBERS + 110);
        }
}
