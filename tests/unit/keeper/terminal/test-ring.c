/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The ring: what is kept, round the end, and what a keeper loses that is killed at the worst moment:
 * nothing. */

#include <fcntl.h>
#include <unistd.h>

#include "keeper/terminal/ring.h"
#include "tests/unit/test-main.h"

/* Writes so many bytes, each the low byte of its position. */
static void write_bytes(Ring *ring, size_t n) {
        while (n > 0) {
                size_t size;
                uint8_t *room = ring_room(ring, &size);

                size = MIN(size, n);
                for (size_t i = 0; i < size; i++)
                        room[i] = (uint8_t) (ring_end(ring) + i);
                ring_commit(ring, size);
                n -= size;
        }
}

/* Checks that the last n bytes are there. */
static void check_bytes(const Ring *ring, size_t n) {
        uint64_t position = ring_end(ring) - n;
        const uint8_t *data;
        size_t size;

        while ((size = ring_get(ring, position, &data)) > 0)
                for (size_t i = 0; i < size; i++, position++)
                        ck_assert_uint_eq(data[i], (uint8_t) position);
        ck_assert_uint_eq(position, ring_end(ring));
}

TEST(keeps_the_newest) {
        _cleanup_ring_ Ring *ring = NULL;
        const uint8_t *data;

        ck_assert_int_eq(ring_new(1, &ring), 0);
        ck_assert_uint_eq(ring_size(ring), RING_SIZE_MIN);
        ck_assert_uint_eq(ring_get(ring, 0, &data), 0);
        write_bytes(ring, 1000);
        check_bytes(ring, 1000);
        write_bytes(ring, 3 * RING_SIZE_MIN + 77);
        check_bytes(ring, RING_SIZE_MIN - 4096);
        ck_assert_uint_eq(ring_get(ring, 0, &data), 0);
}
END_TEST

TEST(is_taken_up) {
        _cleanup_ring_ Ring *ring = NULL, *next = NULL;
        int fd;

        ck_assert_int_eq(ring_new(0, &ring), 0);
        write_bytes(ring, RING_SIZE_MIN + 500);
        fd = fcntl(ring_fd(ring), F_DUPFD_CLOEXEC, 3);
        ck_assert_int_eq(ring_adopt(fd, &next), 0);
        ck_assert_uint_eq(ring_end(next), RING_SIZE_MIN + 500);
        check_bytes(next, 100000);
        write_bytes(next, 10);
        check_bytes(next, 1000);
}
END_TEST

/* Of any size that there may be, and the next keeper finds the same. */
TEST(of_another_size) {
        static const size_t sizes[] = { OUTPUT_BUFFER_SIZE_MIN, 1000000, OUTPUT_BUFFER_SIZE_MAX };

        for (size_t i = 0; i < ELEMENTSOF(sizes); i++) {
                _cleanup_ring_ Ring *ring = NULL, *next = NULL;

                ck_assert_int_eq(ring_new(sizes[i], &ring), 0);
                ck_assert_uint_ge(ring_size(ring), sizes[i]);
                ck_assert_uint_lt(ring_size(ring), sizes[i] + 4096);
                write_bytes(ring, 2 * OUTPUT_BUFFER_SIZE_MIN + 1);
                check_bytes(ring, MIN(sizes[i], (size_t) 2 * OUTPUT_BUFFER_SIZE_MIN) - 4096);
                ck_assert_int_eq(ring_adopt(fcntl(ring_fd(ring), F_DUPFD_CLOEXEC, 3), &next), 0);
                ck_assert_uint_eq(ring_size(next), ring_size(ring));
                ck_assert_uint_eq(ring_end(next), ring_end(ring));
        }
}
END_TEST

/* Killed after read(2) put bytes there, before they were noted: for every number of bytes. */
TEST(killed_before_the_commit) {
        for (size_t n = 0; n <= 4096; n += n < 40 ? 1 : 13) {
                _cleanup_ring_ Ring *ring = NULL, *next = NULL;
                uint64_t end;
                size_t size;
                uint8_t *room;

                ck_assert_int_eq(ring_new(0, &ring), 0);
                write_bytes(ring, RING_SIZE_MIN - 4096 + n);
                end = ring_end(ring);
                room = ring_room(ring, &size);
                size = MIN(size, n);
                memset(room, 'x', size);
                ck_assert_int_eq(ring_adopt(fcntl(ring_fd(ring), F_DUPFD_CLOEXEC, 3), &next), 0);
                /* The pattern may end in an "x" by chance, and is then taken for what was not
                 * overwritten. */
                ck_assert_uint_le(ring_end(next), end + size);
                ck_assert_uint_ge(ring_end(next) + 2, end + size);
        }
}
END_TEST

TEST(others_are_refused) {
        _cleanup_close_ int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
        Ring *ring = NULL;

        ck_assert_int_lt(ring_adopt(null, &ring), 0);
        ck_assert_int_lt(ring_adopt(-EBADF, &ring), 0);
        ck_assert_ptr_null(ring);
}
END_TEST

TEST_MAIN(keeps_the_newest, is_taken_up, of_another_size, killed_before_the_commit, others_are_refused);
