/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Terminals that the machine knows, and what is taken for those that it does not. */

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/strv.h"
#include "shared/terminfo.h"
#include "tests/unit/test-main.h"

/* A folder of descriptions in which there is one of term. The caller's. */
static char *make_folder(const char *term) {
        char *folder = strdup("/tmp/test-terminfo-XXXXXX");
        char path[128];
        FILE *f;

        ck_assert_ptr_nonnull(mkdtemp(folder));
        (void) snprintf(path, sizeof(path), "%s/%c", folder, term[0]);
        ck_assert_int_eq(mkdir(path, 0700), 0);
        (void) snprintf(path, sizeof(path), "%s/%c/%s", folder, term[0], term);
        f = fopen(path, "we");
        ck_assert_ptr_nonnull(f);
        ck_assert_int_eq(fclose(f), 0);
        return folder;
}

static void remove_folder(char *folder, const char *term) {
        char path[128];

        (void) snprintf(path, sizeof(path), "%s/%c/%s", folder, term[0], term);
        ck_assert_int_eq(unlink(path), 0);
        (void) snprintf(path, sizeof(path), "%s/%c", folder, term[0]);
        ck_assert_int_eq(rmdir(path), 0);
        ck_assert_int_eq(rmdir(folder), 0);
        free(folder);
}

static char **environment_of(const char *name, const char *before, const char *value) {
        _cleanup_free_ char *all = NULL;
        char **environment = NULL;

        ck_assert_int_gt(asprintf(&all, "%s%s", before, value), 0);
        ck_assert_int_eq(strv_env_set(&environment, name, all), 0);
        return environment;
}

TEST(common_ones_are_known) {
        ck_assert(terminfo_has("xterm", NULL));
        ck_assert(terminfo_has("vt100", NULL));
        ck_assert_str_eq(terminfo_choose("xterm", NULL), "xterm");
}

TEST(others_are_not) {
        static const char *const names[] = { "", ".", "..", "../x/xterm", "/etc/passwd",
                "no-such-terminal" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                ck_assert(!terminfo_has(names[i], NULL));
        ck_assert(!terminfo_has(NULL, NULL));
}

TEST(what_is_like_it_takes_its_place) {
        ck_assert_ptr_nonnull(startswith(terminfo_choose("xterm-of-tomorrow", NULL), "xterm"));
        ck_assert_ptr_nonnull(startswith(terminfo_choose("alacritty-of-tomorrow", NULL), "xterm"));
        ck_assert_ptr_nonnull(startswith(terminfo_choose("tmux-of-tomorrow", NULL), "screen"));
        ck_assert_ptr_null(terminfo_choose(NULL, NULL));
        ck_assert_str_eq(terminfo_choose("", NULL), "");
}

TEST(own_folders_are_looked_at) {
        static const struct {
                const char *name, *before;
        } places[] = { { "TERMINFO", "" }, { "TERMINFO_DIRS", "/nowhere::" }, { "TERMINFO_DIRS", "" } };
        char *folder = make_folder("own-terminal");

        for (size_t i = 0; i < ELEMENTSOF(places); i++) {
                _cleanup_strv_ char **e = environment_of(places[i].name, places[i].before, folder);

                ck_assert(terminfo_has("own-terminal", e));
                ck_assert(!terminfo_has("another-terminal", e));
                ck_assert_str_eq(terminfo_choose("own-terminal", e), "own-terminal");
        }
        ck_assert(!terminfo_has("own-terminal", NULL));
        remove_folder(folder, "own-terminal");
}

TEST_MAIN(common_ones_are_known, others_are_not, what_is_like_it_takes_its_place, own_folders_are_looked_at);
