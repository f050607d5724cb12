/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which session somebody means. */

#include <unistd.h>

#include "ctl/sessions/resolve.h"
#include "tests/unit/message.h"
#include "tests/unit/test-main.h"

static SessionName all[] = {
        { .id = (char *) "n1",
                .name = (char *) "a.ipynb",
                .notebook = (char *) "/one/a.ipynb",
                .uid = 1000 },
        { .id = (char *) "n2",
                .name = (char *) "a.ipynb",
                .notebook = (char *) "/two/a.ipynb",
                .uid = 1001 },
        { .id = (char *) "n3",
                .name = (char *) "renamed",
                .notebook = (char *) "/one/b.ipynb",
                .uid = 1000 },
        { .id = (char *) "t1", .name = (char *) "bash", .notebook = (char *) "", .uid = 1000 },
        { .id = (char *) "t2", .name = (char *) "bash", .notebook = (char *) "", .uid = 1000 },
        { .id = (char *) "t3", .name = (char *) "make", .uid = 1001 },
        { .id = (char *) "t4", .name = (char *) "/one/b.ipynb", .uid = 1001 },
};
static const SessionNames names = { .names = all, .n_names = ELEMENTSOF(all) };

/* The id that is found, or "none", or "several". */
static const char *find(const char *word, const char *path, uint32_t uid) {
        _cleanup_free_ const SessionName **candidates = NULL;
        const SessionName *found = NULL;
        int r = session_names_find(&names, word, path, uid, &found, &candidates);

        if (r == -ENXIO)
                return "none";
        if (r == -ENOTUNIQ) {
                ck_assert_ptr_nonnull(candidates);
                return "several";
        }
        ck_assert_int_eq(r, 1);
        return found->id;
}

TEST(by_name) {
        ck_assert_str_eq(find("make", NULL, UID_NOBODY_SPECIAL), "t3");
        ck_assert_str_eq(find("renamed", NULL, 7), "n3");
        ck_assert_str_eq(find("nothing", "/one/nothing", 7), "none");
        ck_assert_str_eq(find("", NULL, 7), "none");
        ck_assert_str_eq(find("MAKE", NULL, 7), "none");
}

TEST(by_notebook) {
        ck_assert_str_eq(find("a.ipynb", "/one/a.ipynb", 7), "n1");
        ck_assert_str_eq(find("../two/a.ipynb", "/two/a.ipynb", 7), "n2");
        ck_assert_str_eq(find("b.ipynb", "/elsewhere/b.ipynb", 7), "n3");
        ck_assert_str_eq(find("/one/b.ipynb", "/one/b.ipynb", 1001), "n3"); /* a path comes before a name */
}

TEST(ambiguous) {
        _cleanup_free_ const SessionName **candidates = NULL;
        const SessionName *found;

        ck_assert_int_eq(session_names_find(&names, "bash", NULL, 1001, &found, &candidates), -ENOTUNIQ);
        ck_assert_str_eq(candidates[0]->id, "t1");
        ck_assert_str_eq(candidates[1]->id, "t2");
        ck_assert_ptr_null(candidates[2]);
        ck_assert_str_eq(find("bash", NULL, 1000), "several");
        ck_assert_str_eq(find("a.ipynb", NULL, UID_NOBODY_SPECIAL), "several");
}

TEST(own_sessions_come_first) {
        ck_assert_str_eq(find("a.ipynb", NULL, 1000), "n1");
        ck_assert_str_eq(find("a.ipynb", NULL, 1001), "n2");
}

TEST(managed_objects) {
        _cleanup_(session_names_done) SessionNames read = {};
        sd_bus_message *m = message_make("a{oa{sa{sv}}}", 2, "/org/computesession1", 1,
                "org.computesession1.Manager", 1, "Version", "s", "1", "/org/computesession1/session/n5", 2,
                "org.freedesktop.DBus.Peer", 0, "org.computesession1.Session", 5, "Id", "s", "n5", "Name",
                "s", "x", "Notebook", "s", "/x.ipynb", "User", "u", (uint32_t) 1000, "New", "as", 1,
                "unknown");

        ck_assert_int_eq(session_names_read(&read, m), 0);
        ck_assert_uint_eq(read.n_names, 1);
        ck_assert_str_eq(read.names[0].id, "n5");
        ck_assert_str_eq(read.names[0].notebook, "/x.ipynb");
        ck_assert_uint_eq(read.names[0].uid, 1000);
        sd_bus_message_unref(m);
        message_bus_done();
}

TEST(paths) {
        _cleanup_free_ char *path = NULL, *root = NULL;

        ck_assert_int_eq(chdir("/"), 0);
        ck_assert_int_eq(path_make_absolute("x.ipynb", &path), 0);
        ck_assert_str_eq(path, "/x.ipynb");
        ck_assert_int_eq(path_make_absolute("/usr/../usr/./x", &root), 0);
        ck_assert_str_eq(root, "/usr/x");
        free(path);
        path = NULL;
        ck_assert_int_eq(path_make_absolute("/usr/", &path), -EISDIR);
        ck_assert_int_eq(path_make_absolute("..", &path), -EISDIR);
        ck_assert_int_eq(path_make_absolute("", &path), -EISDIR);
        ck_assert_int_eq(path_make_absolute("/nowhere/at/all", &path), -ENOENT);
        ck_assert_str_eq(path_file_name("/a/b"), "b");
        ck_assert_str_eq(path_file_name("b"), "b");
}

TEST_MAIN(by_name, by_notebook, ambiguous, own_sessions_come_first, managed_objects, paths);
