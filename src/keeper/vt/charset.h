/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The 94-character sets that a program can put in place of ASCII (SCS in xterm's ctlseqs). */

#include "shared/macros.h"

/* The final byte that designates a set: what has no meaning here is kept, and is ASCII. */
typedef uint8_t Charset;
#define CHARSET_ASCII    'B'
#define CHARSET_GRAPHICS '0' /* DEC Special Character and Line Drawing */
#define CHARSET_BRITISH  'A'

/* What c, printable ASCII, stands for. */
uint32_t charset_translate(Charset set, uint8_t c);
