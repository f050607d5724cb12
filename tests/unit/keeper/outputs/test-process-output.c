/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a process prints, in whole lines. */

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "keeper/outputs/process-output.h"
#include "tests/unit/capture.h"
#include "tests/unit/loop.h"
#include "tests/unit/test-main.h"

static char heard[200000];
static size_t n_heard;
static unsigned n_calls;

static void on_text(void *userdata, const char *text, size_t size, uint64_t position) {
        (void) userdata;
        ck_assert_uint_eq(position, n_heard + size);
        memcpy(heard + n_heard, text, size);
        n_heard += size;
        heard[n_heard] = 0;
        n_calls++;
}

static void print(const ProcessOutput *o, const char *text) {
        ck_assert_int_eq(write(process_output_write_fd(o), text, strlen(text)), (ssize_t) strlen(text));
}

/* Somebody prints as fast as it is read. */
static void on_text_that_makes_more(void *userdata, const char *text, size_t size, uint64_t position) {
        ProcessOutput **o = userdata;

        on_text(NULL, text, size, position);
        print(*o, "more\n");
}

TEST(whole_lines) {
        sd_event *event = NULL;
        ProcessOutput *o;
        Capture c;

        ck_assert_int_ge(sd_event_new(&event), 0);
        ck_assert_int_eq(process_output_new(event, on_text, NULL, &o), 0);
        capture_begin(&c);
        print(o, "one\ntwo\nthr");
        LOOP_UNTIL(event, n_calls == 1);
        ck_assert_str_eq(heard, "one\ntwo\n");
        print(o, "ee\n");
        LOOP_UNTIL(event, n_calls == 2);
        print(o, "end without a line");
        process_output_flush(o);
        ck_assert_str_eq(capture_end(&c), heard);
        ck_assert_str_eq(heard, "one\ntwo\nthree\nend without a line");
        ck_assert_str_eq(process_output_last(o, NULL), heard);
        process_output_free(o);
        sd_event_unref(event);
}
END_TEST

TEST(long_lines_and_last_words) {
        char text[30001], last[PROCESS_OUTPUT_LAST_MAX + 1];
        sd_event *event = NULL;
        ProcessOutput *o;
        Capture c;

        ck_assert_int_ge(sd_event_new(&event), 0);
        ck_assert_int_eq(process_output_new(event, on_text, NULL, &o), 0);
        capture_begin(&c);
        for (size_t i = 0; i < sizeof(text) - 1; i += 3)
                memcpy(text + i, "\xe2\x82\xac", 3);
        text[sizeof(text) - 1] = 0;
        print(o, text);
        print(o, "\xe2");
        /* A character is not cut. */
        LOOP_UNTIL(event, n_heard == 30000);
        print(o, "\x82\xac\n");
        LOOP_UNTIL(event, n_heard == 30004);
        (void) capture_end(&c);
        memcpy(last, heard + n_heard - PROCESS_OUTPUT_LAST_MAX, sizeof(last));
        ck_assert_str_eq(process_output_last(o, NULL), last);
        process_output_free(o);
        sd_event_unref(event);
}
END_TEST

TEST(taken_up) {
        sd_event *event = NULL;
        ProcessOutput *o, *next;
        Capture c;
        int fds[3];

        ck_assert_int_ge(sd_event_new(&event), 0);
        ck_assert_int_eq(process_output_new(event, on_text, NULL, &o), 0);
        capture_begin(&c);
        print(o, "before\nhalf a ");
        LOOP_UNTIL(event, n_calls == 1);
        fds[0] = dup(process_output_read_fd(o));
        fds[1] = dup(process_output_write_fd(o));
        fds[2] = dup(process_output_buffer_fd(o));
        process_output_free(o);
        ck_assert_int_eq(process_output_adopt(event, fds[0], fds[1], fds[2], on_text, NULL, &next), 0);
        print(next, "line\n");
        LOOP_UNTIL(event, n_calls == 2);
        (void) capture_end(&c);
        ck_assert_str_eq(heard, "before\nhalf a line\n");
        process_output_free(next);
        sd_event_unref(event);
}
END_TEST

