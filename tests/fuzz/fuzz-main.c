/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs a fuzz target over the files of its corpus, without a fuzzer: so what was once found stays found. */

#include <dirent.h>
#include <stdio.h>

#include "shared/macros.h"

#define INPUT_MAX (1024U * 1024U)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void run_file(const char *folder, const char *name, uint8_t *buffer) {
        char path[4096];
        size_t size;
        FILE *f;

        (void) snprintf(path, sizeof(path), "%s/%s", folder, name);
        f = fopen(path, "re");
        if (!f) {
                perror(path);
                exit(EXIT_FAILURE);
        }
        fprintf(stderr, "%s\n", path);
        size = fread(buffer, 1, INPUT_MAX, f);
        (void) fclose(f);
        (void) LLVMFuzzerTestOneInput(buffer, size);
}

int main(int argc, char **argv) {
        _cleanup_free_ uint8_t *buffer = NULL;
        unsigned n = 0;

        buffer = malloc(INPUT_MAX);
        if (!buffer)
                return EXIT_FAILURE;
        for (int i = 1; i < argc; i++) {
                DIR *folder = opendir(argv[i]);
                struct dirent *entry;

                if (!folder) {
                        perror(argv[i]);
                        return EXIT_FAILURE;
                }
                while ((entry = readdir(folder)))
                        if (entry->d_name[0] != '.') {
                                run_file(argv[i], entry->d_name, buffer);
                                n++;
                        }
                (void) closedir(folder);
        }
        printf("%u inputs\n", n);
        return n > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
