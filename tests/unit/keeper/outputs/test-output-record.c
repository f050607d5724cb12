/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is recorded is one line of JSON each. */

#include "jupyter/json-file.h"
#include "keeper/outputs/output-record.h"
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

TEST(newest_texts_are_found) {
        static char many[900000];
        static const char text[] = "said \"this\"\n\x1b[0m and more";
        const OutputNotice notice = { .event = OUTPUT_EVENT_PROCESS, .text = text, .size = strlen(text) };
        _cleanup_output_log_ OutputLog *log = NULL;

        ck_assert_int_eq(output_log_new(4 * sizeof(many), &log), 0);
        ck_assert(!output_record_has_text(log, text, strlen(text)));
        ck_assert_int_eq(output_record_notice(log, &notice), 1);
        ck_assert(output_record_has_text(log, text, strlen(text)));
        ck_assert(output_record_has_text(log, text + 5, 6));
        ck_assert(!output_record_has_text(log, "said that", 9));
        for (size_t i = 0; i < 100000; i++)
                memcpy(many + 9 * i, i == 0 ? "beginning" : i == 99999 ? "the end  " : "between  ", 9);
        ck_assert_int_eq(output_record_notice(log,
                                 &(OutputNotice){
                                         .event = OUTPUT_EVENT_PROCESS,
                                         .text = many,
                                         .size = sizeof(many),
                                 }),
                1);
        ck_assert(output_record_has_text(log, "the end", 7));
        ck_assert(!output_record_has_text(log, "beginning", 9));
}
END_TEST

TEST(binary_values) {
        static const char content[] = "{\"comm_id\":\"c\"}";
        static const uint8_t bytes[] = { 0, 0xff, 1 };
        MessagePart buffers[] = { { bytes, 3 }, { bytes, 0 } };
        JupyterMessage m = {
                .type = "comm_msg",
                .content = { content, strlen(content) },
                .buffers = buffers,
                .n_buffers = 2,
        };
        _cleanup_json_ json_object *line = NULL;
        _cleanup_output_log_ OutputLog *log = NULL;

        ck_assert(output_is_recorded("comm_msg"));
        ck_assert_int_eq(output_log_new(0, &log), 0);
        ck_assert_int_eq(output_record_message(log, &m, 1), 1);
        line = last_line(log);
        ck_assert_str_eq(json_object_to_json_string_ext(member(line, "buffers"), JSON_C_TO_STRING_PLAIN),
                "[\"AP8B\",\"\"]");
        buffers[1].size = SIZE_MAX / 2;
        ck_assert_int_eq(output_record_message(log, &m, 2), -EMSGSIZE);
}
END_TEST

/* Each piece is one character in the end. */
static const char *const pieces[] = { "a", "\\n", "\\\\", "\\\"", "\\u00e9", "\xc3\xa9", "\\ud83d\\ude00",
        "\xf0\x9f\x98\x80", "\\u005c", "\xe2\x82\xac" };

TEST(long_streams_are_cut) {
        for (unsigned shift = 0; shift < 64; shift++) {
                _cleanup_output_log_ OutputLog *log = NULL;
                _cleanup_json_ json_object *line = NULL;
                _cleanup_free_ char *content = NULL;
                JupyterMessage m = { .type = "stream" };
                const char *kept;
                size_t size, length;
                FILE *f = open_memstream(&content, &size);

                fprintf(f, "{\"text\": \"%.*s", (int) shift,
                        "0123456789012345678901234567890123456789012345678901234567890123456789");
                for (unsigned i = 0; i < 200000; i++)
                        fputs(pieces[i * 7919U % 104729U % ELEMENTSOF(pieces)], f);
                fputs("\\nend\",\n\"name\": \"stderr\"}", f);
                ck_assert_int_eq(fclose(f), 0);
                m.content = (JsonSpan){ content, size };
                ck_assert_int_eq(output_log_new(0, &log), 0);
                ck_assert_int_eq(output_record_message(log, &m, 10), 1);
                ck_assert_uint_eq(output_log_next_seq(log), 3);
                line = last_line(log);
                ck_assert_str_eq(json_object_get_string(member(member(line, "content"), "name")), "stderr");
                kept = json_object_get_string(member(member(line, "content"), "text"));
                length = strlen(kept);
                ck_assert_uint_gt(length, output_log_entry_max(log) / 4);
                ck_assert_str_eq(kept + length - 4, "\nend");
                /* Nothing was cut in two: json-c would have put U+FFFD for it. */
                ck_assert_ptr_null(strstr(kept, "\xef\xbf\xbd"));
                /* The next keeper may see it again. */
                ck_assert_int_eq(output_record_message(log, &m, 10), 0);
                ck_assert_uint_eq(output_log_next_seq(log), 3);
        }
}
END_TEST

TEST(other_long_messages_are_not_kept) {
        _cleanup_output_log_ OutputLog *log = NULL;
        _cleanup_free_ char *content = NULL;
        JupyterMessage m = { .type = "display_data" };
        size_t size = 0;

        ck_assert_int_eq(output_log_new(0, &log), 0);
        ck_assert_int_ge(asprintf(&content, "{\"name\":\"x\",\"text\":\"%0*d\"}", 600000, 0), 0);
        size = strlen(content);
        m.content = (JsonSpan){ content, size };
        ck_assert_int_eq(output_record_message(log, &m, 1), -EMSGSIZE);
        ck_assert_uint_eq(output_log_next_seq(log), 1);
        strcpy(m.type, "stream");
        memcpy(content + 2, "what", 4);
        ck_assert_int_eq(output_record_message(log, &m, 1), -EMSGSIZE);
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
        ck_assert(!output_is_recorded("session"));
        ck_assert(!output_is_recorded(""));
}
END_TEST

TEST_MAIN(messages, newest_texts_are_found, binary_values, long_streams_are_cut,
        other_long_messages_are_not_kept, notices, types);
