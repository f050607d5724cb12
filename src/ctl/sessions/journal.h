/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reading the journal: who may, one field, one session's lines. */

#include <stdio.h>
#include <systemd/sd-journal.h>

#include "ctl/options/arguments.h"

DEFINE_CLEANUP(sd_journal *, sd_journal_close);
#define _cleanup_journal_ _cleanup_(sd_journal_close_pointer)

/* Can the journal be read that this service (the system's, or the user's) writes to? 0; -EACCES; -ENOENT:
 * there is none. */
int journal_check_access(bool user);

/* Limits what is read to entries of the service itself: by the credentials that journald has seen, so that
 * nobody else's entries pass as ours. 0 or -errno. */
int journal_match_service(sd_journal *j, bool user);

/* The value of a field of the current entry; the caller's. -ENOENT: it has none. */
int journal_get_field(sd_journal *j, const char *name, char **ret);

/* Prints the last lines of this boot that a session, its keeper, the service or systemd wrote about it.
 * Nothing if the journal cannot be read; 0 or -errno. */
int journal_print_session(FILE *f, const Arguments *a, const char *id, uint64_t lines, size_t width);
