/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Why PAM does not let a user start sessions: systemd tells only the journal. So what the modules of our
 * stack look at (conf/compute-session.pam) is looked at once more, for a sentence, after they have refused.
 * Local files only: who has an account elsewhere (LDAP) is told no more than that PAM refused. */

#include <sys/types.h>
#include <time.h>

/* A sentence for this user: logins are off (with the administrator's text), the account or its password has
 * expired, its shell is none of /etc/shells. root: what stands before the paths of all files, "" for the
 * system's own. now: CLOCK_REALTIME, in seconds. The caller's; NULL: nothing was found, or there is no
 * memory. */
char *account_problem(const char *root, uid_t uid, time_t now);
