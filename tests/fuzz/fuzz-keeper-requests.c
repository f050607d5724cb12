/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A keeper of a running terminal, with anything as its manager, its clients and its program. Nothing of it
 * is replaced: the socket, the PTY and the memfds are the kernel's. Only what would start a program is out
 * of reach, as the terminal runs already; what START would read is read from the same message beside it.
 *
 * An input is actions: a byte that says which (Action), two that say how long, little-endian, and so many
 * bytes. */

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/un.h>
#include <unistd.h>

#include "keeper/keeper-attach.h"
#include "keeper/keeper-requests.h"
#include "keeper/keeper.h"
#include "keeper/launch/start-request.h"
#include "keeper/store/state-record.h"
#include "shared/log.h"
#include "shared/strv.h"
#include "tests/fuzz/input.h"

#define ACTIONS_MAX 64
#define TURNS_MAX   64
#define CLIENTS_MAX 40 /* more than may be attached */

typedef enum Action {
        ACTION_SEND,           /* a message, as it is */
        ACTION_SEND_STREAM,    /* the same with a stream socket */
        ACTION_SEND_WRONG,     /* the same with two descriptors that are no stream */
        ACTION_COMPOSE,        /* a well-formed message: opcode, then fields of tag, kind, length, bytes */
        ACTION_COMPOSE_STREAM, /* the same with a stream socket */
        ACTION_TYPE,           /* by the client that came last */
        ACTION_READ,           /* what there is for it */
        ACTION_LEAVE,          /* it goes */
        ACTION_PRINT,          /* by the program */
        ACTION_CONNECT,        /* a new manager */
        _ACTION_MAX,
} Action;

typedef struct World {
        sd_event *event;
        Keeper *keeper;
        struct sockaddr_un address;
        socklen_t address_size;
        int manager;
        int slave;
        int clients[CLIENTS_MAX];
        size_t n_clients;
} World;

static void world_connect(World *w) {
        (void) safe_close(w->manager);
        w->manager = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        promise(w->manager >= 0);
        /* A keeper takes one at a time off its queue, which may be full. */
        if (connect(w->manager, (struct sockaddr *) &w->address, w->address_size) < 0)
                promise(errno == EAGAIN);
}

/* As systemd starts it: with the socket as standard input. */
static void world_begin(World *w) {
        char *environment[] = { NULL };
        char **copy;
        int fd;

        *w = (World){ .manager = -EBADF, .address = { .sun_family = AF_UNIX } };
        fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        promise(fd >= 0 && bind(fd, (struct sockaddr *) &w->address, sizeof(sa_family_t)) == 0);
        w->address_size = sizeof(w->address);
        promise(getsockname(fd, (struct sockaddr *) &w->address, &w->address_size) == 0);
        promise(listen(fd, 4) == 0 && dup2(fd, STDIN_FILENO) == STDIN_FILENO);
        (void) safe_close(fd);

        promise(strv_copy(environment, &copy) == 0 && sd_event_new(&w->event) >= 0);
        promise(keeper_new(w->event, "t1", copy, &w->keeper) == 0);
        w->keeper->state.rows = 24;
        w->keeper->state.columns = 80;
        promise(terminal_new(24, 80, &w->keeper->terminal) == 0);
        promise(keeper_record_terminal(w->keeper, OUTPUT_BUFFER_SIZE_MIN) == 0);
        promise(keeper_watch_terminal(w->keeper) == 0);
        w->keeper->state.phase = KEEPER_PHASE_RUNNING;
        w->slave = ioctl(terminal_master(w->keeper->terminal), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_NONBLOCK);
        promise(w->slave >= 0);
        world_connect(w);
}

static void world_end(World *w) {
        while (w->n_clients > 0)
                (void) safe_close(w->clients[--w->n_clients]);
        (void) safe_close(w->manager);
        keeper_free(w->keeper);
        (void) safe_close(w->slave);
        sd_event_unref(w->event);
}

/* Lets the keeper do all that there is to do, and holds it to what is always so. */
static void world_turn(World *w) {
        static uint8_t buffer[WIRE_MESSAGE_MAX];
        const Keeper *k = w->keeper;
        WireAncillary ancillary;
        WireMessage message;
        ssize_t n;

        for (int i = 0; i < TURNS_MAX && sd_event_run(w->event, 0) > 0; i++)
                ;
        promise(k->state.phase == KEEPER_PHASE_RUNNING && k->terminal && k->recording);
        promise(k->audience.n <= AUDIENCE_MAX);
        promise(k->state.rows > 0 && k->state.columns > 0);
        promise(screen_rows(k->recording->screen) == k->state.rows);
        promise(screen_columns(k->recording->screen) == k->state.columns);
        while ((n = wire_receive(w->manager, buffer, sizeof(buffer), &ancillary)) > 0) {
                promise(wire_parse(buffer, (size_t) n, &message) == 0 && message.opcode >= KEEPER_STATUS);
                wire_ancillary_done(&ancillary);
        }
        if (n == 0 || (n != -EAGAIN && n != -ENOTCONN))
                world_connect(w);
}

