/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Words of command lines that we print for somebody to copy. */

/* The word for a shell: as it is if nothing in it is special, in single quotes otherwise. The caller's; NULL
 * if out of memory. */
char *shell_word(const char *s);
