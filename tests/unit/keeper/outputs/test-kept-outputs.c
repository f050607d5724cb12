/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is left of outputs: written, cut, removed, sent. */

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include "keeper/outputs/kept-outputs.h"
#include "keeper/outputs/output-record.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

static char *home;
static int folder = -EBADF;

static void set_up(void) {
        char variable[4096];
        char *environment[] = { variable, NULL };

        home = scratch_make();
        snprintf(variable, sizeof(variable), "HOME=%s", home);
        ck_assert_int_eq(kept_outputs_open(environment, false, &folder), -ENOENT);
        ck_assert_int_eq(kept_outputs_open(environment, true, &folder), 0);
}

static void tear_down(void) {
        folder = safe_close(folder);
        scratch_remove(home);
}

/* A log with so many entries, of so many bytes at least. */
static OutputLog *make_log(unsigned n, size_t size) {
        _cleanup_free_ char *text = calloc(1, size + 1);
        OutputLog *log;

        memset(text, 'x', size);
        ck_assert_int_eq(output_log_new(OUTPUT_LOG_SIZE_MIN, &log), 0);
        for (unsigned i = 0; i < n; i++)
                ck_assert_int_eq(
                        output_record_notice(log,
                                &(OutputNotice){
                                        .event = OUTPUT_EVENT_PROCESS, .text = text, .size = size }),
                        1);
        return log;
}

static KeptOutputs session(const char *id) {
        return (KeptOutputs){ .id = id, .created = 1700000000000000 };
}

/* What is sent of the entries beyond since; -ENOENT: there is no file. A file takes it, which is never
 * full. */
static int sent(const char *id, uint64_t since, unsigned *ret_lines, uint64_t *ret_first) {
        int fd = memfd_create("sent", MFD_CLOEXEC), r;
        char line[4096];
        FILE *f;

        ck_assert_int_ge(fd, 0);
        r = kept_outputs_send(folder, session(id), since, fd);
        f = fdopen(fd, "r+");
        rewind(f);
        *ret_lines = 0;
        *ret_first = 0;
        while (fgets(line, sizeof(line), f)) {
                uint64_t seq = 0;

                ck_assert_int_eq(sscanf(line, "{\"seq\":%lu", &seq), 1);
                if ((*ret_lines)++ == 0)
                        *ret_first = seq;
        }
        (void) fclose(f);
        return r;
}

TEST(what_was_saved_is_sent) {
        _cleanup_output_log_ OutputLog *log = make_log(200, 100);
        struct stat st;
        uint64_t first;
        unsigned n;

        set_up();
        ck_assert_int_eq(sent("n1", 0, &n, &first), -ENOENT);
        ck_assert_int_eq(kept_outputs_save(folder, session("n1"), log, UINT64_C(1) << 20), 0);
        ck_assert_int_eq(sent("n1", 0, &n, &first), 0);
        ck_assert_uint_eq(n, 200);
        ck_assert_uint_eq(first, 1);
        ck_assert_int_eq(sent("n1", 150, &n, &first), 0);
        ck_assert_uint_eq(n, 50);
        ck_assert_uint_eq(first, 151);
        ck_assert_int_eq(sent("n1", 200, &n, &first), 0);
        ck_assert_uint_eq(n, 0);
        ck_assert_int_eq(sent("n2", 0, &n, &first), -ENOENT);
        ck_assert_int_eq(fstatat(folder, "n1-1700000000000000.jsonl", &st, 0), 0);
        ck_assert_uint_eq(st.st_mode & 0777, 0600);
        ck_assert_int_eq(fstat(folder, &st), 0);
        ck_assert_uint_eq(st.st_mode & 0777, 0700);
        tear_down();
}
END_TEST

