/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Readers of outputs: quick, slow, late. */

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keeper/outputs/output-reader.h"
#include "keeper/outputs/output-record.h"
#include "tests/unit/loop.h"
#include "tests/unit/test-main.h"

static struct {
        sd_event *event;
        OutputLog *log;
        OutputReaders *readers;
        unsigned caught_up;
} world;

static void on_caught_up(void *userdata) {
        (void) userdata;
        world.caught_up++;
}

static void setup(void) {
        ck_assert_int_ge(sd_event_new(&world.event), 0);
        ck_assert_int_eq(output_log_new(0, &world.log), 0);
        ck_assert_int_eq(output_readers_new(world.event, world.log, on_caught_up, NULL, &world.readers), 0);
}

static void teardown(void) {
        output_readers_free(world.readers);
        output_log_free(world.log);
        sd_event_unref(world.event);
}

static void record(size_t size) {
        _cleanup_free_ char *text = malloc(size + 1);
        OutputNotice notice = { .event = OUTPUT_EVENT_PROCESS, .text = text, .size = size };

        memset(text, 'x', size);
        ck_assert_int_eq(output_record_notice(world.log, &notice), 1);
        output_readers_wake(world.readers);
}

/* A new reader; our end of its stream. */
static int add(uint64_t since, bool follow) {
        int fds[2];

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
        ck_assert_int_eq(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
        ck_assert_int_eq(output_readers_add(world.readers, fds[1], since, follow), 0);
        return fds[0];
}

typedef struct Reading {
        uint64_t first, last, lines, dropped;
        char rest[4096];
        size_t n_rest;
        bool ended;
} Reading;

static void note_line(Reading *r, const char *line) {
        unsigned long long seq, entries = 0;
        const char *p;

        ck_assert_int_eq(sscanf(line, "{\"seq\":%llu,", &seq), 1);
        p = strstr(line, "\"event\":\"dropped\"");
        if (p) {
                ck_assert_int_eq(sscanf(strstr(p, "\"entries\":"), "\"entries\":%llu", &entries), 1);
                r->dropped += entries;
                ck_assert_uint_eq(seq, r->last + entries);
        } else {
                ck_assert(r->last == 0 || seq == r->last + 1);
                r->lines++;
        }
        if (r->first == 0)
                r->first = seq;
        r->last = seq;
}

/* Reads what is there: each line is whole, and the next one. Of a line, its beginning is looked at. */
static void read_some(Reading *r, int fd) {
        char buffer[16384];
        ssize_t n;

        while ((n = read(fd, buffer, sizeof(buffer))) > 0)
                for (ssize_t i = 0; i < n; i++) {
                        if (buffer[i] == '\n') {
                                ck_assert_int_eq(r->rest[0], '{');
                                r->rest[r->n_rest] = 0;
                                note_line(r, r->rest);
                                r->n_rest = 0;
                        } else if (r->n_rest < sizeof(r->rest) - 1)
                                r->rest[r->n_rest++] = buffer[i];
                }
        r->ended = n == 0;
}

static void read_until(Reading *r, int fd, uint64_t last) {
        LOOP_UNTIL(world.event, (read_some(r, fd), r->last == last || r->ended));
}

TEST(all_and_since) {
        setup();
        for (unsigned i = 0; i < 500; i++)
                record(i);
        for (uint64_t since = 0; since <= 600; since += 100) {
                Reading r = {};
                int fd = add(since, /* follow= */ false);

                LOOP_UNTIL(world.event, (read_some(&r, fd), r.ended));
                ck_assert_uint_eq(r.lines, since < 500 ? 500 - since : 0);
                ck_assert_uint_eq(r.first, since < 500 ? since + 1 : 0);
                close(fd);
        }
        ck_assert(!output_readers_are_behind(world.readers));
        teardown();
}
END_TEST

/* The entries behind since are gone, up to the fifth; the sixth is there. */
static void check_purged(int fd, unsigned entries) {
        char text[4096] = "", expected[64];
        size_t n = 0;

        LOOP_UNTIL(world.event,
                (n += (size_t) MAX(read(fd, text + n, sizeof(text) - 1 - n), (ssize_t) 0),
                        strstr(text, "{\"seq\":6,")));
        snprintf(expected, sizeof(expected), "\"entries\":%u}}\n{\"seq\":6,", entries);
        ck_assert_ptr_nonnull(strstr(text, expected));
        ck_assert_ptr_nonnull(strstr(text, "\"event\":\"purged\""));
        ck_assert_ptr_nonnull(strstr(text, "{\"seq\":5,"));
        ck_assert_ptr_null(strstr(text, "dropped"));
        close(fd);
}

/* Those who follow are told of it with what comes next; so is who comes later. */
TEST(purged) {
        Reading r = {};
        int follower;

        setup();
        record(10);
        follower = add(0, /* follow= */ true);
        read_until(&r, follower, 1);
        for (unsigned i = 0; i < 4; i++)
                record(10);
        output_log_purge(world.log);
        record(10);
        check_purged(follower, 4);
        check_purged(add(0, /* follow= */ false), 5);
        teardown();
}
END_TEST

TEST(follow) {
        Reading r = {};
        unsigned before;
        int fd;

        setup();
        record(10);
        fd = add(0, /* follow= */ true);
        ck_assert(output_readers_are_behind(world.readers));
        read_until(&r, fd, 1);
        LOOP_UNTIL(world.event, !output_readers_are_behind(world.readers));
        for (unsigned i = 2; i < 100; i++) {
                before = world.caught_up;
                record(5000);
                read_until(&r, fd, i);
                LOOP_UNTIL(world.event, world.caught_up > before);
        }
        ck_assert_uint_eq(r.lines, 99);
        ck_assert(!r.ended);
        /* One who goes away makes room. */
        close(fd);
        for (unsigned i = 0; i < OUTPUT_READERS_MAX; i++)
                LOOP_UNTIL(world.event, ({
                        int fds[2], result;

                        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
                        result = output_readers_add(world.readers, fds[1], 0, true);
                        result == 0;
                }));
        ck_assert_int_eq(output_readers_add(world.readers, STDIN_FILENO, 0, true), -EUSERS);
        teardown();
}
END_TEST

TEST(only_what_comes) {
        static const uint64_t beyond[] = { 3, 100, UINT64_MAX - 1, UINT64_MAX };

        setup();
        for (unsigned i = 0; i < 3; i++)
                record(10);
        for (size_t i = 0; i < ELEMENTSOF(beyond); i++) {
                uint64_t first = output_log_next_seq(world.log);
                Reading r = {};
                int fd = add(beyond[i], true);

                record(10);
                read_until(&r, fd, first);
                ck_assert(!r.ended);
                ck_assert_uint_eq(r.dropped, 0);
                ck_assert_uint_eq(r.first, first);
                ck_assert_uint_eq(r.lines, 1);
                (void) safe_close(fd);
        }
        teardown();
}
END_TEST

TEST(slow_reader_is_told) {
        Reading r = {};
        int fd;

        setup();
        fd = add(0, /* follow= */ true);
        for (unsigned i = 0; i < 400; i++) {
                record(10000);
                ck_assert_int_ge(sd_event_run(world.event, 0), 0);
        }
        ck_assert(output_readers_are_behind(world.readers));
        read_until(&r, fd, 400);
        ck_assert(!r.ended);
        ck_assert_uint_gt(r.dropped, 100);
        ck_assert_uint_eq(r.dropped + r.lines, 400);
        close(fd);
        teardown();
}
END_TEST

TEST(late_reader_is_told) {
        Reading r = {};
        int fd;

        setup();
        for (unsigned i = 0; i < 400; i++)
                record(10000);
        fd = add(0, /* follow= */ false);
        LOOP_UNTIL(world.event, (read_some(&r, fd), r.ended));
        ck_assert_uint_eq(r.last, 400);
        ck_assert_uint_eq(r.first, r.dropped);
        ck_assert_uint_eq(r.dropped + r.lines, 400);
        close(fd);
        teardown();
}
END_TEST

TEST(refused) {
        int fds[2];

        setup();
        ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
        ck_assert_int_eq(output_readers_add(world.readers, fds[1], 0, false), -ENOTSOCK);
        close(fds[0]);
        close(fds[1]);
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds), 0);
        ck_assert_int_eq(output_readers_add(world.readers, fds[1], 0, false), -EPROTOTYPE);
        close(fds[0]);
        close(fds[1]);
        teardown();
}
END_TEST

TEST_MAIN(all_and_since, purged, follow, only_what_comes, slow_reader_is_told, late_reader_is_told, refused);
