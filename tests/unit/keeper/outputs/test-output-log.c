/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The log of outputs: full, adopted, its writer killed at any moment. */

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper/outputs/output-log.h"
#include "tests/unit/test-main.h"

/* Appends an entry of so many bytes that tells its number. */
static int append(OutputLog *log, OutputOrigin origin, uint64_t position, size_t size) {
        static char text[2 * OUTPUT_LOG_SIZE_MIN];
        struct iovec parts[2];
        int length;

        memset(text, 'x', size);
        length = snprintf(text, sizeof(text), "%llu ", (unsigned long long) output_log_next_seq(log));
        text[length] = 'x';
        parts[0] = (struct iovec){ text, (size_t) length };
        parts[1] = (struct iovec){ text + length, size - (size_t) length };
        return output_log_append(log, origin, position, parts, 2);
}

/* Each entry that is there has its number and its text; returns how many there are. */
static uint64_t check_all(const OutputLog *log) {
        uint64_t n = 0, expected = 0;

        for (uint64_t p = output_log_begin(log); p < output_log_end(log); n++) {
                OutputEntry entry = output_log_get(log, p);

                ck_assert(expected == 0 || entry.seq == expected);
                ck_assert_uint_eq(strtoull(entry.text, NULL, 10), entry.seq);
                ck_assert_int_eq(entry.text[entry.size - 1], 'x');
                expected = entry.seq + 1;
                p = entry.next;
        }
        ck_assert(expected == 0 || expected == output_log_next_seq(log));
        return n;
}

TEST(append_and_find) {
        _cleanup_output_log_ OutputLog *log = NULL;

        ck_assert_int_eq(output_log_new(0, &log), 0);
        ck_assert_uint_eq(output_log_next_seq(log), 1);
        ck_assert_uint_eq(output_log_find(log, 0), output_log_end(log));
        for (unsigned i = 0; i < 100; i++)
                ck_assert_int_eq(append(log, OUTPUT_ORIGIN_KEEPER, 0, 10 + i), 1);
        ck_assert_uint_eq(check_all(log), 100);
        ck_assert_uint_eq(output_log_get(log, output_log_find(log, 0)).seq, 1);
        ck_assert_uint_eq(output_log_get(log, output_log_find(log, 41)).seq, 42);
        ck_assert_uint_eq(output_log_find(log, 100), output_log_end(log));
        ck_assert_uint_eq(output_log_find(log, UINT64_MAX), output_log_end(log));
}
END_TEST

static uint64_t dropped_to;

static void on_drop(void *userdata, uint64_t position) {
        (void) userdata;
        ck_assert_uint_gt(position, dropped_to);
        dropped_to = position;
}

TEST(oldest_first) {
        _cleanup_output_log_ OutputLog *log = NULL;

        ck_assert_int_eq(output_log_new(OUTPUT_LOG_SIZE_MIN, &log), 0);
        output_log_on_drop(log, on_drop, NULL);
        for (unsigned i = 0; i < 3000; i++) {
                size_t size = 50 + i * 7919 % 30000;

                if (i % 500 == 499)
                        size = output_log_entry_max(log);
                ck_assert_int_eq(append(log, OUTPUT_ORIGIN_KEEPER, 0, size), 1);
                if (i % 50 == 0)
                        ck_assert_uint_gt(check_all(log), 0);
                ck_assert_uint_ge(output_log_begin(log), dropped_to);
        }
        ck_assert_uint_gt(dropped_to, 0);
        ck_assert_uint_eq(output_log_next_seq(log), 3001);
        ck_assert_int_eq(append(log, OUTPUT_ORIGIN_KEEPER, 0, output_log_entry_max(log) + 1), -EMSGSIZE);
        ck_assert_uint_eq(output_log_next_seq(log), 3001);
}
END_TEST

