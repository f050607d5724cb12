/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is known of CPU time outlives the manager, whatever becomes of the file. */

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "manager/idleness/idle-record.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/session/session-lifetime.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

static Manager manager;
static char *folder;
static Session *one, *two;

static void begin(void) {
        folder = scratch_make();
        manager = (Manager){ .runtime_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) };
        ck_assert_int_eq(session_new(&manager, SESSION_TERMINAL, 1, 1000, /* kept = */ true, &one), 0);
        ck_assert_int_eq(session_new(&manager, SESSION_NOTEBOOK, 2, 1000, /* kept = */ true, &two), 0);
}

static void end(void) {
        session_free_all(&manager.sessions);
        close(manager.runtime_fd);
        scratch_remove(folder);
}

TEST(what_was_saved_is_loaded) {
        const CpuWatch first = { .begin = 5, .usage = UINT64_MAX - 1, .last = 7 }, second = { .begin = 8 };

        begin();
        one->cpu_watch = first;
        two->cpu_watch = second;
        ck_assert_int_eq(idle_record_save(&manager), 0);
        one->cpu_watch = two->cpu_watch = (CpuWatch){};
        ck_assert_int_eq(idle_record_load(&manager), 0);
        ck_assert_mem_eq(&one->cpu_watch, &first, sizeof(CpuWatch));
        ck_assert_mem_eq(&two->cpu_watch, &second, sizeof(CpuWatch));
        end();
}

/* Whether it did much is seen by all that it used. */
TEST(window_of_what_is_not_there_is_all_its_life) {
        begin();
        one->created_monotonic = 77;
        one->cpu_watch = (CpuWatch){};
        ck_assert_int_eq(idle_record_load(&manager), 0);
        ck_assert_uint_eq(one->cpu_watch.begin, 77);
        ck_assert_uint_eq(one->cpu_watch.usage, 0);
        ck_assert_uint_eq(one->cpu_watch.last, 0);
        end();
}

TEST(damaged_lines_are_left_out) {
        begin();
        free(scratch_file(folder, "idle", "1 2 3 4 5\nx\n\n9 1 1 1\n2 8 9 10\n1 5 6", 0600));
        ck_assert_int_eq(idle_record_load(&manager), 0);
        ck_assert_uint_eq(one->cpu_watch.last, 0);
        ck_assert_uint_eq(two->cpu_watch.last, 10);
        end();
}

TEST(what_is_no_file_is_not_read) {
        begin();
        ck_assert_int_eq(mkfifoat(manager.runtime_fd, "idle", 0600), 0);
        ck_assert_int_eq(idle_record_load(&manager), -EBADFD);
        end();
}

TEST(a_file_that_cannot_be_written_stays) {
        begin();
        two->cpu_watch = (CpuWatch){ .begin = 8, .last = 9 };
        ck_assert_int_eq(idle_record_save(&manager), 0);
        ck_assert_int_eq(mkdirat(manager.runtime_fd, "idle.new", 0700), 0);
        two->cpu_watch.last = 10;
        ck_assert_int_lt(idle_record_save(&manager), 0);
        ck_assert_int_eq(idle_record_load(&manager), 0);
        ck_assert_uint_eq(two->cpu_watch.last, 9);
        end();
}

TEST_MAIN(what_was_saved_is_loaded, window_of_what_is_not_there_is_all_its_life, damaged_lines_are_left_out,
        what_is_no_file_is_not_read, a_file_that_cannot_be_written_stays);
