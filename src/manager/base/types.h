/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Forward declarations, so that headers need not include each other. */

#include <sys/types.h>

typedef struct Caller Caller;
typedef struct Config Config;
typedef struct KeeperLink KeeperLink;
typedef struct KeeperRequest KeeperRequest;
typedef struct Manager Manager;
typedef struct Session Session;
typedef struct StartRequest StartRequest;

/* Who asked for something. login: who had logged in, as the kernel's audit has it (proc_pid_loginuid),
 * which sudo, pkexec and Cockpit's administrative access do not change; NO_LOGIN: nobody had. */
#define NO_LOGIN ((uid_t) -1)
typedef struct Actor {
        uid_t uid;
        uid_t login;
} Actor;
