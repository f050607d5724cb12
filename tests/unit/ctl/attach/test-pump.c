/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Bytes between the user and a session's stream: both ways, without deadlocks, to the last one. */

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctl/attach/pump.h"
#include "tests/unit/test-main.h"

typedef struct Fixture {
        Pump pump;
        int typed;   /* the user's end of the input */
        int shown;   /* the user's end of the output */
        int session; /* the session's end of the stream */
} Fixture;

static void begin(Fixture *x, bool tty) {
        int input[2], output[2], stream[2];

        ck_assert_int_eq(pipe2(input, O_CLOEXEC), 0);
        ck_assert_int_eq(pipe2(output, O_CLOEXEC | O_NONBLOCK), 0);
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, stream), 0);
        *x = (Fixture){
                .pump = { .input = input[0], .output = output[1], .stream = stream[0], .input_is_tty = tty },
                .typed = input[1],
                .shown = output[0],
                .session = stream[1],
        };
        ck_assert_int_eq(detach_key_parse("C-]", &x->pump.detach_key), 0);
        ck_assert_int_eq(pump_begin(&x->pump), 0);
}

static void done(Fixture *x) {
        pump_done(&x->pump);
        (void) safe_close(x->pump.input);
        (void) safe_close(x->pump.output);
        (void) safe_close(x->pump.stream);
        (void) safe_close(x->typed);
        (void) safe_close(x->shown);
        (void) safe_close(x->session);
}

/* Goes on until there is a result, or nothing to do (as long as anybody waits for nothing). */
static PumpResult turn(Fixture *x) {
        for (;;) {
                struct pollfd fds[N_PUMP_FDS];
                PumpResult r;

                pump_prepare(&x->pump, fds);
                if (poll(fds, N_PUMP_FDS, 0) == 0)
                        return PUMP_GOES_ON;
                r = pump_step(&x->pump, fds);
                if (r != PUMP_GOES_ON)
                        return r;
        }
}

static void type(Fixture *x, const char *text) {
        ck_assert_int_eq(write(x->typed, text, strlen(text)), (ssize_t) strlen(text));
}

static void check_read(int fd, const char *expected) {
        char text[256];
        ssize_t n = read(fd, text, sizeof(text) - 1);

        ck_assert_int_ge(n, 0);
        text[n] = 0;
        ck_assert_str_eq(text, expected);
}

TEST(both_ways) {
        Fixture x;

        begin(&x, false);
        type(&x, "ls\n");
        ck_assert_int_eq(send(x.session, "a.txt\r\n", 7, 0), 7);
        ck_assert_int_eq(turn(&x), PUMP_GOES_ON);
        check_read(x.session, "ls\n");
        check_read(x.shown, "a.txt\r\n");
        ck_assert_int_eq(x.pump.last, '\n');
        done(&x);
}

TEST(end_of_input_is_not_the_end) {
        Fixture x;

        begin(&x, false);
        type(&x, "exit\035\n"); /* the key counts on terminals only */
        x.typed = safe_close(x.typed);
        ck_assert_int_eq(turn(&x), PUMP_GOES_ON);
        check_read(x.session, "exit\035\n");
        ck_assert_int_eq(send(x.session, "bye", 3, 0), 3);
        x.session = safe_close(x.session);
        ck_assert_int_eq(turn(&x), PUMP_ENDED);
        check_read(x.shown, "bye");
        done(&x);
}

TEST(detach_key) {
        Fixture x;

        begin(&x, true);
        type(&x, "ab\035cd");
        ck_assert_int_eq(turn(&x), PUMP_DETACHED);
        check_read(x.session, "ab");
        done(&x);
}

