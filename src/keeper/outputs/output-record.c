/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is recorded in the output log. */

#include <inttypes.h>
#include <stdio.h>

#include "keeper/outputs/base64.h"
#include "keeper/outputs/output-record.h"
#include "shared/text.h"
#include "shared/time-span.h"

#define ENTRY_SPACE       1024U /* of an entry beside its content; the parent's id is at most 256 bytes */
#define SEARCHED_MAX      (256U * 1024U)
#define STREAM_NAME_MAX   64U
#define CONTENT_PARTS_MAX 5U /* of a message, with what belongs to it */

static const char *const event_names[_OUTPUT_EVENT_MAX] = {
        [OUTPUT_EVENT_STARTED] = "started",
        [OUTPUT_EVENT_RESTARTED] = "restarted",
        [OUTPUT_EVENT_ENDED] = "ended",
        [OUTPUT_EVENT_INTERRUPTED] = "interrupted",
        [OUTPUT_EVENT_DROPPED] = "dropped",
        [OUTPUT_EVENT_PURGED] = "purged",
        [OUTPUT_EVENT_OMITTED] = "omitted",
        [OUTPUT_EVENT_INVALID] = "invalid",
        [OUTPUT_EVENT_PROCESS] = "process",
};

bool output_is_recorded(const char *type) {
        static const char *const types[] = { "stream", "execute_input", "display_data", "execute_result",
                "error", "update_display_data", "clear_output", "comm_open", "comm_msg", "comm_close" };

        for (size_t i = 0; i < ELEMENTSOF(types); i++)
                if (streq(type, types[i]))
                        return true;
        return false;
}

/* Where the first control character is; the size if there is none. Eight bytes at a time. */
static size_t find_control(JsonSpan json) {
        const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
        uint64_t word;
        size_t i = 0;

        for (; json.size - i >= sizeof(word); i += sizeof(word)) {
                memcpy(&word, json.data + i, sizeof(word));
                if ((word - ones * ' ') & ~word & high)
                        break;
        }
        while (i < json.size && (uint8_t) json.data[i] >= ' ')
                i++;
        return i;
}

/* In well-formed JSON, control characters are between tokens only. A copy with blanks for them, the
 * caller's; NULL in ret if there are none. */
