/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* JSON from users' files: strict, bounded, and never waited for. */

#include "jupyter/json-file.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

static int parse(const char *text, size_t size) {
        _cleanup_json_ json_object *object = NULL;
        /* A copy that ends where the allocation ends. */
        _cleanup_free_ char *copy = malloc(size > 0 ? size : 1);

        memcpy(copy, text, size);
        return json_read(copy, size, &object, NULL);
}

TEST(strict) {
        static const char *const good[] = { "{}", " [1, 2] \n", "\"x\"", "17", "{\"a\": {\"b\": null}}",
                "\"\\u00e9\"" };
        static const char *const bad[] = { "", " ", "{", "[1,]", "{} {}", "{} x", "nul", "\"\xff\"",
                "\"\xc3\"", "[1 2]", "{\"a\" 1}" };
        char deep[1000];

        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                ck_assert_msg(parse(good[i], strlen(good[i])) == 0, "%s", good[i]);
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                ck_assert_msg(parse(bad[i], strlen(bad[i])) == -EBADMSG, "%s", bad[i]);
        ck_assert_int_eq(parse("{}\0{}", 5), -EBADMSG);
        memset(deep, '[', sizeof(deep));
        ck_assert_int_eq(parse(deep, sizeof(deep)), -EBADMSG);
}
END_TEST

TEST(tells_why) {
        _cleanup_json_ json_object *object = NULL;
        const char *reason = NULL;

        ck_assert_int_eq(json_read("{\"a\":", 5, &object, &reason), -EBADMSG);
        ck_assert_str_eq(reason, "it ends too early");
        ck_assert_int_eq(json_read("not JSON", 8, &object, &reason), -EBADMSG);
        ck_assert_str_eq(reason, "a word in it is no JSON");
        ck_assert_int_eq(json_read("{a}", 3, &object, &reason), -EBADMSG);
        ck_assert_ptr_nonnull(reason);
}
END_TEST

TEST(files) {
        char *folder = scratch_make();
        _cleanup_json_ json_object *object = NULL;
        _cleanup_free_ char *file = scratch_file(folder, "a", "{\"a\": 1}", 0644);
        _cleanup_free_ char *fifo = scratch_path(folder, "fifo"), *gone = scratch_path(folder, "gone");

        ck_assert_int_eq(mkfifo(fifo, 0600), 0);
        ck_assert_int_eq(json_file_read(file, 7, &object, NULL), -EFBIG);
        ck_assert_int_eq(json_file_read(fifo, 1000, &object, NULL), -EINVAL);
        ck_assert_int_eq(json_file_read(folder, 1000, &object, NULL), -EISDIR);
        ck_assert_int_eq(json_file_read(gone, 1000, &object, NULL), -ENOENT);
        ck_assert_int_eq(json_file_read("/dev/zero", 1000, &object, NULL), -EINVAL);
        ck_assert_ptr_null(object);
        ck_assert_int_eq(json_file_read(file, 8, &object, NULL), 0);
        ck_assert(json_object_is_type(object, json_type_object));
        scratch_remove(folder);
}
END_TEST

TEST(strings) {
        static const char text[] = "{\"s\": \"v\", \"n\": 1, \"z\": \"a\\u0000b\", \"null\": null}";
        _cleanup_json_ json_object *object = NULL;
        const char *s = "untouched";

        ck_assert_int_eq(json_read(text, strlen(text), &object, NULL), 0);
        ck_assert_int_eq(json_get_string(object, "none", &s), 0);
        ck_assert_int_eq(json_get_string(object, "n", &s), -EBADMSG);
        ck_assert_int_eq(json_get_string(object, "z", &s), -EBADMSG);
        ck_assert_int_eq(json_get_string(object, "null", &s), -EBADMSG);
        ck_assert_str_eq(s, "untouched");
        ck_assert_int_eq(json_get_string(object, "s", &s), 1);
        ck_assert_str_eq(s, "v");
}
END_TEST

TEST_MAIN(strict, tells_why, files, strings);
