/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Kernelspecs that are there. */

#include "ctl/notebook/kernelspecs.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

static void put(const char *root, const char *name, const char *text) {
        free(scratch_file(root, name, text, 0644));
}

TEST(found_in_order_and_shadowed) {
        char *root = scratch_make();
        _cleanup_free_ char *first = scratch_path(root, "first"), *second = scratch_path(root, "second"),
                            *none = scratch_path(root, "none");
        char *const folders[] = { none, first, second, NULL };
        _cleanup_kernelspecs_ FoundKernelspecs k = {};

        put(root, "first/python3/kernel.json", "{\"argv\":[\"a\"]}");
        put(root, "first/broken/kernel.json", "{");
        put(root, "first/list/kernel.json", "[]");
        put(root, "first/.hidden/kernel.json", "{}");
        put(root, "first/no name/kernel.json", "{}");
        put(root, "first/file", "{}");
        put(root, "second/Python3/kernel.json", "{}");
        put(root, "second/empty/other.json", "{}");

        ck_assert_int_eq(kernelspecs_find(folders, &k), 0);
        ck_assert_uint_eq(k.n_found, 4);
        ck_assert_str_eq(k.found[0].name, "broken");
        ck_assert_ptr_null(k.found[0].spec);
        ck_assert_str_eq(k.found[1].name, "list");
        ck_assert_ptr_null(k.found[1].spec);
        ck_assert_str_eq(k.found[2].name, "python3");
        ck_assert_ptr_nonnull(k.found[2].spec);
        ck_assert(!k.found[2].shadowed);
        ck_assert_str_eq(k.found[3].name, "Python3");
        ck_assert(k.found[3].shadowed);
        scratch_remove(root);
}

TEST(names) {
        ck_assert(kernelspec_name_is_valid("python3.11-x_Y"));
        ck_assert(!kernelspec_name_is_valid(""));
        ck_assert(!kernelspec_name_is_valid(".."));
        ck_assert(!kernelspec_name_is_valid("a/b"));
        ck_assert(!kernelspec_name_is_valid("a b"));
}

TEST_MAIN(found_in_order_and_shadowed, names);
