/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The character sets of the DEC terminals that are still in use. */

#include "keeper/vt/charset.h"

uint32_t charset_translate(Charset set, uint8_t c) {
        static const uint16_t graphics[] = { /* from 0x5f on */
                0x00a0, 0x25c6, 0x2592, 0x2409, 0x240c, 0x240d, 0x240a, 0x00b0, 0x00b1, 0x2424, 0x240b,
                0x2518, 0x2510, 0x250c, 0x2514, 0x253c, 0x23ba, 0x23bb, 0x2500, 0x23bc, 0x23bd, 0x251c,
                0x2524, 0x2534, 0x252c, 0x2502, 0x2264, 0x2265, 0x03c0, 0x2260, 0x00a3, 0x00b7
        };

        if (set == CHARSET_GRAPHICS && c >= 0x5f && c < 0x5f + ELEMENTSOF(graphics))
                return graphics[c - 0x5f];
        if (set == CHARSET_BRITISH && c == '#')
                return 0xa3;
        return c;
}
