/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The key that leaves an attached terminal: a control character, "C-]" unless the user wants another. Typed
 * twice in a row it is sent once. */

#include <stddef.h>
#include <sys/types.h>

#include "shared/macros.h"

#define DETACH_KEY_DEFAULT  "C-]"
#define DETACH_KEY_VARIABLE "COMPUTECTL_DETACH_KEY" /* of the environment: the user's own default */

typedef struct DetachKey {
        char byte; /* the control character; 0: there is no such key */
        char base; /* the key that makes it together with Ctrl: ']' */
} DetachKey;

/* Reads "C-x" or "^x" (x: a letter or one of [ \ ] ^ _ @), or "none". "C-[" is refused: it is Escape, the
 * start of every function key. "C-@" is NUL and refused too. -EINVAL, ret untouched. */
int detach_key_parse(const char *s, DetachKey *ret);

/* Where the key begins in what was typed, and its length, or -1. Found as the control character, and as the
 * escape sequence that terminals send instead when the program in the session asked for one (kitty's "CSI
 * 93;5u", xterm's "CSI 27;5;93~"). A sequence is found only if it is whole, so that no Escape has to be held
 * back; terminals write them in one piece. */
ssize_t detach_key_find(const DetachKey *key, const char *typed, size_t size, size_t *ret_length);