TEST(detach_key_alone_counts_after_a_while) {
        struct pollfd fds[N_PUMP_FDS];
        Fixture x;

        begin(&x, true);
        ck_assert_uint_eq(x.pump.key_until, USEC_INFINITY);
        type(&x, "ab\035");
        ck_assert_int_eq(turn(&x), PUMP_GOES_ON);
        check_read(x.session, "ab");
        ck_assert_uint_le(x.pump.key_until, now_usec(CLOCK_MONOTONIC) + PUMP_KEY_USEC);
        while (now_usec(CLOCK_MONOTONIC) < x.pump.key_until) {
                pump_prepare(&x.pump, fds);
                (void) poll(fds, N_PUMP_FDS, (int) (PUMP_KEY_USEC / USEC_PER_MSEC));
        }
        pump_prepare(&x.pump, fds);
        (void) poll(fds, N_PUMP_FDS, 0);
        ck_assert_int_eq(pump_step(&x.pump, fds), PUMP_DETACHED);
        done(&x);
}

/* In one piece or in two, as a byte or as a sequence, and again and again. */
TEST(detach_key_typed_twice_is_sent) {
        Fixture x;

        begin(&x, true);
        type(&x, "a\035\035b\035\035\033[93;5u\033[93;5u");
        ck_assert_int_eq(turn(&x), PUMP_GOES_ON);
        check_read(x.session, "a\035b\035\033[93;5u");
        type(&x, "c\035");
        ck_assert_int_eq(turn(&x), PUMP_GOES_ON);
        type(&x, "\035d");
        ck_assert_int_eq(turn(&x), PUMP_GOES_ON);
        check_read(x.session, "c\035d");
        ck_assert_uint_eq(x.pump.key_until, USEC_INFINITY);
        type(&x, "\035");
        ck_assert_int_eq(turn(&x), PUMP_GOES_ON);
        type(&x, "e");
        ck_assert_int_eq(turn(&x), PUMP_DETACHED);
        done(&x);
}

TEST(terminal_that_hung_up_detaches) {
        Fixture x;

        begin(&x, true);
        x.typed = safe_close(x.typed);
        ck_assert_int_eq(turn(&x), PUMP_DETACHED);
        done(&x);
}

TEST(everything_is_shown_before_the_end) {
        char block[32768];
        size_t total = 0, sent = 0;
        PumpResult r = PUMP_GOES_ON;
        Fixture x;

        begin(&x, false);
        memset(block, 'x', sizeof(block));
        for (int i = 0; i < 4; i++)
                sent += sizeof(block) * (send(x.session, block, sizeof(block), 0) == sizeof(block));
        x.session = safe_close(x.session);
        while (r == PUMP_GOES_ON) {
                ssize_t n;

                r = turn(&x);
                n = read(x.shown, block, sizeof(block));
                if (n < 0)
                        break;
                total += (size_t) n;
        }
        ck_assert_int_eq(r, PUMP_ENDED);
        for (ssize_t n; (n = read(x.shown, block, sizeof(block))) > 0;)
                total += (size_t) n;
        ck_assert_uint_eq(total, sent);
        done(&x);
}

TEST(deaf_session_keeps_the_detach_key) {
        char block[PUMP_INPUT_SIZE];
        Fixture x;

        begin(&x, true);
        memset(block, 'x', sizeof(block));
        for (int i = 0; i < 1000; i++) {
                ck_assert_int_eq(write(x.typed, block, sizeof(block)), (ssize_t) sizeof(block));
                ck_assert_int_eq(turn(&x), PUMP_GOES_ON);
        }
        type(&x, "\035q");
        ck_assert_int_eq(turn(&x), PUMP_DETACHED);
        done(&x);
}

TEST(stalled_output_keeps_the_detach_key) {
        char block[4096];
        Fixture x;

        begin(&x, true);
        memset(block, 'x', sizeof(block));
        while (send(x.session, block, sizeof(block), MSG_DONTWAIT) > 0)
                ck_assert_int_eq(turn(&x), PUMP_GOES_ON);
        ck_assert_int_eq(errno, EAGAIN);
        type(&x, "a\035q");
        ck_assert_int_eq(turn(&x), PUMP_DETACHED);
        check_read(x.session, "a");
        done(&x);
}

TEST(nothing_spins) {
        struct pollfd fds[N_PUMP_FDS];
        Fixture x;

        begin(&x, false);
        x.typed = safe_close(x.typed);
        ck_assert_int_eq(turn(&x), PUMP_GOES_ON);
        pump_prepare(&x.pump, fds);
        ck_assert_int_eq(poll(fds, N_PUMP_FDS, 0), 0);
        done(&x);
}

