/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Numbers for new sessions: each is given once, also by the next manager, whatever is in the file. */

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "manager/model/manager.h"
#include "manager/registry/session-number.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

static Manager manager;
static char *folder;

/* Another manager, with this in the file. NULL: with what is there. */
static int begin(const char *text) {
        if (!folder)
                folder = scratch_make();
        if (text)
                free(scratch_file(folder, NUMBER_FILE, text, 0600));
        manager = (Manager){ .next_number = 1,
                .runtime_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) };
        return manager_read_number(&manager);
}

static void end(void) {
        close(manager.runtime_fd);
        scratch_remove(folder);
        folder = NULL;
}

static void assert_next(uint64_t expected) {
        uint64_t number;

        ck_assert_int_eq(manager_take_number(&manager, &number), 0);
        ck_assert_uint_eq(number, expected);
}

TEST(each_is_given_once) {
        ck_assert_int_eq(begin(NULL), 0); /* there is no file */
        assert_next(1);
        assert_next(2);
        close(manager.runtime_fd);
        ck_assert_int_eq(begin(NULL), 0);
        assert_next(3);
        end();
}

TEST(what_is_no_number_is_not_believed) {
        static const char *const texts[] = { "", "\n", "0\n", "-1\n", "x\n", "18446744073709551616\n" };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                ck_assert_int_eq(begin(texts[i]), 0);
                assert_next(1);
                end();
        }
}

TEST(there_is_a_last_one) {
        uint64_t number = 7;

        ck_assert_int_eq(begin("18446744073709551614\n"), 0);
        assert_next(UINT64_MAX - 1);
        ck_assert_int_eq(manager_take_number(&manager, &number), -EOVERFLOW);
        ck_assert_uint_eq(number, 7);
        close(manager.runtime_fd);
        ck_assert_int_eq(begin(NULL), 0);
        ck_assert_int_eq(manager_take_number(&manager, &number), -EOVERFLOW);
        end();
}

TEST(only_a_file_is_read) {
        folder = scratch_make();
        ck_assert_int_eq(begin(NULL), 0);
        ck_assert_int_eq(mkdirat(manager.runtime_fd, NUMBER_FILE, 0700), 0);
        close(manager.runtime_fd);
        ck_assert_int_eq(begin(NULL), -EBADFD);
        end();
}

/* Nothing is given that is not on disk. */
TEST(what_cannot_be_written_is_not_given) {
        uint64_t number = 7;

        ck_assert_int_eq(begin(NULL), 0);
        ck_assert_int_eq(mkdirat(manager.runtime_fd, NUMBER_FILE, 0700), 0);
        ck_assert_int_lt(manager_take_number(&manager, &number), 0);
        ck_assert_uint_eq(number, 7);
        ck_assert_uint_eq(manager.next_number, 1);
        end();
}

TEST_MAIN(each_is_given_once, what_is_no_number_is_not_believed, there_is_a_last_one, only_a_file_is_read,
        what_cannot_be_written_is_not_given);
