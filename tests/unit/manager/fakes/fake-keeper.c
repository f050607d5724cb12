/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Keepers, in the case's own process. */

#include "tests/unit/manager/fakes/fake-keeper.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/macros.h"
#include "shared/process.h"
#include "tests/unit/manager/fakes/fake-process.h"

static struct {
        sd_event *event;
        uid_t uid;
        FakeKeeper keepers[FAKE_KEEPERS_MAX];
        unsigned muted[FAKE_OPCODES_MAX];
        uint8_t buffer[WIRE_MESSAGE_MAX];
} fake;

/* Sending */

void fake_keeper_send(FakeKeeper *k, WireWriter *w) {
        int r = wire_send(k->fd, w, NULL, 0);

        ck_assert_msg(r == 0 || r == -EPIPE, "Cannot send: %s", strerror(-r)); /* the manager may be gone */
        wire_writer_done(w);
}

void fake_keeper_send_opcode(FakeKeeper *k, uint16_t opcode) {
        WireWriter w = {};

        wire_begin(&w, opcode, 0);
        fake_keeper_send(k, &w);
}

void fake_keeper_babble(FakeKeeper *k) {
        ck_assert_int_eq(send(k->fd, "babble", 6, MSG_NOSIGNAL), 6);
}

/* What it runs. */
static void put_description(WireWriter *w, const FakeKeeper *k) {
        wire_put_string(w, KEEPER_TAG_DIRECTORY, "/tmp");
        if (k->id[0] == 'n') {
                wire_put_string(w, KEEPER_TAG_ARGUMENT, "python3");
                wire_put_string(w, KEEPER_TAG_NOTEBOOK, k->text[0] ? k->text : "/tmp/a.ipynb");
                wire_put_string(w, KEEPER_TAG_KERNEL, "python3");
                wire_put_string(w, KEEPER_TAG_CONNECTION_FILE, "/tmp/kernel.json");
        } else {
                wire_put_string(w, KEEPER_TAG_ARGUMENT, "-bash");
                wire_put_u64(w, KEEPER_TAG_ROWS, 24);
                wire_put_u64(w, KEEPER_TAG_COLUMNS, 80);
        }
}

void fake_keeper_tell_status(FakeKeeper *k) {
        WireWriter w = {};

        wire_begin(&w, KEEPER_STATUS, 0);
        wire_put_u64(&w, KEEPER_TAG_PHASE, k->phase);
        if (k->phase != KEEPER_PHASE_IDLE)
                put_description(&w, k);
        if (k->awaited)
                wire_put_u64(&w, KEEPER_TAG_FLAGS, KEEPER_FLAG_AWAITED);
        if (k->payload > 0)
                wire_put_u64(&w, KEEPER_TAG_LEADER, (uint64_t) k->payload);
        if (k->phase == KEEPER_PHASE_ENDED && k->exit_code > 0) {
                wire_put_u64(&w, KEEPER_TAG_EXIT_CODE, (uint64_t) k->exit_code);
                wire_put_u64(&w, KEEPER_TAG_EXIT_STATUS, (uint64_t) k->exit_status);
        }
        fake_keeper_send(k, &w);
}

/* In the payload's process. */
static void say_at_gate(void *userdata) {
        const FakeKeeper *k = userdata;
        WireWriter w = {};

        wire_begin(&w, KEEPER_AT_GATE, 0);
        put_description(&w, k);
        if (wire_send(k->fd, &w, NULL, 0) < 0)
                _exit(EXIT_FAILURE);
        wire_writer_done(&w);
}

/* The payload has ended, or does so at once. */
static void reap(FakeKeeper *k) {
        siginfo_t info = {};

        ck_assert_int_eq(waitid(P_PID, (id_t) k->payload, &info, WEXITED), 0);
        k->waiting = sd_event_source_disable_unref(k->waiting);
        k->payload = 0;
        k->exit_code = info.si_code;
        k->exit_status = info.si_status;
        k->phase = KEEPER_PHASE_ENDED;
}

static void tell_end(FakeKeeper *k) {
        WireWriter w = {};

        wire_begin(&w, KEEPER_ENDED, 0);
        wire_put_u64(&w, KEEPER_TAG_EXIT_CODE, (uint64_t) k->exit_code);
        wire_put_u64(&w, KEEPER_TAG_EXIT_STATUS, (uint64_t) k->exit_status);
        fake_keeper_send(k, &w);
}

