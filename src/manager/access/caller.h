/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Callers: who is behind a connection of the bus, as the bus daemon says. */

#include <sys/types.h>
#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "shared/macros.h"

#define CALLERS_MAX          256 /* callers are remembered; the least recently seen makes way */
#define CALLERS_PER_USER_MAX 32  /* a user with so many replaces only callers of their own */

/* A caller. Unique names are never reused, so what is remembered never gets stale. */
struct Caller {
        char *name; /* ":1.42" */
        uid_t uid;
        uid_t login; /* who had logged in; NO_LOGIN: nobody, or it is not known */
        pid_t pid;   /* 0 if the bus does not know */
        uint64_t seen;
};

static inline Actor caller_actor(const Caller *caller) {
        return (Actor){ .uid = caller->uid, .login = caller->login };
}

typedef struct CallerCache {
        Caller callers[CALLERS_MAX];
        uint64_t turn;
} CallerCache;

void caller_cache_done(CallerCache *cache);

/* Returns the caller behind a connection, or NULL if it is not remembered. Valid until the next
 * caller_cache_add(). */
const Caller *caller_cache_get(CallerCache *cache, const char *name);

/* Remembers the caller that a reply of GetConnectionCredentials describes. -ENODATA: the bus does not know
 * the uid. */
int caller_cache_add(CallerCache *cache, const char *name, sd_bus_message *reply);
