/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From START to STARTED: see keeper.c for what is stored when, and why. */

#include "keeper/keeper-start.h"
#include "keeper/keeper-attach.h"
#include "keeper/keeper-end.h"
#include "keeper/keeper-kernel.h"
#include "keeper/keeper-requests.h"
#include "keeper/keeper.h"
#include "keeper/launch/launch.h"
#include "keeper/launch/login-place.h"
#include "keeper/launch/start-record.h"
#include "keeper/store/descriptor-store.h"
#include "shared/log.h"
#include "shared/time-span.h"

void keeper_fail(Keeper *k, const Failure *failure, int error) {
        _cleanup_failure_ Failure general = {};

        if (failure->error == KEEPER_ERROR_NONE) {
                failure_set(&general, KEEPER_ERROR_FAILED, "The session could not be started: %s. %s.",
                        strerror(-error),
                        error == -EFBIG ? "Have the limit of files' sizes raised (ulimit -f)" : "Try again");
                failure = &general;
        }
        log_info("Session %s: %s", k->state.id, failure_message(failure));
        keeper_reset(k);
        keeper_tell_failed(k, failure);
}

/* How it is started: message is NULL if it is started again. */
typedef struct Attempt {
        const StartRequest *request;
        const WireMessage *message;
        uint32_t restarts;
} Attempt;

static int make_notebook(Keeper *k, const Attempt *attempt, const Launch *l, Failure *failure) {
        int r;

        if (!attempt->message)
                return keeper_prepare_kernel_again(k, l->interrupt_mode, attempt->restarts);
        r = keeper_make_kernel(k, attempt->request, attempt->message);
        if (r < 0)
                return r;
        r = connection_file_create(
                k->state.connection_file, l->transport, k->state.kernel, k->state.notebook, failure);
        if (r != 0)
                return r;
        return keeper_prepare_kernel(k, l->interrupt_mode);
}

/* The terminal, or the connection file with what belongs to it. */
static int make_surroundings(Keeper *k, const Attempt *attempt, const Launch *l, Failure *failure) {
        int r;

        if (k->state.type == SESSION_NOTEBOOK)
                return make_notebook(k, attempt, l, failure);
        r = terminal_new(k->state.rows, k->state.columns, &k->terminal);
        if (r < 0)
                return failure_set(failure, KEEPER_ERROR_FAILED,
                        "No terminal could be opened: %s. Close some, or ask your administrator.",
                        strerror(-r));
        r = descriptor_store_put(STORED_PTY, terminal_master(k->terminal));
        if (r < 0)
                return r;
        r = keeper_record_terminal(k, attempt->request->output_buffer_size);
        if (r < 0)
                return r;
        return keeper_watch_terminal(k);
}

static int on_gate_timeout(sd_event_source *source, uint64_t usec, void *userdata) {
        _cleanup_failure_ Failure failure = {};
        Keeper *k = userdata;

        (void) source;
        (void) usec;
        failure_set(&failure, KEEPER_ERROR_FAILED,
                "The session's scope was not made within %d s. Try again when the system is less busy.",
                KEEPER_GATE_TIMEOUT_SEC);
        keeper_fail(k, &failure, 0);
        return sd_event_exit(k->event, 0);
}

static int on_gate(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        (void) source;
        (void) fd;
        (void) events;
        keeper_check_gate(userdata);
        return 0;
}

static int watch_gate(Keeper *k) {
        int r;

        r = sd_event_add_io(k->event, &k->gate_source, k->gate.error_fd, EPOLLIN, on_gate, k);
        if (r < 0)
                return r;
        r = sd_event_add_time_relative(k->event, &k->gate_timer, CLOCK_MONOTONIC,
                KEEPER_GATE_TIMEOUT_SEC * USEC_PER_SEC, USEC_PER_SEC, on_gate_timeout, k);
        if (r < 0)
                return r;
        return keeper_watch_leader(k);
}

static int fork_payload(Keeper *k, const Launch *l) {
        _cleanup_(wire_writer_done) WireWriter announcement = {};
        const GatePlan plan = {
                .path = l->path,
                .arguments = l->arguments,
                .environment = l->environment,
                .directory = k->state.directory,
                .terminal = k->terminal ? terminal_master(k->terminal) : -EBADF,
                .output = k->process_output ? process_output_write_fd(k->process_output) : -EBADF,
                .connection = control_connection(k->control),
                .announcement = &announcement,
        };
        int r;

        wire_begin(&announcement, KEEPER_AT_GATE, 0);
        keeper_state_put(&k->state, &announcement);
        if (announcement.error < 0)
                return announcement.error;
        r = gate_fork(&plan, &k->gate, &k->state.leader, &k->leader_fd);
        if (r < 0)
                return r;
        return descriptor_store_put(STORED_LEADER, k->leader_fd);
}

