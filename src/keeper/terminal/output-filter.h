/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Divides what a program prints among those who look, by output-policy.h: in order, without copies where
 * nothing is left out, and without breaking a sequence into two. A sequence that is not complete is held
 * back until it is clear who gets it, for at most OUTPUT_HELD_MAX bytes. */

#include "keeper/terminal/output-policy.h"

#define OUTPUT_HELD_MAX 4096U

typedef enum OutputState {
        OUTPUT_TEXT,
        OUTPUT_HIGH,       /* 0xc2: a character, or a control of two bytes */
        OUTPUT_ESCAPE,     /* ESC, and what may be between it and its last byte */
        OUTPUT_CSI,        /* ESC [ */
        OUTPUT_STRING,     /* ESC ] P X ^ _ */
        OUTPUT_STRING_ESC, /* ESC in a string: its end, if a \ follows */
} OutputState;

typedef struct OutputFilter {
        OutputState state;
        uint8_t kind;      /* of a string */
        uint8_t last;      /* byte of a string */
        bool decided;      /* of a string: it goes to these as it comes */
        ViewerSet viewers; /**/
        uint16_t n_held;
        uint8_t held[OUTPUT_HELD_MAX]; /* from ESC on */
} OutputFilter;

/* Text for some of those who look; valid until the function returns. */
typedef void (*OutputSink)(void *userdata, ViewerSet viewers, const uint8_t *data, size_t size);

/* Begins in the middle of a sequence or character, of which this is what came by now (see
 * screen_pending()). */
void output_filter_init(OutputFilter *f, const uint8_t *pending, size_t size);

/* present: the others need nothing. */
void output_filter_feed(OutputFilter *f, ViewerSet present, const uint8_t *data, size_t size,
        OutputSink sink, void *userdata);

/* What a viewer, whose terminal is in the middle of nothing, has to get before it can go on with what is
 * given to the others: nothing, or the beginning of a string that nobody shows. */
const char *output_filter_opening(const OutputFilter *f, Viewer viewer);
