/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The command line, read once. */

#include "ctl/options/detach-key.h"
#include "shared/session-types.h"
#include "shared/time-span.h"

#define LINES_DEFAULT     UINT64_MAX /* -n was not given */
#define SCROLLBACK_UNSAID UINT32_MAX /* --scrollback was not given */
#define SCROLLBACK_MAX    UINT32_C(10000)

typedef enum JsonMode {
        JSON_OFF,
        JSON_SHORT,
        JSON_PRETTY,
} JsonMode;

typedef enum OutputFormat {
        FORMAT_TEXT,
        FORMAT_JSONL,
        FORMAT_IPYNB,
} OutputFormat;

typedef struct Arguments {
        /* where, and how it is shown */
        bool user;
        const char *host; /* NULL: this machine */
        JsonMode json;
        bool no_legend;
        bool no_pager;
        bool full;
        bool quiet;
        bool no_ask_password;
        uint64_t lines;

        bool help; /* nothing but this was read */

        /* show */
        char **properties; /* in the order given */
        bool value;
        bool all;

        /* starting */
        const char *type;
        const char *name;
        const char *working_directory;
        const char *kernel;
        const char *transport;
        const char *notebook;
        char **environment; /* NAME=VALUE */
        bool clean_environment;
        bool detach;
        const char *on_detach;

        /* terminals */
        DetachKey detach_key;
        bool read_only;
        bool raw;
        uint32_t scrollback;
        const char *size_policy;
        bool ansi;
        bool escapes;
        bool enter;

        /* notebooks */
        bool follow;
        bool purge;
        OutputFormat format;
        bool restart_on_crash;
        int record_outputs; /* -1: not said */

        /* others */
        int signal;
        const char *kill_whom;
        bool unused;
        usec_t unused_for; /* 0: not said */
        bool dry_run;
        const char *since;

        char **words; /* the verb and what belongs to it; strings of argv */
} Arguments;

/* Do options end with the n-th word (from 1), as it begins a command or a text of that verb? */
typedef bool RestBegins(const char *verb, size_t n);

/* Reads argv, which must outlive the result. 1: go on. 0: --version was answered. -EINVAL: it is wrong
 * (logged). The result is to be cleaned up in every case. */
int arguments_parse(Arguments *a, int argc, char **argv, RestBegins *rest_begins);
void arguments_done(Arguments *a);

#define _cleanup_arguments_ _cleanup_(arguments_done)
