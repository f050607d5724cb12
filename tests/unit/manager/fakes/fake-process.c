/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Processes of users', and the cgroups that libsystemd says they are in. */

#include "tests/unit/manager/fakes/fake-process.h"

#include <check.h>
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "shared/macros.h"

#define PROCESSES_MAX 64

static struct {
        pid_t pid;
        char cgroup[128];
        bool ends; /* when it is asked about */
} processes[PROCESSES_MAX];

static _Noreturn void await_end(void) {
        (void) signal(SIGSEGV, SIG_DFL); /* sanitizers make an exit status of it */
        (void) close_range(3, ~0U, 0);   /* connections of the case's end with the case's ends */
        for (;;)
                pause();
}

static void become(uid_t uid) {
        sigset_t none;

        if (getuid() != uid && setresuid(uid, uid, uid) < 0)
                _exit(EXIT_FAILURE);
        /* So that /proc says whose it is. */
        (void) prctl(PR_SET_DUMPABLE, 1);
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (int i = 1; i < SIGRTMIN; i++) /* sanitizers have handlers */
                (void) signal(i, SIG_DFL);
        (void) signal(SIGUSR1, _exit);
        /* The manager takes some by descriptor. */
        (void) sigemptyset(&none);
        (void) sigprocmask(SIG_SETMASK, &none, NULL);
}

pid_t fake_process_start_with(uid_t uid, void (*first)(void *userdata), void *userdata) {
        int ready[2];
        pid_t pid;
        char byte;

        ck_assert_int_eq(pipe(ready), 0);
        pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
                become(uid);
                if (first)
                        first(userdata);
                if (write(ready[1], "", 1) != 1)
                        _exit(EXIT_FAILURE);
                await_end();
        }
        (void) close(ready[1]);
        ck_assert_int_eq(read(ready[0], &byte, 1), 1);
        (void) close(ready[0]);
        return pid;
}

pid_t fake_process_start(uid_t uid) {
        return fake_process_start_with(uid, NULL, NULL);
}

void fake_process_end(pid_t pid) {
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
        ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

/* In front of libsystemd */

void fake_process_set_cgroup(pid_t pid, const char *cgroup) {
        size_t i = 0;

        while (i < PROCESSES_MAX && processes[i].pid != pid && processes[i].pid > 0)
                i++;
        ck_assert_uint_lt(i, PROCESSES_MAX);
        processes[i].pid = pid;
        (void) snprintf(processes[i].cgroup, sizeof(processes[i].cgroup), "%s", cgroup);
}

void fake_process_end_when_asked(pid_t pid) {
        fake_process_set_cgroup(pid, "/");
        for (size_t i = 0; i < PROCESSES_MAX; i++)
                processes[i].ends = processes[i].ends || processes[i].pid == pid;
}

static const char *find(pid_t pid) {
        for (size_t i = 0; i < PROCESSES_MAX; i++) {
                if (processes[i].pid != pid)
                        continue;
                if (!processes[i].ends)
                        return processes[i].cgroup;
                processes[i].pid = 0;
                fake_process_end(pid);
        }
        return NULL;
}

static int ask_library(const char *function, pid_t pid, char **ret) {
        int (*library)(pid_t, char **) = (int (*)(pid_t, char **)) dlsym(RTLD_NEXT, function);

        ck_assert_ptr_nonnull(library);
        return library(pid, ret);
}

int sd_pid_get_cgroup(pid_t pid, char **ret) {
        const char *cgroup = find(pid);

        if (!cgroup)
                return ask_library("sd_pid_get_cgroup", pid, ret);
        *ret = strdup(cgroup);
        return *ret ? 0 : -ENOMEM;
}

static int get_unit(const char *function, pid_t pid, char **ret) {
        const char *cgroup = find(pid);

        if (!cgroup)
                return ask_library(function, pid, ret);
        *ret = strdup(strrchr(cgroup, '/') + 1);
        return *ret ? 0 : -ENOMEM;
}

int sd_pid_get_unit(pid_t pid, char **ret) {
        return get_unit("sd_pid_get_unit", pid, ret);
}

int sd_pid_get_user_unit(pid_t pid, char **ret) {
        return get_unit("sd_pid_get_user_unit", pid, ret);
}
