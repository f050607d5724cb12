/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a notebook session has besides its payload. */

#include <signal.h>
#include <stdio.h>

#include "keeper/keeper-end.h"
#include "keeper/keeper-kernel.h"
#include "keeper/keeper-outputs.h"
#include "keeper/keeper-process.h"
#include "keeper/keeper-requests.h"
#include "keeper/keeper-start.h"
#include "keeper/launch/start-record.h"
#include "keeper/outputs/output-record.h"
#include "shared/log.h"
#include "shared/process.h"
#include "shared/time-span.h"

#define TELL_USEC (100 * USEC_PER_MSEC) /* changes are told no more often */

bool keeper_is_watching(const Keeper *k) {
        return k->kernel_record && k->kernel_record->is_watched;
}

bool keeper_awaits_kernel(const Keeper *k) {
        return k->kernel_record && !k->kernel_record->is_watched && !k->kernel_record->state.is_ready;
}

bool keeper_has_run_kernel(const Keeper *k) {
        return k->kernel_record && k->kernel_record->restarts > 0;
}

/* Recording */

static void record(Keeper *k, OutputEvent event, const char *text, uint64_t entries) {
        const OutputKernel kernel = {
                .name = k->state.kernel,
                .title = k->state.kernel_title,
                .language = k->kernel_record->state.language,
        };
        const OutputNotice notice = {
                .event = event,
                .text = text,
                .size = strlen(text),
                .entries = entries,
                .kernel = event == OUTPUT_EVENT_INTERRUPTED ? NULL : &kernel,
        };
        int r;

        r = output_record_notice(k->outputs, &notice);
        if (r < 0)
                (void) log_warning_errno(r, "Could not record what happened to the kernel: %m");
        output_readers_wake(k->readers);
}

static void on_readers_caught_up(void *userdata) {
        Keeper *k = userdata;

        if (k->state.phase == KEEPER_PHASE_ENDED && k->end_timer)
                keeper_tell_end(k);
}

/* Telling */

static int on_tell_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        Keeper *k = userdata;

        (void) source;
        (void) usec;
        k->tell_timer = sd_event_source_disable_unref(k->tell_timer);
        if (k->iopub_buffer && k->kernel_record->state.status != KERNEL_STATUS_BUSY)
                stream_buffer_rest(k->iopub_buffer);
        if (k->untold)
                keeper_tell_kernel(k);
        return 0;
}

void keeper_tell_kernel(Keeper *k) {
        k->untold = k->tell_timer;
        if (k->untold)
                return;
        keeper_tell_changed(k);
        if (sd_event_add_time_relative(
                    k->event, &k->tell_timer, CLOCK_MONOTONIC, TELL_USEC, 0, on_tell_timer, k) < 0)
                k->tell_timer = NULL;
}

void keeper_put_kernel(const Keeper *k, WireWriter *w) {
        const KernelState *s;

        if (!k->kernel_record)
                return;
        s = &k->kernel_record->state;
        wire_put_string(w, KEEPER_TAG_KERNEL_STATE, kernel_status_to_string((KernelStatus) s->status));
        wire_put_u64(w, KEEPER_TAG_KERNEL_STATE_SINCE, s->since);
        wire_put_u64(w, KEEPER_TAG_EXECUTION_COUNT, s->execution_count);
        wire_put_string(w, KEEPER_TAG_KERNEL_LANGUAGE, s->language);
        wire_put_u64(w, KEEPER_TAG_RESTARTS, k->kernel_record->restarts);
}

/* Following */

static void on_connected(void *userdata, int fd) {
        Keeper *k = userdata;
        int r = 0;

        /* Of the end of a kernel that somebody else started we are not told before we are to go: a keeper
         * that is killed just then has no successor. */
        if (fd < 0 && keeper_is_watching(k))
                keeper_keep_outputs(k);
        (void) descriptor_store_remove(STORED_IOPUB);
        if (fd >= 0)
                r = descriptor_store_put(STORED_IOPUB, fd);
        if (r < 0)
                (void) log_warning_errno(r, "Could not store the connection to the kernel: %m");
}

static void on_ready(void *userdata) {
        Keeper *k = userdata;
        uint32_t restarts = k->kernel_record->restarts;

        k->ready_timer = sd_event_source_disable_unref(k->ready_timer);
        if (keeper_is_watching(k))
                return;
        if (k->process_output)
                process_output_set_journal(k->process_output, false);
        if (restarts > 0)
                record(k, OUTPUT_EVENT_RESTARTED, "The kernel was restarted.", restarts);
        else
                record(k, OUTPUT_EVENT_STARTED, "The kernel was started.", 0);
        keeper_tell_started(k);
}

