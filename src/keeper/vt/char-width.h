/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How many columns a character takes: by a table of our own, since a terminal in UTF-8 mode has no locale,
 * and what wcwidth() says depends on one.
 *
 * It is Unicode's East Asian width (wide and fullwidth: 2, ambiguous: 1); marks and format characters take
 * none. Each code point counts alone, as in xterm and VTE: an emoji sequence joined by U+200D is as wide as
 * its parts, and a variation selector changes no width. */

#include "shared/macros.h"

/* 0, 1, 2. code is a character beyond ASCII, no control. */
unsigned char_width(uint32_t code);
