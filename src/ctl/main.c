/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl: shows and controls compute sessions. */

#include <locale.h>
#include <stdio.h>

#include "ctl/verbs/verbs.h"
#include "shared/log.h"

static int run(int argc, char **argv) {
        _cleanup_arguments_ Arguments arguments = {};
        _cleanup_(client_done) Client client = { .arguments = &arguments };
        int r;

        (void) setlocale(LC_ALL, "");
        log_open();

        r = arguments_parse(&arguments, argc, argv, verb_takes_rest);
        if (r <= 0)
                return r;
        if (arguments.help)
                return verbs_help();
        return verbs_dispatch(&client, arguments.words);
}

/* What stdio still has: with a full disk, that is where it comes out. */
static int finish(void) {
        if (fflush(stdout) == 0 || errno == EPIPE)
                return 0;
        return log_error_errno(errno, "Failed to write the output: %m");
}

int main(int argc, char **argv) {
        int r = run(argc, argv);

        if (r == 0)
                r = finish();
        return r < 0 ? EXIT_FAILURE : r;
}
