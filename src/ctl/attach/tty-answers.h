/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the user's terminal still answers when nobody is attached any more. */

#include "shared/time-span.h"

/* A question that a terminal has not answered yet would be answered to whoever reads it next: a shell, to
 * which it is typed text. Asks it what it is, which every terminal answers, in its turn, and throws away
 * what is typed until then, for at most so long. output: where to ask; input: where the answers come, in raw
 * mode. */
void tty_discard_answers(int input, int output, usec_t timeout);
