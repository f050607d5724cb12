/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Standard output: collected first, then shown, in a pager if it is a terminal that is too small for it. */

#include <stdio.h>

#include "shared/macros.h"

typedef struct Output {
        FILE *stream; /* where verbs write to */
        char *text;
        size_t size;
} Output;

/* Why a write to the stream, just now, failed: -errno, such as -ENOSPC; 0 if none ever did. */
int output_error(FILE *f);

/* 0 or -ENOMEM. */
int output_begin(Output *o);
/* Shows what was written. Returns 0, or -errno if it could not be written (logged; a reader that went away
 * early is no error). */
int output_show(Output *o, bool with_pager);
void output_done(Output *o);

#define _cleanup_output_ _cleanup_(output_done)

/* Is standard output a terminal that understands colours, and wants them ($NO_COLOR, $SYSTEMD_COLORS)? */
bool output_has_colors(void);
/* Columns of standard output if it is a terminal; 0: it is none, nothing has to fit. */
size_t output_columns(void);

/* Escape sequences, or "" without colours. */
const char *color_good(void);
const char *color_warning(void);
const char *color_dim(void);
const char *color_normal(void);

/* Characters, or what stands for them where they cannot be shown. */
const char *glyph_bullet(void);
const char *glyph_ellipsis(void);