TEST(nothing_twice) {
        _cleanup_output_log_ OutputLog *log = NULL;
        OutputLog *again;

        ck_assert_int_eq(output_log_new(0, &log), 0);
        ck_assert_uint_eq(output_log_position(log, OUTPUT_ORIGIN_KERNEL), 0);
        ck_assert_int_eq(append(log, OUTPUT_ORIGIN_KERNEL, 0, 20), 1);
        ck_assert_int_eq(append(log, OUTPUT_ORIGIN_KERNEL, 0, 20), 0);
        ck_assert_int_eq(append(log, OUTPUT_ORIGIN_KERNEL, 700, 20), 1);
        ck_assert_int_eq(append(log, OUTPUT_ORIGIN_PROCESS, 5, 20), 1);
        ck_assert_int_eq(append(log, OUTPUT_ORIGIN_KEEPER, 0, 20), 1);
        ck_assert_int_eq(output_log_adopt(dup(output_log_fd(log)), &again), 0);
        ck_assert_int_eq(append(again, OUTPUT_ORIGIN_KERNEL, 700, 20), 0);
        ck_assert_int_eq(append(again, OUTPUT_ORIGIN_PROCESS, 4, 20), 0);
        ck_assert_int_eq(append(again, OUTPUT_ORIGIN_KERNEL, 701, 20), 1);
        ck_assert_uint_eq(output_log_position(again, OUTPUT_ORIGIN_KERNEL), 702);
        ck_assert_int_eq(append(again, OUTPUT_ORIGIN_KEEPER, 0, 20), 1);
        ck_assert_uint_eq(check_all(again), 6);
        output_log_free(again);
}
END_TEST

/* And still tells what it was given already. */
TEST(keeps_nothing) {
        _cleanup_output_log_ OutputLog *log = NULL;

        ck_assert_int_eq(output_log_new(0, &log), 0);
        output_log_keep_nothing(log);
        ck_assert_int_eq(append(log, OUTPUT_ORIGIN_KERNEL, 7, 20), 1);
        ck_assert_int_eq(append(log, OUTPUT_ORIGIN_KERNEL, 7, 20), 0);
        ck_assert_int_eq(append(log, OUTPUT_ORIGIN_KEEPER, 0, output_log_entry_max(log) + 1), -EMSGSIZE);
        ck_assert_uint_eq(output_log_position(log, OUTPUT_ORIGIN_KERNEL), 8);
        ck_assert_uint_eq(check_all(log), 0);
        ck_assert_uint_eq(output_log_next_seq(log), 1);
}
END_TEST

/* Where in the memory of the log this text is; -1: nowhere. */
static ssize_t find_in_memory(const OutputLog *log, const char *text) {
        size_t size = 4096 + OUTPUT_LOG_SIZE_MIN;
        _cleanup_free_ char *copy = malloc(size);
        const char *found;

        ck_assert_int_eq(pread(output_log_fd(log), copy, size, 0), (ssize_t) size);
        found = memmem(copy, size, text, strlen(text));
        return found ? found - copy : -1;
}

TEST(purged) {
        _cleanup_output_log_ OutputLog *log = NULL;
        const struct iovec secret = { (char *) "a secret", 8 };
        OutputLog *again;

        ck_assert_int_eq(output_log_new(0, &log), 0);
        output_log_purge(log);
        ck_assert_uint_eq(output_log_purged(log), 0);
        ck_assert_int_eq(append(log, OUTPUT_ORIGIN_PROCESS, 3, 20), 1);
        ck_assert_int_eq(output_log_append(log, OUTPUT_ORIGIN_KERNEL, 700, &secret, 1), 1);
        ck_assert_int_ge(find_in_memory(log, "a secret"), 0);
        dropped_to = 0;
        output_log_on_drop(log, on_drop, NULL);
        output_log_purge(log);
        ck_assert_uint_eq(dropped_to, output_log_end(log));
        ck_assert_int_eq(find_in_memory(log, "a secret"), -1);
        ck_assert_uint_eq(check_all(log), 0);
        ck_assert_uint_eq(output_log_purged(log), 2);
        ck_assert_int_eq(output_log_append(log, OUTPUT_ORIGIN_KERNEL, 700, &secret, 1), 0);
        /* The next keeper knows, too; and finishes what this one was killed over. */
        ck_assert_int_eq(pwrite(output_log_fd(log), "a secret", 8, 8192), 8);
        ck_assert_int_eq(output_log_adopt(dup(output_log_fd(log)), &again), 0);
        ck_assert_int_eq(find_in_memory(again, "a secret"), -1);
        ck_assert_int_eq(append(again, OUTPUT_ORIGIN_KERNEL, 700, 20), 0);
        ck_assert_int_eq(append(again, OUTPUT_ORIGIN_PROCESS, 3, 20), 0);
        ck_assert_int_eq(append(again, OUTPUT_ORIGIN_KERNEL, 701, 20), 1);
        ck_assert_uint_eq(output_log_get(again, output_log_begin(again)).seq, 3);
        ck_assert_uint_eq(output_log_purged(again), 2);
        output_log_free(again);
}
END_TEST

