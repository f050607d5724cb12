/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Select Graphic Rendition, both ways: a sequence's parameters -> style, style -> the shortest sequence.
 * Numbers are those of xterm's ctlseqs, with kitty's 4:n and 58, and ECMA-48's 53. */

#include "keeper/screen/cell.h"
#include "keeper/vt/text-writer.h"
#include "keeper/vt/vt-parser.h"

/* Applies CSI ... m. What has no meaning is skipped. */
void sgr_apply(const VtSequence *s, Style *style);

/* Writes what makes a pen of style from one of style to; DECSCA too. */
void sgr_write(TextWriter *w, const Style *from, const Style *to);
