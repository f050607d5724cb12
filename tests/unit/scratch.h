/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A folder for one case, below the current one's temporary folder, and files in it. */

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/macros.h"

/* Its path, without symbolic links; the caller's, to be given to scratch_remove(). */
static inline char *scratch_make(void) {
        const char *base = getenv("TMPDIR");
        char template[4096], *path;

        snprintf(template, sizeof(template), "%s/unit-XXXXXX", base ? base : "/tmp");
        ck_assert_ptr_nonnull(mkdtemp(template));
        path = realpath(template, NULL);
        if (!path)
                abort();
        return path;
}

static inline int scratch_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        (void) st;
        (void) type;
        (void) ftw;
        return remove(path);
}

static inline void scratch_remove(char *folder) {
        (void) nftw(folder, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
        free(folder);
}

/* folder/name; the caller's. Not inlined, as gcc 12 then warns of a folder that is NULL. */
__attribute__((noinline, unused)) static char *scratch_path(const char *folder, const char *name) {
        char *path = malloc(strlen(folder) + strlen(name) + 2);

        if (!path)
                abort();
        (void) stpcpy(stpcpy(stpcpy(path, folder), "/"), name);
        return path;
}

/* Makes folder/name and the folders above it; mode 0755. Returns its path, the caller's. */
static inline char *scratch_folder(const char *folder, const char *name) {
        char *path = scratch_path(folder, name);

        for (char *slash = strchr(path + strlen(folder) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
                *slash = 0;
                (void) mkdir(path, 0755);
                *slash = '/';
        }
        (void) mkdir(path, 0755);
        return path;
}

/* Makes the file folder/name, and the folders above it. Returns its path, the caller's. */
static inline char *scratch_file(const char *folder, const char *name, const char *text, mode_t mode) {
        char *path = scratch_folder(folder, name);
        FILE *file;

        ck_assert_int_eq(rmdir(path), 0);
        file = fopen(path, "we");
        ck_assert_ptr_nonnull(file);
        ck_assert_int_ge(fputs(text, file), 0);
        ck_assert_int_eq(fclose(file), 0);
        ck_assert_int_eq(chmod(path, mode), 0);
        return path;
}
