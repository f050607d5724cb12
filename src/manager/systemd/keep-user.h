/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Keeping a user's things for as long as the user has sessions. When somebody logs out for the last time,
 * logind removes their files in /dev/shm and System V IPC (RemoveIPC=yes), their runtime directory and their
 * bus, although sessions go on. It does not for users who linger (loginctl(1)). So with KeepUser=linger the
 * manager has a user linger from the first session on, and ends that KEEP_USER_RELEASE_USEC after the last
 * one: logind takes up to a second to undo it, and would remove everything if it was asked for again in that
 * time.
 *
 * Lingering that was there before is never ended. What is ours has a mark, an empty file named by the uid in
 * a private folder on disk, made before logind is asked and removed after it has undone it. So it survives a
 * killed manager and a boot. */

#include <sys/types.h>

#include "manager/base/types.h"
#include "manager/model/systemd.h"

#define KEEP_USER_RELEASE_USEC (30 * USEC_PER_SEC)

/* Opens the folder with the marks, dir, and reads them: users without sessions are released when it is time.
 * For start-up, once the sessions are known. Without effect in user mode. -errno: nobody is kept; logs. */
int keep_user_start(Manager *m, const char *dir);

/* A session of this user is about to begin, or was taken up. */
void keep_user(Manager *m, uid_t uid);
/* One has ended: if it was the user's last one, the user is released after a while. */
void keep_user_no_longer(Manager *m, uid_t uid);

/* "linger": the user lingers, for our sake or anyway; "off": what logind removes at a logout is gone then;
 * "": not known (yet), or not for this manager to say, in user mode. A constant. */
const char *keep_user_state(const Manager *m, uid_t uid);

void kept_users_done(KeptUsers *users);
