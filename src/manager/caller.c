/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who is behind a connection of the bus. */

#include "manager/caller.h"

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

/* a{sv}, as the D-Bus specification defines it under "Message Bus Messages". */
static int read_credentials(sd_bus_message *reply, uint32_t *ret_uid, uint32_t *ret_pid) {
        uint32_t uid = UINT32_MAX, pid = 0;
        int r;

        r = sd_bus_message_enter_container(reply, 'a', "{sv}");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0) {
                const char *key;

                r = sd_bus_message_read(reply, "s", &key);
                if (r < 0)
                        return r;
                if (streq(key, "UnixUserID"))
                        r = sd_bus_message_read(reply, "v", "u", &uid);
                else if (streq(key, "ProcessID"))
                        r = sd_bus_message_read(reply, "v", "u", &pid);
                else
                        r = sd_bus_message_skip(reply, "v");
                if (r < 0)
                        return r;
                r = sd_bus_message_exit_container(reply);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;
        if (uid == UINT32_MAX)
                return -ENODATA;
        *ret_uid = uid;
        *ret_pid = pid;
        return 0;
}

/* The place of a new caller: nobody can make others be forgotten by calling from many connections. */
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
        Caller *place;
        uint32_t uid, pid;
        int r;

        r = read_credentials(reply, &uid, &pid);
        if (r < 0)
                return r;
        place = find_place(cache, uid);
        r = replace_string(&place->name, name);
        if (r < 0)
                return r;
        place->uid = uid;
        place->pid = (pid_t) pid;
        place->seen = ++cache->turn;
        return 0;
}