static void on_changed(void *userdata) {
        keeper_tell_kernel(userdata);
}

static void on_recorded(void *userdata) {
        Keeper *k = userdata;

        output_readers_wake(k->readers);
}

static void on_input(void *userdata) {
        Keeper *k = userdata;

        activity_input(&k->activity);
}

static void on_output(void *userdata) {
        Keeper *k = userdata;

        activity_output(&k->activity);
}

static const KernelHandlers kernel_handlers = {
        .connected = on_connected,
        .ready = on_ready,
        .changed = on_changed,
        .recorded = on_recorded,
        .input = on_input,
        .output = on_output,
};

static int on_ready_timeout(sd_event_source *source, uint64_t usec, void *userdata) {
        _cleanup_failure_ Failure failure = {};
        Keeper *k = userdata;
        char span[TIME_SPAN_SIZE], words[LAST_WORDS_SIZE];

        (void) source;
        (void) usec;
        if (k->process_output)
                process_output_flush(k->process_output);
        failure_set(&failure, KEEPER_ERROR_KERNEL_NOT_READY, "Kernel '%s' did not answer within %s.%s",
                k->state.kernel, format_time_span(k->kernel_record->start_timeout, span),
                keeper_last_words(
                        k, "Try it with jupyter console, or raise KernelStartTimeoutSec=.", words));
        keeper_fail(k, &failure, 0);
        return 0;
}

/* Connects, by the connection file; fd: the connection that an earlier keeper had, or -EBADF. */
static int keeper_connect_kernel(Keeper *k, int fd, Failure *failure) {
        _cleanup_close_ int owned = fd;
        _cleanup_connection_info_ ConnectionInfo info = {};
        int r;

        r = connection_info_read(k->state.connection_file, &info, failure);
        if (r != 0)
                return r;
        r = kernel_new(k->event, &info, k->iopub_buffer, k->outputs, &k->kernel_record->state,
                TAKE_FD(owned), &kernel_handlers, k, &k->kernel);
        if (r == -ELIBACC)
                return failure_set(failure, KEEPER_ERROR_FAILED,
                        "The library nettle, which checks what kernels say, is not there. Install libnettle8.");
        return r;
}

static int keeper_arm_ready_timer(Keeper *k) {
        return sd_event_add_time_relative(k->event, &k->ready_timer, CLOCK_MONOTONIC,
                k->kernel_record->start_timeout, USEC_PER_SEC / 10, on_ready_timeout, k);
}

int keeper_follow_kernel(Keeper *k) {
        _cleanup_failure_ Failure failure = {};
        int r;

        r = keeper_connect_kernel(k, -EBADF, &failure);
        if (r >= 0 && r != KEEPER_ERROR_NONE)
                keeper_fail(k, &failure, 0);
        if (r != 0)
                return r < 0 ? r : 0;
        return keeper_arm_ready_timer(k);
}

/* Making and taking up */

static int begin_recording(Keeper *k) {
        if (k->state.unrecorded)
                output_log_keep_nothing(k->outputs);
        return output_readers_new(k->event, k->outputs, on_readers_caught_up, k, &k->readers);
}

static int new_record(Keeper *k, uint64_t log_size) {
        int r;

        r = output_log_new(k->state.unrecorded ? OUTPUT_LOG_SIZE_MIN : log_size, &k->outputs);
        if (r < 0)
                return r;
        k->kernel_record = output_log_annex(k->outputs);
        (void) kernel_state_start(&k->kernel_record->state, now_usec(CLOCK_REALTIME));
        r = descriptor_store_put(STORED_OUTPUTS, output_log_fd(k->outputs));
        return r < 0 ? r : begin_recording(k);
}

static int new_iopub_buffer(Keeper *k) {
        int r;

        r = kernel_buffer_new(&k->iopub_buffer);
        if (r < 0)
                return r;
        return descriptor_store_put(STORED_IOPUB_BUFFER, stream_buffer_fd(k->iopub_buffer));
}

