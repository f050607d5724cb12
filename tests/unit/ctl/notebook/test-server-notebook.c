/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which notebook a server means. */

#include <stdio.h>
#include <stdlib.h>

#include "ctl/notebook/server-notebook.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

#define UUID "0b7e4c1e-6f7c-4f0e-9a63-d5f1a2b3c4d5"

static bool means(const char *said, const char *folder, const char *path, const char *name) {
        _cleanup_free_ char *found = NULL, *shown = NULL;

        ck_assert_int_eq(server_notebook(said, folder, &found, &shown), 0);
        return streq_null(found, path) && streq_null(shown, name);
}

TEST(absolute) {
        ck_assert(means("/srv/none/a.ipynb", "/", "/srv/none/a.ipynb", "a.ipynb"));
        ck_assert(means("/srv/none/console-1", "/tmp", "/srv/none/console-1", NULL));
        ck_assert(means("/srv/none/a-jvsc-" UUID ".ipynb", "/", NULL, "a.ipynb"));
}

TEST(from_the_root) {
        char *root = scratch_make();
        char *folder = scratch_folder(root, "b"), *file = scratch_file(folder, "c.ipynb", "{}", 0600);

        ck_assert(means("b/c.ipynb", folder, file, "c.ipynb"));
        ck_assert(means("b/c.ipynb", root, file, "c.ipynb"));
        ck_assert(means("c.ipynb", folder, file, "c.ipynb"));
        ck_assert(means("b/c-jvsc-" UUID ".ipynb", root, file, "c.ipynb"));
        ck_assert(means("d/c.ipynb", folder, NULL, "c.ipynb"));
        ck_assert(means("none/in/b/c.ipynb", folder, NULL, "c.ipynb"));
        ck_assert(means("console-1-" UUID, folder, NULL, NULL));
        ck_assert(means("a.ipynb", "/", NULL, "a.ipynb"));
        free(file);
        free(folder);
        scratch_remove(root);
}

TEST(other_names_are_their_own) {
        ck_assert(means("/none/a-jvsc-b.ipynb", "/", "/none/a-jvsc-b.ipynb", "a-jvsc-b.ipynb"));
        ck_assert(means("/none/-jvsc-" UUID "/a.ipynb", "/", "/none/-jvsc-" UUID "/a.ipynb", "a.ipynb"));
}

TEST_MAIN(absolute, from_the_root, other_names_are_their_own);
