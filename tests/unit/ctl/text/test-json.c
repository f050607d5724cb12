/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* JSON that is always valid and harmless on a terminal. */

#include "ctl/text/json.h"
#include "tests/unit/test-main.h"

static void check_string(const char *value, const char *expected) {
        _cleanup_free_ char *text = NULL;
        size_t size;
        Json j = { .stream = open_memstream(&text, &size) };

        ck_assert_ptr_nonnull(j.stream);
        json_begin_array(&j, NULL);
        json_string(&j, NULL, value);
        json_end_array(&j);
        ck_assert_int_eq(fclose(j.stream), 0);
        ck_assert_str_eq(text, expected);
}

TEST(strings) {
        check_string("", "[\"\"]\n");
        check_string("a\"b\\c/d", "[\"a\\\"b\\\\c/d\"]\n");
        check_string("line\n\ttab\r", "[\"line\\n\\ttab\\u000d\"]\n");
        check_string("\033[31m\x7f", "[\"\\u001b[31m\\u007f\"]\n");
        check_string("Grüße 漢字 \xf0\x9f\x90\xa7", "[\"Grüße 漢字 \xf0\x9f\x90\xa7\"]\n");
        check_string("\xc2\x9b", "[\"\\u009b\"]\n");          /* C1 */
        check_string("\xe2\x80\xae", "[\"\\u202e\"]\n");      /* right-to-left override */
        check_string("a\xff\xc3", "[\"a\\ufffd\\ufffd\"]\n"); /* not UTF-8 */
        check_string("\xc0\x80", "[\"\\ufffd\\ufffd\"]\n");
        check_string("\xed\xa0\x80", "[\"\\ufffd\\ufffd\\ufffd\"]\n");
        check_string("\xe2\x80", "[\"\\ufffd\\ufffd\"]\n");
        check_string(NULL, "[null]\n");
}

static void write_sample(Json *j) {
        json_begin_array(j, NULL);
        json_begin_object(j, NULL);
        json_unsigned(j, "a", 1);
        json_unsigned(j, "b", UINT64_MAX);
        json_signed(j, "c", -1);
        json_boolean(j, "d", true);
        json_begin_array(j, "e");
        json_end_array(j);
        json_end_object(j);
        json_begin_object(j, NULL);
        json_end_object(j);
        json_end_array(j);
}

TEST(shapes) {
        for (int pretty = 0; pretty < 2; pretty++) {
                _cleanup_free_ char *text = NULL;
                size_t size;
                Json j = { .stream = open_memstream(&text, &size), .pretty = pretty };

                ck_assert_ptr_nonnull(j.stream);
                write_sample(&j);
                ck_assert_int_eq(fclose(j.stream), 0);
                if (pretty)
                        ck_assert_str_eq(text,
                                "[\n        {\n                \"a\": 1,\n                \"b\": null,\n"
                                "                \"c\": -1,\n                \"d\": true,\n                \"e\": []\n"
                                "        },\n        {}\n]\n");
                else
                        ck_assert_str_eq(text, "[{\"a\":1,\"b\":null,\"c\":-1,\"d\":true,\"e\":[]},{}]\n");
        }
}

TEST_MAIN(strings, shapes);
