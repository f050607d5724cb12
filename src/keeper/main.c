/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* compute-session-keeper: keeps one session's terminal or kernel, as the user, for as long as the session
 * lives. */

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "keeper/keeper-outputs.h"
#include "keeper/keeper.h"
#include "keeper/launch/connection-file.h"
#include "shared/ids.h"
#include "shared/log.h"
#include "shared/strv.h"

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        (void) info;
        keeper_stop(userdata);
        return sd_event_exit(sd_event_source_get_event(source), 0);
}

static int run(const char *id) {
        _cleanup_(sd_event_unrefp) sd_event *event = NULL;
        _cleanup_keeper_ Keeper *keeper = NULL;
        char **environment = NULL;
        sigset_t stop;
        int r;

        sigemptyset(&stop);
        sigaddset(&stop, SIGTERM);
        sigaddset(&stop, SIGINT);
        /* What a limit of the user's forbids is an error to be told (SIGXFSZ), not an end again and
         * again. */
        if (sigprocmask(SIG_BLOCK, &stop, NULL) < 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
                signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
                return log_error_errno(errno, "Could not set up signals: %m");

        /* Before the descriptor store's variables are taken out of it. */
        r = strv_copy(environ, &environment);
        if (r < 0)
                return log_oom();
        r = sd_event_default(&event);
        if (r < 0) {
                strv_free(environment);
                return log_error_errno(r, "Could not make the event loop: %m");
        }
        r = keeper_new(event, id, environment, &keeper);
        if (r == -ENOTSOCK) {
                /* Killed before it could store the socket: nobody can reach this keeper ever. A failure
                 * would be restarted, again and again, so this is none. */
                (void) sd_notify(false, "READY=1");
                log_warning("Standard input is not a listening SOCK_SEQPACKET socket, and none is stored.");
                return 0;
        }
        if (r < 0)
                return log_error_errno(r, "Could not start: %m");
        r = sd_event_add_signal(event, NULL, SIGTERM, on_stop, keeper);
        if (r < 0)
                return log_error_errno(r, "Could not wait for SIGTERM: %m");
        r = sd_event_add_signal(event, NULL, SIGINT, on_stop, keeper);
        if (r < 0)
                return log_error_errno(r, "Could not wait for SIGINT: %m");

        (void) sd_notify(false, "READY=1");
        r = sd_event_loop(event);
        if (r < 0)
                return log_error_errno(r, "The event loop failed: %m");
        return 0;
}

int main(int argc, char *argv[]) {
        log_open();
        /* What the user's other processes could do to this one (ptrace, pidfd_getfd, /proc/PID/fd), they
         * could do to the session past the manager. What is executed for the session is dumpable again. */
        (void) prctl(PR_SET_DUMPABLE, 0);
        if (argc == 2 && streq(argv[1], "--version")) {
                puts("compute-session-keeper " PACKAGE_VERSION);
                return EXIT_SUCCESS;
        }
        if (argc == 3 && streq(argv[1], "--remove-connection-file")) {
                connection_file_remove(argv[2]);
                return EXIT_SUCCESS;
        }
        if (argc == 5 && streq(argv[1], "--outputs"))
                return keeper_send_kept_outputs(argv[2], argv[3], argv[4]);
        if (argc == 4 && streq(argv[1], "--purge-outputs"))
                return keeper_remove_kept_outputs(argv[2], argv[3]);
        if (argc != 2 || !session_id_is_valid(argv[1])) {
                fprintf(stderr,
                        "Usage: compute-session-keeper ID\n"
                        "Started by compute-sessiond for each session; not meant to be started by hand.\n");
                return EXIT_FAILURE;
        }
        return run(argv[1]) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
