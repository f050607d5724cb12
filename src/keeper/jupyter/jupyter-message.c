/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Messages of Jupyter's wire protocol. */

#include <stdio.h>
#include <systemd/sd-id128.h>
#include <time.h>

#include "keeper/jupyter/jupyter-message.h"
#include "shared/text.h"

#define PROTOCOL_VERSION "5.3"
#define PARENT_ID_MAX    256

static const char delimiter[] = "<IDS|MSG>";

/* Where the parts lie behind the delimiter. */
enum {
        PART_SIGNATURE = 1,
        PART_HEADER,
        PART_PARENT,
        PART_METADATA,
        PART_CONTENT,
};

#define N_SIGNED (PART_CONTENT - PART_HEADER + 1)

static int invalid(const char *reason, const char **ret_reason) {
        *ret_reason = reason;
        return -EBADMSG;
}

static JsonSpan span_of(const MessagePart *part) {
        return (JsonSpan){ part->data, part->size };
}

static int read_header(const MessagePart *part, JupyterMessage *m) {
        JsonMember members[] = { { .key = "msg_type" } };

        if (json_scan_object(span_of(part), members, ELEMENTSOF(members)) < 0)
                return -EBADMSG;
        return json_scan_string(members[0].value, m->type, sizeof(m->type));
}

/* A parent may be {}, and what it says is of use only if it is what everybody else says. */
static int read_parent(const MessagePart *part, JupyterMessage *m) {
        JsonMember members[] = { { .key = "msg_type" }, { .key = "msg_id" } };

        if (json_scan_object(span_of(part), members, ELEMENTSOF(members)) < 0)
                return -EBADMSG;
        if (json_scan_string(members[0].value, m->parent_type, sizeof(m->parent_type)) < 0)
                m->parent_type[0] = 0;
        if (members[1].value.size > 0 && members[1].value.data[0] == '"' &&
                members[1].value.size <= PARENT_ID_MAX)
                m->parent_id = members[1].value;
        return 0;
}

void jupyter_message_done(JupyterMessage *m) {
        free(m->repaired);
        *m = (JupyterMessage){};
}

/* Puts U+FFFD for each byte that is in no character. */
static int repair_content(JupyterMessage *m) {
        static const char replacement[] = "\xef\xbf\xbd";
        const char *p = m->content.data, *end = p + m->content.size;
        size_t n_bad = 0;
        char *out;

        for (size_t n; p<end; p += n> 0 ? n : 1) {
                n = utf8_length(p, (size_t) (end - p));
                n_bad += n == 0;
        }
        if (n_bad == 0)
                return -EBADMSG;
        m->repaired = out = malloc(m->content.size + n_bad * (strlen(replacement) - 1));
        if (!out)
                return -ENOMEM;
        p = m->content.data;
        for (size_t n; p<end; p += n> 0 ? n : 1) {
                n = utf8_length(p, (size_t) (end - p));
                out = n > 0 ? mempcpy(out, p, n) : mempcpy(out, replacement, strlen(replacement));
        }
        m->content = (JsonSpan){ m->repaired, (size_t) (out - m->repaired) };
        return json_scan_object(m->content, NULL, 0);
}

int jupyter_message_read(MessageKey *key, const MessagePart *parts, size_t n_parts, JupyterMessage *ret,
        const char **ret_reason) {
        _cleanup_jupyter_message_ JupyterMessage m = {};
        size_t i;

        for (i = 0; i < n_parts; i++)
                if (parts[i].size == strlen(delimiter) &&
                        memcmp(parts[i].data, delimiter, strlen(delimiter)) == 0)
                        break;
        if (n_parts - i <= PART_CONTENT)
                return invalid("it is not all there", ret_reason);
        parts += i;
        n_parts -= i;
        if (!message_key_verify(key, parts + PART_HEADER, N_SIGNED, parts[PART_SIGNATURE].data,
                    parts[PART_SIGNATURE].size))
                return invalid("its signature is wrong", ret_reason);
        if (read_header(&parts[PART_HEADER], &m) < 0)
                return invalid("its header cannot be read", ret_reason);
        if (read_parent(&parts[PART_PARENT], &m) < 0)
                return invalid("its parent header cannot be read", ret_reason);
        m.content = span_of(&parts[PART_CONTENT]);
        if (json_scan_object(m.content, NULL, 0) < 0 && repair_content(&m) < 0)
                return invalid("its content is not a JSON object", ret_reason);

        m.buffers = parts + PART_CONTENT + 1;
        m.n_buffers = n_parts - (PART_CONTENT + 1);
        *ret = m;
        m = (JupyterMessage){};
        return 0;
}

/* An id of Jupyter's form; also for what identifies us as a client. */
static int make_id(char ret[MESSAGE_ID_SIZE]) {
        sd_id128_t id;
        int r;

        r = sd_id128_randomize(&id);
        if (r < 0)
                return r;
        snprintf(ret, MESSAGE_ID_SIZE, "%s", SD_ID128_TO_UUID_STRING(id));
        return 0;
}

int jupyter_request_make(MessageKey *key, const char *type, const char *content, JupyterRequest *ret) {
        static char session[MESSAGE_ID_SIZE];
        struct timespec now;
        struct tm utc;
        char date[40];
        int length, r;

        r = make_id(ret->id);
        if (r >= 0 && !session[0])
                r = make_id(session);
        if (r < 0)
                return r;
        (void) clock_gettime(CLOCK_REALTIME, &now);
        (void) strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", gmtime_r(&now.tv_sec, &utc));
        length = snprintf(ret->header, sizeof(ret->header),
                "{\"msg_id\":\"%s\",\"session\":\"%s\",\"username\":\"compute-session-keeper\","
                "\"date\":\"%s.%06ldZ\",\"msg_type\":\"%s\",\"version\":\"" PROTOCOL_VERSION "\"}",
                ret->id, session, date, now.tv_nsec / 1000, type);
        if (length < 0 || (size_t) length >= sizeof(ret->header))
                return -EMSGSIZE;

        ret->parts[0] = (MessagePart){ delimiter, strlen(delimiter) };
        ret->parts[PART_SIGNATURE] = (MessagePart){ ret->signature, 0 };
        ret->parts[PART_HEADER] = (MessagePart){ ret->header, (size_t) length };
        ret->parts[PART_PARENT] = ret->parts[PART_METADATA] = (MessagePart){ "{}", 2 };
        ret->parts[PART_CONTENT] = (MessagePart){ content, strlen(content) };
        ret->parts[PART_SIGNATURE].size =
                message_key_sign(key, ret->parts + PART_HEADER, N_SIGNED, ret->signature);
        ret->n_parts = PART_CONTENT + 1;
        return 0;
}
