/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The whole keeper in a process of its own, with the case as its manager and as its systemd: it can be
 * killed and started again with the descriptors that it stored. */

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper/keeper.h"
#include "keeper/store/descriptor-store.h"
#include "keeper/store/message-fields.h"
#include "shared/ids.h"
#include "shared/log.h"
#include "shared/strv.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

#define DEADLINE_MSEC 10000
#define STORE_MAX     32

static struct {
        char *folder;
        const char *id;
        struct sockaddr_un address; /* of the keeper */
        int listen_fd;
        int notify_fd;
        char *names[STORE_MAX]; /* the store */
        int fds[STORE_MAX];
        size_t n_stored;
        pid_t keeper;
        int manager; /* our connection */
} world;

/* A message from the keeper, with what the cases look at. */
typedef struct Answer {
        uint16_t opcode;
        uint32_t serial;
        pid_t sender;
        uint64_t phase, error, code, status, clients, leader;
        char *message, *connection_file;
        char **arguments;
} Answer;

static inline void answer_done(Answer *a) {
        free(a->message);
        free(a->connection_file);
        strv_free(a->arguments);
        *a = (Answer){};
}

#define _cleanup_answer_ _cleanup_(answer_done)

/* systemd: takes what the keeper stores and removes. */
static inline bool store_update(void) {
        union {
                struct cmsghdr header;
                uint8_t space[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
        } ancillary;
        char text[256] = "", *name;
        struct iovec iov = { .iov_base = text, .iov_len = sizeof(text) - 1 };
        struct msghdr header = {
                .msg_iov = &iov,
                .msg_iovlen = 1,
                .msg_control = &ancillary,
                .msg_controllen = sizeof(ancillary),
        };
        size_t kept = 0;

        if (recvmsg(world.notify_fd, &header, MSG_DONTWAIT) < 0)
                return false;
        name = strstr(text, "FDNAME=");
        if (!name)
                return true;
        name += strlen("FDNAME=");
        name[strcspn(name, "\n")] = 0;
        if (startswith(text, "FDSTORE=1")) {
                ck_assert_uint_lt(world.n_stored, STORE_MAX);
                world.names[world.n_stored] = strdup(name);
                memcpy(&world.fds[world.n_stored++], CMSG_DATA(CMSG_FIRSTHDR(&header)), sizeof(int));
                return true;
        }
        for (size_t i = 0; i < world.n_stored; i++)
                if (streq(world.names[i], name)) {
                        close(world.fds[i]);
                        free(world.names[i]);
                } else {
                        world.names[kept] = world.names[i];
                        world.fds[kept++] = world.fds[i];
                }
        world.n_stored = kept;
        return true;
}

static inline bool is_stored(const char *name) {
        while (store_update())
                ;
        for (size_t i = 0; i < world.n_stored; i++)
                if (streq(world.names[i], name))
                        return true;
        return false;
}

/* In the keeper's process: the descriptors where systemd would put them, and then what main.c does. */
static inline _Noreturn void run_keeper(bool first) {
        char number[32], names[256] = "";
        sd_event *event = NULL;
        Keeper *k = NULL;
        char **environment = NULL;
        int fds[STORE_MAX], null;

        for (size_t i = 0; i < world.n_stored; i++) {
                fds[i] = fcntl(world.fds[i], F_DUPFD, 100);
                strcat(strcat(names, i > 0 ? ":" : ""), world.names[i]);
        }
        null = open("/dev/null", O_RDONLY);
        if (dup2(first ? world.listen_fd : null, STDIN_FILENO) < 0)
                _exit(1);
        for (size_t i = 0; i < world.n_stored; i++)
                (void) dup2(fds[i], 3 + (int) i);
        (void) close_range(3 + (unsigned) world.n_stored, ~0U, 0);
        if (world.n_stored > 0) {
                snprintf(number, sizeof(number), "%d", (int) getpid());
                setenv("LISTEN_PID", number, 1);
                snprintf(number, sizeof(number), "%zu", world.n_stored);
                setenv("LISTEN_FDS", number, 1);
                setenv("LISTEN_FDNAMES", names, 1);
        }

        log_set_max_level(LOG_CRIT);
        (void) signal(SIGPIPE, SIG_IGN);
        if (strv_copy(environ, &environment) < 0 || sd_event_new(&event) < 0 ||
                keeper_new(event, world.id, environment, &k) < 0)
                _exit(2);
        (void) sd_event_loop(event);
        keeper_free(k);
        sd_event_unref(event);
        _exit(0);
}

static inline void start_keeper(bool first) {
        while (store_update())
                ;
        world.keeper = fork();
        if (world.keeper == 0)
                run_keeper(first);
}

static inline void connect_manager(void) {
        int on = 1;

        (void) safe_close(world.manager);
        world.manager = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        ck_assert_int_eq(setsockopt(world.manager, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)), 0);
        ck_assert_int_eq(
                connect(world.manager, (struct sockaddr *) &world.address, sizeof(world.address)), 0);
}

