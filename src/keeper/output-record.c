/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is recorded in the output log. */

#include <inttypes.h>
#include <stdio.h>

#include "keeper/output-record.h"
#include "shared/text.h"
#include "shared/time-span.h"

static const char *const event_names[_OUTPUT_EVENT_MAX] = {
        [OUTPUT_EVENT_STARTED] = "started",
        [OUTPUT_EVENT_RESTARTED] = "restarted",
        [OUTPUT_EVENT_ENDED] = "ended",
        [OUTPUT_EVENT_INTERRUPTED] = "interrupted",
        [OUTPUT_EVENT_DROPPED] = "dropped",
        [OUTPUT_EVENT_OMITTED] = "omitted",
        [OUTPUT_EVENT_INVALID] = "invalid",
        [OUTPUT_EVENT_PROCESS] = "process",
};

bool output_is_recorded(const char *type) {
        static const char *const types[] = { "stream", "execute_input", "display_data", "execute_result",
                "error", "update_display_data", "clear_output" };

        for (size_t i = 0; i < ELEMENTSOF(types); i++)
                if (streq(type, types[i]))
                        return true;
        return false;
}

/* In well-formed JSON, control characters are between tokens only. A copy with blanks for them, the caller's; NULL in
 * ret if there are none. */
static int join_lines(JsonSpan json, char **ret) {
        size_t i;
        char *copy;

        for (i = 0; i < json.size; i++)
                if ((uint8_t) json.data[i] < ' ')
                        break;
        *ret = NULL;
        if (i == json.size)
                return 0;
        copy = malloc(json.size);
        if (!copy)
                return -ENOMEM;
        memcpy(copy, json.data, json.size);
        for (; i < json.size; i++)
                if ((uint8_t) copy[i] < ' ')
                        copy[i] = ' ';
        *ret = copy;
        return 0;
}

int output_record_message(OutputLog *log, const JupyterMessage *m, uint64_t position) {
        _cleanup_free_ char *joined = NULL;
        JsonSpan parent = m->parent_id.data ? m->parent_id : (JsonSpan){ "\"\"", 2 };
        char begin[192];
        int length, r;

        length = snprintf(begin, sizeof(begin),
                "{\"seq\":%" PRIu64 ",\"time\":%" PRIu64 ",\"type\":\"%s\",\"parent\":",
                output_log_next_seq(log), now_usec(CLOCK_REALTIME), m->type);
        if (length < 0 || (size_t) length >= sizeof(begin))
                return -EINVAL;
        r = join_lines(m->content, &joined);
        if (r < 0)
                return r;

        const struct iovec parts[] = {
                { begin, (size_t) length },
                { (char *) parent.data, parent.size },
                { (char *) ",\"content\":", strlen(",\"content\":") },
                { joined ? joined : (char *) m->content.data, m->content.size },
                { (char *) "}\n", 2 },
        };

        return output_log_append(log, OUTPUT_ORIGIN_KERNEL, position, parts, ELEMENTSOF(parts));
}

#define ESCAPED_MAX 6 /* bytes that one may need */

/* Writes text as the inside of a JSON string; returns behind it. */
static char *escape(char *out, const char *text, size_t size) {
        const uint8_t *p = (const uint8_t *) text;

        for (size_t n; size > 0; p += n, size -= n) {
                n = utf8_length(p, size);
                if (n == 0) {
                        n = 1;
                        out = mempcpy(out, "\\ufffd", 6);
                } else if (*p == '\n')
                        out = mempcpy(out, "\\n", 2);
                else if (*p == '"' || *p == '\\') {
                        *out++ = '\\';
                        *out++ = (char) *p;
                } else if (*p < ' ' || *p == 0x7f)
                        out += sprintf(out, "\\u%04x", *p);
                else
                        out = mempcpy(out, p, n);
        }
        return out;
}

/* How many bytes that takes at most, and that. */
static size_t text_space(const char *name, const char *text) {
        return isempty(text) ? 0 : strlen(name) + ESCAPED_MAX * strlen(text) + sizeof(",\"\":\"\"");
}

static char *put_text(char *out, const char *name, const char *text) {
        if (isempty(text))
                return out;
        out += sprintf(out, ",\"%s\":\"", name);
        out = escape(out, text, strlen(text));
        *out++ = '"';
        return out;
}

int output_notice_format(const OutputNotice *notice, uint64_t seq, char **ret, size_t *ret_size) {
        const OutputKernel *kernel = notice->kernel ? notice->kernel : &(OutputKernel){};
        char *line, *p;

        line = malloc(256 + ESCAPED_MAX * notice->size + text_space("kernel", kernel->name) +
                text_space("display_name", kernel->title) + text_space("language", kernel->language));
        if (!line)
                return -ENOMEM;
        p = line +
                sprintf(line,
                        "{\"seq\":%" PRIu64 ",\"time\":%" PRIu64
                        ",\"type\":\"session\",\"parent\":\"\",\"content\":{\"event\":\"%s\",\"text\":\"",
                        seq, now_usec(CLOCK_REALTIME), event_names[notice->event]);
        p = escape(p, notice->text, notice->size);
        *p++ = '"';
        if (notice->entries > 0)
                p += sprintf(p, ",\"entries\":%" PRIu64, notice->entries);
        if (notice->bytes > 0)
                p += sprintf(p, ",\"bytes\":%" PRIu64, notice->bytes);
        p = put_text(p, "kernel", kernel->name);
        p = put_text(p, "display_name", kernel->title);
        p = put_text(p, "language", kernel->language);
        p = mempcpy(p, "}}\n", 3);
        *ret = line;
        *ret_size = (size_t) (p - line);
        return 0;
}

int output_record_notice(OutputLog *log, const OutputNotice *notice) {
        _cleanup_free_ char *line = NULL;
        struct iovec part;
        int r;

        r = output_notice_format(notice, output_log_next_seq(log), &line, &part.iov_len);
        if (r < 0)
                return r;
        part.iov_base = line;
        return output_log_append(log, notice->origin, notice->position, &part, 1);
}
