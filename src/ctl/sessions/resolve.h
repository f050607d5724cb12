/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which session somebody means: by id, notebook path, name, or the notebook's file name. */

#include <sys/types.h>

#include "ctl/bus/client.h"
#include "ctl/sessions/ended.h"
#include "shared/ids.h"

typedef struct SessionName {
        char *id, *type, *name, *notebook;
        uint32_t uid;
} SessionName;

typedef struct SessionNames {
        SessionName *names;
        size_t n_names;
} SessionNames;

#define UID_NOBODY_SPECIAL UINT32_MAX

/* Looks for the word, in this order: the path of a notebook (path: what the word is as an absolute path, or
 * NULL), a name, a notebook's file name. The first kind that anything fits decides. If several fit but only
 * one of them is of this user (UID_NOBODY_SPECIAL: no user is preferred), it is that one. Returns 1 and the
 * session; -ENXIO: none fits; -ENOTUNIQ: several do; then ret_candidates, to be freed, has them, and ends
 * with NULL. */
int session_names_find(const SessionNames *names, const char *word, const char *path, uint32_t uid,
        const SessionName **ret, const SessionName ***ret_candidates);

/* The notebooks that ended, of each file only the session that did so last. 0 or -ENOMEM. */
int session_names_of_ended(SessionNames *names, const EndedSessions *ended);

/* Reads the answer of GetManagedObjects. 0 or -errno. */
int session_names_read(SessionNames *names, sd_bus_message *m);
void session_names_done(SessionNames *names);

/* Asks the service for those that live; the bus must be open. 0 or -errno, with ret_error (may be NULL) if
 * it says why. */
int session_names_fetch(SessionNames *names, Client *c, sd_bus_error *ret_error);

/* The id of the session that is meant. An id is taken as it is, without asking the service. Failures are
 * told. */
int session_resolve(Client *c, const char *word, char ret[SESSION_ID_MAX]);

/* The same, with the session's object path, and the bus open for calls of it. */
int session_open(Client *c, const char *word, char ret_id[SESSION_ID_MAX], char ret_path[BUS_PATH_SIZE]);

/* The same; if none that lives is meant, the one that ended last of those that ended within a day. Notebooks
 * only. */
int session_resolve_lately(Client *c, const char *word, char ret[SESSION_ID_MAX]);

/* The id of the session that the caller is in. Failures are told. */
int session_resolve_own(Client *c, char ret[SESSION_ID_MAX]);

/* The absolute path of a file that need not exist, in a folder that must: links in the folder's path are
 * resolved. The caller's. -errno. */
int path_make_absolute(const char *path, char **ret);
/* The part behind the last slash. */
const char *path_file_name(const char *path);
