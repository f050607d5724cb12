/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The activity page, as the manager reads it and as the next keeper takes it up. */

#include <endian.h>
#include <sys/mman.h>
#include <unistd.h>

#include "keeper/store/activity.h"
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

TEST(shared_with_each_manager) {
        const KeeperActivity unknown = { UINT64_MAX, UINT64_MAX };
        Activity a = ACTIVITY_NULL;
        int first = memfd_create("first", MFD_CLOEXEC), second = memfd_create("second", MFD_CLOEXEC);

        ck_assert_int_eq(activity_init(&a, -EBADF), 0);
        activity_output(&a);
        ck_assert_int_eq(activity_share(&a, first), -EBADMSG); /* it has another size */
        ck_assert_int_eq(write(first, &unknown, sizeof(unknown)), sizeof(unknown));
        ck_assert_int_eq(activity_share(&a, first), 0);
        ck_assert_uint_eq(page_of(first).last_input, 0);
        ck_assert_uint_eq(page_of(first).last_output, page_of(a.fd).last_output);
        activity_input(&a);
        ck_assert_uint_ne(page_of(first).last_input, 0);
        ck_assert_uint_eq(page_of(first).last_input, page_of(a.fd).last_input);

        ck_assert_int_eq(ftruncate(second, sizeof(KeeperActivity)), 0);
        ck_assert_int_eq(activity_share(&a, second), 0);
        ck_assert_uint_eq(page_of(second).last_input, page_of(a.fd).last_input);
        ck_assert_int_eq(pwrite(first, &unknown, sizeof(unknown), 0), sizeof(unknown));
        activity_input(&a);
        ck_assert_uint_eq(page_of(first).last_input, UINT64_MAX); /* left alone */
        activity_done(&a);
        close(first);
        close(second);
}
END_TEST

TEST_MAIN(stamps, sealed, shared_with_each_manager);
