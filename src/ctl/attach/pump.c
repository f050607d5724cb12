/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Carries bytes between the user and a session's stream.
 *
 *      input --read--> to_session --send--> stream
 *      output <--write-- to_user <--recv-- stream
 *
 * The two directions must not wait for each other: a session that does not read must not keep its output
 * from the user, and a terminal that does not take output must not keep the detach key from us. So a
 * direction reads only while its buffer has room, and nothing here blocks: the stream is a socket
 * (MSG_DONTWAIT), input is only read when it is ready, and output is opened non-blocking by tty.c; where it
 * could not be, it gets small pieces, and only when poll() names it. What was read is written at once:
 * poll() is for what could not be. */

#include <sys/socket.h>
#include <unistd.h>

#include "ctl/attach/pump.h"

#define SMALL_PIECE 256U /* a terminal that polls writable takes this much */

static size_t buffer_used(const PumpBuffer *b) {
        return b->end - b->begin;
}

static bool buffer_is_full(const PumpBuffer *b) {
        return buffer_used(b) == b->size;
}

/* Where to read to, and how much: everything is moved to the front first. */
static char *buffer_room(PumpBuffer *b, size_t *ret_size) {
        memmove(b->data, b->data + b->begin, buffer_used(b));
        b->end -= b->begin;
        b->begin = 0;
        *ret_size = b->size - b->end;
        return b->data + b->end;
}

static void buffer_take(PumpBuffer *b, size_t n) {
        b->begin += n;
        if (b->begin == b->end)
                b->begin = b->end = 0;
}

int pump_begin(Pump *p) {
        p->to_session = (PumpBuffer){ .data = malloc(PUMP_INPUT_SIZE), .size = PUMP_INPUT_SIZE };
        p->to_user = (PumpBuffer){ .data = malloc(PUMP_OUTPUT_SIZE), .size = PUMP_OUTPUT_SIZE };
        p->last = '\n';
        p->key_until = USEC_INFINITY;
        return p->to_session.data && p->to_user.data ? 0 : -ENOMEM;
}

void pump_done(Pump *p) {
        free(p->to_session.data);
        free(p->to_user.data);
        p->to_session = p->to_user = (PumpBuffer){};
}

void pump_show(Pump *p, const char *text) {
        size_t room, size = strlen(text);
        char *to = buffer_room(&p->to_user, &room);

        assert(size <= room);
        memcpy(to, text, size);
        screen_modes_feed(&p->modes, text, size);
        p->to_user.end += size;
}

void pump_set_stream(Pump *p, int stream) {
        p->stream = stream;
        p->stream_ended = p->stream_is_deaf = false;
}

void pump_prepare(const Pump *p, struct pollfd fds[N_PUMP_FDS]) {
        bool has_room = p->input_is_tty || !buffer_is_full(&p->to_session);
        bool reads_input = !p->input_ended && !p->stream_is_deaf && has_room;
        bool writes_output = buffer_used(&p->to_user) > 0;
        short stream_events = 0;

        if (!p->stream_ended && !buffer_is_full(&p->to_user))
                stream_events |= POLLIN;
        if (!p->stream_is_deaf && buffer_used(&p->to_session) > 0)
                stream_events |= POLLOUT;

        /* Without events a descriptor would still wake us when it is closed, again and again. */
        fds[PUMP_FD_INPUT] = (struct pollfd){ .fd = reads_input ? p->input : -1, .events = POLLIN };
        fds[PUMP_FD_OUTPUT] = (struct pollfd){ .fd = writes_output ? p->output : -1, .events = POLLOUT };
        fds[PUMP_FD_STREAM] =
                (struct pollfd){ .fd = stream_events ? p->stream : -1, .events = stream_events };
}

static bool error_is_transient(int error) {
        return error == EAGAIN || error == EINTR;
}

/* Takes the detach key out of what was typed: once is to leave, twice in a row is to send it. *size: of what
 * is left. */
static PumpResult find_key(Pump *p, char *typed, size_t *size) {
        size_t kept = 0, at = 0, length = 0;
        PumpResult result = PUMP_GOES_ON;

        while (at < *size) {
                ssize_t key = detach_key_find(&p->detach_key, typed + at, *size - at, &length);
                size_t n = key < 0 ? *size - at : (size_t) key;

                if (p->key_until != USEC_INFINITY) {
                        if (key != 0) {
                                result = PUMP_DETACHED;
                                break;
                        }
                        p->key_until = USEC_INFINITY;
                        n = length;
                } else if (key >= 0)
                        p->key_until = usec_add(now_usec(CLOCK_MONOTONIC), PUMP_KEY_USEC);
                memmove(typed + kept, typed + at, n);
                kept += n;
                at += n + (p->key_until != USEC_INFINITY ? length : 0);
        }
        *size = kept;
        return result;
}

