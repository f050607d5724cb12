/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is recorded is one line of JSON each. */

#include "jupyter/json-file.h"
#include "keeper/output-record.h"
#include "tests/unit/test-main.h"

/* The newest line, which must be one line of JSON; its text is the object's that is returned. */
static json_object *last_line(const OutputLog *log) {
        uint64_t position = output_log_find(log, output_log_next_seq(log) - 2);
        OutputEntry entry = output_log_get(log, position);
        json_object *object;

        ck_assert_ptr_eq(memchr(entry.text, '\n', entry.size), entry.text + entry.size - 1);
        ck_assert_int_eq(json_read(entry.text, entry.size, &object, NULL), 0);
        return object;
}

static json_object *member(json_object *object, const char *key) {
        json_object *value = NULL;

        ck_assert_msg(json_object_object_get_ex(object, key, &value), "%s", key);
        return value;
}

TEST(messages) {
        static const char content[] = "{\"name\" : \"stdout\",\n\t\"text\":\"a\\nb\"}",
                          parent[] = "\"id-1\"";
        JupyterMessage m = {
                .type = "stream",
                .parent_id = { parent, strlen(parent) },
                .content = { content, strlen(content) },
        };
        _cleanup_output_log_ OutputLog *log = NULL;

        ck_assert_int_eq(output_log_new(0, &log), 0);
        for (unsigned i = 1; i <= 2; i++) {
                _cleanup_json_ json_object *line = NULL;

                ck_assert_int_eq(output_record_message(log, &m, i), 1);
                line = last_line(log);
                ck_assert_int_eq(json_object_get_int64(member(line, "seq")), i);
                ck_assert_int_gt(json_object_get_int64(member(line, "time")), 1600000000000000);
                ck_assert_str_eq(json_object_get_string(member(line, "type")), "stream");
                ck_assert_str_eq(json_object_get_string(member(line, "parent")), i == 1 ? "id-1" : "");
                ck_assert_str_eq(json_object_get_string(member(member(line, "content"), "text")), "a\nb");
                m.parent_id = (JsonSpan){};
        }
        ck_assert_int_eq(output_record_message(log, &m, 2), 0);
}
END_TEST

TEST(notices) {
        static const char text[] = "\"quoted\" \\ \n\t\x01\x7f gr\xc3\xbc\xc3\x9f \xff\xe2\x82";
        OutputNotice notice = {
                .event = OUTPUT_EVENT_PROCESS,
                .text = text,
                .size = strlen(text),
                .origin = OUTPUT_ORIGIN_PROCESS,
                .position = 9,
        };
        _cleanup_output_log_ OutputLog *log = NULL;
        _cleanup_json_ json_object *line = NULL, *other = NULL;
        json_object *value;

        ck_assert_int_eq(output_log_new(0, &log), 0);
        ck_assert_int_eq(output_record_notice(log, &notice), 1);
        ck_assert_int_eq(output_record_notice(log, &notice), 0);
        line = last_line(log);
        ck_assert_str_eq(json_object_get_string(member(line, "type")), "session");
        ck_assert_str_eq(json_object_get_string(member(member(line, "content"), "event")), "process");
        ck_assert_str_eq(json_object_get_string(member(member(line, "content"), "text")),
                "\"quoted\" \\ \n\t\x01\x7f gr\xc3\xbc\xc3\x9f \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
        ck_assert(!json_object_object_get_ex(member(line, "content"), "bytes", &value));

        notice = (OutputNotice){ .event = OUTPUT_EVENT_OMITTED, .text = "", .entries = 3, .bytes = 17 };
        ck_assert_int_eq(output_record_notice(log, &notice), 1);
        other = last_line(log);
        ck_assert_str_eq(json_object_get_string(member(member(other, "content"), "event")), "omitted");
        ck_assert_int_eq(json_object_get_int64(member(member(other, "content"), "entries")), 3);
        ck_assert_int_eq(json_object_get_int64(member(member(other, "content"), "bytes")), 17);
}
END_TEST

TEST(types) {
        ck_assert(output_is_recorded("stream"));
        ck_assert(output_is_recorded("execute_input"));
        ck_assert(output_is_recorded("error"));
        ck_assert(output_is_recorded("update_display_data"));
        ck_assert(!output_is_recorded("status"));
        ck_assert(!output_is_recorded("comm_msg"));
        ck_assert(!output_is_recorded("session"));
        ck_assert(!output_is_recorded(""));
}
END_TEST

TEST_MAIN(messages, notices, types);