static int join_lines(JsonSpan json, char **ret) {
        size_t i = find_control(json);
        char *copy;

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

static int record_parts(OutputLog *log, const JupyterMessage *m, uint64_t position,
        const struct iovec *content, size_t n_content) {
        JsonSpan parent = m->parent_id.data ? m->parent_id : (JsonSpan){ "\"\"", 2 };
        char begin[192];
        int length;

        length = snprintf(begin, sizeof(begin),
                "{\"seq\":%" PRIu64 ",\"time\":%" PRIu64 ",\"type\":\"%s\",\"parent\":",
                output_log_next_seq(log), now_usec(CLOCK_REALTIME), m->type);
        if (length < 0 || (size_t) length >= sizeof(begin))
                return -EINVAL;

        struct iovec parts[CONTENT_PARTS_MAX + 4] = {
                { begin, (size_t) length },
                { (char *) parent.data, parent.size },
                { (char *) ",\"content\":", strlen(",\"content\":") },
        };
        size_t n = 3;

        assert(n_content <= CONTENT_PARTS_MAX);
        for (size_t i = 0; i < n_content; i++)
                parts[n++] = content[i];
        parts[n++] = (struct iovec){ (char *) "}\n", 2 };
        return output_log_append(log, OUTPUT_ORIGIN_KERNEL, position, parts, n);
}

/* Is this a \u escape of one of the four hexadecimal numbers that begin so? Of a well-formed string. */
static bool is_surrogate(const char *escape, const char *second_digits) {
        return escape[0] == '\\' && escape[1] == 'u' && (escape[2] == 'd' || escape[2] == 'D') &&
                strchr(second_digits, escape[3]);
}

/* How long an escape is; two of them can be one character. */
static size_t escape_length(const char *escape, size_t size) {
        if (escape[1] != 'u')
                return 2;
        return size >= 12 && is_surrogate(escape, "89abAB") && is_surrogate(escape + 6, "cdefCDEF") ? 12 : 6;
}

/* The first position of the inside of a JSON string, from least on, that is not within a character or an
 * escape. */
static size_t find_boundary(JsonSpan inside, size_t least) {
        size_t i = 0;

        while (i < least) {
                const char *backslash = memchr(inside.data + i, '\\', least - i);

                if (!backslash) {
                        i = least;
                        break;
                }
                i = (size_t) (backslash - inside.data);
                i += escape_length(backslash, inside.size - i);
        }
        while (i < inside.size && ((uint8_t) inside.data[i] & 0xc0) == 0x80)
                i++;
        return i;
}

/* Keeps what fits of the text, as that is what would have scrolled by last. */
static int record_end_of_stream(OutputLog *log, const JupyterMessage *m, uint64_t position) {
        static const char text[] = "The beginning of one output was too large to be kept.";
        JsonMember members[] = { { .key = "name" }, { .key = "text" } };
        const JsonSpan *name = &members[0].value, *all = &members[1].value;
        size_t room = output_log_entry_max(log) - ENTRY_SPACE, cut;
        OutputNotice notice = {
                .event = OUTPUT_EVENT_OMITTED,
                .text = text,
                .size = strlen(text),
                .origin = OUTPUT_ORIGIN_KERNEL,
                .position = position,
        };
        JsonSpan inside;
        int r;

        if (json_scan_object(m->content, members, ELEMENTSOF(members)) < 0 || !all->data ||
                all->data[0] != '"' || !name->data || name->size > STREAM_NAME_MAX || all->size < room)
                return -EMSGSIZE;
        inside = (JsonSpan){ all->data + 1, all->size - 2 };
        cut = find_boundary(inside, inside.size - room);
        notice.bytes = cut;
        r = output_record_notice(log, &notice);
        if (r < 0)
                return r;

        const struct iovec parts[] = {
                { (char *) "{\"name\":", strlen("{\"name\":") },
                { (char *) name->data, name->size },
                { (char *) ",\"text\":\"", strlen(",\"text\":\"") },
                { (char *) inside.data + cut, inside.size - cut },
                { (char *) "\"}", 2 },
        };

        /* Between the two we may be killed: the next keeper, which sees the message again, has to tell them
         * apart. */
        return record_parts(log, m, position + 1, parts, ELEMENTSOF(parts));
}

/* Puts the member with the binary values of a message behind its content; *ret is the caller's. -EMSGSIZE:
 * they are more than an entry can have. */
static int put_buffers(const OutputLog *log, const JupyterMessage *m, struct iovec *ret) {
        static const char begin[] = ",\"buffers\":[";
        size_t size = sizeof(begin) + 1;
        char *p;

        for (size_t i = 0; i < m->n_buffers; i++) {
                if (m->buffers[i].size > output_log_entry_max(log))
                        return -EMSGSIZE;
                size += base64_size(m->buffers[i].size) + strlen("\"\",");
                if (size > output_log_entry_max(log))
                        return -EMSGSIZE;
        }
        ret->iov_base = p = malloc(size);
        if (!p)
                return -ENOMEM;
        p = mempcpy(p, begin, strlen(begin));
        for (size_t i = 0; i < m->n_buffers; i++) {
                if (i > 0)
                        *p++ = ',';
                *p++ = '"';
                p = base64_encode(p, m->buffers[i].data, m->buffers[i].size);
                *p++ = '"';
        }
        *p++ = ']';
        ret->iov_len = (size_t) (p - (char *) ret->iov_base);
        return 0;
}

int output_record_message(OutputLog *log, const JupyterMessage *m, uint64_t position) {
        _cleanup_free_ char *joined = NULL, *buffers = NULL;
        struct iovec content[2];
        int r;

        if (m->content.size > output_log_entry_max(log) - ENTRY_SPACE && streq(m->type, "stream"))
                return record_end_of_stream(log, m, position);
        r = join_lines(m->content, &joined);
        if (r < 0)
                return r;
        content[0] = (struct iovec){ joined ? joined : (char *) m->content.data, m->content.size };
        if (m->n_buffers == 0)
                return record_parts(log, m, position, content, 1);
        r = put_buffers(log, m, &content[1]);
        if (r < 0)
                return r;
        buffers = content[1].iov_base;
        return record_parts(log, m, position, content, 2);
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

/* Adds the line about those that lie behind after, up to last, to *lines. */
static int add_gap(
        OutputEvent event, const char *text, uint64_t after, uint64_t last, char **lines, size_t *size) {
        const OutputNotice notice = {
                .event = event, .text = text, .size = strlen(text), .entries = last - after
        };
        _cleanup_free_ char *line = NULL;
        size_t line_size;
        char *grown;
        int r;

        if (after >= last)
                return 0;
        r = output_notice_format(&notice, last, &line, &line_size);
        if (r < 0)
                return r;
        grown = realloc(*lines, *size + line_size);
        if (!grown)
                return -ENOMEM;
        memcpy(grown + *size, line, line_size);
        *lines = grown;
        *size += line_size;
        return 0;
}

int output_gap_format(const OutputLog *log, uint64_t after, uint64_t first, const char *dropped, char **ret,
        size_t *ret_size) {
        uint64_t purged = MIN(output_log_purged(log), first - 1);
        _cleanup_free_ char *lines = NULL;
        size_t size = 0;
        int r;

        r = add_gap(OUTPUT_EVENT_PURGED, "Older entries were forgotten, as somebody asked for it.", after,
                purged, &lines, &size);
        if (r >= 0)
                r = add_gap(OUTPUT_EVENT_DROPPED, dropped, MAX(after, purged), first - 1, &lines, &size);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(lines);
        *ret_size = size;
        return 0;
}

bool output_record_has_text(const OutputLog *log, const char *text, size_t size) {
        uint64_t end = output_log_end(log), at = output_log_begin(log);
        uint64_t first = end - MIN(end, (uint64_t) SEARCHED_MAX);
        _cleanup_free_ char *escaped = malloc(ESCAPED_MAX * size + 1);
        size_t n;

        if (!escaped)
                return false;
        n = (size_t) (escape(escaped, text, size) - escaped);
        while (at < end) {
                OutputEntry entry = output_log_get(log, at);

                size_t skip = at < first ? MIN(first - at, (uint64_t) entry.size) : 0;

                if (memmem(entry.text + skip, entry.size - skip, escaped, n))
                        return true;
                at = entry.next;
        }
        return false;
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