static PumpResult read_input(Pump *p) {
        PumpResult result = PUMP_GOES_ON;
        char dropped[SMALL_PIECE];
        size_t size;
        ssize_t n;
        size_t room;
        char *to = buffer_room(&p->to_session, &room);
        bool keep = room > 0 && !p->read_only;

        /* A terminal in front of a session that reads nothing: like a tty's own queue, but the detach key
         * works. */
        n = read(p->input, keep ? to : dropped, keep ? room : sizeof(dropped));
        if (n < 0 && error_is_transient(errno))
                return PUMP_GOES_ON;
        if (n <= 0) { /* a terminal that hung up says EIO */
                p->input_ended = true;
                return p->input_is_tty ? PUMP_DETACHED : PUMP_GOES_ON;
        }
        size = (size_t) n;
        if (p->input_is_tty)
                result = find_key(p, keep ? to : dropped, &size);
        if (keep)
                p->to_session.end += size;
        return result;
}

static void write_stream(Pump *p) {
        PumpBuffer *b = &p->to_session;
        ssize_t n;

        if (p->stream < 0 || p->stream_is_deaf || buffer_used(b) == 0)
                return;
        n = send(p->stream, b->data + b->begin, buffer_used(b), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n >= 0)
                buffer_take(b, (size_t) n);
        else if (!error_is_transient(errno)) /* it ended; what it has still sent is read on */
                p->stream_is_deaf = true;
}

static void read_stream(Pump *p) {
        size_t room;
        char *to = buffer_room(&p->to_user, &room);
        ssize_t n;

        n = recv(p->stream, to, room, MSG_DONTWAIT);
        if (n < 0 && error_is_transient(errno))
                return;
        if (n <= 0) {
                p->stream_ended = p->stream_is_deaf = true;
                return;
        }
        screen_modes_feed(&p->modes, to, (size_t) n);
        if (p->modes.asked)
                p->asked_at = now_usec(CLOCK_MONOTONIC);
        p->modes.asked = false;
        p->to_user.end += (size_t) n;
}

static PumpResult write_output(Pump *p) {
        PumpBuffer *b = &p->to_user;
        size_t size = p->output_may_block ? MIN(buffer_used(b), SMALL_PIECE) : buffer_used(b);
        ssize_t n;

        if (size == 0)
                return PUMP_GOES_ON;
        n = write(p->output, b->data + b->begin, size);
        if (n < 0)
                return error_is_transient(errno) ? PUMP_GOES_ON : PUMP_NOBODY_READS;
        if (n > 0)
                p->last = b->data[b->begin + (size_t) n - 1];
        buffer_take(b, (size_t) n);
        return PUMP_GOES_ON;
}

PumpResult pump_step(Pump *p, const struct pollfd fds[N_PUMP_FDS]) {
        PumpResult r;

        if (fds[PUMP_FD_STREAM].fd >= 0 && fds[PUMP_FD_STREAM].revents) {
                if (fds[PUMP_FD_STREAM].events & POLLIN && fds[PUMP_FD_STREAM].revents & ~POLLOUT)
                        read_stream(p);
                if (fds[PUMP_FD_STREAM].revents & ~POLLIN)
                        write_stream(p);
        }
        if (fds[PUMP_FD_OUTPUT].fd < 0 ? !p->output_may_block : fds[PUMP_FD_OUTPUT].revents != 0) {
                r = write_output(p);
                if (r != PUMP_GOES_ON)
                        return r;
        }
        if (fds[PUMP_FD_INPUT].fd >= 0 && fds[PUMP_FD_INPUT].revents) {
                r = read_input(p);
                write_stream(p);
                if (r != PUMP_GOES_ON)
                        return r;
        } else if (p->key_until != USEC_INFINITY && now_usec(CLOCK_MONOTONIC) >= p->key_until)
                return PUMP_DETACHED;
        return p->stream_ended && buffer_used(&p->to_user) == 0 ? PUMP_ENDED : PUMP_GOES_ON;
}
