/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Times several actions alternately, A B C A B C …, and prints a line "NAME MICROSECONDS" for each run.
 *
 *      alternate RUNS [--user] : NAME PAUSE ACTION… [: NAME PAUSE ACTION…]…
 *
 * An action is a command, timed from before the fork to after its end, with nowhere to print to; or one of
 * these, timed over one connection to the bus that lasts for all runs:
 *
 *      @start-terminal COMMAND…   StartTerminal, from the call to its reply. The session is stopped
 *                                 afterwards.
 *      @start-scope               What systemd needs for a scope: StartTransientUnit with a process that
 *                                 waits, from the call to the end of the job.
 *      @start-service COMMAND…    The same for a service, with Type=exec.
 *
 * Before each run come the pause (in ms) and a wait for the sessions that the earlier runs started to be
 * gone, none of which is timed. Each action runs once before anything counts, as caches are cold then. */

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "shared/names.h"
#include "tests/bench/calls.h"

#define ACTIONS_MAX      8
#define GONE_POLLS_MAX   3000
#define GONE_POLL_NSEC   (10 * 1000000L)
#define UNIT_NAME_FORMAT "bench-%i-%u.%s"

typedef struct Action {
        const char *name;
        uint64_t pause_msec;
        char **arguments;
} Action;

static sd_bus *bus;
static uint32_t sessions_before;
static unsigned units_started;

static uint64_t now_nsec(void) {
        struct timespec ts;

        clock_gettime(CLOCK_MONOTONIC, &ts);
        return (uint64_t) ts.tv_sec * 1000000000 + (uint64_t) ts.tv_nsec;
}

static void pause_nsec(uint64_t nsec) {
        struct timespec ts = {
                .tv_sec = (time_t) (nsec / 1000000000),
                .tv_nsec = (long) (nsec % 1000000000),
        };

        while (nanosleep(&ts, &ts) < 0)
                ;
}

/* Commands */

static void run_command(char **arguments) {
        posix_spawn_file_actions_t files;
        pid_t pid;
        int r, status;

        if (posix_spawn_file_actions_init(&files) != 0 ||
                posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0) != 0 ||
                posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) != 0)
                fail("out of memory");
        r = posix_spawnp(&pid, arguments[0], &files, NULL, arguments, environ);
        if (r != 0)
                fail("%s: %s", arguments[0], strerror(r));
        (void) posix_spawn_file_actions_destroy(&files);
        while (waitpid(pid, &status, 0) < 0)
                ;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                fail("'%s %s …' failed", arguments[0], arguments[1] ? arguments[1] : "");
}

static uint64_t time_command(char **arguments) {
        uint64_t begin = now_nsec();

        run_command(arguments);
        return now_nsec() - begin;
}

/* Sessions */

static uint32_t count_sessions(void) {
        uint32_t terminals = 0, notebooks = 0;

        check(sd_bus_get_property_trivial(
                      bus, BUS_NAME, BUS_PATH, MANAGER_INTERFACE, "TerminalCount", NULL, 'u', &terminals),
                "cannot count the terminals", NULL);
        check(sd_bus_get_property_trivial(
                      bus, BUS_NAME, BUS_PATH, MANAGER_INTERFACE, "NotebookCount", NULL, 'u', &notebooks),
                "cannot count the notebooks", NULL);
        return terminals + notebooks;
}

static void wait_sessions_gone(void) {
        for (unsigned i = 0; count_sessions() > sessions_before; i++) {
                if (i == GONE_POLLS_MAX)
                        fail("a session does not end");
                pause_nsec(GONE_POLL_NSEC);
        }
}

static uint64_t time_start_terminal(char **command) {
        sd_bus_message *call = new_start_terminal(bus, command), *reply = NULL;
        sd_bus_error error = SD_BUS_ERROR_NULL;
        const char *id;
        uint64_t begin, took;
        int r;

        begin = now_nsec();
        r = sd_bus_call(bus, call, CALL_USEC, &error, &reply);
        took = now_nsec() - begin;
        check(r, "cannot start a terminal", &error);
        check(sd_bus_message_read(reply, "so", &id, NULL), "cannot read the reply", NULL);
        check(sd_bus_call_method(
                      bus, BUS_NAME, BUS_PATH, MANAGER_INTERFACE, "StopSession", &error, NULL, "s", id),
                "cannot stop the terminal", &error);
        sd_bus_message_unref(call);
        sd_bus_message_unref(reply);
        return took;
}

/* Units */

typedef struct Job {
        const char *path;
        bool done;
} Job;

static int on_job_removed(sd_bus_message *signal, void *userdata, sd_bus_error *error) {
        const char *path, *result;
        Job *job = userdata;
        int r;

        (void) error;
        r = sd_bus_message_read(signal, "uoss", NULL, &path, NULL, &result);
        if (r < 0 || !job->path || strcmp(path, job->path) != 0)
                return r;
        if (strcmp(result, "done") != 0)
                fail("a job ended with '%s'", result);
        job->done = true;
        return 0;
}

