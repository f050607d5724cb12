/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Anything as what a kernel publishes: frames of ZMTP, made to messages, followed and recorded. What is
 * recorded must be one line of JSON, as a library sees it, and what is taken for JSON must be JSON. */

#include <stdio.h>

#include "jupyter/json-file.h"
#include "keeper/jupyter/zmtp.h"
#include "keeper/kernel/kernel-state.h"
#include "keeper/outputs/output-record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t split(const uint8_t *data, size_t size, MessagePart *parts, size_t *n_parts) {
        size_t offset = 0;
        ZmtpFrame frame;

        *n_parts = 0;
        while (*n_parts < MESSAGE_PARTS_MAX && offset < size &&
                zmtp_frame_read(data + offset, size - offset, &frame) > 0) {
                offset += frame.header_size;
                if (frame.size > size - offset)
                        return size;
                parts[(*n_parts)++] = (MessagePart){ data + offset, frame.size };
                offset += frame.size;
                if (!frame.more)
                        return offset;
        }
        return size;
}

static void check_json(const char *text, size_t size, const char *what) {
        _cleanup_json_ json_object *object = NULL;
        const char *reason = NULL;

        if (json_read(text, size, &object, &reason) >= 0)
                return;
        /* The library's own bound of depth. */
        if (reason && strstr(reason, "nesting"))
                return;
        fprintf(stderr, "%s is not JSON: %s: %.*s\n", what, reason, (int) size, text);
        abort();
}

static void check_last(const OutputLog *log) {
        OutputEntry entry = output_log_get(log, output_log_find(log, output_log_next_seq(log) - 2));

        if (memchr(entry.text, '\n', entry.size) != entry.text + entry.size - 1)
                abort();
        check_json(entry.text, entry.size, "The entry");
}

static void handle(const JupyterMessage *m, KernelState *state, OutputLog *log, uint64_t position) {
        check_json(m->content.data, m->content.size, "The content");
        (void) kernel_state_message(state, m, position);
        (void) kernel_state_language(state, m->content);
        if (state->n_requests > KERNEL_REQUESTS_MAX || state->status >= _KERNEL_STATUS_MAX)
                abort();
        if (output_is_recorded(m->type) && output_record_message(log, m, position) > 0)
                check_last(log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_message_key_ MessageKey *key = NULL;
        _cleanup_output_log_ OutputLog *log = NULL;
        KernelState state = {};
        uint64_t position = 1;

        if (message_key_new("", &key) < 0 || output_log_new(0, &log) < 0)
                abort();
        (void) kernel_state_start(&state, 1);
        (void) kernel_state_ready(&state, 1);
        while (size > 0) {
                _cleanup_jupyter_message_ JupyterMessage m = {};
                MessagePart parts[MESSAGE_PARTS_MAX];
                const char *reason = NULL;
                size_t n_parts, used = split(data, size, parts, &n_parts);

                if (jupyter_message_read(key, parts, n_parts, &m, &reason) >= 0)
                        handle(&m, &state, log, position);
                else {
                        const OutputNotice notice = {
                                .event = OUTPUT_EVENT_PROCESS,
                                .text = (const char *) data,
                                .size = used,
                                .position = position,
                        };

                        if (!reason)
                                abort();
                        if (output_record_notice(log, &notice) > 0)
                                check_last(log);
                }
                position++;
                data += used;
                size -= used;
        }
        return 0;
}
