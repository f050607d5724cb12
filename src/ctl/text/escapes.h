/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Escape sequences as C and echo -e have them. */

#include <sys/types.h>

#include "shared/macros.h"

/* Replaces \a \b \e \f \n \r \t \v \\ and \xHH by the bytes they stand for, which may be NUL, in place.
 * Returns how many bytes there are; -EINVAL for any other sequence, then the text is half done. */
ssize_t escapes_replace(char *text);
