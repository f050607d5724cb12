/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Finds kernelspecs. */

#include <dirent.h>
#include <stdio.h>
#include <strings.h>

#include "ctl/notebook/kernelspecs.h"

#define NAME_SIZE_MAX 128

bool kernelspec_name_is_valid(const char *name) {
        static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

        return !isempty(name) && strlen(name) <= NAME_SIZE_MAX && name[strspn(name, allowed)] == 0 &&
                name[0] != '.';
}

static void found_done(FoundKernelspec *f) {
        free(f->name);
        free(f->directory);
        (void) json_object_put(f->spec);
}

void kernelspecs_done(FoundKernelspecs *k) {
        for (size_t i = 0; i < k->n_found; i++)
                found_done(&k->found[i]);
        free(k->found);
        *k = (FoundKernelspecs){};
}

static bool is_known(const FoundKernelspecs *k, const char *name) {
        for (size_t i = 0; i < k->n_found; i++)
                if (strcasecmp(k->found[i].name, name) == 0)
                        return true;
        return false;
}

/* A folder without a kernel.json is none; one with a broken one is. */
static int add(FoundKernelspecs *k, const char *directory, const char *name) {
        FoundKernelspec found = { .shadowed = is_known(k, name) }, *grown = NULL;
        _cleanup_free_ char *file = NULL;
        int r = -ENOMEM;

        found.name = strdup(name);
        if (found.name && asprintf(&found.directory, "%s/%s", directory, name) >= 0 &&
                asprintf(&file, "%s/kernel.json", found.directory) >= 0)
                r = json_file_read(file, KERNELSPEC_FILE_MAX, &found.spec, NULL);
        if (r >= 0 && !json_object_is_type(found.spec, json_type_object)) {
                (void) json_object_put(found.spec);
                found.spec = NULL;
        }
        if (r != -ENOMEM && r != -ENOENT && r != -ENOTDIR) {
                grown = reallocarray(k->found, k->n_found + 1, sizeof(FoundKernelspec));
                r = grown ? 0 : -ENOMEM;
        }
        if (!grown) {
                found_done(&found);
                return r == -ENOMEM ? r : 0;
        }
        grown[k->n_found++] = found;
        k->found = grown;
        return 0;
}

static int add_all(FoundKernelspecs *k, const char *directory) {
        struct dirent **entries = NULL;
        int n, r = 0;

        n = scandir(directory, &entries, NULL, alphasort);
        if (n < 0)
                return errno == ENOMEM ? -ENOMEM : 0;
        for (int i = 0; i < n; i++) {
                if (r >= 0 && kernelspec_name_is_valid(entries[i]->d_name))
                        r = add(k, directory, entries[i]->d_name);
                free(entries[i]);
        }
        free(entries);
        return r;
}

int kernelspecs_find(char *const *directories, FoundKernelspecs *ret) {
        FoundKernelspecs k = {};

        for (char *const *d = directories; d && *d; d++) {
                int r = add_all(&k, *d);

                if (r < 0) {
                        kernelspecs_done(&k);
                        return r;
                }
        }
        *ret = k;
        return 0;
}
