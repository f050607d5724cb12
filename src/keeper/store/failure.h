/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Why something that was asked for cannot be: an error of the protocol, and a sentence for the user that
 * says what was wrong and what to do. */

#include "shared/keeper-protocol.h"
#include "shared/macros.h"

typedef struct Failure {
        KeeperError error;
        char *message;
} Failure;

/* Fills f; the text is made printable and cut at MESSAGE_TEXT_MAX. The first failure counts, later ones are
 * ignored. Returns the error that f now has. So a function that takes a Failure returns 0, -errno for what
 * nobody could have asked better, or a positive KeeperError with f filled. */
int failure_set(Failure *f, KeeperError error, const char *format, ...) _printf_(3, 4);

/* What to tell the user: the sentence, or a general one if there is none. */
const char *failure_message(const Failure *f);

void failure_done(Failure *f);

#define _cleanup_failure_ _cleanup_(failure_done)