static int try_start(Keeper *k, const Attempt *attempt, Failure *failure) {
        _cleanup_launch_ Launch l = {};
        int r;

        k->state.unrecorded = attempt->request->unrecorded;
        r = launch_prepare(attempt->request, k->environment, &k->state, &l, failure);
        if (r != 0)
                return r;
        r = login_place_make(k->state.id, keeper_is_in_user_mode(k), &l.environment);
        if (r < 0)
                return r;
        if (!keeper_state_fits(&k->state))
                return failure_set(failure, KEEPER_ERROR_FAILED,
                        "The command line is too long. Put it into a script, and give that.");
        /* Notes the connection file before it is there, so that it is removed whatever happens. */
        r = keeper_save(k);
        if (r < 0)
                return r;
        r = make_surroundings(k, attempt, &l, failure);
        if (r != 0)
                return r;

        k->state.phase = KEEPER_PHASE_GATE;
        r = fork_payload(k, &l);
        if (r < 0)
                return r;
        r = keeper_save(k);
        if (r < 0)
                return r;
        r = watch_gate(k);
        if (r < 0)
                return r;
        return gate_announce(&k->gate);
}

void keeper_start(Keeper *k, const StartRequest *request, const WireMessage *message) {
        const Attempt attempt = { .request = request, .message = message };
        _cleanup_failure_ Failure failure = {};
        int r;

        r = try_start(k, &attempt, &failure);
        if (r != 0)
                keeper_fail(k, &failure, r);
}

static int try_restart(Keeper *k, uint32_t restarts, Failure *failure) {
        _cleanup_start_request_ StartRequest request = {};
        const Attempt attempt = { .request = &request, .restarts = restarts };
        _cleanup_free_ void *data = NULL;
        WireMessage message;
        char *connection_file;
        int r;

        r = start_record_read(k->start_fd, &message, &data);
        if (r < 0)
                return r;
        r = start_request_read(&message, k->state.id, &request, failure);
        if (r != 0)
                return r;
        /* The session may have been given another notebook since. */
        free(request.notebook);
        request.notebook = TAKE_PTR(k->state.notebook);
        connection_file = TAKE_PTR(k->state.connection_file);
        keeper_state_reset(&k->state);
        k->state.connection_file = connection_file;
        k->state.phase = KEEPER_PHASE_ENDED; /* whoever finds this on record can be asked for it again */
        k->exit_attempts = 0;
        k->was_taken_up = false;
        k->end_timer = sd_event_source_disable_unref(k->end_timer);
        return try_start(k, &attempt, failure);
}

void keeper_restart(Keeper *k, uint32_t restarts) {
        _cleanup_failure_ Failure failure = {};
        int r;

        r = try_restart(k, restarts, &failure);
        if (r != 0)
                keeper_fail(k, &failure, r);
}

void keeper_open_gate(Keeper *k) {
        _cleanup_failure_ Failure failure = {};
        int r;

        /* Recorded first: a payload that was let go and a record that says "gate" would be the end of the
         * payload. */
        k->state.phase = KEEPER_PHASE_RUNNING;
        r = keeper_save(k);
        if (r < 0) {
                keeper_fail(k, &failure, r);
                return;
        }
        k->gate_timer = sd_event_source_disable_unref(k->gate_timer);
        r = gate_open(&k->gate);
        if (r < 0 && r != -EPIPE) /* then it is dead, as its pidfd will tell */
                keeper_fail(k, &failure, r);
}

static void describe(Failure *failure, const Keeper *k, GateStep step, int error) {
        switch (step) {
        case GATE_STEP_DIRECTORY:
                failure_set(failure, KEEPER_ERROR_NO_DIRECTORY,
                        "Directory '%s' is not accessible: %s. Give another one.", k->state.directory,
                        strerror(error));
                break;
        case GATE_STEP_EXECUTE:
                failure_set(failure, KEEPER_ERROR_NO_COMMAND,
                        "Command '%s' could not be executed: %s. Give an absolute path or a program in PATH.",
                        k->state.arguments[0], strerror(error));
                break;
        case GATE_STEP_TERMINAL:
                failure_set(failure, KEEPER_ERROR_FAILED, "The terminal could not be opened: %s. Try again.",
                        strerror(error));
                break;
        case GATE_STEP_ANNOUNCE:
        case _GATE_STEP_MAX:
                failure_set(failure, KEEPER_ERROR_FAILED,
                        "The manager could not be told about the new process: %s. Try again.",
                        strerror(error));
                break;
        }
}

void keeper_check_gate(Keeper *k) {
        _cleanup_failure_ Failure failure = {};
        GateStep step = _GATE_STEP_MAX;
        int error = 0, r;

        r = gate_result(&k->gate, &step, &error);
        if (r == -EAGAIN)
                return;
        k->gate_source = sd_event_source_disable_unref(k->gate_source);
        if (r > 0)
                describe(&failure, k, step, error);
        if (r != 0)
                keeper_fail(k, &failure, r);
        else if (k->state.phase == KEEPER_PHASE_RUNNING) {
                gate_done(&k->gate);
                if (k->state.type == SESSION_TERMINAL)
                        keeper_tell_started(k);
                else if ((r = keeper_follow_kernel(k)) < 0)
                        keeper_fail(k, &failure, r);
        }
}