static inline void setup(const char *id) {
        struct sockaddr_un notify = { .sun_family = AF_UNIX };

        world.id = id;
        world.folder = scratch_make();
        world.address.sun_family = AF_UNIX;
        ck_assert_int_lt(snprintf(notify.sun_path, sizeof(notify.sun_path), "%s/notify", world.folder), 100);
        ck_assert_int_lt(
                snprintf(world.address.sun_path, sizeof(world.address.sun_path), "%s/keeper", world.folder),
                100);
        world.notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        ck_assert_int_eq(bind(world.notify_fd, (struct sockaddr *) &notify, sizeof(notify)), 0);
        world.listen_fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        ck_assert_int_eq(
                bind(world.listen_fd, (struct sockaddr *) &world.address, sizeof(world.address)), 0);
        ck_assert_int_eq(listen(world.listen_fd, 8), 0);
        ck_assert_int_eq(setenv("NOTIFY_SOCKET", notify.sun_path, 1), 0);
        ck_assert_int_eq(setenv("HOME", world.folder, 1), 0);
        ck_assert_int_eq(setenv("JUPYTER_RUNTIME_DIR", world.folder, 1), 0);
        world.manager = -EBADF;
        start_keeper(/* first= */ true);
        connect_manager();
}

static inline void kill_keeper(void) {
        ck_assert_int_eq(kill(world.keeper, SIGKILL), 0);
        ck_assert_int_eq(waitpid(world.keeper, NULL, 0), world.keeper);
}

/* As systemd does it after a kill -9. */
static inline void restart_keeper(void) {
        kill_keeper();
        start_keeper(/* first= */ false);
        connect_manager();
}

static inline void teardown(void) {
        kill_keeper();
        (void) safe_close(world.manager);
        scratch_remove(world.folder);
}

static inline void send_message(WireWriter *w, const int *fds, size_t n_fds) {
        ck_assert_int_eq(wire_send(world.manager, w, fds, n_fds), 0);
        wire_writer_done(w);
}

static inline void send_opcode(uint16_t opcode) {
        WireWriter w = {};

        wire_begin(&w, opcode, 1);
        send_message(&w, NULL, 0);
}

/* Waits until the keeper says something, and takes what it stores meanwhile: it would wait for systemd. */
static inline void wait_manager(void) {
        struct pollfd p[] = {
                { .fd = world.manager, .events = POLLIN },
                { .fd = world.notify_fd, .events = POLLIN },
        };

        do {
                ck_assert_int_gt(poll(p, ELEMENTSOF(p), DEADLINE_MSEC), 0);
                (void) store_update();
        } while (!p[0].revents);
}

