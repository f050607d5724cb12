/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The user that the keeper runs as, from the user database. */

#include <sys/types.h>

#include "shared/macros.h"

typedef struct User {
        uid_t uid;
        char *name;  /* NULL if the uid is not in the database; then home and shell are NULL too */
        char *home;  /* absolute, or NULL */
        char *shell; /* absolute, or NULL */
} User;

int user_load(User *ret);
void user_done(User *u);

#define _cleanup_user_ _cleanup_(user_done)