/* What a record says can be recorded again, and half of another record changes nothing, or is found out. */
static void record_state(const KeeperState *state, const uint8_t *data, size_t size) {
        _cleanup_keeper_state_ KeeperState again = {}, third = {};
        _cleanup_close_ int fd = -EBADF;

        promise(state_record_new(&fd) == 0);
        if (state_record_write(fd, state) < 0)
                return; /* the encoding may be longer than what it was read from */
        promise(state_record_read(fd, &again) == 0);
        promise(streq(again.id, state->id) && again.phase == state->phase && again.leader == state->leader);
        promise(strv_length(again.arguments) == strv_length(state->arguments));
        promise(streq_null(again.directory, state->directory) &&
                streq_null(again.notebook, state->notebook));
        promise(pwrite(fd, data, size, 0) == (ssize_t) size);
        (void) state_record_read(fd, &third);
}

/* What is read from a message before anything is done with it. */
static void read_message(const uint8_t *data, size_t size) {
        static const char *const ids[] = { "t1", "n1" };
        _cleanup_keeper_state_ KeeperState state = {};
        WireMessage message;

        if (wire_parse(data, size, &message) < 0)
                return;
        for (size_t i = 0; i < ELEMENTSOF(ids); i++) {
                _cleanup_start_request_ StartRequest request = {};
                _cleanup_failure_ Failure failure = {};
                int r = start_request_read(&message, ids[i], &request, &failure);

                promise((r > 0) == (failure.error != KEEPER_ERROR_NONE));
                promise(r != 0 || (request.rows > 0 && request.columns > 0));
                promise(r != 0 || (request.notebook != NULL) == (ids[i][0] == 'n'));
        }
        if (keeper_state_read(&message, &state) == 0)
                record_state(&state, data, size);
}

/* Takes a stream's other end for a client. */
static int make_stream(World *w, int ret[2]) {
        if (w->n_clients == CLIENTS_MAX)
                return -ENOBUFS;
        promise(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ret) == 0);
        w->clients[w->n_clients++] = ret[1];
        return 0;
}

static void send_message(World *w, Action action, const uint8_t *data, size_t size) {
        WireWriter message = { .data = (uint8_t *) data, .size = size };
        int fds[2] = { -EBADF, -EBADF };

        read_message(data, size);
        if (action == ACTION_SEND_WRONG) {
                promise(pipe2(fds, O_CLOEXEC) == 0);
                (void) wire_send(w->manager, &message, fds, ELEMENTSOF(fds));
                (void) safe_close(fds[1]);
        } else if (action == ACTION_SEND || make_stream(w, fds) < 0)
                (void) wire_send(w->manager, &message, NULL, 0);
        else
                (void) wire_send(w->manager, &message, fds, 1);
        (void) safe_close(fds[0]);
}

static void compose_message(World *w, Action action, const uint8_t *data, size_t size) {
        _cleanup_(wire_writer_done) WireWriter message = {};
        char text[UINT8_MAX + 1];

        if (size == 0)
                return;
        wire_begin(&message, data[0], 7);
        for (size_t at = 1; size - at >= 3;) {
                size_t length = MIN((size_t) data[at + 2], size - at - 3);
                const uint8_t *value = data + at + 3;
                uint64_t number = 0;

                if (data[at + 1] & 1) {
                        memcpy(text, value, length);
                        text[length] = 0;
                        wire_put_string(&message, data[at], text);
                } else {
                        memcpy(&number, value, MIN(length, sizeof(number)));
                        wire_put_u64(&message, data[at], number);
                }
                at += 3 + length;
        }
        send_message(
                w, action == ACTION_COMPOSE ? ACTION_SEND : ACTION_SEND_STREAM, message.data, message.size);
}

static void world_act(World *w, Action action, const uint8_t *data, size_t size) {
        static uint8_t buffer[65536];
        int client = w->n_clients > 0 ? w->clients[w->n_clients - 1] : -EBADF;

        switch (action) {
        case ACTION_SEND:
        case ACTION_SEND_STREAM:
        case ACTION_SEND_WRONG:
                send_message(w, action, data, size);
                break;
        case ACTION_COMPOSE:
        case ACTION_COMPOSE_STREAM:
                compose_message(w, action, data, size);
                break;
        case ACTION_TYPE:
                (void) send(client, data, size, MSG_NOSIGNAL);
                break;
        case ACTION_READ:
                (void) recv(client, buffer, sizeof(buffer), 0);
                break;
        case ACTION_LEAVE:
                if (w->n_clients > 0)
                        (void) safe_close(w->clients[--w->n_clients]);
                break;
        case ACTION_PRINT:
                (void) !write(w->slave, data, size);
                break;
        case ACTION_CONNECT:
                world_connect(w);
                break;
        case _ACTION_MAX:
                break;
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        World w;

        log_set_max_level(LOG_EMERG);
        world_begin(&w);
        world_turn(&w);
        for (size_t n = 0, at = 0; n < ACTIONS_MAX && size - at >= 3; n++) {
                size_t length = MIN((size_t) data[at + 1] + 256 * (size_t) data[at + 2], size - at - 3);

                world_act(&w, data[at] % _ACTION_MAX, data + at + 3, length);
                world_turn(&w);
                at += 3 + length;
        }
        world_end(&w);
        return 0;
}
