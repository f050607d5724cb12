/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which sessions' notebooks are not there. */

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/notebook/moved-notebooks.h"
#include "tests/unit/test-main.h"

#define GONE "/nowhere/at/all.ipynb"
#define UID  1000

static size_t find(SessionName *all, size_t n_all, const SessionName *ret[static MOVED_NOTEBOOKS_MAX]) {
        SessionNames names = { .names = all, .n_names = n_all };

        return moved_notebooks_find(&names, UID, ret);
}

static SessionName notebook(const char *id, const char *path) {
        return (SessionName){ .id = (char *) id, .notebook = (char *) path, .uid = UID };
}

TEST(only_what_is_gone_and_the_users) {
        SessionName all[] = {
                notebook("n1", "/"),                 /* there */
                notebook("n2", GONE),                /* somebody else's */
                notebook("t3", ""),                  /* a terminal */
                notebook("n4", NULL),                /* told nothing of */
                notebook("n5", "/dev/null/a.ipynb"), /* its folder became a file */
                notebook("6; rm -rf", GONE),         /* nothing for a command line */
        };
        const SessionName *gone[MOVED_NOTEBOOKS_MAX];

        all[1].uid = UID + 1;
        ck_assert_uint_eq(find(all, ELEMENTSOF(all), gone), 1);
        ck_assert_str_eq(gone[0]->id, "n5");
        ck_assert_uint_eq(find(all, 0, gone), 0);
}

TEST(what_cannot_be_looked_at_may_be_there) {
        char loop[] = "/tmp/test-moved-notebooks-XXXXXX", path[64];
        SessionName all[1];
        const SessionName *gone[MOVED_NOTEBOOKS_MAX];

        ck_assert_ptr_nonnull(mkdtemp(loop));
        snprintf(path, sizeof(path), "%s/a.ipynb", loop);
        ck_assert_int_eq(symlink("a.ipynb", path), 0);
        all[0] = notebook("n1", path);
        ck_assert_uint_eq(find(all, 1, gone), 0);
        ck_assert_int_eq(unlink(path), 0);
        ck_assert_uint_eq(find(all, 1, gone), 1);
        ck_assert_int_eq(rmdir(loop), 0);
}

TEST(the_newest) {
        SessionName all[] = { notebook("n9", GONE), notebook("n10", GONE), notebook("n2", GONE),
                notebook("n30", GONE), notebook("n4", GONE), notebook("n11", GONE) };
        const SessionName *gone[MOVED_NOTEBOOKS_MAX];

        ck_assert_uint_eq(find(all, ELEMENTSOF(all), gone), MOVED_NOTEBOOKS_MAX);
        ck_assert_str_eq(gone[0]->id, "n30");
        ck_assert_str_eq(gone[1]->id, "n11");
        ck_assert_str_eq(gone[2]->id, "n10");
}

TEST_MAIN(only_what_is_gone_and_the_users, what_cannot_be_looked_at_may_be_there, the_newest);
