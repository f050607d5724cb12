/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How many columns a character takes. */

#include "keeper/vt/char-width.h"

typedef struct CharRange {
        uint32_t first;
        uint32_t last;
} CharRange;

#include "keeper/vt/char-width-table.h"

static bool in_ranges(uint32_t code, const CharRange *ranges, size_t n) {
        size_t low = 0, high = n;

        while (low < high) {
                size_t middle = (low + high) / 2;

                if (code > ranges[middle].last)
                        low = middle + 1;
                else if (code < ranges[middle].first)
                        high = middle;
                else
                        return true;
        }
        return false;
}

unsigned char_width(uint32_t code) {
        if (code < 0x300)
                return 1;
        /* The bulk of what is printed, without a search: box drawing, Han, Hangul. */
        if (code >= 0x2500 && code < 0x25a0)
                return 1;
        if ((code >= 0x4e00 && code < 0xa000) || (code >= 0xac00 && code < 0xd7a4))
                return 2;
        if (in_ranges(code, zero_width, ELEMENTSOF(zero_width)))
                return 0;
        return in_ranges(code, double_width, ELEMENTSOF(double_width)) ? 2 : 1;
}
