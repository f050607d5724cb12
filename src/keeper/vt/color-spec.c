/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Colours as programs and terminals write them. */

#include <stdio.h>

#include "keeper/vt/color-spec.h"

static int digit(char c) {
        if (c >= '0' && c <= '9')
                return c - '0';
        c = (char) (c | 0x20);
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* n digits, at most four. False: not all are. */
static bool read_digits(const char *text, size_t n, unsigned *ret) {
        *ret = 0;
        if (n == 0 || n > 4)
                return false;
        for (size_t i = 0; i < n; i++) {
                int value = digit(text[i]);

                if (value < 0)
                        return false;
                *ret = *ret << 4 | (unsigned) value;
        }
        return true;
}

/* "rgb:": each part is a fraction of the most that can be written with so many digits. */
static bool parse_fractions(const char *text, size_t size, uint16_t parts[3]) {
        static const unsigned most[] = { 0, 0xf, 0xff, 0xfff, 0xffff };

        for (unsigned i = 0; i < 3; i++) {
                const char *end = i < 2 ? memchr(text, '/', size) : text + size;
                unsigned value;

                if (!end || !read_digits(text, (size_t) (end - text), &value))
                        return false;
                parts[i] = (uint16_t) (value * 0xffffU / most[end - text]);
                size -= (size_t) (end - text) + (i < 2);
                text = end + (i < 2);
        }
        return true;
}

/* "#": the digits are the most significant ones. */
static bool parse_digits(const char *text, size_t size, uint16_t parts[3]) {
        size_t n = size / 3;

        for (unsigned i = 0; i < 3; i++) {
                unsigned value;

                if (size % 3 != 0 || !read_digits(text + i * n, n, &value))
                        return false;
                parts[i] = (uint16_t) (value << (16 - 4 * n));
        }
        return true;
}

bool color_spec_parse(const char *text, size_t size, ColorSpec *ret) {
        uint16_t parts[3];
        bool read = false;

        if (size > 4 && memcmp(text, "rgb:", 4) == 0)
                read = parse_fractions(text + 4, size - 4, parts);
        else if (size > 1 && text[0] == '#')
                read = parse_digits(text + 1, size - 1, parts);
        if (read)
                *ret = (ColorSpec){ parts[0], parts[1], parts[2] };
        return read;
}

void color_spec_format(const ColorSpec *c, char ret[COLOR_SPEC_SIZE]) {
        snprintf(ret, COLOR_SPEC_SIZE, "rgb:%04x/%04x/%04x", c->red, c->green, c->blue);
}

static ColorSpec spec_of_bytes(unsigned red, unsigned green, unsigned blue) {
        return (ColorSpec){ (uint16_t) (red * 0x101), (uint16_t) (green * 0x101),
                (uint16_t) (blue * 0x101) };
}

ColorSpec color_spec_of_number(unsigned number) {
        static const uint8_t basic[16][3] = {
                { 0x00, 0x00, 0x00 },
                { 0xcd, 0x00, 0x00 },
                { 0x00, 0xcd, 0x00 },
                { 0xcd, 0xcd, 0x00 },
                { 0x00, 0x00, 0xee },
                { 0xcd, 0x00, 0xcd },
                { 0x00, 0xcd, 0xcd },
                { 0xe5, 0xe5, 0xe5 },
                { 0x7f, 0x7f, 0x7f },
                { 0xff, 0x00, 0x00 },
                { 0x00, 0xff, 0x00 },
                { 0xff, 0xff, 0x00 },
                { 0x5c, 0x5c, 0xff },
                { 0xff, 0x00, 0xff },
                { 0x00, 0xff, 0xff },
                { 0xff, 0xff, 0xff },
        };
        static const uint8_t levels[6] = { 0, 95, 135, 175, 215, 255 };

        if (number < 16)
                return spec_of_bytes(basic[number][0], basic[number][1], basic[number][2]);
        if (number < 232) {
                number -= 16;
                return spec_of_bytes(levels[number / 36], levels[number / 6 % 6], levels[number % 6]);
        }
        number = 8 + (MIN(number, 255U) - 232) * 10;
        return spec_of_bytes(number, number, number);
}

bool color_spec_is_light(const ColorSpec *c) {
        return c->red * 299U + c->green * 587U + c->blue * 114U > 0xffffU * 500U;
}
