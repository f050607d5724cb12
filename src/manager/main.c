/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* compute-sessiond: runs every Jupyter kernel and every terminal of a machine in a scope of its own. */

#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "config.h"
#include "manager/manager.h"
#include "shared/log.h"

#define HEAP_THRESHOLD (128 * 1024) /* glibc's own, to begin with */

static bool arg_user_mode;

static void help(void) {
        printf("%s [OPTIONS…]\n"
               "\n"
               "Manages compute sessions: notebooks and terminals in scopes of their own.\n"
               "It is started by systemd, or by the bus when somebody needs it.\n"
               "\n"
               "     --system   Serve all users, on the system bus (default for root)\n"
               "     --user     Serve the calling user, on the session bus (default for others)\n"
               "  -h --help     Show this help\n"
               "     --version  Show the version\n"
               "\n"
               "See computectl(1) for the client.\n",
                program_invocation_short_name);
}

/* 1 to go on, 0 when everything asked for was done, -EINVAL. */
static int parse_arguments(int argc, char *argv[]) {
        enum {
                ARG_SYSTEM = 256,
                ARG_USER,
                ARG_VERSION,
        };
        static const struct option options[] = {
                { "system", no_argument, NULL, ARG_SYSTEM },
                { "user", no_argument, NULL, ARG_USER },
                { "help", no_argument, NULL, 'h' },
                { "version", no_argument, NULL, ARG_VERSION },
                {},
        };
        int c;

        arg_user_mode = geteuid() != 0;
        while ((c = getopt_long(argc, argv, "h", options, NULL)) >= 0)
                switch (c) {
                case ARG_SYSTEM:
                        arg_user_mode = false;
                        break;
                case ARG_USER:
                        arg_user_mode = true;
                        break;
                case 'h':
                        help();
                        return 0;
                case ARG_VERSION:
                        puts("compute-sessions " PACKAGE_VERSION);
                        return 0;
                default:
                        return -EINVAL;
                }
        if (optind < argc) {
                log_error("There are no arguments, only options; try '%s --help'.",
                        program_invocation_short_name);
                return -EINVAL;
        }
        return 1;
}

/* What a caller sends is given back once it is served. Left to itself, malloc() learns from the largest call
 * that there was: others up to that size then come from the heap, and that keeps twice as much. */
static void fix_thresholds(void) {
        (void) mallopt(M_MMAP_THRESHOLD, HEAP_THRESHOLD);
        (void) mallopt(M_TRIM_THRESHOLD, HEAP_THRESHOLD);
}

static int run(int argc, char *argv[]) {
        _cleanup_(manager_free_pointer) Manager *m = NULL;
        int r;

        log_open();
        r = parse_arguments(argc, argv);
        if (r <= 0)
                return r;
        (void) umask(0077);
        fix_thresholds();
        r = manager_new(arg_user_mode, &m);
        if (r < 0)
                return r;
        r = manager_start(m);
        if (r < 0)
                return r;
        return manager_run(m);
}

int main(int argc, char *argv[]) {
        int r = run(argc, argv);

        if (r == -ENOTRECOVERABLE)
                return EX_CONFIG; /* by which the unit tells systemd not to try again */
        return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
