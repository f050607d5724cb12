/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The activity page: when somebody last typed, and when the payload last printed. See keeper-protocol.h. */

#include "shared/keeper-protocol.h"
#include "shared/macros.h"

typedef struct Activity {
        int fd;
        KeeperActivity *page;   /* mapped */
        KeeperActivity *shared; /* the manager's, mapped, or NULL */
} Activity;

/* Nothing yet. */
#define ACTIVITY_NULL        \
        (Activity) {         \
                .fd = -EBADF \
        }

/* Maps a page that an earlier keeper left, or a new one if fd is negative. fd becomes the activity's on
 * success. */
int activity_init(Activity *a, int fd);
void activity_done(Activity *a);

/* Copies what is known to the manager's page, and from now on writes to it too. fd stays the caller's.
 * -EBADMSG: it is no such page. */
int activity_share(Activity *a, int fd);

void activity_input(Activity *a);
void activity_output(Activity *a);
