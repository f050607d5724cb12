/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where callers call from.
 *
 * The path is read from the top, where only systemd makes cgroups: below its own unit whoever is delegated a
 * cgroup may make one of any name, "session-1.scope" too. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-login.h>

#include "manager/access/caller-unit.h"
#include "shared/macros.h"
#include "shared/process.h"
#include "shared/text.h"

#define DEPTH    3 /* how many parts of a path count */
#define PART_MAX CALLER_UNIT_MAX

/* Splits a path into its first parts; missing ones are "". False: a part is longer than any unit's name. */
static bool split(const char *cgroup, char ret[DEPTH][PART_MAX]) {
        for (size_t i = 0; i < DEPTH; i++) {
                size_t length;

                cgroup += strspn(cgroup, "/");
                length = strcspn(cgroup, "/");
                if (length >= PART_MAX)
                        return false;
                memcpy(ret[i], cgroup, length);
                ret[i][length] = '\0';
                cgroup += length;
        }
        return true;
}

static bool ends_with(const char *s, const char *end) {
        size_t length = strlen(s), tail = strlen(end);

        return length > tail && streq(s + length - tail, end);
}

bool caller_unit_may_start(const char *cgroup, uid_t uid) {
        char part[DEPTH][PART_MAX], own[PART_MAX];

        if (uid == 0)
                return true;
        if (!split(cgroup, part))
                return false;
        if (streq(part[0], "compute.slice")) {
                (void) snprintf(own, sizeof(own), "compute-%" PRIu32 ".slice", (uint32_t) uid);
                return streq(part[1], own) && part[2][0];
        }
        if (!streq(part[0], "user.slice") || !startswith(part[1], "user-") || !ends_with(part[1], ".slice"))
                return false;
        if (startswith(part[2], "session-") && ends_with(part[2], ".scope"))
                return true;
        (void) snprintf(own, sizeof(own), "user-%" PRIu32 ".slice", (uint32_t) uid);
        if (!streq(part[1], own))
                return false;
        (void) snprintf(own, sizeof(own), "user@%" PRIu32 ".service", (uint32_t) uid);
        return streq(part[2], own);
}

const char *caller_unit_name(const char *cgroup, char ret[CALLER_UNIT_MAX]) {
        const char *p = cgroup;

        ret[0] = '\0';
        /* Goes down the slices to the unit that is in them. */
        for (;;) {
                size_t length;

                p += strspn(p, "/");
                length = strcspn(p, "/");
                if (length == 0 || length >= CALLER_UNIT_MAX)
                        return ret;
                memcpy(ret, p, length);
                ret[length] = '\0';
                if (!ends_with(ret, ".slice"))
                        return ret;
                p += length;
        }
}

int caller_unit_find(pid_t pid, uid_t uid, const char *prefix, char **ret) {
        _cleanup_free_ char *cgroup = NULL;
        _cleanup_close_ int fd = -EBADF;
        uid_t actual;
        int r;

        fd = process_open(pid);
        if (fd < 0)
                return fd;
        r = process_uid(pid, &actual);
        if (r < 0)
                return r;
        r = sd_pid_get_cgroup(pid, &cgroup);
        if (r < 0)
                return r;
        /* If the process still lives, what was read is about the process that the pidfd names. */
        if (process_has_ended(fd) != 0)
                return -ESRCH;
        if (actual != uid)
                return -EPERM;
        if (!startswith(cgroup, prefix) || !strchr("/", cgroup[strlen(prefix)]))
                return -EXDEV;
        *ret = strdup(cgroup + strlen(prefix));
        return *ret ? 0 : -ENOMEM;
}