static int on_payload_ended(
        sd_event_source *source _unused_, int fd _unused_, uint32_t revents _unused_, void *userdata) {
        FakeKeeper *k = userdata;

        reap(k);
        if (k->fd >= 0)
                tell_end(k);
        return 0;
}

static void wait_for_payload(FakeKeeper *k) {
        int fd = process_open(k->payload);

        ck_assert_int_ge(fd, 0);
        ck_assert_int_ge(sd_event_add_io(fake.event, &k->waiting, fd, EPOLLIN, on_payload_ended, k), 0);
        ck_assert_int_ge(sd_event_source_set_io_fd_own(k->waiting, true), 0);
}

void fake_keeper_fork(FakeKeeper *k) {
        char cgroup[128];

        k->payload = fake_process_start_with(fake.uid, say_at_gate, k);
        (void) snprintf(cgroup, sizeof(cgroup), "/compute-keeper-%s.service", k->id);
        fake_process_set_cgroup(k->payload, cgroup);
        wait_for_payload(k);
        k->phase = KEEPER_PHASE_GATE;
}

void fake_keeper_open_gate(FakeKeeper *k) {
        k->phase = KEEPER_PHASE_RUNNING;
        fake_keeper_send_opcode(k, KEEPER_STARTED);
}

void fake_keeper_lose_payload(FakeKeeper *k, int signal) {
        ck_assert_int_gt(k->payload, 0);
        ck_assert_int_eq(kill(k->payload, signal > 0 ? signal : SIGUSR1), 0);
        reap(k);
        /* What exit() was called with is the number of that signal. */
        k->exit_status = signal;
}

void fake_keeper_end_payload(FakeKeeper *k, int signal) {
        fake_keeper_lose_payload(k, signal);
        tell_end(k);
}

void fake_keeper_answer(FakeKeeper *k, KeeperOpcode request) {
        fake_keeper_refuse(k, request, KEEPER_ERROR_NONE, NULL);
}

void fake_keeper_refuse(FakeKeeper *k, KeeperOpcode request, KeeperError error, const char *message) {
        WireWriter w = {};

        wire_begin(&w, KEEPER_REPLY, k->serials[request]);
        if (error != KEEPER_ERROR_NONE) {
                wire_put_u64(&w, KEEPER_TAG_ERROR, error);
                wire_put_string(&w, KEEPER_TAG_MESSAGE, message);
        } else if (request == KEEPER_SET_NOTEBOOK)
                wire_put_string(&w, KEEPER_TAG_NOTEBOOK, k->text);
        fake_keeper_send(k, &w);
}

void fake_keeper_fail(FakeKeeper *k, KeeperError error, const char *message) {
        WireWriter w = {};

        wire_begin(&w, KEEPER_FAILED, 0);
        wire_put_u64(&w, KEEPER_TAG_ERROR, error);
        wire_put_string(&w, KEEPER_TAG_MESSAGE, message);
        fake_keeper_send(k, &w);
}

/* Receiving */

static void note_fields(FakeKeeper *k, WireMessage m) {
        WireField field;

        k->text[0] = 0;
        k->flags = 0;
        while (wire_next(&m, &field) > 0) {
                char *text = NULL;

                if (field.tag == KEEPER_TAG_FLAGS)
                        ck_assert_int_eq(wire_field_u64(&field, &k->flags), 0);
                if (k->text[0] ||
                        (field.tag != KEEPER_TAG_NOTEBOOK && field.tag != KEEPER_TAG_CLIENT &&
                                field.tag != KEEPER_TAG_ARGUMENT))
                        continue;
                ck_assert_int_eq(wire_field_string(&field, &text), 0);
                (void) snprintf(k->text, sizeof(k->text), "%s", text);
                free(text);
        }
}

static void react(FakeKeeper *k, uint16_t opcode) {
        switch (opcode) {
        case KEEPER_HELLO:
                fake_keeper_tell_status(k);
                break;
        case KEEPER_START:
        case KEEPER_RESTART:
                fake_keeper_fork(k);
                break;
        case KEEPER_OPEN_GATE:
                fake_keeper_open_gate(k);
                break;
        case KEEPER_SHUTDOWN:
                fake_keeper_answer(k, opcode);
                fake_keeper_end_payload(k, 0);
                break;
        case KEEPER_WATCH:
                k->phase = KEEPER_PHASE_RUNNING;
                fake_keeper_answer(k, opcode);
                break;
        default:
                fake_keeper_answer(k, opcode);
        }
}

static void close_connection(FakeKeeper *k) {
        k->talking = sd_event_source_disable_unref(k->talking);
        k->fd = safe_close(k->fd);
}

