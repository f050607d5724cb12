/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who can change what the manager believes. */

#include <fcntl.h>

#include "manager/base/trust.h"
#include "tests/unit/capture.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

static int open_configuration(const char *path) {
        FILE *f = NULL;
        int r;

        r = trust_open_configuration(path, &f);
        if (r >= 0)
                ck_assert_int_eq(fclose(f), 0);
        return r;
}

TEST(configuration) {
        char *folder = scratch_make();
        char *file = scratch_file(folder, "a.conf", "x", 0644), *link = scratch_path(folder, "link.conf");
        char *fifo = scratch_path(folder, "fifo.conf"), *null = scratch_path(folder, "null.conf");

        ck_assert_int_eq(open_configuration(file), 0);
        ck_assert_int_eq(symlink(file, link), 0);
        ck_assert_int_eq(open_configuration(link), 0);
        ck_assert_int_eq(chmod(file, 0666), 0);
        ck_assert_int_eq(open_configuration(file), -EPERM);
        ck_assert_int_eq(open_configuration(link), -EPERM);
        ck_assert_int_eq(mkfifo(fifo, 0644), 0);
        ck_assert_int_eq(open_configuration(fifo), -EBADFD);
        ck_assert_int_eq(symlink("/dev/null", null), 0);
        ck_assert_int_eq(open_configuration(null), 0);
        ck_assert_int_eq(open_configuration("/dev/zero"), -EBADFD);
        ck_assert_int_eq(open_configuration(folder), -EBADFD);
        ck_assert_int_eq(open_configuration("/no/such/file"), -ENOENT);
        free(file);
        free(link);
        free(fifo);
        free(null);
        scratch_remove(folder);
}

TEST(owners_and_modes) {
        const uid_t us = geteuid(), other = us == 4711 ? 4712 : 4711;

        ck_assert(trust_configuration(&(struct stat){ .st_uid = us, .st_mode = 0644 }));
        ck_assert(trust_configuration(&(struct stat){ .st_uid = 0, .st_mode = 0444 }));
        ck_assert(!trust_configuration(&(struct stat){ .st_uid = other, .st_mode = 0600 }));
        ck_assert(!trust_configuration(&(struct stat){ .st_uid = us, .st_mode = 0646 }));
        /* Also an ACL that lets somebody write shows here. */
        ck_assert_int_eq(trust_configuration(&(struct stat){ .st_uid = us, .st_mode = 0664 }), us != 0);
}

static int open_runtime(const char *path) {
        static const char *const folders[] = { "keepers", "sessions", NULL };
        Capture c;
        int r;

        capture_begin(&c);
        r = trust_open_runtime_directory(path, folders);
        (void) capture_end(&c);
        if (r >= 0)
                ck_assert_int_eq(close(r), 0);
        else
                ck_assert_ptr_nonnull(strstr(c.text, path));
        return r;
}

TEST(runtime_directory) {
        char *folder = scratch_make();
        char *path = scratch_path(folder, "run"), *keepers = NULL, *link = scratch_path(folder, "link");
        struct stat st;

        ck_assert_int_ge(open_runtime(path), 0);
        ck_assert_int_eq(stat(path, &st), 0);
        ck_assert_uint_eq(st.st_mode & 07777, 0700);
        ck_assert_int_ge(open_runtime(path), 0);

        for (unsigned i = 0; i < 2; i++) {
                ck_assert_int_eq(chmod(path, i == 0 ? 0770 : 0702), 0);
                ck_assert_int_eq(open_runtime(path), -EPERM);
        }
        ck_assert_int_eq(chmod(path, 0700), 0);
        ck_assert_int_eq(symlink(path, link), 0);
        ck_assert_int_lt(open_runtime(link), 0);

        keepers = scratch_folder(path, "keepers");
        ck_assert_int_eq(chmod(keepers, 0777), 0);
        ck_assert_int_eq(open_runtime(path), -EPERM);
        ck_assert_int_eq(chmod(keepers, 0755), 0);
        ck_assert_int_ge(open_runtime(path), 0);
        ck_assert_int_eq(rmdir(keepers), 0);
        ck_assert_int_eq(symlink("/tmp", keepers), 0);
        ck_assert_int_lt(open_runtime(path), 0);
        free(path);
        free(keepers);
        free(link);
        scratch_remove(folder);
}

TEST_MAIN(configuration, owners_and_modes, runtime_directory);
