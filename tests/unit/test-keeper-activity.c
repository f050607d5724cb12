/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The activity page, as the manager reads it and as the next keeper takes it up. */

#include <endian.h>
#include <sys/mman.h>
#include <unistd.h>

#include "keeper/activity.h"
#include "shared/time-span.h"
#include "tests/unit/test-main.h"

static KeeperActivity page_of(int fd) {
        KeeperActivity page;

        ck_assert_int_eq(pread(fd, &page, sizeof(page), 0), sizeof(page));
        return page;
}

TEST(stamps) {
        Activity a = ACTIVITY_NULL, next = ACTIVITY_NULL;
        usec_t before = now_usec(CLOCK_REALTIME);
        KeeperActivity page;
        int fd;

        ck_assert_int_eq(activity_init(&a, -EBADF), 0);
        page = page_of(a.fd);
        ck_assert_uint_eq(page.last_input, 0);
        ck_assert_uint_eq(page.last_output, 0);
        activity_output(&a);
        page = page_of(a.fd);
        ck_assert_uint_eq(page.last_input, 0);
        ck_assert_uint_ge(le64toh(page.last_output), before);
        activity_input(&a);
        ck_assert_uint_ge(le64toh(page_of(a.fd).last_input), before);

        fd = dup(a.fd);
        activity_done(&a);
        ck_assert_int_eq(activity_init(&next, fd), 0);
        ck_assert_uint_eq(page_of(next.fd).last_output, page.last_output);
        activity_done(&next);
        activity_output(&next); /* does no harm */
}
END_TEST

TEST(sealed) {
        Activity a = ACTIVITY_NULL;
        int fd;

        ck_assert_int_eq(activity_init(&a, -EBADF), 0);
        ck_assert_int_lt(ftruncate(a.fd, 0), 0);
        activity_done(&a);

        fd = memfd_create("other", MFD_CLOEXEC);
        ck_assert_int_eq(activity_init(&a, fd), -EBADMSG);
        close(fd);
}
END_TEST

TEST_MAIN(stamps, sealed);
