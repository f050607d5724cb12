/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who is behind a connection of the bus. */

#include "manager/access/caller.h"
#include "shared/dictionary.h"
#include "shared/process.h"

void caller_cache_done(CallerCache *cache) {
        for (size_t i = 0; i < ELEMENTSOF(cache->callers); i++)
                free(cache->callers[i].name);
        *cache = (CallerCache){};
}

const Caller *caller_cache_get(CallerCache *cache, const char *name) {
        for (size_t i = 0; name && i < ELEMENTSOF(cache->callers); i++)
                if (streq_null(cache->callers[i].name, name)) {
                        cache->callers[i].seen = ++cache->turn;
                        return &cache->callers[i];
                }
        return NULL;
}

typedef struct Credentials {
        uint32_t uid, pid;
} Credentials;

/* The names are those of the D-Bus specification, under "Message Bus Messages". */
static int read_credential(sd_bus_message *reply, const char *name, void *userdata) {
        Credentials *credentials = userdata;

        if (streq(name, "UnixUserID"))
                return sd_bus_message_read(reply, "v", "u", &credentials->uid);
        if (streq(name, "ProcessID"))
                return sd_bus_message_read(reply, "v", "u", &credentials->pid);
        return 0;
}

/* Finds the place of a new caller. A user with many connections takes places of their own, and makes no
 * other be forgotten. */
static Caller *find_place(CallerCache *cache, uid_t uid) {
        Caller *oldest = &cache->callers[0], *own = NULL;
        size_t n = 0;

        for (size_t i = 0; i < ELEMENTSOF(cache->callers); i++) {
                Caller *one = &cache->callers[i];

                if (one->seen < oldest->seen)
                        oldest = one;
                if (!one->name || one->uid != uid)
                        continue;
                n++;
                if (!own || one->seen < own->seen)
                        own = one;
        }
        return n >= CALLERS_PER_USER_MAX ? own : oldest;
}

int caller_cache_add(CallerCache *cache, const char *name, sd_bus_message *reply) {
        Credentials credentials = { .uid = UINT32_MAX };
        Caller *place;
        int r;

        r = dictionary_read(reply, read_credential, &credentials);
        if (r < 0)
                return r;
        if (credentials.uid == UINT32_MAX)
                return -ENODATA;
        place = find_place(cache, credentials.uid);
        r = replace_string(&place->name, name);
        if (r < 0)
                return r;
        place->uid = credentials.uid;
        place->pid = (pid_t) credentials.pid;
        if (place->pid <= 0 || process_login_uid(place->pid, &place->login) < 0)
                place->login = NO_LOGIN;
        place->seen = ++cache->turn;
        return 0;
}
