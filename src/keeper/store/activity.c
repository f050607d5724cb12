/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The activity page: a memfd, written here, and copied to the manager's, which reads it when somebody
 * asks. */

#include <endian.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper/store/activity.h"
#include "shared/time-span.h"

static int page_new(int *ret_fd) {
        _cleanup_close_ int fd = -EBADF;

        fd = memfd_create("keeper-activity", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (fd < 0 || ftruncate(fd, sizeof(KeeperActivity)) < 0)
                return -errno;
        /* The size is part of the contract with the manager. */
        if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
                return -errno;

        *ret_fd = TAKE_FD(fd);
        return 0;
}

static int page_map(int fd, KeeperActivity **ret) {
        struct stat st;
        void *page;

        if (fstat(fd, &st) < 0)
                return -errno;
        if (st.st_size != sizeof(KeeperActivity))
                return -EBADMSG;
        page = mmap(NULL, sizeof(KeeperActivity), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (page == MAP_FAILED)
                return -errno;
        *ret = page;
        return 0;
}

static void page_unmap(KeeperActivity *page) {
        if (page)
                (void) munmap(page, sizeof(KeeperActivity));
}

int activity_init(Activity *a, int fd) {
        _cleanup_close_ int new_fd = -EBADF;
        KeeperActivity *page;
        int r;

        if (fd < 0) {
                r = page_new(&new_fd);
                if (r < 0)
                        return r;
        }
        r = page_map(fd < 0 ? new_fd : fd, &page);
        if (r < 0)
                return r;
        *a = (Activity){ .fd = fd < 0 ? TAKE_FD(new_fd) : fd, .page = page };
        return 0;
}

int activity_share(Activity *a, int fd) {
        KeeperActivity *shared;
        int r;

        r = page_map(fd, &shared);
        if (r < 0)
                return r;
        page_unmap(a->shared);
        a->shared = shared;
        if (a->page)
                *shared = *a->page;
        return 0;
}

void activity_done(Activity *a) {
        page_unmap(TAKE_PTR(a->page));
        page_unmap(TAKE_PTR(a->shared));
        a->fd = safe_close(a->fd);
}

/* One store, so that a reader never sees half a time. */
static void stamp(uint64_t *where, uint64_t now) {
        __atomic_store_n(where, now, __ATOMIC_RELAXED);
}

void activity_input(Activity *a) {
        uint64_t now = htole64(now_usec(CLOCK_REALTIME));

        if (a->page)
                stamp(&a->page->last_input, now);
        if (a->shared)
                stamp(&a->shared->last_input, now);
}

void activity_output(Activity *a) {
        uint64_t now = htole64(now_usec(CLOCK_REALTIME));

        if (a->page)
                stamp(&a->page->last_output, now);
        if (a->shared)
                stamp(&a->shared->last_output, now);
}