static int on_message(sd_event_source *source _unused_, int fd, uint32_t revents _unused_, void *userdata) {
        WireAncillary ancillary = WIRE_ANCILLARY_NULL;
        FakeKeeper *k = userdata;
        WireMessage m;
        ssize_t n;

        n = wire_receive(fd, fake.buffer, sizeof(fake.buffer), &ancillary);
        if (n == -EAGAIN)
                return 0;
        if (n <= 0) {
                close_connection(k);
                return 0;
        }
        ck_assert_int_eq(wire_parse(fake.buffer, (size_t) n, &m), 0);
        ck_assert_uint_lt(m.opcode, FAKE_OPCODES_MAX);
        k->heard[m.opcode]++;
        k->serials[m.opcode] = m.serial;
        (void) safe_close(k->received_fd);
        k->received_fd = TAKE_FD(ancillary.fds[0]);
        wire_ancillary_done(&ancillary);
        note_fields(k, m);
        if (fake.muted[m.opcode] > 0)
                fake.muted[m.opcode]--;
        else
                react(k, m.opcode);
        return 0;
}

static void listen_to(FakeKeeper *k) {
        if (k->fd >= 0)
                ck_assert_int_ge(sd_event_add_io(fake.event, &k->talking, k->fd, EPOLLIN, on_message, k), 0);
}

static int on_connection(
        sd_event_source *source _unused_, int fd, uint32_t revents _unused_, void *userdata) {
        FakeKeeper *k = userdata;
        int new_fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

        if (new_fd < 0)
                return 0; /* who connected is gone */
        close_connection(k);
        k->fd = new_fd;
        listen_to(k);
        return 0;
}

void fake_keepers_mute(KeeperOpcode opcode, unsigned times) {
        fake.muted[opcode] = times;
}

/* Being there */

static void listen_for(FakeKeeper *k) {
        ck_assert_int_ge(
                sd_event_add_io(fake.event, &k->listening, k->listen_fd, EPOLLIN, on_connection, k), 0);
        listen_to(k);
}

FakeKeeper *fake_keeper_get(const char *id) {
        for (size_t i = 0; i < FAKE_KEEPERS_MAX; i++)
                if (streq(fake.keepers[i].id, id))
                        return &fake.keepers[i];
        return NULL;
}

FakeKeeper *fake_keeper_start(const char *id, int listen_fd) {
        FakeKeeper *k = fake_keeper_get("");

        ck_assert_ptr_nonnull(k);
        *k = (FakeKeeper){ .listen_fd = listen_fd, .fd = -EBADF, .received_fd = -EBADF };
        (void) snprintf(k->id, sizeof(k->id), "%s", id);
        if (fake.event)
                listen_for(k);
        return k;
}

void fake_keeper_hang_up(FakeKeeper *k) {
        close_connection(k);
}

static void detach(FakeKeeper *k) {
        k->listening = sd_event_source_disable_unref(k->listening);
        k->talking = sd_event_source_disable_unref(k->talking);
        k->waiting = sd_event_source_disable_unref(k->waiting);
}

void fake_keeper_end(FakeKeeper *k) {
        detach(k);
        if (k->payload > 0 && k->phase == KEEPER_PHASE_GATE)
                fake_process_end(k->payload);
        close_connection(k);
        (void) safe_close(k->listen_fd);
        (void) safe_close(k->received_fd);
        *k = (FakeKeeper){};
}

void fake_keepers_attach(sd_event *event, uid_t uid) {
        fake.event = event;
        fake.uid = uid;
        for (size_t i = 0; i < FAKE_KEEPERS_MAX; i++)
                if (fake.keepers[i].id[0]) {
                        listen_for(&fake.keepers[i]);
                        if (fake.keepers[i].payload > 0)
                                wait_for_payload(&fake.keepers[i]);
                }
}

void fake_keepers_detach(void) {
        for (size_t i = 0; i < FAKE_KEEPERS_MAX; i++)
                if (fake.keepers[i].id[0])
                        detach(&fake.keepers[i]);
        fake.event = NULL;
}

void fake_keepers_end(void) {
        for (size_t i = 0; i < FAKE_KEEPERS_MAX; i++) {
                FakeKeeper *k = &fake.keepers[i];

                if (!k->id[0])
                        continue;
                if (k->payload > 0 && k->phase != KEEPER_PHASE_GATE)
                        fake_process_end(k->payload);
                fake_keeper_end(k);
        }
}
