/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Bytes that a program prints -> text, control characters, sequences. Knows the grammar of ECMA-48 and
 * UTF-8, and nothing about terminals. */

#include "shared/macros.h"

#define VT_PARAMETERS_MAX 32U
#define VT_PARAMETER_MAX  65535
#define VT_OMITTED        (-1)

/* Of a sequence that is not complete yet this much is kept. A longer string (OSC, DCS, ...) is skipped as a
 * whole, a longer CSI sequence is ignored. */
#define VT_PENDING_MAX 4096U

typedef struct VtSequence {
        uint8_t prefix;       /* one of "<=>?", or 0 */
        uint8_t intermediate; /* 0x20 ... 0x2f, or 0; with two, 0xff, which nothing matches */
        uint8_t final;
        uint8_t n_parameters;
        uint32_t colons; /* bit n: parameter n came behind a colon and so belongs to the one before */
        int32_t parameters[VT_PARAMETERS_MAX];
} VtSequence;

typedef struct VtHandlers {
        /* Printable ASCII, and behind it anything. Takes at least the first byte, and at most the printable
         * ASCII that data starts with; returns how much it took. */
        size_t (*text)(void *userdata, const uint8_t *data, size_t size);
        /* A character beyond ASCII; U+FFFD for what is not UTF-8. */
        void (*character)(void *userdata, uint32_t code);
        /* C0 but ESC, CAN, SUB. */
        void (*control)(void *userdata, uint8_t code);
        /* ESC: intermediate and final only. */
        void (*escape)(void *userdata, const VtSequence *sequence);
        void (*csi)(void *userdata, const VtSequence *sequence);
        /* What is between OSC and its end. Not longer than VT_PENDING_MAX, without C0, not terminated. bell:
         * it ended with BEL instead of ST. */
        void (*osc)(void *userdata, const char *text, size_t size, bool bell);
        /* The same of the other strings. kind: the letter behind ESC, one of "PX^_". */
        void (*string)(void *userdata, char kind, const char *text, size_t size);
} VtHandlers;

typedef enum VtState {
        VT_GROUND,
        VT_ESCAPE,
        VT_ESCAPE_INTERMEDIATE,
        VT_CSI_ENTRY,
        VT_CSI_PARAMETER,
        VT_CSI_INTERMEDIATE,
        VT_CSI_IGNORE,
        VT_OSC,
        VT_STRING, /* DCS, SOS, PM, APC */
        VT_UTF8,   /* in the middle of a character */
        _VT_STATE_MAX,
} VtState;

typedef struct VtParser {
        const VtHandlers *handlers;
        void *userdata;
        VtState state;
        bool overlong;  /* VT_OSC, VT_STRING: too long, nothing of it counts */
        uint8_t last;   /* VT_OSC, VT_STRING: byte before */
        uint16_t n_raw; /* of raw */
        VtSequence sequence;
        /* The bytes since ground, without the control characters that were acted on. */
        uint8_t raw[VT_PENDING_MAX];
} VtParser;

void vt_parser_init(VtParser *p, const VtHandlers *handlers, void *userdata);
void vt_parser_feed(VtParser *p, const void *data, size_t size);

/* What puts a parser that is at ground into the state that this one is in. The bytes are the parser's. */
size_t vt_parser_pending(const VtParser *p, const uint8_t **ret);

/* Parameter i, or otherwise if it is omitted. */
static inline int32_t vt_parameter(const VtSequence *s, unsigned i, int32_t otherwise) {
        return i < s->n_parameters && s->parameters[i] != VT_OMITTED ? s->parameters[i] : otherwise;
}

/* Parameter i as a count or coordinate: 1 if it is omitted or 0. */
static inline uint32_t vt_count(const VtSequence *s, unsigned i) {
        return i < s->n_parameters && s->parameters[i] > 0 ? (uint32_t) s->parameters[i] : 1;
}
