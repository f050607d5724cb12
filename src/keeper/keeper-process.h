/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a kernel's process prints to its stdout and stderr: what of it is recorded, and what the journal is
 * told.
 *
 * Many kernels (ipykernel since 6) take their own stdout and stderr, publish what comes there as outputs of
 * the cell, and write it to where these led before, which is our pipe. What such a kernel prints is recorded
 * as it published it, and not once more. A kernel does so if neither of its descriptors 1 and 2 is our
 * pipe. */

#include "keeper/keeper-data.h"
#include "keeper/store/descriptor-store.h"

#define LAST_WORDS_SIZE 664U

/* Makes the pipe, where the next keeper finds it; takes up that of an earlier one. 0 or -errno. */
int keeper_make_process_output(Keeper *k);
int keeper_adopt_process_output(Keeper *k, DescriptorStore *store);

/* The process ended, as wait(2) says: takes the last of what it printed. If it died, what it did not publish
 * of that is recorded, such as a message about memory that is corrupt, and the journal is told the last
 * lines. */
void keeper_end_process_output(Keeper *k, int code, int status);

/* What the process printed last, for the end of a sentence: in one line, in ret, which is returned.
 * otherwise: the sentence's end if it printed nothing. */
const char *keeper_last_words(const Keeper *k, const char *otherwise, char ret[LAST_WORDS_SIZE]);
