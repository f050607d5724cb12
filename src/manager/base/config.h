/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* sessiond.conf and its drop-ins. Every setting is a row of the table in config.c, or a limit (limit.h), and
 * conf/sessiond.conf shows every row with its default, commented; a test holds the two against each
 * other. */

#include <stdio.h>

#include "manager/base/types.h"
#include "shared/limit.h"
#include "shared/session-types.h"
#include "shared/time-span.h"

/* Bytes that are shown of a bad line; libinih takes less than 200, and longer ones are refused. */
#define CONFIG_LINE_MAX 1024

#define CONFIG_USERS_MAX 256 /* sections [User …] */

/* What becomes of a user's runtime directory, bus and IPC at the last logout while sessions go on; see
 * keep-user.h. */
typedef enum KeepUser {
        KEEP_USER_OFF,    /* they go */
        KEEP_USER_LINGER, /* they stay, as the user lingers from the first session to the last */
} KeepUser;

/* Of every session of this user that whoever starts it does not say otherwise for. */
typedef struct UserConfig {
        uint64_t uid;
        Limits limits;
        uint64_t record_outputs; /* as in Config; UINT64_MAX: not said */
} UserConfig;

/* All numbers, so that two of them can be compared as memory. */
struct Config {
        uint64_t recommended_sessions; /* advice shown to users */
        uint64_t sessions_max;         /* of everybody */
        uint64_t sessions_max_per_user;
        uint64_t starts_max_per_user;   /* under way at the same time */
        uint64_t keep_user;             /* KeepUser */
        usec_t start_timeout;           /* from the request to the running program */
        usec_t stop_timeout;            /* from SIGTERM to SIGKILL */
        usec_t exit_idle;               /* without sessions, after the last call */
        uint64_t thaw_on_attach;        /* attaching to a frozen session thaws it: 0 or 1 */
        uint64_t restart_on_crash;      /* of kernels whose starter does not say: 0 or 1 */
        uint64_t record_outputs;        /* what kernels put out is kept: 0 or 1 */
        uint64_t output_log_size;       /* bytes, of each notebook */
        uint64_t ended_outputs_max;     /* bytes, of all ended sessions of a user; 0: none are kept */
        usec_t kernel_start_timeout;    /* from the running process to its kernel_info_reply */
        usec_t kernel_shutdown_timeout; /* from shutdown_request to SIGTERM */
        usec_t busy_without_cpu; /* how long a kernel may be busy without CPU time until it counts as idle */
        usec_t on_detach;        /* of terminals that do not say; USEC_INFINITY: keep; 0: stop */
        uint64_t output_buffer_size;     /* bytes of a terminal's output that its keeper keeps */
        uint64_t clipboard;              /* programs in terminals may set their user's clipboard: 0 or 1 */
        Limits limits[SESSION_TYPE_MAX]; /* of sessions that do not say */
        UserConfig users[CONFIG_USERS_MAX];
        uint64_t n_users;
};

void config_init(Config *c);

/* Is what this user's kernels put out kept, if who starts one does not say? */
bool config_records_outputs(const Config *c, uid_t uid);

/* Reads one file over c. What is wrong in it (unknown section or key, bad value, line too long, no
 * assignment) is logged with file and line and skipped; the rest counts. Returns how many lines were
 * skipped, or -errno if the file cannot be read (-ENOENT included); then c is as before. */
int config_read(Config *c, FILE *f, const char *path);

/* Reads sessiond.conf from the first of the directories that has one, then all drop-ins
 * sessiond.conf.d/(name).conf of all directories in the order of their names, where a name in an earlier
 * directory hides the same name in a later one. dirs: NULL-terminated, most important first. Problems are
 * logged. */
void config_load(Config *c, const char *const *dirs);
