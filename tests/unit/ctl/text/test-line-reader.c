/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lines of a stream. */

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ctl/text/line-reader.h"
#include "tests/unit/test-main.h"

static void expect(LineReader *l, const char *expected) {
        size_t size;
        char *line;

        ck_assert_int_eq(line_read(l, &line, &size), 1);
        ck_assert_uint_eq(size, strlen(expected));
        ck_assert_str_eq(line, expected);
}

static void expect_end(LineReader *l) {
        size_t size;
        char *line;

        ck_assert_int_eq(line_read(l, &line, &size), 0);
}

TEST(lines_that_come_in_pieces) {
        _cleanup_line_reader_ LineReader l = {};
        int ends[2];

        ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
        l.fd = ends[0];
        ck_assert_int_eq(write(ends[1], "a\nbc", 4), 4);
        expect(&l, "a");
        ck_assert_int_eq(write(ends[1], "d\n\nunfinished", 13), 13);
        expect(&l, "bcd");
        expect(&l, "");
        (void) safe_close(ends[1]);
        expect_end(&l);
        expect_end(&l);
        (void) safe_close(ends[0]);
}

TEST(long_and_many_lines) {
        enum {
                N = 50,
                LENGTH = 300 * 1000
        };
        _cleanup_line_reader_ LineReader l = {};
        _cleanup_free_ char *text = malloc(LENGTH + 1);
        int fd = memfd_create("lines", MFD_CLOEXEC);

        ck_assert_int_ge(fd, 0);
        ck_assert_ptr_nonnull(text);
        for (int i = 0; i < N; i++) {
                memset(text, 'a' + i % 26, LENGTH);
                text[LENGTH] = '\n';
                ck_assert_int_eq(write(fd, text, LENGTH + 1), LENGTH + 1);
        }
        ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
        l.fd = fd;
        for (int i = 0; i < N; i++) {
                size_t size;
                char *line;

                ck_assert_int_eq(line_read(&l, &line, &size), 1);
                ck_assert_uint_eq(size, LENGTH);
                ck_assert_int_eq(line[0], 'a' + i % 26);
                ck_assert_int_eq(line[LENGTH - 1], 'a' + i % 26);
        }
        expect_end(&l);
        /* What was read is not kept. */
        ck_assert_uint_le(l.allocated, 8 * LENGTH);
        (void) safe_close(fd);
}

TEST(failures) {
        _cleanup_line_reader_ LineReader l = { .fd = -EBADF };
        size_t size;
        char *line;

        ck_assert_int_eq(line_read(&l, &line, &size), -EBADF);
}

TEST_MAIN(lines_that_come_in_pieces, long_and_many_lines, failures);