TEST(removed) {
        _cleanup_output_log_ OutputLog *log = make_log(10, 100);
        uint64_t first;
        unsigned n;
        int fd;

        set_up();
        ck_assert_int_eq(kept_outputs_remove(folder, session("n1")), 0);
        ck_assert_int_eq(kept_outputs_save(folder, session("n1"), log, UINT64_C(1) << 20), 0);
        ck_assert_int_eq(kept_outputs_save(folder, session("n2"), log, UINT64_C(1) << 20), 0);
        fd = openat(folder, "n1-1700000000000000.jsonl.new", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        ck_assert_int_ge(fd, 0);
        close(fd);
        ck_assert_int_eq(kept_outputs_remove(folder, session("n1")), 0);
        ck_assert_int_eq(sent("n1", 0, &n, &first), -ENOENT);
        ck_assert_int_eq(faccessat(folder, "n1-1700000000000000.jsonl.new", F_OK, 0), -1);
        ck_assert_int_eq(sent("n2", 0, &n, &first), 0);
        ck_assert_uint_eq(n, 10);
        tear_down();
}
END_TEST

TEST(the_newest_are_kept) {
        _cleanup_output_log_ OutputLog *log = make_log(100, 100), *large = make_log(600, 2000);
        struct stat st;
        uint64_t first;
        unsigned n;

        set_up();
        ck_assert_int_eq(kept_outputs_save(folder, session("n1"), log, 5000), 0);
        ck_assert_int_eq(fstatat(folder, "n1-1700000000000000.jsonl", &st, 0), 0);
        ck_assert_int_le(st.st_size, 5000);
        ck_assert_int_eq(sent("n1", 0, &n, &first), 0);
        /* A line that tells what is missing, then the rest without a gap. */
        ck_assert_uint_gt(n, 10);
        ck_assert_uint_eq(first + n, 101);
        /* What the log itself had no room for is told, too. */
        ck_assert_int_eq(kept_outputs_save(folder, session("n2"), large, UINT64_C(1) << 30), 0);
        ck_assert_int_eq(sent("n2", 0, &n, &first), 0);
        ck_assert_uint_gt(first, 1);
        ck_assert_uint_eq(first + n, 601);
        tear_down();
}
END_TEST

static void touch(const char *name, time_t age) {
        struct timespec times[2];
        int fd;

        fd = openat(folder, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(ftruncate(fd, 1000), 0);
        clock_gettime(CLOCK_REALTIME, &times[0]);
        times[0].tv_sec -= age;
        times[1] = times[0];
        ck_assert_int_eq(futimens(fd, times), 0);
        (void) safe_close(fd);
}

static bool is_there(const char *name) {
        return faccessat(folder, name, F_OK, 0) == 0;
}

TEST(old_and_too_many_ones_go) {
        char name[64];
        unsigned n = 0;

        set_up();
        touch("n1-1.jsonl", 25 * 3600);
        touch("n2-1.jsonl", 23 * 3600);
        touch("n3-1.jsonl.new", 25 * 3600);
        touch("notes.txt", 25 * 3600);
        touch("notes.jsonl", 25 * 3600);
        touch("n4-1.jsonl", -3600); /* the clock was set */
        kept_outputs_expire(folder, UINT64_MAX);
        ck_assert(!is_there("n1-1.jsonl") && is_there("n2-1.jsonl") && !is_there("n3-1.jsonl.new"));
        ck_assert(is_there("notes.txt") && is_there("notes.jsonl") && is_there("n4-1.jsonl"));
        kept_outputs_expire(folder, 1500);
        ck_assert(!is_there("n2-1.jsonl") && is_there("n4-1.jsonl"));
        kept_outputs_expire(folder, 999);
        ck_assert(!is_there("n4-1.jsonl"));

        for (unsigned i = 0; i < 2 * KEPT_OUTPUTS_FILES_MAX; i++) {
                snprintf(name, sizeof(name), "n%u-1.jsonl", i + 1);
                touch(name, i);
        }
        kept_outputs_expire(folder, UINT64_MAX);
        for (unsigned i = 0; i < 2 * KEPT_OUTPUTS_FILES_MAX; i++) {
                snprintf(name, sizeof(name), "n%u-1.jsonl", i + 1);
                n += is_there(name);
        }
        ck_assert_uint_lt(n, KEPT_OUTPUTS_FILES_MAX);
        ck_assert(is_there("n1-1.jsonl") && is_there("n200-1.jsonl") && is_there("notes.txt"));
        tear_down();
}
END_TEST

TEST(another_one_makes_way) {
        _cleanup_output_log_ OutputLog *log = make_log(100, 100);

        set_up();
        touch("n1-1.jsonl", 100);
        touch("n2-1.jsonl", 50);
        /* Room for it and for one of the two. */
        ck_assert_int_eq(kept_outputs_save(folder, session("n3"), log, 40000), 0);
        ck_assert(is_there("n1-1.jsonl") && is_there("n2-1.jsonl"));
        ck_assert_int_eq(kept_outputs_save(folder, session("n4"), log, 42000), 0);
        ck_assert(!is_there("n1-1.jsonl") && is_there("n4-1700000000000000.jsonl"));
        tear_down();
}
END_TEST

TEST(what_is_replaced_takes_no_place) {
        _cleanup_output_log_ OutputLog *log = make_log(100, 100);

        set_up();
        touch("n1-1.jsonl", 100);
        touch("n3-1700000000000000.jsonl.new", 50);
        for (unsigned i = 0; i < 2; i++) {
                ck_assert_int_eq(kept_outputs_save(folder, session("n3"), log, 40000), 0);
                ck_assert(is_there("n1-1.jsonl") && is_there("n3-1700000000000000.jsonl"));
        }
        tear_down();
}
END_TEST

TEST(an_attempt_that_was_killed_leaves_nothing_in_the_way) {
        _cleanup_output_log_ OutputLog *log = make_log(10, 100);
        uint64_t first;
        unsigned n;

        set_up();
        touch("n1-1700000000000000.jsonl.new", 0);
        ck_assert_int_eq(kept_outputs_save(folder, session("n1"), log, 100000), 0);
        ck_assert_int_eq(sent("n1", 0, &n, &first), 0);
        ck_assert_uint_eq(n, 10);
        ck_assert(!is_there("n1-1700000000000000.jsonl.new"));
        tear_down();
}
END_TEST

/* Makes as much of a file as a writer did that was killed. */
static void cut(const char *name, const char *new_name, off_t size) {
        _cleanup_close_ int fd = -EBADF;

        ck_assert_int_eq(renameat(folder, name, folder, new_name), 0);
        fd = openat(folder, new_name, O_WRONLY | O_CLOEXEC);
        ck_assert_int_eq(ftruncate(fd, size), 0);
}

TEST(what_was_cut_is_sent_with_a_notice) {
        _cleanup_output_log_ OutputLog *log = make_log(100, 100);
        const char *name = "n1-1700000000000000.jsonl", *new_name = "n1-1700000000000000.jsonl.new";
        uint64_t first;
        struct stat st;
        unsigned n;

        set_up();
        ck_assert_int_eq(kept_outputs_save(folder, session("n1"), log, 100000), 0);
        ck_assert_int_eq(fstatat(folder, name, &st, 0), 0);
        /* In the middle of the last line, and of another. */
        cut(name, new_name, st.st_size - 1);
        ck_assert_int_eq(sent("n1", 0, &n, &first), 0);
        ck_assert_uint_eq(n, 100);
        ck_assert_uint_eq(first, 1);
        cut(new_name, new_name, st.st_size / 2);
        ck_assert_int_eq(sent("n1", 0, &n, &first), 0);
        ck_assert_uint_gt(n, 40);
        ck_assert_uint_lt(n, 60);
        /* The notice is the last of them, and is not sent to who has it. */
        ck_assert_int_eq(sent("n1", n - 1, &n, &first), 0);
        ck_assert_uint_eq(n, 1);
        ck_assert_int_eq(sent("n1", first, &n, &first), 0);
        ck_assert_uint_eq(n, 0);
        cut(new_name, new_name, 0);
        ck_assert_int_eq(sent("n1", 0, &n, &first), 0);
        ck_assert_uint_eq(n, 1);
        tear_down();
}
END_TEST

TEST(what_was_cut_is_sent_behind_what_is_whole) {
        _cleanup_output_log_ OutputLog *some = make_log(30, 100), *more = make_log(100, 100);
        const char *name = "n1-1700000000000000.jsonl", *new_name = "n1-1700000000000000.jsonl.new";
        uint64_t first;
        struct stat st;
        unsigned n;

        set_up();
        ck_assert_int_eq(kept_outputs_save(folder, session("n1"), more, 100000), 0);
        ck_assert_int_eq(fstatat(folder, name, &st, 0), 0);
        ck_assert_int_eq(renameat(folder, name, folder, "more"), 0);
        ck_assert_int_eq(kept_outputs_save(folder, session("n1"), some, 100000), 0);
        cut("more", new_name, st.st_size - 1);
        ck_assert_int_eq(sent("n1", 0, &n, &first), 0);
        ck_assert_uint_eq(n, 100); /* 30, 69 and the notice */
        ck_assert_int_eq(sent("n1", 20, &n, &first), 0);
        ck_assert_uint_eq(n, 80);
        ck_assert_uint_eq(first, 21);
        cut(new_name, new_name, st.st_size / 10);
        ck_assert_int_eq(sent("n1", 0, &n, &first), 0);
        ck_assert_uint_eq(n, 31);
        /* What is no file is none of it. */
        ck_assert_int_eq(unlinkat(folder, new_name, 0), 0);
        ck_assert_int_eq(symlinkat(name, folder, new_name), 0);
        ck_assert_int_eq(sent("n1", 0, &n, &first), 0);
        ck_assert_uint_eq(n, 30);
        ck_assert_int_eq(unlinkat(folder, name, 0), 0);
        ck_assert_int_eq(sent("n1", 0, &n, &first), -ELOOP);
        ck_assert_int_eq(unlinkat(folder, new_name, 0), 0);
        ck_assert_int_eq(mkfifoat(folder, new_name, 0600), 0);
        ck_assert_int_eq(sent("n1", 0, &n, &first), -ENOENT);
        tear_down();
}
END_TEST

TEST(folders) {
        char *none[] = { NULL },
             *relative[] = { (char *) "XDG_STATE_HOME=here", (char *) "HOME=there", NULL };
        char *file[] = { (char *) "XDG_STATE_HOME=/dev/null", NULL };
        int fd = -EBADF;

        ck_assert_int_eq(kept_outputs_open(none, true, &fd), -ENOENT);
        ck_assert_int_eq(kept_outputs_open(relative, true, &fd), -ENOENT);
        ck_assert_int_eq(kept_outputs_open(file, true, &fd), -ENOTDIR);
        ck_assert_int_eq(fd, -EBADF);
}
END_TEST

TEST_MAIN(what_was_saved_is_sent, removed, the_newest_are_kept, old_and_too_many_ones_go,
        another_one_makes_way, what_is_replaced_takes_no_place,
        an_attempt_that_was_killed_leaves_nothing_in_the_way, what_was_cut_is_sent_with_a_notice,
        what_was_cut_is_sent_behind_what_is_whole, folders);