/* A kernel's children may go on when it has ended, or a kernel that is given up itself. */
TEST(flush_comes_to_an_end) {
        sd_event *event = NULL;
        ProcessOutput *o;
        Capture c;

        ck_assert_int_ge(sd_event_new(&event), 0);
        ck_assert_int_eq(process_output_new(event, on_text_that_makes_more, &o, &o), 0);
        capture_begin(&c);
        print(o, "one\ntwo\nthr");
        process_output_flush(o);
        (void) capture_end(&c);
        ck_assert_str_eq(heard, "one\ntwo\nthr");
        process_output_free(o);
        sd_event_unref(event);
}
END_TEST

/* Once the kernel is ready, the journal is told nothing but the last lines of one that died. */
TEST(the_journal_is_spared) {
        sd_event *event = NULL;
        ProcessOutput *o;
        Capture c;

        ck_assert_int_ge(sd_event_new(&event), 0);
        ck_assert_int_eq(process_output_new(event, on_text, NULL, &o), 0);
        capture_begin(&c);
        print(o, "starts\n");
        LOOP_UNTIL(event, n_calls == 1);
        process_output_tell_last(o);
        ck_assert_str_eq(capture_end(&c), "starts\n");

        process_output_set_journal(o, false);
        capture_begin(&c);
        for (int i = 0; i < 100; i++) {
                char line[32];

                snprintf(line, sizeof(line), "line %d\n", i);
                print(o, line);
        }
        process_output_flush(o);
        ck_assert_str_eq(capture_end(&c), "");
        capture_begin(&c);
        process_output_tell_last(o);
        (void) capture_end(&c);
        ck_assert_uint_eq(count_lines(c.text), PROCESS_OUTPUT_LAST_LINES);
        ck_assert_ptr_nonnull(startswith(c.text, "line 50\n"));
        process_output_free(o);
        sd_event_unref(event);
}
END_TEST

TEST(forgotten) {
        sd_event *event = NULL;
        ProcessOutput *o;
        Capture c;

        ck_assert_int_ge(sd_event_new(&event), 0);
        ck_assert_int_eq(process_output_new(event, on_text, NULL, &o), 0);
        process_output_set_journal(o, false);
        capture_begin(&c);
        print(o, "one\nhalf");
        process_output_forget(o);
        ck_assert_str_eq(heard, "one\nhalf");
        ck_assert_str_eq(process_output_last(o, NULL), "");
        print(o, "two\n");
        process_output_flush(o);
        process_output_tell_last(o);
        ck_assert_str_eq(capture_end(&c), "two\n");
        process_output_free(o);
        sd_event_unref(event);
}
END_TEST

TEST(whose_it_is) {
        int fds[2] = { dup(STDOUT_FILENO), dup(STDERR_FILENO) };
        sd_event *event = NULL;
        ProcessOutput *o;

        ck_assert_int_ge(sd_event_new(&event), 0);
        ck_assert_int_eq(process_output_new(event, on_text, NULL, &o), 0);
        ck_assert_int_eq(process_output_is_of(o, getpid()), 0);
        ck_assert_int_lt(process_output_is_of(o, INT_MAX), 0);
        for (int number = STDOUT_FILENO; number <= STDERR_FILENO; number++) {
                int answer;

                ck_assert_int_ge(dup2(process_output_write_fd(o), number), 0);
                answer = process_output_is_of(o, getpid());
                ck_assert_int_ge(dup2(fds[number - 1], number), 0);
                ck_assert_int_eq(answer, 1);
        }
        process_output_free(o);
        sd_event_unref(event);
}
END_TEST

TEST_MAIN(whole_lines, the_journal_is_spared, forgotten, whose_it_is, long_lines_and_last_words, taken_up,
        flush_comes_to_an_end);
