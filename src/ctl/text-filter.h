/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text from a session on its way to somebody's terminal. */

#include <stdio.h>

#include "shared/macros.h"

/* Writes the text, with everything that text_is_printable() refuses, but newlines and tabs, replaced by "?". styles:
 * SGR sequences (CSI numbers m) pass too, and the last is followed by one that ends it. 0, -ENOMEM, or -errno of
 * writing. */
int text_filter(const char *data, size_t size, bool styles, FILE *out);
