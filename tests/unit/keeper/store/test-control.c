/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The manager's connection: who gets it, and that hostile bytes end it and nothing else. */

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper/store/control.h"
#include "shared/log.h"
#include "tests/unit/loop.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

static char *folder;
static struct sockaddr_un address = { .sun_family = AF_UNIX };
static sd_event *event;
static Control *control;
static unsigned handled;
static int verdict;

static int on_message(void *userdata, const WireMessage *message, WireAncillary *a) {
        (void) userdata;
        (void) message;
        (void) a;
        handled++;
        return verdict;
}

static void setup(void) {
        int fd;

        log_set_max_level(LOG_CRIT);
        folder = scratch_make();
        ck_assert_int_lt(snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", folder),
                (int) sizeof(address.sun_path));
        fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        ck_assert_int_eq(bind(fd, (struct sockaddr *) &address, sizeof(address)), 0);
        ck_assert_int_eq(control_is_listening(fd), 0);
        ck_assert_int_eq(control_new(event, fd, on_message, NULL, &control), -EPROTOTYPE);
        ck_assert_int_eq(listen(fd, 8), 0);
        ck_assert_int_eq(control_is_listening(fd), 1);
        ck_assert_int_ge(sd_event_new(&event), 0);
        ck_assert_int_eq(control_new(event, fd, on_message, NULL, &control), 0);
        ck_assert_int_lt(control_connection(control), 0);
}

static void teardown(void) {
        control = control_free(control);
        event = sd_event_unref(event);
        scratch_remove(folder);
}

static int connect_manager(void) {
        int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

        ck_assert_int_eq(connect(fd, (struct sockaddr *) &address, sizeof(address)), 0);
        return fd;
}

static bool has_ended(int fd) {
        char byte;

        return recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}

static void send_message(int fd, uint16_t opcode) {
        _cleanup_(wire_writer_done) WireWriter w = {};

        wire_begin(&w, opcode, 1);
        ck_assert_int_eq(wire_send(fd, &w, NULL, 0), 0);
}

TEST(not_a_socket) {
        ck_assert_int_eq(control_is_listening(-1), 0);
        ck_assert_int_eq(control_is_listening(open("/dev/null", O_RDONLY)), 0);
}
END_TEST

TEST(messages) {
        _cleanup_close_ int fd = -EBADF;
        _cleanup_(wire_writer_done) WireWriter w = {};
        char buffer[100];

        setup();
        fd = connect_manager();
        send_message(fd, 1);
        send_message(fd, 2);
        LOOP_UNTIL(event, handled == 2);
        wire_begin(&w, 100, 0);
        control_send(control, &w, NULL, 0);
        ck_assert_int_eq(recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT), WIRE_HEADER_SIZE);

        /* Without a manager a message is nobody's. */
        fd = safe_close(fd);
        LOOP_UNTIL(event, control_connection(control) < 0);
        control_send(control, &w, NULL, 0);
        teardown();
}
END_TEST

TEST(new_replaces_old) {
        _cleanup_close_ int old = -EBADF, new = -EBADF;

        setup();
        old = connect_manager();
        LOOP_UNTIL(event, control_connection(control) >= 0);
        new = connect_manager();
        LOOP_UNTIL(event, has_ended(old));
        ck_assert_int_ge(control_connection(control), 0);
        send_message(new, 1);
        LOOP_UNTIL(event, handled == 1);
        teardown();
}
END_TEST

TEST(handler_drops) {
        _cleanup_close_ int fd = -EBADF;

        setup();
        fd = connect_manager();
        verdict = -EPROTO;
        send_message(fd, 1);
        LOOP_UNTIL(event, has_ended(fd));
        ck_assert_int_lt(control_connection(control), 0);
        teardown();
}
END_TEST

static void check_hostile(const void *data, size_t size) {
        _cleanup_close_ int fd = connect_manager();

        ck_assert_int_eq(send(fd, data, size, 0), (ssize_t) size);
        LOOP_UNTIL(event, has_ended(fd));
        ck_assert_uint_eq(handled, 0);
}

