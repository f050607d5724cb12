/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Colours as programs and terminals write them in operating system commands, and those that xterm has at
 * first. */

#include "shared/macros.h"

/* 16 bits each, as the X Window System has them. */
typedef struct ColorSpec {
        uint16_t red, green, blue;
} ColorSpec;

#define COLOR_SPEC_SIZE 24U /* "rgb:ffff/ffff/ffff" with its NUL, rounded up */

/* Reads "rgb:R/G/B", with one to four hexadecimal digits each, "#RGB", "#RRGGBB", "#RRRGGGBBB" or
 * "#RRRRGGGGBBBB". False: it is none of these, such as a name. */
bool color_spec_parse(const char *text, size_t size, ColorSpec *ret);

/* Writes "rgb:rrrr/gggg/bbbb" and a NUL. */
void color_spec_format(const ColorSpec *c, char ret[COLOR_SPEC_SIZE]);

/* The colour with this number, 0 to 255. */
ColorSpec color_spec_of_number(unsigned number);

/* Is it nearer to white than to black? */
bool color_spec_is_light(const ColorSpec *c);
