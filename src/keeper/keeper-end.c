/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The end of the payload. */

#include "keeper/keeper-end.h"
#include "keeper/keeper-kernel.h"
#include "keeper/keeper-outputs.h"
#include "keeper/keeper-requests.h"
#include "keeper/keeper-start.h"
#include "keeper/keeper.h"
#include "keeper/launch/connection-file.h"
#include "keeper/launch/leader.h"
#include "keeper/store/descriptor-store.h"
#include "shared/log.h"
#include "shared/time-span.h"

#define FLUSH_TIMEOUT     (1 * USEC_PER_SEC)
#define EXIT_RETRY        (20 * USEC_PER_MSEC)
#define EXIT_ATTEMPTS_MAX 50

static int keeper_arm_end_timer(Keeper *k, usec_t usec, sd_event_time_handler_t handler) {
        k->end_timer = sd_event_source_disable_unref(k->end_timer);
        return sd_event_add_time_relative(k->event, &k->end_timer, CLOCK_MONOTONIC, usec, 0, handler, k);
}

void keeper_tell_end(Keeper *k) {
        k->end_timer = sd_event_source_disable_unref(k->end_timer);
        audience_clear(&k->audience);
        k->terminal = terminal_free(k->terminal);
        keeper_tell_ended(k);
}

static int on_flush_timeout(sd_event_source *source, uint64_t usec, void *userdata) {
        (void) source;
        (void) usec;
        keeper_tell_end(userdata);
        return 0;
}

static int on_exit_retry(sd_event_source *source, uint64_t usec, void *userdata) {
        (void) source;
        (void) usec;
        keeper_end(userdata);
        return 0;
}

void keeper_forget_payload(Keeper *k) {
        k->leader_source = sd_event_source_disable_unref(k->leader_source);
        k->leader_fd = safe_close(k->leader_fd);
        if (k->state.connection_file)
                connection_file_remove(k->state.connection_file);
        (void) descriptor_store_remove(STORED_LEADER);
        (void) descriptor_store_remove(STORED_PTY);
        (void) descriptor_store_remove(STORED_RING);
        (void) descriptor_store_remove(STORED_CHECKPOINT);
}

void keeper_end(Keeper *k) {
        _cleanup_failure_ Failure failure = {};
        int code = 0, status = 0, r;
        bool not_ready;

        if (k->leader_fd >= 0) {
                r = leader_exit(k->leader_fd, &code, &status);
                if (r == -EAGAIN)
                        return;
                if (r == -ENODATA && k->exit_attempts++ < EXIT_ATTEMPTS_MAX) {
                        (void) sd_event_source_set_enabled(k->leader_source, SD_EVENT_OFF);
                        if (keeper_arm_end_timer(k, EXIT_RETRY, on_exit_retry) >= 0)
                                return;
                }
        }

        answering_end(&k->answering);
        if (k->terminal)
                terminal_drain(k->terminal);
        /* That of a restart may have died at its gate, with the keeper that was just about to open it. */
        not_ready = keeper_awaits_kernel(k) && !(k->was_taken_up && keeper_has_run_kernel(k));
        keeper_end_kernel(k, code, status);
        if (not_ready) {
                keeper_describe_dead_kernel(k, code, status, &failure);
                keeper_fail(k, &failure, 0);
                return;
        }
        /* Before anybody hears of the end, and dismisses us; a successor finds the log, and does it
         * again. */
        keeper_keep_outputs(k);
        k->state.phase = KEEPER_PHASE_ENDED;
        k->state.exit_code = code;
        k->state.exit_status = status;
        r = keeper_save(k);
        if (r < 0)
                (void) log_warning_errno(r, "Could not record the session's end: %m");
        if (k->leader_fd >= 0)
                leader_reap(k->leader_fd);
        keeper_forget_payload(k);

        if ((audience_finish(&k->audience) > 0 || (k->readers && output_readers_are_behind(k->readers))) &&
                keeper_arm_end_timer(k, FLUSH_TIMEOUT, on_flush_timeout) >= 0)
                return;
        keeper_tell_end(k);
}

static int on_leader(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        _cleanup_failure_ Failure failure = {};
        Keeper *k = userdata;

        (void) source;
        (void) fd;
        (void) events;
        /* It may have ended because it could not execute its program, and have said so. */
        if (k->gate_source)
                keeper_check_gate(k);
        switch (k->state.phase) {
        case KEEPER_PHASE_GATE:
                if (keeper_undo_restart(k)) {
                        log_notice(
                                "The kernel was killed while it was being started again; it is to be tried again.");
                        keeper_tell_ended(k);
                        break;
                }
                failure_set(&failure, KEEPER_ERROR_FAILED,
                        "The session's process was killed before it could start. Try again.");
                keeper_fail(k, &failure, 0);
                break;
        case KEEPER_PHASE_RUNNING:
                keeper_end(k);
                break;
        case KEEPER_PHASE_IDLE:
        case KEEPER_PHASE_ENDED:
                break;
        }
        return 0;
}

int keeper_watch_leader(Keeper *k) {
        if (k->leader_fd < 0) {
                keeper_end(k);
                return 0;
        }
        return sd_event_add_io(k->event, &k->leader_source, k->leader_fd, EPOLLIN, on_leader, k);
}
