/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which of a program's sequences go on to whom. docs/terminals.md has the tables for people. Pure.
 *
 * Nobody gets a question: the screen answers all of them, once. Who only looks gets nothing that makes a
 * terminal send by itself. Who is not the session's user gets nothing but text, attributes, cursor and
 * modes: what the program prints may have been made to harm them. */

#include "shared/macros.h"

typedef enum Viewer {
        VIEWER_OWNER,           /* the session's user, who may type */
        VIEWER_OWNER_CLIPBOARD, /* the same, whose clipboard the program may set */
        VIEWER_READER,          /* the session's user, who only looks */
        VIEWER_FOREIGN,         /* somebody else, who may type */
        VIEWER_FOREIGN_READER,
        _VIEWER_MAX,
} Viewer;

typedef uint8_t ViewerSet; /* a bit for each */

#define VIEWER_BIT(viewer) ((ViewerSet) (1U << (viewer)))
#define VIEWERS_NONE       ((ViewerSet) 0)
#define VIEWERS_ALL        ((ViewerSet) ((1U << _VIEWER_MAX) - 1))

/* An escape or control sequence: all of it, with the ESC. One that is not well-formed goes to nobody. Of
 * DECSET and the like, each mode has to be asked for separately. */
ViewerSet output_policy_sequence(const uint8_t *sequence, size_t size);

/* A string. kind: the letter behind its ESC, one of "]PX^_"; text: what is behind that, without the end.
 * complete: that is all of it; else its first bytes, OUTPUT_POLICY_SIZE_MIN at least, and no more than these
 * will be looked at. */
#define OUTPUT_POLICY_SIZE_MIN 4000U
ViewerSet output_policy_string(uint8_t kind, const uint8_t *text, size_t size, bool complete);
