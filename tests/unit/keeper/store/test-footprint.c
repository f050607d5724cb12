/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Less memory afterwards, and all that was there. */

#include <inttypes.h>

#include "keeper/store/footprint.h"
#include "tests/unit/test-main.h"

/* kB of mapped code, and of what was written (the rest). */
static void measure(uint64_t *ret_code, uint64_t *ret_written) {
        _cleanup_free_ char *line = NULL;
        size_t allocated = 0;
        uint64_t kb, code = 0, written = 0;
        bool is_code = false;
        char mode[5];
        FILE *f;

        f = fopen("/proc/self/smaps", "re");
        ck_assert_ptr_nonnull(f);
        while (getline(&line, &allocated, f) >= 0) {
                if (sscanf(line, "%*x-%*x %4s", mode) == 1)
                        is_code = mode[2] == 'x';
                else if (is_code && sscanf(line, "Rss: %" SCNu64, &kb) == 1)
                        code += kb;
                else if (sscanf(line, "Private_Dirty: %" SCNu64, &kb) == 1)
                        written += kb;
        }
        fclose(f);
        *ret_code = code;
        *ret_written = written;
}

TEST(shrinks) {
        static char untouched[] = "data";
        uint64_t code, less_code, written, less_written;
        char *blocks[100], *kept = strdup("kept");

        for (size_t i = 0; i < ELEMENTSOF(blocks); i++) {
                blocks[i] = malloc(65536);
                memset(blocks[i], 'x', 65536);
        }
        /* One in between holds the others on the heap, where only trimming gets them from. */
        for (size_t i = 0; i < ELEMENTSOF(blocks) - 1; i++)
                free(blocks[i]);
        measure(&code, &written);
        untouched[0] = 'D';
        footprint_shrink();
        measure(&less_code, &less_written);
        ck_assert_uint_lt(less_code, code);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what was freed, to find who uses it */
        ck_assert_uint_lt(less_written + 5000, written);
#endif
        ck_assert_str_eq(kept, "kept");
        ck_assert_str_eq(untouched, "Data");
        ck_assert_int_eq(blocks[ELEMENTSOF(blocks) - 1][65535], 'x');
        free(blocks[ELEMENTSOF(blocks) - 1]);
        free(kept);
}
END_TEST

TEST_MAIN(shrinks);
