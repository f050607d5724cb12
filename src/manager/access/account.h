/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Finds out why PAM does not let a user start sessions, which systemd tells only the journal. After PAM has
 * refused, this looks once more at what the modules of our stack (conf/compute-session.pam) look at, for a
 * sentence. It reads local files only: a user whose account is elsewhere (LDAP) is told no more than that
 * PAM refused. */

#include <sys/types.h>
#include <time.h>

/* Returns a sentence for this user: logins are off (with the administrator's text), the account or its
 * password has expired, its shell is none of /etc/shells. root: what stands before the paths of all files,
 * "" for the system's own. now: CLOCK_REALTIME, in seconds. The caller frees the sentence. NULL: nothing was
 * found, or there is no memory. */
char *account_problem(const char *root, uid_t uid, time_t now);