/* The next message; opcode 0: the connection ended. */
static inline void receive_any(Answer *a) {
        static uint8_t buffer[WIRE_MESSAGE_MAX];
        const FieldTarget targets[] = {
                { KEEPER_TAG_PHASE, FIELD_NUMBER, &a->phase },
                { KEEPER_TAG_ERROR, FIELD_NUMBER, &a->error },
                { KEEPER_TAG_EXIT_CODE, FIELD_NUMBER, &a->code },
                { KEEPER_TAG_EXIT_STATUS, FIELD_NUMBER, &a->status },
                { KEEPER_TAG_CLIENTS, FIELD_NUMBER, &a->clients },
                { KEEPER_TAG_LEADER, FIELD_NUMBER, &a->leader },
                { KEEPER_TAG_MESSAGE, FIELD_STRING, &a->message },
                { KEEPER_TAG_CONNECTION_FILE, FIELD_STRING, &a->connection_file },
                { KEEPER_TAG_ARGUMENT, FIELD_STRINGS, &a->arguments },
        };
        WireAncillary ancillary = {};
        WireMessage message;
        ssize_t n;

        answer_done(a);
        wait_manager();
        n = wire_receive(world.manager, buffer, sizeof(buffer), &ancillary);
        if (n <= 0)
                return;
        ck_assert_int_eq(wire_parse(buffer, (size_t) n, &message), 0);
        a->opcode = message.opcode;
        a->serial = message.serial;
        a->sender = ancillary.credentials.pid;
        wire_ancillary_done(&ancillary);
        ck_assert_int_eq(message_fields_read(message, targets, ELEMENTSOF(targets)), 0);
}

/* The next message, which must have this opcode; 0: the connection must end. */
static inline void receive(uint16_t opcode, Answer *a) {
        receive_any(a);
        ck_assert_msg(a->opcode == opcode, "%u instead of %u: %s", a->opcode, opcode, strempty(a->message));
}

/* With the manager's activity page, as it is made in keeper-link.c; ret may be NULL. */
static inline void send_hello(int *ret_page) {
        WireWriter w = {};
        int page = memfd_create("page", MFD_CLOEXEC);

        ck_assert_int_ge(page, 0);
        ck_assert_int_eq(ftruncate(page, sizeof(KeeperActivity)), 0);
        wire_begin(&w, KEEPER_HELLO, 1);
        send_message(&w, &page, 1);
        if (ret_page)
                *ret_page = page;
        else
                close(page);
}

static inline void hello(KeeperPhase phase, Answer *a) {
        send_hello(NULL);
        receive(KEEPER_STATUS, a);
        ck_assert_uint_eq(a->phase, phase);
}

/* START for a shell script on a terminal. */
static inline void send_start(const char *script) {
        WireWriter w = {};

        wire_begin(&w, KEEPER_START, 1);
        wire_put_string(&w, KEEPER_TAG_TYPE, "terminal");
        wire_put_string(&w, KEEPER_TAG_ARGUMENT, "/bin/sh");
        wire_put_string(&w, KEEPER_TAG_ARGUMENT, "-c");
        wire_put_string(&w, KEEPER_TAG_ARGUMENT, script);
        send_message(&w, NULL, 0);
}

/* Until it runs. Returns its PID. */
static inline pid_t start(const char *script) {
        _cleanup_answer_ Answer a = {};
        pid_t pid;

        send_start(script);
        receive(KEEPER_AT_GATE, &a);
        pid = a.sender;
        ck_assert_int_gt(pid, 0);
        send_opcode(KEEPER_OPEN_GATE);
        receive(KEEPER_STARTED, &a);
        return pid;
}

static inline int attach(void) {
        _cleanup_answer_ Answer a = {};
        WireWriter w = {};
        int fds[2];

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
        wire_begin(&w, KEEPER_ATTACH, 77);
        send_message(&w, &fds[1], 1);
        close(fds[1]);
        receive(KEEPER_REPLY, &a);
        ck_assert_uint_eq(a.serial, 77);
        ck_assert_uint_eq(a.error, 0);
        receive(KEEPER_CHANGED, &a);
        ck_assert_uint_eq(a.clients, 1);
        return fds[0];
}

/* Reads from the client's stream until it says expected, or, if that is NULL, until it ends. */
static inline void read_until(int fd, const char *expected) {
        char text[4096] = "";
        size_t size = 0;

        while (!expected || !strstr(text, expected)) {
                struct pollfd p = { .fd = fd, .events = POLLIN };
                ssize_t n;

                ck_assert_int_eq(poll(&p, 1, DEADLINE_MSEC), 1);
                n = read(fd, text + size, sizeof(text) - 1 - size);
                if (n <= 0 && !expected)
                        return;
                ck_assert_int_gt(n, 0);
                size += (size_t) n;
                text[size] = 0;
        }
}

static inline void type(int fd, const char *text) {
        ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t) strlen(text));
}