TEST(hostile) {
        static const uint8_t another_version[WIRE_HEADER_SIZE] = { 9, 0, 1, 0 };
        static const uint8_t half_field[] = { 1, 0, 1, 0, 0, 0, 0, 0, 1, 0 };
        static const uint8_t long_field[] = { 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff };
        uint8_t bytes[3000];

        setup();
        check_hostile("x", 1);
        check_hostile(another_version, sizeof(another_version));
        check_hostile(half_field, sizeof(half_field));
        check_hostile(long_field, sizeof(long_field));
        for (size_t size = 1; size < sizeof(bytes); size += 97) {
                for (size_t i = 0; i < size; i++)
                        bytes[i] = (uint8_t) (i * 7 + size);
                check_hostile(bytes, size);
        }
        teardown();
}
END_TEST

/* More descriptors than a message may have: all are closed. */
TEST(many_descriptors) {
        union {
                struct cmsghdr header;
                uint8_t space[CMSG_SPACE(sizeof(int) * 20)];
        } ancillary = {};
        uint8_t message[WIRE_HEADER_SIZE] = { 1, 0, 1, 0 };
        struct iovec iov = { .iov_base = message, .iov_len = sizeof(message) };
        struct msghdr header = {
                .msg_iov = &iov,
                .msg_iovlen = 1,
                .msg_control = &ancillary,
                .msg_controllen = sizeof(ancillary),
        };
        int fds[20], before, fd;

        setup();
        fd = connect_manager();
        LOOP_UNTIL(event, control_connection(control) >= 0);
        ancillary.header.cmsg_level = SOL_SOCKET;
        ancillary.header.cmsg_type = SCM_RIGHTS;
        ancillary.header.cmsg_len = CMSG_LEN(sizeof(fds));
        for (size_t i = 0; i < ELEMENTSOF(fds); i++)
                fds[i] = STDERR_FILENO;
        memcpy(CMSG_DATA(&ancillary.header), fds, sizeof(fds));
        before = dup(STDERR_FILENO);
        close(before);
        ck_assert_int_eq(sendmsg(fd, &header, 0), sizeof(message));
        LOOP_UNTIL(event, has_ended(fd));
        ck_assert_int_le(dup(STDERR_FILENO), before);
        close(fd);
        teardown();
}
END_TEST

/* A manager that does not read is dropped, and does not stop us. */
TEST(deaf_manager) {
        _cleanup_(wire_writer_done) WireWriter w = {};
        _cleanup_close_ int fd = -EBADF;

        setup();
        fd = connect_manager();
        LOOP_UNTIL(event, control_connection(control) >= 0);
        wire_begin(&w, 100, 0);
        for (unsigned i = 0; i < 100000 && control_connection(control) >= 0; i++)
                control_send(control, &w, NULL, 0);
        ck_assert_int_lt(control_connection(control), 0);
        teardown();
}
END_TEST

TEST(another_user) {
        pid_t pid;
        int status;

        if (geteuid() != 0)
                return;
        setup();
        ck_assert_int_eq(chmod(folder, 0755), 0);
        ck_assert_int_eq(chmod(address.sun_path, 0777), 0);
        pid = fork();
        if (pid == 0) {
                int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
                char byte;

                if (setuid(60999) < 0 || connect(fd, (struct sockaddr *) &address, sizeof(address)) < 0)
                        _exit(1);
                _exit(recv(fd, &byte, 1, 0) == 0 ? 0 : 2);
        }
        LOOP_UNTIL(event, waitpid(pid, &status, WNOHANG) == pid);
        ck_assert_int_eq(status, 0);
        ck_assert_int_lt(control_connection(control), 0);
        teardown();
}
END_TEST

TEST_MAIN(not_a_socket, messages, new_replaces_old, handler_drops, hostile, many_descriptors, deaf_manager,
        another_user);
