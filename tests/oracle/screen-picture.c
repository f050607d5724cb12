/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Prints the pictures of a recording at many cuts, for oracles in other languages: for each cut one line
 * "CUT ROWS COLUMNS GROUND SIZE", GROUND 1 if no sequence has half arrived, and then the SIZE bytes of the
 * picture.
 *
 * Usage: screen-picture RECORDING CUTS */

#include <stdio.h>

#include "keeper/screen/screen.h"
#include "tests/oracle/recording.h"

static void feed(Screen *s, const Recording *r, size_t to) {
        size_t at = 0;

        for (size_t i = 0; i < r->n_sizes && r->sizes[i].offset <= to; i++) {
                screen_feed(s, r->data + at, r->sizes[i].offset - at);
                at = r->sizes[i].offset;
                if (r->sizes[i].rows > 0)
                        (void) screen_resize(s, r->sizes[i].rows, r->sizes[i].columns);
        }
        screen_feed(s, r->data + at, to - at);
}

static void print_picture(const Recording *r, size_t cut) {
        _cleanup_screen_ Screen *s = NULL;
        ByteQueue picture = { .max = 256U * 1024U * 1024U };
        const uint8_t *pending;

        if (screen_new(r->sizes[0].rows, r->sizes[0].columns, SCREEN_SCROLLBACK_LINES, &s) < 0)
                abort();
        feed(s, r, cut);
        if (screen_paint(s, UINT32_MAX, &picture) < 0)
                abort();
        printf("%zu %u %u %d %zu\n", cut, screen_rows(s), screen_columns(s),
                screen_pending(s, &pending) == 0, picture.size);
        (void) fwrite(picture.data, 1, picture.size, stdout);
        byte_queue_clear(&picture);
}

int main(int argc, char **argv) {
        unsigned cuts = argc == 3 ? (unsigned) atoi(argv[2]) : 0;
        Recording r;

        if (cuts == 0 || recording_load(argv[1], &r) < 0)
                return EXIT_FAILURE;
        (void) printf("%zu\n", r.size);
        (void) fwrite(r.data, 1, r.size, stdout);
        for (unsigned i = 1; i <= cuts; i++)
                print_picture(&r, r.size * i / cuts);
        recording_done(&r);
        return EXIT_SUCCESS;
}
