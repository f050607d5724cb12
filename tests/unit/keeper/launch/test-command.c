/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which program a name means. */

#include "keeper/launch/command.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

static char *folder;

static int find(const char *name, const char *search, char **ret) {
        _cleanup_free_ char *path = NULL;
        char *environment[2] = {};

        ck_assert_int_gt(asprintf(&path, "PATH=%s", search), 0);
        environment[0] = path;
        return command_find(name, environment, folder, ret);
}

static void check_found(const char *name, const char *search, const char *expected) {
        _cleanup_free_ char *path = NULL, *wanted = scratch_path(folder, expected);

        ck_assert_int_eq(find(name, search, &path), 0);
        ck_assert_str_eq(path, wanted);
}

TEST(found) {
        _cleanup_free_ char *search = NULL;

        folder = scratch_make();
        free(scratch_file(folder, "a/x", "", 0644));
        free(scratch_file(folder, "b/x", "", 0755));
        free(scratch_file(folder, "c/x", "", 0755));
        free(scratch_file(folder, "y", "", 0755));
        ck_assert_int_gt(asprintf(&search, "/nonexistent:%s/a:%s/b:%s/c", folder, folder, folder), 0);

        check_found("x", search, "b/x"); /* the first that can be executed */
        check_found("x", "a:c", "c/x");  /* relative to the session's directory */
        check_found("y", "/bin:", "y");  /* an empty one is that directory */
        check_found("b/x", "", "b/x");
        check_found("./b/x", "", "./b/x");
        scratch_remove(folder);
}
END_TEST

TEST(not_found) {
        _cleanup_free_ char *path = NULL, *plain = NULL;

        folder = scratch_make();
        plain = scratch_file(folder, "a/x", "", 0644);
        free(scratch_folder(folder, "a/d"));
        ck_assert_int_eq(find("", "/bin", &path), -ENOENT);
        ck_assert_int_eq(find("nonesuch", "/bin:/usr/bin", &path), -ENOENT);
        ck_assert_int_eq(find("x", "a", &path), -EACCES);
        ck_assert_int_eq(find(plain, "", &path), -EACCES);
        ck_assert_int_eq(find("d", "a", &path), -ENOENT);
        ck_assert_int_eq(find("a/d", "", &path), -EISDIR);
        ck_assert_int_eq(find("/dev/null", "", &path), -EACCES);
        ck_assert_int_eq(find("a/x/y", "", &path), -ENOENT);
        ck_assert_ptr_null(path);
        scratch_remove(folder);
}
END_TEST

TEST(login_shell) {
        const User with = { .shell = (char *) "/bin/bash" }, without = {},
                   gone = { .shell = (char *) "/gone" };
        _cleanup_free_ char *a = NULL, *b = NULL, *c = NULL;

        ck_assert_int_eq(command_login_shell(&with, &a), 0);
        ck_assert_str_eq(a, "/bin/bash");
        ck_assert_int_eq(command_login_shell(&without, &b), 0);
        ck_assert_str_eq(b, "/bin/sh");
        ck_assert_int_eq(command_login_shell(&gone, &c), 0);
        ck_assert_str_eq(c, "/bin/sh");
}
END_TEST

TEST_MAIN(found, not_found, login_shell);