static _Noreturn void run_writer(int fd) {
        OutputLog *log = NULL;
        uint64_t *annex;

        if (output_log_adopt(dup(fd), &log) < 0)
                _exit(1);
        annex = output_log_annex(log);
        for (;;) {
                uint64_t seq = output_log_next_seq(log);

                if (append(log, OUTPUT_ORIGIN_KERNEL, seq, 100 + seq * 7919 % 40000) != 1)
                        _exit(2);
                *annex = seq;
        }
}

TEST(killed_at_any_moment) {
        _cleanup_output_log_ OutputLog *log = NULL;
        uint64_t *annex, last = 0;

        ck_assert_int_eq(output_log_new(0, &log), 0);
        annex = output_log_annex(log);
        for (unsigned i = 0; i < 200; i++) {
                OutputLog *found = NULL;
                int status;
                pid_t pid;

                pid = fork();
                if (pid == 0)
                        run_writer(output_log_fd(log));
                for (unsigned turns = 0; *(volatile uint64_t *) annex < last + 1 + i % 40; turns++) {
                        ck_assert_uint_lt(turns, 10000);
                        (void) poll(NULL, 0, 1);
                }
                ck_assert_int_eq(kill(pid, SIGKILL), 0);
                ck_assert_int_eq(waitpid(pid, &status, 0), pid);
                ck_assert(WIFSIGNALED(status));
                last = *annex;
                ck_assert_int_eq(output_log_adopt(dup(output_log_fd(log)), &found), 0);
                ck_assert_uint_gt(check_all(found), 0);
                /* What was appended is there; one more may be. */
                ck_assert_uint_ge(output_log_next_seq(found), last + 1);
                ck_assert_uint_le(output_log_next_seq(found), last + 2);
                output_log_free(found);
        }
        ck_assert_uint_gt(last, 1000);
}
END_TEST

TEST(refuses_what_is_none) {
        OutputLog *log = NULL;
        int fd = memfd_create("x", MFD_CLOEXEC);

        ck_assert_int_eq(output_log_adopt(fd, &log), -EBADMSG);
        ck_assert_int_eq(ftruncate(fd, 4096 + OUTPUT_LOG_SIZE_MIN), 0);
        ck_assert_int_eq(output_log_adopt(fd, &log), -EBADMSG);
        close(fd);
        ck_assert_int_eq(output_log_new(0, &log), 0);
        ck_assert_int_eq(append(log, OUTPUT_ORIGIN_KEEPER, 0, 50), 1);
        fd = dup(output_log_fd(log));
        output_log_free(log);
        /* The entry's size. */
        ck_assert_int_eq(pwrite(fd, "\xff\xff\xff\x7f", 4, 4096 + 20), 4);
        ck_assert_int_eq(output_log_adopt(fd, &log), -EBADMSG);
        close(fd);
}
END_TEST

TEST_MAIN(append_and_find, oldest_first, nothing_twice, keeps_nothing, purged, killed_at_any_moment,
        refuses_what_is_none);