int keeper_make_kernel(Keeper *k, const StartRequest *request, const WireMessage *message) {
        int r;

        keeper_expire_outputs(k);
        r = new_record(k, request->output_log_size);
        if (r < 0)
                return r;
        k->kernel_record->start_timeout = request->kernel_start_timeout;
        r = new_iopub_buffer(k);
        if (r < 0)
                return r;
        r = keeper_make_process_output(k);
        if (r < 0)
                return r;
        r = start_record_new(message, &k->start_fd);
        if (r < 0)
                return r;
        return descriptor_store_put(STORED_START, k->start_fd);
}

int keeper_prepare_kernel(Keeper *k, InterruptMode mode) {
        k->kernel_record->interrupt_mode = mode;
        return start_record_add_connection_file(k->start_fd, k->state.connection_file);
}

int keeper_prepare_kernel_again(Keeper *k, InterruptMode mode, uint32_t restarts) {
        if (!k->kernel_record)
                return -ENODATA;
        k->kernel_record->interrupt_mode = mode;
        k->kernel_record->restarts = restarts;
        k->kernel_record->is_told_to_end = false;
        k->kernel_record->captures = false;
        if (k->process_output)
                process_output_set_journal(k->process_output, true);
        (void) kernel_state_start(&k->kernel_record->state, now_usec(CLOCK_REALTIME));
        keeper_tell_kernel(k);
        return start_record_restore_connection_file(k->start_fd, k->state.connection_file);
}

static void take_outputs(Keeper *k, int *fd) {
        int r = -ENODATA;

        if (*fd >= 0)
                r = output_log_adopt(*fd, &k->outputs);
        if (r < 0) {
                (void) log_warning_errno(r, "Could not take up what the kernel has put out: %m");
                return;
        }
        (void) TAKE_FD(*fd);
        k->kernel_record = output_log_annex(k->outputs);
        kernel_state_check(&k->kernel_record->state);
}

int keeper_take_kernel(Keeper *k, DescriptorStore *store) {
        _cleanup_failure_ Failure failure = {};
        _cleanup_close_ int iopub = TAKE_FD(store->fds[STORED_IOPUB]);
        int r;

        take_outputs(k, &store->fds[STORED_OUTPUTS]);
        if (!k->outputs)
                r = new_record(k, OUTPUT_LOG_SIZE_DEFAULT);
        else
                r = begin_recording(k);
        if (r < 0)
                return r;
        k->start_fd = TAKE_FD(store->fds[STORED_START]);
        if (!keeper_is_watching(k)) {
                r = keeper_adopt_process_output(k, store);
                if (r < 0)
                        (void) log_warning_errno(
                                r, "Could not take up what the kernel's process prints: %m");
        }
        r = store->fds[STORED_IOPUB_BUFFER] >= 0
                ? kernel_buffer_adopt(store->fds[STORED_IOPUB_BUFFER], &k->iopub_buffer)
                : -ENODATA;
        if (r >= 0)
                (void) TAKE_FD(store->fds[STORED_IOPUB_BUFFER]);
        else {
                (void) log_warning_errno(r, "Could not take up the connection to the kernel: %m");
                iopub = safe_close(iopub);
                r = new_iopub_buffer(k);
                if (r < 0)
                        return r;
        }
        if (k->state.phase != KEEPER_PHASE_RUNNING)
                return 0;
        r = keeper_connect_kernel(k, TAKE_FD(iopub), &failure);
        if (r != 0) {
                /* Starting again would not help: the payload is followed without it. */
                (void) log_warning_errno(
                        MIN(r, 0), "Could not follow the kernel: %s", failure_message(&failure));
                return 0;
        }
        return keeper_awaits_kernel(k) ? keeper_arm_ready_timer(k) : 0;
}

int keeper_watch_kernel(Keeper *k, uint64_t log_size, pid_t leader, Failure *failure) {
        int r;

        r = new_record(k, log_size);
        if (r < 0)
                return r;
        k->kernel_record->is_watched = true;
        k->kernel_record->leader = leader;
        r = new_iopub_buffer(k);
        if (r < 0)
                return r;
        return keeper_connect_kernel(k, -EBADF, failure);
}

/* Ending */

void keeper_end_kernel(Keeper *k, int code, int status) {
        if (!k->kernel_record)
                return;
        k->ready_timer = sd_event_source_disable_unref(k->ready_timer);
        if (k->kernel)
                kernel_drain(k->kernel);
        if (k->process_output)
                keeper_end_process_output(k, code, status);
        k->kernel = kernel_free(k->kernel);
        (void) descriptor_store_remove(STORED_IOPUB);
        if (kernel_state_end(&k->kernel_record->state, now_usec(CLOCK_REALTIME)))
                record(k, OUTPUT_EVENT_ENDED, "The kernel has ended.", 0);
}

