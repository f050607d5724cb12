/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who was killed for want of memory, by what /proc says. */

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "manager/memory/oom-victim.h"
#include "tests/unit/test-main.h"

static const char status[] =
        "Name:\tpython3\nUmask:\t0022\nState:\tR (running)\nTgid:\t1234\nVmPeak:\t 2000000 kB\n"
        "VmRSS:\t  102400 kB\nSigQ:\t1/7823\nSigPnd:\t0000000000000100\nShdPnd:\t0000000000000000\n";

TEST(parses) {
        ProcessEntry entry = {};

        ck_assert(process_entry_parse(status, &entry));
        ck_assert_str_eq(entry.command, "python3");
        ck_assert_uint_eq(entry.memory, 100 * 1024 * 1024);
        ck_assert(entry.killed);
        ck_assert(process_entry_parse(
                "Name:\ta b\\nc\nSigPnd:\t0000000000000000\nShdPnd:\t0000000000000100\n", &entry));
        ck_assert_str_eq(entry.command, "a b\\nc");
        ck_assert(entry.killed);
        ck_assert(process_entry_parse(
                "Name:\tx\nSigPnd:\t0000000000000200\nShdPnd:\t0000000000004000\n", &entry));
        ck_assert(!entry.killed);
        ck_assert_uint_eq(entry.memory, 0);
        ck_assert(!process_entry_parse("SigPnd:\t0000000000000100\n", &entry));
        ck_assert(!process_entry_parse("", &entry));
        /* It is the user's, and may be anything. */
        ck_assert(process_entry_parse("Name:\t\x1b[2J\xff\nState:\tR\n", &entry));
        ck_assert_str_eq(entry.command, "?[2J?");
}

static pid_t find(const ProcessEntry *before, size_t n_before, const ProcessEntry *now, size_t n_now) {
        const ProcessList before_list = { .items = (ProcessEntry *) before, .n = n_before },
                          now_list = { .items = (ProcessEntry *) now, .n = n_now };
        const ProcessEntry *victim = oom_victim_find(&before_list, &now_list);

        return victim ? victim->pid : 0;
}

TEST(finds) {
        const ProcessEntry all[] = { { .pid = 1, .memory = 10 }, { .pid = 2, .memory = 30 },
                { .pid = 3, .memory = 20 } };
        /* 2 has given its memory back already. */
        const ProcessEntry two_killed[] = { { .pid = 1, .memory = 10, .killed = true },
                { .pid = 2, .memory = 0, .killed = true }, { .pid = 3, .memory = 40 } };
        const ProcessEntry left[] = { { .pid = 1, .memory = 10 } };

        ck_assert_int_eq(find(NULL, 0, NULL, 0), 0);
        ck_assert_int_eq(find(all, 3, all, 3), 0);
        ck_assert_int_eq(find(NULL, 0, two_killed, 3), 1);
        ck_assert_int_eq(find(all, 3, two_killed, 3), 2);
        ck_assert_int_eq(find(all, 3, left, 1), 2);
        ck_assert_int_eq(find(all, 3, NULL, 0), 2);
        ck_assert_int_eq(find(NULL, 0, left, 1), 0);
}

/* Who is dead can be read until somebody reaps it. */
TEST(reads_zombies) {
        ProcessEntry entry;
        siginfo_t info;
        pid_t pid;

        ck_assert_int_eq(prctl(PR_SET_NAME, "a victim"), 0);
        pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
                for (;;)
                        (void) pause();
        }
        ck_assert(process_entry_read(pid, &entry));
        ck_assert_int_eq(entry.pid, pid);
        ck_assert(!entry.killed);
        ck_assert_uint_gt(entry.memory, 0);
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
        ck_assert_int_eq(waitid(P_PID, (id_t) pid, &info, WEXITED | WNOWAIT), 0);
        ck_assert(process_entry_read(pid, &entry));
        ck_assert_str_eq(entry.command, "a victim");
        ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
        ck_assert(!process_entry_read(pid, &entry));
}

TEST_MAIN(parses, finds, reads_zombies);
