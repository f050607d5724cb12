/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The descriptor store, with the case in systemd's place. */

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "keeper/store/descriptor-store.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

/* What arrived at the notification socket; *ret_fd is a descriptor that came with it, or -EBADF. */
static void receive(int fd, char *text, size_t size, int *ret_fd) {
        union {
                struct cmsghdr header;
                uint8_t space[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
        } ancillary;
        struct iovec iov = { .iov_base = text, .iov_len = size - 1 };
        struct msghdr header = {
                .msg_iov = &iov,
                .msg_iovlen = 1,
                .msg_control = &ancillary,
                .msg_controllen = sizeof(ancillary),
        };
        ssize_t n;

        *ret_fd = -EBADF;
        n = recvmsg(fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        ck_assert_int_gt(n, 0);
        text[n] = 0;
        for (struct cmsghdr *c = CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(&header, c))
                if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
                        memcpy(ret_fd, CMSG_DATA(c), sizeof(int));
}

TEST(put_and_remove) {
        char *folder = scratch_make();
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        _cleanup_close_ int notify = socket(AF_UNIX, SOCK_DGRAM, 0), null = open("/dev/null", O_RDONLY);
        int received;
        char text[200];

        ck_assert_int_lt(snprintf(address.sun_path, sizeof(address.sun_path), "%s/notify", folder),
                (int) sizeof(address.sun_path));
        ck_assert_int_eq(bind(notify, (struct sockaddr *) &address, sizeof(address)), 0);
        ck_assert_int_eq(setenv("NOTIFY_SOCKET", address.sun_path, 1), 0);

        ck_assert_int_eq(descriptor_store_put(STORED_PTY, null), 0);
        receive(notify, text, sizeof(text), &received);
        ck_assert_str_eq(text, "FDSTORE=1\nFDNAME=pty\nFDPOLL=0");
        ck_assert_int_ge(received, 0);
        close(received);

        ck_assert_int_eq(descriptor_store_remove(STORED_PTY), 0);
        receive(notify, text, sizeof(text), &received);
        ck_assert_str_eq(text, "FDSTOREREMOVE=1\nFDNAME=pty");
        ck_assert_int_lt(received, 0);

        /* A store that does not take the descriptor is an error: we rely on it. */
        scratch_remove(folder);
        ck_assert_int_lt(descriptor_store_put(STORED_LEADER, null), 0);
}
END_TEST

TEST(without_systemd) {
        DescriptorStore store = DESCRIPTOR_STORE_NULL;

        unsetenv("NOTIFY_SOCKET");
        unsetenv("LISTEN_FDS");
        ck_assert_int_eq(descriptor_store_put(STORED_PTY, 0), 0);
        ck_assert_int_eq(descriptor_store_take(&store), 0);
        for (size_t i = 0; i < _STORED_MAX; i++)
                ck_assert_int_lt(store.fds[i], 0);
        descriptor_store_done(&store);
}
END_TEST

/* The kinds of descriptors 3 to 6 are told apart by their access modes. */
TEST(take) {
        DescriptorStore store = DESCRIPTOR_STORE_NULL;
        char pid[32];

        ck_assert_int_eq(close_range(3, ~0U, 0), 0);
        ck_assert_int_eq(open("/dev/null", O_RDONLY), 3);
        ck_assert_int_eq(open("/dev/null", O_WRONLY), 4);
        ck_assert_int_eq(open("/dev/null", O_RDWR), 5);
        ck_assert_int_eq(open("/dev/null", O_RDWR), 6);
        snprintf(pid, sizeof(pid), "%d", (int) getpid());
        ck_assert_int_eq(setenv("LISTEN_PID", pid, 1), 0);
        ck_assert_int_eq(setenv("LISTEN_FDS", "4", 1), 0);
        ck_assert_int_eq(setenv("LISTEN_FDNAMES", "state:listen:leader:unknown", 1), 0);

        ck_assert_int_eq(descriptor_store_take(&store), 0);
        ck_assert_int_eq(store.fds[STORED_STATE], 3);
        ck_assert_int_eq(store.fds[STORED_LISTEN], 4);
        ck_assert_int_eq(store.fds[STORED_LEADER], 5);
        ck_assert_int_lt(store.fds[STORED_PTY], 0);
        ck_assert_int_lt(fcntl(6, F_GETFD), 0);
        for (int fd = 3; fd < 6; fd++)
                ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
        ck_assert_ptr_null(getenv("LISTEN_FDS"));
        descriptor_store_done(&store);
        ck_assert_int_lt(fcntl(3, F_GETFD), 0);
}
END_TEST

TEST_MAIN(put_and_remove, without_systemd, take);
