/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* JSON that is looked through where it lies, compared with what a library says. */

#include "jupyter/json-file.h"
#include "keeper/jupyter/json-scan.h"
#include "tests/unit/test-main.h"

static int scan(const char *text, JsonMember *members, size_t n) {
        return json_scan_object((JsonSpan){ text, strlen(text) }, members, n);
}

TEST(well_formed) {
        static const char *const texts[] = { "{}", " { } ", "{\"a\":1}", "{\"a\":-0.5e+10,\"b\":0}",
                "{\"a\" : [ ] , \"b\":[1,2,[3,{}]]}", "{\"a\":{\"b\":{\"c\":[{},[],\"\"]}},\"d\":null}",
                "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"}", "{\"\":true,\"b\":false}",
                "{\"a\":\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80 and long enough for words\"}",
                "{\"a\":1,\n\t\"b\":\r2}", "{\"a\":\"12345678\",\"b\":\"1234567\\\"9\"}" };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                _cleanup_json_ json_object *object = NULL;

                ck_assert_msg(scan(texts[i], NULL, 0) == 0, "%s", texts[i]);
                /* A library agrees. */
                ck_assert_int_eq(json_read(texts[i], strlen(texts[i]), &object, NULL), 0);
        }
}
END_TEST

TEST(malformed) {
        static const char *const texts[] = { "", "[]", "1", "{", "{}}", "{}{}", "{\"a\"}", "{\"a\":}",
                "{\"a\":1,}", "{,}", "{a:1}", "{'a':1}", "{\"a\":01}", "{\"a\":+1}", "{\"a\":1.}",
                "{\"a\":.5}", "{\"a\":1e}", "{\"a\":-}", "{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":tru}",
                "{\"a\":[1,]}", "{\"a\":[1 2]}", "{\"a\":[}", "{\"a\":[1}", "{\"a\":{]}", "{\"a\":\"b}",
                "{\"a\":\"\\x\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\\u12", "{\"a\":\"line\nline\"}",
                "{\"a\":\"\x01\"}", "{\"a\":\"\xff\"}", "{\"a\":\"\xc0\xaf\"}", "{\"a\":\"\xed\xa0\x80\"}",
                "{\"a\":\"\xf4\x90\x80\x80\"}", "{\"a\":\"\xe2\x82", "{\"a\":1}x", "{\"a\":1 \"b\":2}",
                ("{\"a\":\"12345678\x80"
                 "90\"}") };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                ck_assert_msg(scan(texts[i], NULL, 0) == -EBADMSG, "%s", texts[i]);
        ck_assert_int_eq(json_scan_object((JsonSpan){ "{\"a\":\"\0\"}", 9 }, NULL, 0), -EBADMSG);
}
END_TEST

TEST(bounded_depth) {
        char text[5000], *p;

        for (unsigned depth = JSON_SCAN_DEPTH_MAX - 2; depth < JSON_SCAN_DEPTH_MAX + 2; depth++) {
                p = mempcpy(text, "{\"a\":", 5);
                for (unsigned i = 1; i < depth; i++)
                        *p++ = '[';
                *p++ = '1';
                for (unsigned i = 1; i < depth; i++)
                        *p++ = ']';
                *p++ = '}';
                *p = 0;
                ck_assert_int_eq(scan(text, NULL, 0), depth <= JSON_SCAN_DEPTH_MAX ? 0 : -EBADMSG);
        }
}
END_TEST

TEST(members) {
        JsonMember m[] = { { .key = "type" }, { .key = "n" }, { .key = "none" }, { .key = "o" } };
        char text[16];
        uint64_t n;

        ck_assert_int_eq(
                scan("{\"n\": 17 , \"o\":{\"type\":\"inner\"},\"type\":\"first\",\"type\":\"last\"}", m,
                        ELEMENTSOF(m)),
                0);
        ck_assert_int_eq(json_scan_string(m[0].value, text, sizeof(text)), 0);
        ck_assert_str_eq(text, "last");
        ck_assert_int_eq(json_scan_string(m[0].value, text, 4), -EBADMSG);
        ck_assert_int_eq(json_scan_number(m[1].value, &n), 0);
        ck_assert_uint_eq(n, 17);
        ck_assert_ptr_null(m[2].value.data);
        ck_assert_int_eq(json_scan_string(m[2].value, text, sizeof(text)), -EBADMSG);
        ck_assert_int_eq(json_scan_number(m[2].value, &n), -EBADMSG);
        ck_assert_uint_eq(m[3].value.size, strlen("{\"type\":\"inner\"}"));
        ck_assert_int_eq(json_scan_string(m[3].value, text, sizeof(text)), -EBADMSG);

        ck_assert_int_eq(
                scan("{\"n\":-1,\"type\":\"a\\u0062\",\"o\":99999999999999999999}", m, ELEMENTSOF(m)), 0);
        ck_assert_int_eq(json_scan_number(m[1].value, &n), -EBADMSG);
        ck_assert_int_eq(json_scan_string(m[0].value, text, sizeof(text)), -EBADMSG);
        ck_assert_int_eq(json_scan_number(m[3].value, &n), -EBADMSG);
}
END_TEST

TEST_MAIN(well_formed, malformed, bounded_depth, members);