/* The signal is asked for and the answer to that is there before the time begins. */
static uint64_t time_start_unit(const char *unit, sd_bus_message *call) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *reply = NULL;
        sd_bus_slot *match = NULL;
        uint64_t begin, took;
        Job job = {};
        int r;

        check(sd_bus_match_signal(bus, &match, SYSTEMD, "JobRemoved", on_job_removed, &job),
                "cannot watch systemd's jobs", NULL);
        begin = now_nsec();
        r = sd_bus_call(bus, call, CALL_USEC, &error, &reply);
        check(r, "cannot start a unit", &error);
        check(sd_bus_message_read(reply, "o", &job.path), "cannot read the job", NULL);
        while (!job.done)
                process_or_wait(bus);
        took = now_nsec() - begin;
        sd_bus_slot_unref(match);
        sd_bus_message_unref(reply);
        /* It may have ended by itself. */
        (void) sd_bus_call_method(bus, SYSTEMD, "StopUnit", NULL, NULL, "ss", unit, "replace");
        return took;
}

static sd_bus_message *new_start_call(const char *suffix, char unit[64]) {
        sd_bus_message *call = NULL;
        int r;

        snprintf(unit, 64, UNIT_NAME_FORMAT, (int) getpid(), units_started++, suffix);
        r = sd_bus_message_new_method_call(bus, &call, SYSTEMD, "StartTransientUnit");
        if (r >= 0)
                r = sd_bus_message_append(call, "ss", unit, "fail");
        check(r, "cannot make the call", NULL);
        return call;
}

static uint64_t time_start_scope(void) {
        sd_bus_message *call;
        uint64_t took;
        char unit[64];
        pid_t pid;

        pid = fork();
        if (pid < 0)
                fail("cannot fork: %m");
        if (pid == 0) {
                (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
                for (;;)
                        pause();
        }
        call = new_start_call("scope", unit);
        check(sd_bus_message_append(call, "a(sv)a(sa(sv))", 2, "PIDs", "au", 1, (uint32_t) pid,
                      "CollectMode", "s", "inactive-or-failed", 0),
                "cannot make the call", NULL);
        took = time_start_unit(unit, call);
        sd_bus_message_unref(call);
        (void) kill(pid, SIGKILL);
        (void) waitpid(pid, NULL, 0);
        return took;
}

static uint64_t time_start_service(char **command) {
        sd_bus_message *call;
        uint64_t took;
        char unit[64];
        int r;

        call = new_start_call("service", unit);
        r = sd_bus_message_open_container(call, 'a', "(sv)");
        if (r >= 0)
                r = sd_bus_message_append(
                        call, "(sv)(sv)", "Type", "s", "exec", "CollectMode", "s", "inactive-or-failed");
        if (r >= 0)
                r = sd_bus_message_append(
                        call, "(sv)", "ExecStart", "a(sasb)", 1, command[0], 1, command[0], (int) false);
        if (r >= 0)
                r = sd_bus_message_close_container(call);
        if (r >= 0)
                r = sd_bus_message_append(call, "a(sa(sv))", 0);
        check(r, "cannot make the call", NULL);
        took = time_start_unit(unit, call);
        sd_bus_message_unref(call);
        return took;
}

/* All of it */

static uint64_t time_action(const Action *action) {
        const char *what = action->arguments[0];

        if (strcmp(what, "@start-terminal") == 0)
                return time_start_terminal(action->arguments + 1);
        if (strcmp(what, "@start-scope") == 0)
                return time_start_scope();
        if (strcmp(what, "@start-service") == 0)
                return time_start_service(action->arguments + 1);
        return time_command(action->arguments);
}

/* Cuts "NAME PAUSE ACTION… : NAME PAUSE ACTION…" up, in place. */
static size_t read_actions(char **argument, Action actions[ACTIONS_MAX]) {
        size_t n = 0;

        while (*argument) {
                if (n == ACTIONS_MAX || !argument[0] || !argument[1] || !argument[2])
                        fail("at most %i actions, each with a name, a pause, and what to do", ACTIONS_MAX);
                actions[n].name = argument[0];
                actions[n].pause_msec = strtoull(argument[1], NULL, 10);
                actions[n++].arguments = argument += 2;
                while (*argument && strcmp(*argument, ":") != 0)
                        argument++;
                if (*argument)
                        *argument++ = NULL;
        }
        return n;
}

int main(int argc, char *argv[]) {
        Action actions[ACTIONS_MAX];
        unsigned long runs;
        bool user;
        size_t n;
        int r;

        user = argc > 2 && strcmp(argv[2], "--user") == 0;
        if (argc < 3 + user || strcmp(argv[2 + user], ":") != 0)
                fail("usage: alternate RUNS [--user] : NAME PAUSE ACTION… [: NAME PAUSE ACTION…]…");
        runs = strtoul(argv[1], NULL, 10);
        n = read_actions(argv + 3 + user, actions);
        r = user ? sd_bus_open_user(&bus) : sd_bus_open_system(&bus);
        check(r, "cannot connect to the bus", NULL);
        check(sd_bus_call_method(bus, SYSTEMD, "Subscribe", NULL, NULL, NULL), "cannot subscribe", NULL);
        sessions_before = count_sessions();

        for (unsigned long run = 0; run <= runs; run++)
                for (size_t i = 0; i < n; i++) {
                        uint64_t took;

                        wait_sessions_gone();
                        pause_nsec(actions[i].pause_msec * 1000000);
                        took = time_action(&actions[i]);
                        if (run > 0)
                                printf("%s %.1f\n", actions[i].name, (double) took / 1000);
                        fflush(stdout);
                }
        wait_sessions_gone();
        sd_bus_flush_close_unref(bus);
        return EXIT_SUCCESS;
}
