/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The tree of a unit's processes. */

#include "ctl/sessions/process-tree.h"
#include "tests/unit/message.h"
#include "tests/unit/test-main.h"

#define SCOPE "/compute.slice/compute-0.slice/compute-t1.scope"

static void check_tree(sd_bus_message *m, size_t width, const char *expected) {
        _cleanup_(process_tree_done) ProcessTree tree = {};
        _cleanup_free_ char *text = NULL;
        size_t size;
        FILE *f;

        ck_assert_int_eq(process_tree_read(&tree, m), 0);
        f = open_memstream(&text, &size);
        ck_assert_ptr_nonnull(f);
        process_tree_print(&tree, f, "> ", width);
        ck_assert_int_eq(fclose(f), 0);
        ck_assert_str_eq(text, expected);
        sd_bus_message_unref(m);
        message_bus_done();
}

TEST(flat) {
        check_tree(message_make("a(sus)", 2, SCOPE, 20U, "make all", SCOPE, 3U, "bash"), 0,
                "> |-3 bash\n"
                "> `-20 make all\n");
}

TEST(with_cgroups_below) {
        check_tree(message_make("a(sus)", 5, SCOPE "/a-x", 5U, "five", SCOPE "/a/b", 4U, "four", SCOPE, 1U,
                           "one", SCOPE "/a", 3U, "three", SCOPE, 2U, "two"),
                0,
                "> |-1 one\n"
                "> |-2 two\n"
                "> |-a\n"
                "> | |-3 three\n"
                "> | `-b\n"
                "> |   `-4 four\n"
                "> `-a-x\n"
                ">   `-5 five\n");
}

TEST(all_below) {
        check_tree(message_make("a(sus)", 2, SCOPE "/ab", 1U, "one", SCOPE "/ac", 2U, "two"), 0,
                "> |-ab\n"
                "> | `-1 one\n"
                "> `-ac\n"
                ">   `-2 two\n");
}

TEST(hostile_text) {
        check_tree(
                message_make("a(sus)", 1, SCOPE, 1U, "x\033[31m\n`-2 fake"), 0, "> `-1 x?[31m?`-2 fake\n");
}

TEST(shortened) {
        check_tree(message_make("a(sus)", 1, SCOPE, 1U, "a long command"), 12, "> `-1 a lon~\n");
}

TEST(deep) {
        char path[512] = SCOPE;
        sd_bus_message *m = message_new();
        _cleanup_(process_tree_done) ProcessTree tree = {};
        _cleanup_free_ char *text = NULL;
        size_t size;
        FILE *f;

        ck_assert_int_ge(sd_bus_message_open_container(m, 'a', "(sus)"), 0);
        ck_assert_int_ge(sd_bus_message_append(m, "(sus)", path, 1U, "top"), 0);
        for (size_t i = 0; i < 100; i++)
                strcat(path, "/d");
        ck_assert_int_ge(sd_bus_message_append(m, "(sus)", path, 2U, "deep"), 0);
        ck_assert_int_ge(sd_bus_message_close_container(m), 0);
        ck_assert_int_eq(process_tree_read(&tree, message_seal(m)), 0);
        f = open_memstream(&text, &size);
        ck_assert_ptr_nonnull(f);
        process_tree_print(&tree, f, "", 0);
        ck_assert_int_eq(fclose(f), 0);
        ck_assert_ptr_nonnull(strstr(text, "2 deep"));
        ck_assert_str_eq(process_tree_command(&tree, 2), "deep");
        ck_assert_ptr_null(process_tree_command(&tree, 3));
        sd_bus_message_unref(m);
        message_bus_done();
}

TEST(empty) {
        check_tree(message_make("a(sus)", 0), 0, "");
}

TEST_MAIN(flat, with_cgroups_below, all_below, hostile_text, shortened, deep, empty);
