/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What becomes of a notebook's outputs. */

#include <unistd.h>

#include "keeper/keeper-outputs.h"
#include "keeper/outputs/kept-outputs.h"
#include "shared/ids.h"
#include "shared/log.h"
#include "shared/parse.h"

#define STALL_SEC 60 /* that who reads may take none of it */

int keeper_read_outputs(Keeper *k, int fd, uint64_t since, bool follow, Failure *failure) {
        int r;

        if (!k->readers)
                return failure_set(failure, KEEPER_ERROR_NOT_SUPPORTED,
                        "Session %s has no outputs of a kernel. Give a notebook that was started.",
                        k->state.id);
        if (k->state.unrecorded)
                return failure_set(failure, KEEPER_ERROR_NOT_RECORDED,
                        "Nothing that the kernel of session %s puts out is kept, as it was started with "
                        "RecordOutputs=no.",
                        k->state.id);
        /* A client that knows from the kernel that it is done, and asks us then, finds all of it. */
        if (k->kernel)
                kernel_hear(k->kernel);
        r = output_readers_add(k->readers, fd, since, follow);
        if (r == -EUSERS)
                return failure_set(failure, KEEPER_ERROR_LIMIT,
                        "%u clients read the outputs of session %s, as many as there may be. End one.",
                        OUTPUT_READERS_MAX, k->state.id);
        if (r == -ENOTSOCK || r == -EPROTOTYPE)
                return failure_set(failure, KEEPER_ERROR_FAILED,
                        "To read outputs, a stream socket is needed. Give one.");
        return r;
}

/* Keeping */

static KeptOutputs kept(const Keeper *k) {
        return (KeptOutputs){ .id = k->state.id, .created = k->state.created };
}

void keeper_keep_outputs(Keeper *k) {
        _cleanup_close_ int folder = -EBADF;
        uint64_t next;
        int r;

        if (!k->outputs || k->state.created == 0 || k->state.ended_outputs_max == 0)
                return;
        next = output_log_next_seq(k->outputs);
        if (next == 1 || next == k->kept_until)
                return;
        r = kept_outputs_open(k->environment, /* make= */ true, &folder);
        if (r >= 0)
                r = kept_outputs_save(folder, kept(k), k->outputs, k->state.ended_outputs_max);
        if (r < 0)
                (void) log_warning_errno(r, "Could not keep the session's outputs: %m");
        else
                k->kept_until = next;
}

/* Nobody may have kept anything yet. */
static int remove_kept(char *const *environment, KeptOutputs which) {
        _cleanup_close_ int folder = -EBADF;
        int r;

        r = kept_outputs_open(environment, /* make= */ false, &folder);
        if (r < 0)
                return r == -ENOENT ? 0 : r;
        return kept_outputs_remove(folder, which);
}

int keeper_purge_outputs(Keeper *k, Failure *failure) {
        int r;

        if (!k->outputs)
                return failure_set(failure, KEEPER_ERROR_NOT_SUPPORTED,
                        "Session %s has no outputs of a kernel. Give a notebook that was started.",
                        k->state.id);
        /* Who knows that something was put out means that, too. */
        if (k->kernel)
                kernel_hear(k->kernel);
        if (k->process_output)
                process_output_forget(k->process_output);
        k->unrecorded = 0;
        output_log_purge(k->outputs);
        k->kept_until = 0;
        r = remove_kept(k->environment, kept(k));
        if (r < 0)
                return failure_set(failure, KEEPER_ERROR_FAILED,
                        "The file with what was kept cannot be removed: %s. Remove it from "
                        "~/.local/state/compute-sessions/outputs.",
                        strerror(-r));
        return 0;
}

void keeper_expire_outputs(Keeper *k) {
        _cleanup_close_ int folder = -EBADF;

        if (k->state.created > 0 && kept_outputs_open(k->environment, /* make= */ false, &folder) >= 0)
                kept_outputs_expire(folder, k->state.ended_outputs_max);
}

/* Sending */

int keeper_send_kept_outputs(const char *id, const char *created, const char *since) {
        const struct timeval stall = { .tv_sec = STALL_SEC };
        _cleanup_close_ int folder = -EBADF;
        KeptOutputs which = { .id = id };
        uint64_t begin;
        int r;

        if (!session_id_is_valid(id) || parse_uint64(created, &which.created) < 0 ||
                parse_uint64(since, &begin) < 0)
                return EXIT_FAILURE;
        /* Who asked and reads nothing does not keep us. */
        if (setsockopt(STDOUT_FILENO, SOL_SOCKET, SO_SNDTIMEO, &stall, sizeof(stall)) < 0)
                return log_error_errno(errno, "Standard output is no socket: %m"), EXIT_FAILURE;
        r = kept_outputs_open(environ, /* make= */ false, &folder);
        if (r >= 0)
                r = kept_outputs_send(folder, which, begin, STDOUT_FILENO);
        if (r == -ENOENT || r == -EPIPE)
                return EXIT_SUCCESS; /* nothing is left, or nobody wants to know */
        if (r < 0)
                (void) log_error_errno(r, "Could not send the outputs of session %s: %m", id);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int keeper_remove_kept_outputs(const char *id, const char *created) {
        KeptOutputs which = { .id = id };
        int r;

        if (!session_id_is_valid(id) || parse_uint64(created, &which.created) < 0)
                return EXIT_FAILURE;
        r = remove_kept(environ, which);
        if (r < 0)
                return log_error_errno(r, "Could not remove the outputs of session %s: %m", id),
                       EXIT_FAILURE;
        return write(STDOUT_FILENO, KEPT_OUTPUTS_REMOVED, 1) == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
