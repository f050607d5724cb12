/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text from a session on its way to somebody's terminal. */

#include <stdio.h>

#include "shared/macros.h"

/* What becomes of colours and other attributes: SGR sequences, "CSI numbers m". */
typedef enum TextStyles {
        STYLES_REPLACED, /* as all other sequences */
        STYLES_KEPT,     /* they pass, and the last is followed by one that ends it */
        STYLES_REMOVED,
} TextStyles;

/* Writes the text, with everything that text_is_printable() refuses, but newlines and tabs, replaced by "?".
 * 0, -ENOMEM, or -errno of writing. */
int text_filter(const char *data, size_t size, TextStyles styles, FILE *out);
