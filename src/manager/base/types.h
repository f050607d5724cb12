/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Forward declarations, so that headers need not include each other. */

typedef struct Caller Caller;
typedef struct Config Config;
typedef struct KeeperLink KeeperLink;
typedef struct KeeperRequest KeeperRequest;
typedef struct Manager Manager;
typedef struct Session Session;
typedef struct StartRequest StartRequest;
