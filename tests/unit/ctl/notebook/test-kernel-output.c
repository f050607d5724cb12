/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lines of what a kernel said: nothing in them has to be there. */

#include "ctl/notebook/kernel-output.h"
#include "tests/unit/test-main.h"

static int parse(const char *line, KernelOutput *o) {
        return kernel_output_parse(line, strlen(line), o);
}

TEST(a_line_is_read) {
        _cleanup_kernel_output_ KernelOutput o = {};
        size_t size;

        ck_assert_int_eq(parse("{\"seq\":12,\"time\":1700000000123456,\"type\":\"stream\",\"parent\":\"p\","
                               "\"content\":{\"name\":\"stdout\",\"text\":\"a\\u0000b\"}}",
                                 &o),
                1);
        ck_assert_int_eq(o.type, OUTPUT_STREAM);
        ck_assert_uint_eq(o.sequence, 12);
        ck_assert_uint_eq(o.time, 1700000000123456);
        ck_assert_str_eq(o.parent, "p");
        ck_assert_str_eq(json_text_of(o.content, "name", NULL), "stdout");
        ck_assert_mem_eq(json_text_of(o.content, "text", &size), "a\0b", 3);
        ck_assert_uint_eq(size, 3);
}

TEST(what_is_missing_is_nothing) {
        _cleanup_kernel_output_ KernelOutput o = {};
        size_t size = 7;

        ck_assert_int_eq(
                parse("{\"type\":\"session\",\"content\":{\"event\":1},\"seq\":\"x\",\"parent\":null}", &o),
                1);
        ck_assert_int_eq(o.type, OUTPUT_SESSION);
        ck_assert_uint_eq(o.sequence, 0);
        ck_assert_uint_eq(o.time, 0);
        ck_assert_str_eq(o.parent, "");
        ck_assert_str_eq(kernel_output_event(&o), "");
        ck_assert_str_eq(json_text_of(o.content, "text", &size), "");
        ck_assert_uint_eq(size, 0);
        ck_assert_ptr_null(json_member(o.content, "event", json_type_object));
        ck_assert_ptr_nonnull(json_member(o.content, "event", json_type_int));
}

TEST(types) {
        static const char *const names[] = { "execute_input", "stream", "display_data",
                "update_display_data", "execute_result", "error", "clear_output", "comm_open", "comm_msg",
                "comm_close", "session" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                _cleanup_kernel_output_ KernelOutput o = {};
                char line[128];

                snprintf(line, sizeof(line), "{\"type\":\"%s\",\"content\":{}}", names[i]);
                ck_assert_int_eq(parse(line, &o), 1);
                ck_assert_int_eq(o.type, (int) i);
        }
}

TEST(newer_types_are_skipped) {
        KernelOutput o = {};

        ck_assert_int_eq(parse("{\"type\":\"hologram\",\"content\":{}}", &o), 0);
        ck_assert_ptr_null(o.line);
}

TEST(other_lines_are_refused) {
        static const char *const lines[] = { "", "x", "[]", "null", "{}", "{\"type\":\"stream\"}",
                "{\"type\":\"stream\",\"content\":[]}", "{\"type\":1,\"content\":{}}",
                "{\"type\":\"stream\",\"content\":{}",
                "{\"type\":\"stream\",\"content\":{\"text\":\"\xff\"}}" };

        for (size_t i = 0; i < ELEMENTSOF(lines); i++) {
                KernelOutput o = {};

                ck_assert_int_eq(parse(lines[i], &o), -EBADMSG);
        }
}

TEST_MAIN(
        a_line_is_read, what_is_missing_is_nothing, types, newer_types_are_skipped, other_lines_are_refused);