void keeper_describe_dead_kernel(const Keeper *k, int code, int status, Failure *failure) {
        char how[64] = "ended", words[LAST_WORDS_SIZE];

        if (code == CLD_EXITED)
                (void) snprintf(how, sizeof(how), "exited with status %d", status);
        else if (code == CLD_KILLED || code == CLD_DUMPED)
                (void) snprintf(how, sizeof(how), "was killed by signal %d (%s)", status, strsignal(status));
        failure_set(failure, KEEPER_ERROR_KERNEL_NOT_READY, "Kernel '%s' %s before it was ready.%s",
                k->state.kernel, how,
                keeper_last_words(k, "It said nothing; try it with jupyter console.", words));
}

void keeper_free_kernel(Keeper *k) {
        k->ready_timer = sd_event_source_disable_unref(k->ready_timer);
        k->tell_timer = sd_event_source_disable_unref(k->tell_timer);
        k->kernel = kernel_free(k->kernel);
        k->process_output = process_output_free(k->process_output);
        k->iopub_buffer = stream_buffer_free(k->iopub_buffer);
        k->readers = output_readers_free(k->readers);
        k->kernel_record = NULL;
        k->outputs = output_log_free(k->outputs);
        k->start_fd = safe_close(k->start_fd);
}

void keeper_forget_kernel(Keeper *k) {
        static const StoredDescriptor stored[] = { STORED_OUTPUTS, STORED_IOPUB, STORED_IOPUB_BUFFER,
                STORED_PROCESS_OUT, STORED_PROCESS_IN, STORED_PROCESS_BUFFER, STORED_START };

        if (k->state.type != SESSION_NOTEBOOK)
                return;
        keeper_free_kernel(k);
        for (size_t i = 0; i < ELEMENTSOF(stored); i++)
                (void) descriptor_store_remove(stored[i]);
}

/* Requests */

static int check_running(const Keeper *k, Failure *failure) {
        if (k->state.type != SESSION_NOTEBOOK)
                return failure_set(failure, KEEPER_ERROR_NOT_SUPPORTED,
                        "Session %s is a terminal, it has no kernel. Give a notebook.", k->state.id);
        if (k->state.phase != KEEPER_PHASE_RUNNING || !k->kernel)
                return failure_set(failure, KEEPER_ERROR_NOT_SUPPORTED,
                        "The kernel of session %s is not running. Start it first.", k->state.id);
        return 0;
}

/* SIGINT to the process group. */
static int signal_kernel(Keeper *k, Failure *failure) {
        pid_t leader = keeper_is_watching(k) ? k->kernel_record->leader : k->state.leader;
        bool gone = k->leader_fd >= 0 && process_has_ended(k->leader_fd) != 0;

        if (leader <= 0)
                return failure_set(failure, KEEPER_ERROR_NOT_SUPPORTED,
                        "This kernel is interrupted by a signal, which only who started it can send.");
        /* One that was started by somebody else may share its group with others. */
        if (keeper_is_watching(k) && getpgid(leader) != leader)
                return kill(leader, SIGINT) < 0 ? -errno : 0;
        if (gone || kill(-leader, SIGINT) < 0)
                return failure_set(failure, KEEPER_ERROR_NOT_SUPPORTED,
                        "The kernel of session %s has ended. Start it again.", k->state.id);
        return 0;
}

static int interrupt(Keeper *k, Failure *failure) {
        return k->kernel_record->interrupt_mode == INTERRUPT_MESSAGE ? kernel_interrupt(k->kernel)
                                                                     : signal_kernel(k, failure);
}

int keeper_interrupt(Keeper *k, Failure *failure) {
        int r;

        r = check_running(k, failure);
        if (r != 0)
                return r;
        r = interrupt(k, failure);
        if (r == 0)
                record(k, OUTPUT_EVENT_INTERRUPTED, "The kernel was interrupted.", 0);
        return r;
}

int keeper_shut_down(Keeper *k, bool restart, Failure *failure) {
        _cleanup_failure_ Failure ignored = {};
        int r;

        r = check_running(k, failure);
        if (r != 0)
                return r;
        /* A kernel that does nothing would only be startled. */
        if (k->kernel_record->state.status == KERNEL_STATUS_BUSY)
                (void) interrupt(k, &ignored);
        k->kernel_record->is_told_to_end = true;
        return kernel_shutdown(k->kernel, restart);
}
