/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The state's record: whatever part of a write was done when the keeper was killed, it reads as before or as
 * after. */

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper/store/state-record.h"
#include "shared/strv.h"
#include "tests/unit/test-main.h"

static KeeperState state_of(pid_t leader) {
        return (KeeperState){
                .id = (char *) "t1",
                .type = SESSION_TERMINAL,
                .phase = KEEPER_PHASE_RUNNING,
                .leader = leader,
                .directory = (char *) "/",
        };
}

static pid_t leader_of(int fd) {
        _cleanup_keeper_state_ KeeperState s = {};

        ck_assert_int_eq(state_record_read(fd, &s), 0);
        return s.leader;
}

TEST(last_counts) {
        _cleanup_close_ int fd = -EBADF;
        KeeperState s = {};

        ck_assert_int_eq(state_record_new(&fd), 0);
        ck_assert_int_eq(state_record_read(fd, &s), -ENODATA);
        for (pid_t leader = 1; leader < 10; leader++) {
                s = state_of(leader);
                ck_assert_int_eq(state_record_write(fd, &s), 0);
                ck_assert_int_eq(leader_of(fd), leader);
        }
}
END_TEST

/* The bytes that a write changes, in the order of their addresses within message and header, applied up to
 * each: that is what is there if the keeper is killed then. */
TEST(killed_at_any_byte) {
        _cleanup_close_ int fd = -EBADF;
        _cleanup_free_ uint8_t *before = NULL, *after = NULL;
        size_t changed = 0, size;
        struct stat st;
        KeeperState s;

        ck_assert_int_eq(state_record_new(&fd), 0);
        for (pid_t leader = 1; leader <= 4; leader++) {
                s = state_of(leader);
                ck_assert_int_eq(state_record_write(fd, &s), 0);
        }
        ck_assert_int_eq(fstat(fd, &st), 0);
        size = (size_t) st.st_size;
        before = malloc(size);
        after = malloc(size);
        ck_assert_int_eq(pread(fd, before, size, 0), st.st_size);
        s = state_of(5);
        s.directory = (char *) "/another/one/that/is/longer";
        ck_assert_int_eq(state_record_write(fd, &s), 0);
        ck_assert_int_eq(pread(fd, after, size, 0), st.st_size);

        /* From the end to the beginning, so that the header, which comes last, does; then the other way
         * round. */
        for (size_t direction = 0; direction < 2; direction++) {
                ck_assert_int_eq(pwrite(fd, before, size, 0), st.st_size);
                for (size_t i = 0; i < size; i++) {
                        size_t at = direction == 0 ? size - 1 - i : i;

                        if (before[at] == after[at])
                                continue;
                        ck_assert_int_eq(pwrite(fd, after + at, 1, (off_t) at), 1);
                        changed++;
                        ck_assert(leader_of(fd) == 4 || leader_of(fd) == 5);
                }
                ck_assert_int_eq(leader_of(fd), 5);
        }
        ck_assert_uint_gt(changed, 20);
}
END_TEST

TEST(large) {
        _cleanup_close_ int fd = -EBADF;
        _cleanup_free_ char *directory = malloc(WIRE_MESSAGE_MAX);
        KeeperState s = state_of(1);

        ck_assert_int_eq(state_record_new(&fd), 0);
        memset(directory, 'x', WIRE_MESSAGE_MAX - 1);
        directory[WIRE_MESSAGE_MAX - 1] = 0;
        s.directory = directory;
        ck_assert_int_eq(state_record_write(fd, &s), -EMSGSIZE);
        directory[WIRE_MESSAGE_MAX - 1000] = 0;
        ck_assert_int_eq(state_record_write(fd, &s), 0);
        ck_assert_int_eq(state_record_write(fd, &s), 0);
        ck_assert_int_eq(leader_of(fd), 1);
}
END_TEST

TEST(rubbish) {
        _cleanup_close_ int fd = -EBADF;
        KeeperState s = {};
        uint8_t bytes[4096];

        memset(bytes, 0xff, sizeof(bytes));
        ck_assert_int_eq(state_record_new(&fd), 0);
        ck_assert_int_eq(pwrite(fd, bytes, sizeof(bytes), 0), sizeof(bytes));
        ck_assert_int_eq(state_record_read(fd, &s), -ENODATA);
        ck_assert_int_eq(ftruncate(fd, 3), 0);
        ck_assert_int_eq(state_record_read(fd, &s), -ENODATA);
}
END_TEST

TEST_MAIN(last_counts, killed_at_any_byte, large, rubbish);
