/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Has users linger while they have sessions. When a user logs out for the last time, logind removes the
 * user's files in /dev/shm and System V IPC (RemoveIPC=yes), the runtime directory and the bus, although
 * sessions go on. It does not if the user lingers (loginctl(1)). So with KeepUser=linger the manager has a
 * user linger from the first session on, and ends that KEEP_USER_RELEASE_USEC after the last one: logind
 * takes up to a second to undo it, and would remove everything if it were asked again within that time.
 *
 * Lingering that was there before is never ended. Our own has a mark: an empty file, named by the uid, in a
 * private folder on disk, made before logind is asked and removed after it has undone the lingering. So it
 * survives a killed manager and a boot. */

#include <sys/types.h>

#include "manager/base/types.h"
#include "manager/model/systemd.h"

#define KEEP_USER_RELEASE_USEC (30 * USEC_PER_SEC)

/* Reads the marks in the folder dir; users without sessions are released when it is time. For start-up, once
 * the sessions are known. Does nothing in user mode. -errno: nobody is kept; logs. */
int keep_user_start(Manager *m, const char *dir);

/* Keeps a user who has one more session, which begins or was taken up. */
void keep_user(Manager *m, uid_t uid);
/* Notes that a session of the user has ended. After the last one, the user is released in a while. */
void keep_user_no_longer(Manager *m, uid_t uid);

/* Returns the property KeepUser, a constant. "linger": the user lingers, for our sake or anyway. "off":
 * logind removes things at a logout. "": not known yet, or not known to this manager, in user mode. */
const char *keep_user_state(const Manager *m, uid_t uid);

void kept_users_done(KeptUsers *users);