TEST(nobody_reads) {
        Fixture x;

        (void) signal(SIGPIPE, SIG_IGN);
        begin(&x, false);
        x.shown = safe_close(x.shown);
        ck_assert_int_eq(send(x.session, "x", 1, 0), 1);
        ck_assert_int_eq(turn(&x), PUMP_NOBODY_READS);
        done(&x);
}

TEST(what_is_typed_without_a_stream_is_kept) {
        struct pollfd fds[N_PUMP_FDS];
        int stream[2];
        Fixture x;

        begin(&x, true);
        x.session = safe_close(x.session);
        type(&x, "ab");
        ck_assert_int_eq(turn(&x), PUMP_ENDED);
        x.pump.stream = safe_close(x.pump.stream);
        pump_set_stream(&x.pump, -EBADF);
        type(&x, "cd");
        ck_assert_int_eq(turn(&x), PUMP_GOES_ON);
        pump_prepare(&x.pump, fds);
        ck_assert_int_eq(poll(fds, N_PUMP_FDS, 0), 0);

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, stream), 0);
        x.session = stream[1];
        pump_set_stream(&x.pump, stream[0]);
        ck_assert_int_eq(send(x.session, "back", 4, 0), 4);
        ck_assert_int_eq(turn(&x), PUMP_GOES_ON);
        check_read(x.session, "abcd");
        check_read(x.shown, "back");
        done(&x);
}

TEST(what_is_typed_without_a_stream_is_bounded) {
        char block[PUMP_INPUT_SIZE];
        Fixture x;

        begin(&x, true);
        x.session = safe_close(x.session);
        ck_assert_int_eq(turn(&x), PUMP_ENDED);
        x.pump.stream = safe_close(x.pump.stream);
        pump_set_stream(&x.pump, -EBADF);
        memset(block, 'x', sizeof(block));
        for (int i = 0; i < 100; i++) {
                ck_assert_int_eq(write(x.typed, block, sizeof(block)), (ssize_t) sizeof(block));
                ck_assert_int_eq(turn(&x), PUMP_GOES_ON);
        }
        ck_assert_uint_eq(x.pump.to_session.end, PUMP_INPUT_SIZE);
        type(&x, "\035q");
        ck_assert_int_eq(turn(&x), PUMP_DETACHED);
        done(&x);
}

TEST(read_only_sends_nothing) {
        char byte;
        Fixture x;

        begin(&x, true);
        x.pump.read_only = true;
        type(&x, "rm -rf /\n");
        ck_assert_int_eq(send(x.session, "shown", 5, 0), 5);
        ck_assert_int_eq(turn(&x), PUMP_GOES_ON);
        ck_assert_int_eq(recv(x.session, &byte, 1, MSG_DONTWAIT), -1);
        ck_assert_int_eq(errno, EAGAIN);
        check_read(x.shown, "shown");
        type(&x, "\035q");
        ck_assert_int_eq(turn(&x), PUMP_DETACHED);
        done(&x);
}

TEST(what_is_shown_first) {
        Fixture x;

        begin(&x, true);
        pump_show(&x.pump, "\033[22;0t");
        ck_assert_int_eq(send(x.session, "text", 4, 0), 4);
        ck_assert_int_eq(turn(&x), PUMP_GOES_ON);
        check_read(x.shown, "\033[22;0ttext");
        ck_assert_uint_eq(x.pump.modes.titles, 1);
        done(&x);
}

TEST_MAIN(both_ways, end_of_input_is_not_the_end, detach_key, detach_key_alone_counts_after_a_while,
        detach_key_typed_twice_is_sent, terminal_that_hung_up_detaches, everything_is_shown_before_the_end,
        deaf_session_keeps_the_detach_key, stalled_output_keeps_the_detach_key, nothing_spins, nobody_reads,
        what_is_typed_without_a_stream_is_kept, what_is_typed_without_a_stream_is_bounded,
        read_only_sends_nothing, what_is_shown_first);
