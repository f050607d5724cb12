/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Messages that are read, repaired and refused. */

#include "keeper/jupyter/jupyter-message.h"
#include "tests/unit/test-main.h"

#define PART(s) ((MessagePart){ (s), sizeof(s) - 1 })

static MessageKey *key;

/* A message as a kernel publishes it; its signature is made here. */
static int read_message(const char *header, const char *parent, const char *content, JupyterMessage *m,
        const char **reason) {
        static char signature[SIGNATURE_SIZE];
        MessagePart parts[] = { PART("kernel.topic"), PART("<IDS|MSG>"), { signature, SIGNATURE_SIZE },
                { header, strlen(header) }, { parent, strlen(parent) }, PART("{}"),
                { content, strlen(content) }, PART("buffer") };

        (void) message_key_sign(key, parts + 3, 4, signature);
        return jupyter_message_read(key, parts, ELEMENTSOF(parts), m, reason);
}

static void setup(void) {
        ck_assert_int_eq(message_key_new("a key", &key), 0);
}

TEST(read) {
        _cleanup_jupyter_message_ JupyterMessage m = {};
        const char *reason = NULL;

        setup();
        ck_assert_int_eq(read_message("{\"msg_type\":\"stream\"}",
                                 "{\"msg_id\":\"abc\",\"msg_type\":\"execute_request\"}", "{\"text\":\"x\"}",
                                 &m, &reason),
                0);
        ck_assert_str_eq(m.type, "stream");
        ck_assert_str_eq(m.parent_type, "execute_request");
        ck_assert_uint_eq(m.parent_id.size, 5);
        ck_assert_mem_eq(m.parent_id.data, "\"abc\"", 5);
        ck_assert_uint_eq(m.content.size, 12);
        ck_assert_int_eq(read_message("{\"msg_type\":\"status\"}", "{}", "{}", &m, &reason), 0);
        ck_assert_str_eq(m.parent_type, "");
        ck_assert_ptr_null(m.parent_id.data);
        message_key_free(key);
}
END_TEST

TEST(repaired) {
        _cleanup_jupyter_message_ JupyterMessage m = {};
        const char *reason = NULL;

        setup();
        ck_assert_int_eq(read_message("{\"msg_type\":\"stream\"}", "{}", "{\"text\":\"a\xff\xe2\x82z\"}", &m,
                                 &reason),
                0);
        ck_assert_uint_eq(m.content.size, strlen("{\"text\":\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"}"));
        ck_assert_mem_eq(
                m.content.data, "{\"text\":\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"}", m.content.size);
        message_key_free(key);
}
END_TEST

TEST(refused) {
        static const struct {
                const char *header, *parent, *content, *reason;
        } cases[] = {
                { "{}", "{}", "{}", "header" },
                { "", "{}", "{}", "header" },
                { "{\"msg_type\":17}", "{}", "{}", "header" },
                { "{\"msg_type\":\"a\"}", "null", "{}", "parent" },
                { "{\"msg_type\":\"a\"}", "{}", "", "content" },
                { "{\"msg_type\":\"a\"}", "{}", "[]", "content" },
                { "{\"msg_type\":\"a\"}", "{}", "{\"a\":\xff}", "content" },
        };
        MessagePart forged[] = { PART("<IDS|MSG>"), PART("0123"), PART("{\"msg_type\":\"a\"}"), PART("{}"),
                PART("{}"), PART("{}") };

        setup();
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                JupyterMessage m = {};
                const char *reason = NULL;

                ck_assert_int_eq(
                        read_message(cases[i].header, cases[i].parent, cases[i].content, &m, &reason),
                        -EBADMSG);
                ck_assert_msg(strstr(reason, cases[i].reason), "%s: %s", cases[i].reason, reason);
        }
        for (size_t n = 0; n <= ELEMENTSOF(forged); n++) {
                JupyterMessage m = {};
                const char *reason = NULL;

                ck_assert_int_eq(jupyter_message_read(key, forged, n, &m, &reason), -EBADMSG);
                ck_assert_str_eq(
                        reason, n < ELEMENTSOF(forged) ? "it is not all there" : "its signature is wrong");
        }
        message_key_free(key);
}
END_TEST

TEST(requests) {
        _cleanup_jupyter_message_ JupyterMessage m = {};
        JsonMember members[] = { { .key = "msg_id" }, { .key = "session" }, { .key = "version" } };
        JupyterRequest request, other;
        const char *reason = NULL;
        char id[MESSAGE_ID_SIZE];

        setup();
        ck_assert_int_eq(jupyter_request_make(key, "kernel_info_request", "{}", &request), 0);
        ck_assert_int_eq(jupyter_request_make(key, "shutdown_request", "{\"restart\":true}", &other), 0);
        ck_assert_str_ne(request.id, other.id);
        /* What we write, we can read. */
        ck_assert_int_eq(jupyter_message_read(key, request.parts, request.n_parts, &m, &reason), 0);
        ck_assert_str_eq(m.type, "kernel_info_request");
        ck_assert_int_eq(json_scan_object((JsonSpan){ request.parts[2].data, request.parts[2].size },
                                 members, ELEMENTSOF(members)),
                0);
        ck_assert_int_eq(json_scan_string(members[0].value, id, sizeof(id)), 0);
        ck_assert_str_eq(id, request.id);
        ck_assert_ptr_nonnull(members[1].value.data);
        ck_assert_ptr_nonnull(members[2].value.data);
        message_key_free(key);
}
END_TEST

TEST_MAIN(read, repaired, refused, requests);
