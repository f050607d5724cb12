/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a kernel's process prints to its stdout and stderr. */

#include <signal.h>
#include <stdio.h>

#include "keeper/keeper-kernel.h"
#include "keeper/keeper-process.h"
#include "keeper/outputs/output-record.h"
#include "shared/log.h"

#define LAST_WORDS_MAX 600U

/* The process that was started may be a wrapper, which keeps our pipe; the kernel is who we are connected
 * to. */
static bool captures(Keeper *k) {
        const pid_t processes[] = { k->state.leader, k->kernel ? kernel_process(k->kernel) : 0 };
        bool is_known = false;

        for (size_t i = 0; i < ELEMENTSOF(processes); i++) {
                int r = processes[i] > 0 ? process_output_is_of(k->process_output, processes[i]) : -ESRCH;

                if (r == 0) {
                        k->kernel_record->captures = true;
                        return true;
                }
                is_known = is_known || r > 0;
        }
        /* Of a process that is on its way out nothing can be seen. */
        if (is_known)
                k->kernel_record->captures = false;
        return k->kernel_record->captures;
}

static void record_process(
        Keeper *k, const char *text, size_t size, OutputOrigin origin, uint64_t position) {
        const OutputNotice notice = {
                .event = OUTPUT_EVENT_PROCESS,
                .text = text,
                .size = size,
                .origin = origin,
                .position = position,
        };
        int r;

        r = output_record_notice(k->outputs, &notice);
        if (r < 0)
                (void) log_warning_errno(r, "Could not record what the kernel's process printed: %m");
        output_readers_wake(k->readers);
}

static void on_process_output(void *userdata, const char *text, size_t size, uint64_t position) {
        Keeper *k = userdata;
        uint64_t known = output_log_position(k->outputs, OUTPUT_ORIGIN_PROCESS);

        /* An earlier keeper may have recorded some of it, and died before it noted that it had. */
        if (known >= position)
                return;
        if (captures(k)) {
                k->unrecorded = MIN(k->unrecorded + size, (size_t) PROCESS_OUTPUT_LAST_MAX);
                return;
        }
        k->unrecorded = 0;
        if (known > position - size) {
                text += size - (position - known);
                size = position - known;
        }
        record_process(k, text, size, OUTPUT_ORIGIN_PROCESS, position - 1);
}

int keeper_make_process_output(Keeper *k) {
        ProcessOutput *o;
        int r;

        r = process_output_new(k->event, on_process_output, k, &o);
        if (r < 0)
                return r;
        k->process_output = o;
        r = descriptor_store_put(STORED_PROCESS_OUT, process_output_read_fd(o));
        if (r >= 0)
                r = descriptor_store_put(STORED_PROCESS_IN, process_output_write_fd(o));
        if (r >= 0)
                r = descriptor_store_put(STORED_PROCESS_BUFFER, process_output_buffer_fd(o));
        return r;
}

int keeper_adopt_process_output(Keeper *k, DescriptorStore *store) {
        int *fds = store->fds, r = -ENODATA;

        if (fds[STORED_PROCESS_OUT] >= 0 && fds[STORED_PROCESS_IN] >= 0 && fds[STORED_PROCESS_BUFFER] >= 0)
                r = process_output_adopt(k->event, fds[STORED_PROCESS_OUT], fds[STORED_PROCESS_IN],
                        fds[STORED_PROCESS_BUFFER], on_process_output, k, &k->process_output);
        if (r < 0)
                return r;
        (void) TAKE_FD(fds[STORED_PROCESS_OUT]);
        (void) TAKE_FD(fds[STORED_PROCESS_IN]);
        (void) TAKE_FD(fds[STORED_PROCESS_BUFFER]);
        process_output_set_journal(k->process_output, !k->kernel_record->state.is_ready);
        return 0;
}

/* Records the lines that the kernel did not publish before it died. */
static void record_unpublished(Keeper *k) {
        _cleanup_free_ char *lines = NULL;
        size_t size, n_lines = 0;
        const char *text = process_output_last(k->process_output, &size);
        const char *end = text + size, *line = end - MIN(k->unrecorded, size);

        /* The first line may have lost its beginning. */
        if (k->unrecorded == PROCESS_OUTPUT_LAST_MAX) {
                line = memchr(line, '\n', size);
                line = line ? line + 1 : end;
        }
        k->unrecorded = 0;
        lines = malloc(size + 1);
        if (!lines)
                return;
        for (const char *next; line < end; line = next) {
                const char *newline = memchr(line, '\n', (size_t) (end - line));
                size_t length = (size_t) ((newline ? newline : end) - line);

                next = newline ? newline + 1 : end;
                if (length == 0 ? n_lines == 0 : output_record_has_text(k->outputs, line, length))
                        continue;
                memcpy(lines + n_lines, line, (size_t) (next - line));
                n_lines += (size_t) (next - line);
        }
        if (n_lines > 0)
                record_process(k, lines, n_lines, OUTPUT_ORIGIN_KEEPER, 0);
}

void keeper_end_process_output(Keeper *k, int code, int status) {
        bool died = !k->kernel_record->is_told_to_end && (code != CLD_EXITED || status != 0);

        process_output_flush(k->process_output);
        if (!died)
                return;
        record_unpublished(k);
        if (!k->state.unrecorded)
                process_output_tell_last(k->process_output);
}

const char *keeper_last_words(const Keeper *k, const char *otherwise, char ret[LAST_WORDS_SIZE]) {
        size_t length = 0;
        const char *last = k->process_output ? process_output_last(k->process_output, &length) : "";

        while (length > 0 && last[length - 1] == '\n')
                length--;
        if (length > LAST_WORDS_MAX) {
                last += length - LAST_WORDS_MAX;
                length = LAST_WORDS_MAX;
        }
        if (length == 0)
                (void) snprintf(ret, LAST_WORDS_SIZE, " %s", otherwise);
        else
                (void) snprintf(ret, LAST_WORDS_SIZE, " It said: %.*s", (int) length, last);
        for (char *p = strchr(ret, '\n'); p; p = strchr(p, '\n'))
                *p = ' ';
        return ret;
}
