/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One notebook has one name, and says which kernel it wants. */

#include <unistd.h>

#include "keeper/launch/notebook.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

static char *folder;

static void check_resolved(const char *name, const char *expected, const char *expected_folder) {
        _cleanup_free_ char *path = scratch_path(folder, name), *resolved = NULL, *directory = NULL;
        _cleanup_free_ char *wanted = scratch_path(folder, expected),
                            *wanted_folder = scratch_path(folder, expected_folder);
        _cleanup_failure_ Failure f = {};

        ck_assert_msg(notebook_resolve(path, &resolved, &directory, &f) == 0, "%s", failure_message(&f));
        ck_assert_str_eq(resolved, wanted);
        ck_assert_str_eq(directory, wanted_folder);
}

TEST(links) {
        _cleanup_free_ char *link = NULL, *folder_link = NULL;

        folder = scratch_make();
        free(scratch_file(folder, "real/a.ipynb", "{}", 0644));
        link = scratch_path(folder, "link.ipynb");
        folder_link = scratch_path(folder, "other");
        ck_assert_int_eq(symlink("real/a.ipynb", link), 0);
        ck_assert_int_eq(symlink("real", folder_link), 0);

        check_resolved("real/a.ipynb", "real/a.ipynb", "real");
        check_resolved("link.ipynb", "real/a.ipynb", "real");
        check_resolved("other/a.ipynb", "real/a.ipynb", "real");
        check_resolved("other/new.ipynb", "real/new.ipynb", "real");
        check_resolved("real//new.ipynb", "real/new.ipynb", "real");
        scratch_remove(folder);
}
END_TEST

TEST(root_folder) {
        _cleanup_free_ char *resolved = NULL, *directory = NULL;
        _cleanup_failure_ Failure f = {};

        ck_assert_int_eq(notebook_resolve("/nonexistent.ipynb", &resolved, &directory, &f), 0);
        ck_assert_str_eq(resolved, "/nonexistent.ipynb");
        ck_assert_str_eq(directory, "/");
}
END_TEST

TEST(refused) {
        static const char *const bad[] = { "relative.ipynb", "/", "/tmp/", "/tmp", "/nonexistent/a.ipynb",
                "/dev/null/a.ipynb", "/dev/null", "/tmp/a\n.ipynb", "/tmp/\xff.ipynb" };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                char *resolved = NULL, *directory = NULL;
                _cleanup_failure_ Failure f = {};

                ck_assert_msg(
                        notebook_resolve(bad[i], &resolved, &directory, &f) == KEEPER_ERROR_NO_NOTEBOOK,
                        "%s", bad[i]);
                ck_assert_ptr_null(resolved);
                ck_assert_ptr_null(directory);
        }
}
END_TEST

static void check_kernel(const char *text, const char *expected) {
        _cleanup_free_ char *path = scratch_file(folder, "a.ipynb", text, 0644), *kernel = NULL;

        ck_assert_int_eq(notebook_kernel(path, &kernel), 0);
        if (expected)
                ck_assert_str_eq(kernel, expected);
        else
                ck_assert_ptr_null(kernel);
        ck_assert_int_eq(unlink(path), 0);
}

TEST(wanted_kernel) {
        _cleanup_free_ char *gone = NULL, *none = NULL;

        folder = scratch_make();
        check_kernel("{\"cells\": [], \"metadata\": {\"kernelspec\": {\"name\": \"ir\"}}}", "ir");
        check_kernel("{\"metadata\": {\"kernelspec\": {\"name\": 1}}}", NULL);
        check_kernel("{\"metadata\": {\"kernelspec\": []}}", NULL);
        check_kernel("{\"metadata\": 1}", NULL);
        check_kernel("[]", NULL);
        check_kernel("", NULL);
        check_kernel("not json", NULL);
        gone = scratch_path(folder, "gone");
        ck_assert_int_eq(notebook_kernel(gone, &none), 0);
        ck_assert_ptr_null(none);
        scratch_remove(folder);
}
END_TEST

TEST_MAIN(links, root_folder, refused, wanted_kernel);
