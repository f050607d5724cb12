/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Checkpoints: the newest counts, a half-written one does not, damage is noticed. */

#include <fcntl.h>
#include <unistd.h>

#include "keeper/terminal/checkpoint.h"
#include "tests/unit/test-main.h"

static void write_text(int fd, uint64_t position, const char *text) {
        Checkpoint checkpoint = { .position = position, .rows = 24, .columns = 80, .size = strlen(text) };

        ck_assert_int_eq(checkpoint_write(fd, &checkpoint, (const uint8_t *) text), 0);
}

static void check_text(int fd, uint64_t position, const char *text) {
        ByteQueue picture = { .max = CHECKPOINT_SIZE_MAX };
        Checkpoint checkpoint;

        ck_assert_int_eq(checkpoint_read(fd, &checkpoint, &picture), 0);
        ck_assert_uint_eq(checkpoint.position, position);
        ck_assert_uint_eq(checkpoint.rows, 24);
        ck_assert_uint_eq(picture.size, strlen(text));
        ck_assert(memcmp(picture.data + picture.start, text, picture.size) == 0);
        byte_queue_clear(&picture);
}

TEST(newest_counts) {
        ByteQueue picture = { .max = CHECKPOINT_SIZE_MAX };
        _cleanup_close_ int fd = -EBADF;
        Checkpoint checkpoint;

        ck_assert_int_eq(checkpoint_new(&fd), 0);
        ck_assert_int_eq(checkpoint_read(fd, &checkpoint, &picture), -ENODATA);
        write_text(fd, 10, "first");
        check_text(fd, 10, "first");
        write_text(fd, 20, "the second one");
        check_text(fd, 20, "the second one");
        write_text(fd, 30, "third");
        check_text(fd, 30, "third");
}
END_TEST

TEST(damage_is_noticed) {
        ByteQueue picture = { .max = CHECKPOINT_SIZE_MAX };
        Checkpoint checkpoint = { .size = CHECKPOINT_SIZE_MAX + 1ULL };
        _cleanup_close_ int fd = -EBADF, null = open("/dev/null", O_RDWR | O_CLOEXEC);

        ck_assert_int_eq(checkpoint_new(&fd), 0);
        ck_assert_int_eq(checkpoint_write(fd, &checkpoint, NULL), -EMSGSIZE);
        ck_assert_int_eq(checkpoint_read(null, &checkpoint, &picture), -EBADMSG);
        ck_assert_int_eq(pwrite(fd, "damaged", 7, 0), 7);
        ck_assert_int_eq(checkpoint_read(fd, &checkpoint, &picture), -EBADMSG);
}
END_TEST

TEST_MAIN(newest_counts, damage_is_noticed);
