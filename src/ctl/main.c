/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl: shows and controls compute sessions. */

#include <locale.h>

#include "ctl/verbs.h"
#include "shared/log.h"

static int run(int argc, char **argv) {
        _cleanup_arguments_ Arguments arguments = {};
        _cleanup_(client_done) Client client = { .arguments = &arguments };
        int r;

        (void) setlocale(LC_ALL, "");
        log_open();

        r = arguments_parse(&arguments, argc, argv);
        if (r <= 0)
                return r;
        return verbs_dispatch(&client, arguments.words);
}

int main(int argc, char **argv) {
        int r = run(argc, argv);

        return r < 0 ? EXIT_FAILURE : r;
}
