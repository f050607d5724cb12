/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* systemd on the fake bus. */

#include "tests/unit/manager/fakes/fake-systemd.h"

#include <check.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "manager/base/systemd-names.h"
#include "shared/macros.h"
#include "tests/unit/manager/fakes/fake-bus.h"
#include "tests/unit/manager/fakes/fake-process.h"

#define RESULTS_MAX 16

/* A job that has not ended. */
typedef struct FakeJob {
        char unit[64]; /* "": none */
        uint32_t number;
        bool stops;
} FakeJob;

static struct {
        FakeUnit units[FAKE_UNITS_MAX];
        FakeJob jobs[FAKE_UNITS_MAX];
        struct {
                const char *unit, *result;
                bool used;
        } results[RESULTS_MAX];
        size_t n_results;
        uint32_t job;
        const char *version, *cgroup;
        void (*on_keeper)(const char *unit, int fd);
        void (*on_end)(const char *unit);
} fake = { .version = "252.39-1~deb12u1" };

/* Units */

static bool is_scope(const char *unit) {
        return strlen(unit) > 6 && streq(unit + strlen(unit) - 6, ".scope");
}

static bool has_ended(const FakeUnit *u) {
        return streq(u->active_state, "inactive") || streq(u->active_state, "failed");
}

/* What has ended and is not referenced is forgotten. */
static void collect(FakeUnit *u) {
        if (has_ended(u) && !u->referenced)
                *u = (FakeUnit){};
}

static bool is_dead(uint32_t pid) {
        siginfo_t info = {};

        return waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid != 0;
}

static bool is_empty(const FakeUnit *u) {
        for (size_t i = 0; i < u->n_pids; i++)
                if (!is_dead(u->pids[i]))
                        return false;
        return true;
}

/* A scope ends with its last process. */
static void notice_end(FakeUnit *u) {
        if (u->n_pids > 0 && streq(u->active_state, "active") && is_empty(u)) {
                u->active_state = "inactive";
                collect(u);
        }
}

FakeUnit *fake_systemd_unit(const char *name) {
        for (size_t i = 0; i < FAKE_UNITS_MAX; i++)
                if (name[0] && streq(fake.units[i].name, name)) {
                        notice_end(&fake.units[i]);
                        return fake.units[i].name[0] ? &fake.units[i] : NULL;
                }
        return NULL;
}

FakeUnit *fake_systemd_add(const char *name) {
        FakeUnit *u = fake.units;

        while (u < fake.units + FAKE_UNITS_MAX && u->name[0])
                u++;
        ck_assert(u < fake.units + FAKE_UNITS_MAX);
        *u = (FakeUnit){
                .active_state = "active",
                .result = "success",
                .slice = "compute-1000.slice",
                .cpu_usage_nsec = 1000,
                .memory_peak = UINT64_MAX,
                .memory_max = UINT64_MAX,
                .tasks_max = 4915,
        };
        (void) snprintf(u->name, sizeof(u->name), "%s", name);
        return u;
}

/* The processes are the case's children; who dies of the signal is dead when this returns. */
static void signal_all(FakeUnit *u, int signal) {
        for (size_t i = 0; i < u->n_pids; i++) {
                siginfo_t info;

                if (kill((pid_t) u->pids[i], signal) >= 0 && (signal == SIGKILL || signal == SIGTERM))
                        (void) waitid(P_PID, u->pids[i], &info, WEXITED | WNOWAIT);
        }
}

/* Jobs */

static const char *job_path(uint32_t number, char ret[64]) {
        (void) snprintf(ret, 64, SYSTEMD_PATH "/job/%" PRIu32, number);
        return ret;
}

static void tell_removed(const FakeJob *job, const char *result) {
        char path[64];

        fake_bus_signal(SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, "JobRemoved", "uoss", job->number,
                job_path(job->number, path), job->unit, result);
}

static void end_unit(FakeUnit *u) {
        u->active_state = "inactive";
        if (!is_scope(u->name) && fake.on_end)
                fake.on_end(u->name);
        collect(u);
}

/* What comes of a job; returns it. */
static FakeJob finish_job(FakeJob *job, const char *result) {
        FakeUnit *u = fake_systemd_unit(job->unit);
        FakeJob ended = *job;

        *job = (FakeJob){};
        if (u && ended.stops && streq(result, "done")) {
                signal_all(u, SIGKILL);
                end_unit(u);
        } else if (u && !ended.stops && !streq(result, "done")) {
                u->active_state = "failed";
                collect(u);
        }
        return ended;
}

static void end_job(FakeJob *job, const char *result) {
        FakeJob ended = finish_job(job, result);

        tell_removed(&ended, result);
}

void fake_systemd_set_job(const char *unit, const char *result) {
        ck_assert_uint_lt(fake.n_results, RESULTS_MAX);
        fake.results[fake.n_results].unit = unit;
        fake.results[fake.n_results].result = result;
        fake.results[fake.n_results++].used = false;
}

static const char *take_result(const char *unit) {
        for (size_t i = 0; i < fake.n_results; i++)
                if (!fake.results[i].used && streq(fake.results[i].unit, unit)) {
                        fake.results[i].used = true;
                        return fake.results[i].result;
                }
        return "done";
}

static FakeJob *find_job(const char *unit) {
        for (size_t i = 0; i < FAKE_UNITS_MAX; i++)
                if (streq(fake.jobs[i].unit, unit))
                        return &fake.jobs[i];
        return NULL;
}

void fake_systemd_end_job(const char *unit, const char *result) {
        FakeJob *job = find_job(unit);

        ck_assert_msg(job, "There is no job of %s.", unit);
        end_job(job, result);
}

void fake_systemd_empty(const char *unit) {
        FakeUnit *u = fake_systemd_unit(unit);

        ck_assert_ptr_nonnull(u);
        end_unit(u);
}

/* Answers with a new job, which takes the place of another one of the unit. */
static FakeJob *answer_with_job(sd_bus_message *call, const char *unit, bool stops) {
        FakeJob *job = find_job(unit);
        char path[64];

        if (job) {
                tell_removed(job, "canceled");
                *job = (FakeJob){};
        }
        job = find_job("");
        ck_assert_ptr_nonnull(job);
        *job = (FakeJob){ .number = ++fake.job, .stops = stops };
        (void) snprintf(job->unit, sizeof(job->unit), "%s", unit);
        (void) sd_bus_reply_method_return(call, "o", job_path(job->number, path));
        return job;
}

/* Methods */

static void read_pids(sd_bus_message *call, FakeUnit *u) {
        uint32_t pid;

        ck_assert_int_gt(sd_bus_message_enter_container(call, 'v', "au"), 0);
        ck_assert_int_gt(sd_bus_message_enter_container(call, 'a', "u"), 0);
        while (sd_bus_message_read(call, "u", &pid) > 0) {
                ck_assert_uint_lt(u->n_pids, FAKE_PIDS_MAX);
                u->pids[u->n_pids++] = pid;
        }
        ck_assert_int_ge(sd_bus_message_exit_container(call), 0);
        ck_assert_int_ge(sd_bus_message_exit_container(call), 0);
}

/* Reads one property; those that nobody asks about are skipped. */
static void read_property(sd_bus_message *call, FakeUnit *u, int *ret_input) {
        static const struct {
                const char *name;
                size_t offset, size;
        } texts[] = {
                { "Description", offsetof(FakeUnit, description), sizeof(u->description) },
                { "Slice", offsetof(FakeUnit, slice), sizeof(u->slice) },
                { "Controller", offsetof(FakeUnit, controller), sizeof(u->controller) },
        };
        const char *name, *text;
        int flag, fd;

        ck_assert_int_gt(sd_bus_message_read(call, "s", &name), 0);
        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                if (streq(texts[i].name, name)) {
                        ck_assert_int_gt(sd_bus_message_read(call, "v", "s", &text), 0);
                        (void) snprintf((char *) u + texts[i].offset, texts[i].size, "%s", text);
                        return;
                }
        if (streq(name, "PIDs"))
                read_pids(call, u);
        else if (streq(name, "MemoryMax"))
                ck_assert_int_gt(sd_bus_message_read(call, "v", "t", &u->memory_max), 0);
        else if (streq(name, "TasksMax"))
                ck_assert_int_gt(sd_bus_message_read(call, "v", "t", &u->tasks_max), 0);
        else if (streq(name, "AddRef")) {
                ck_assert_int_gt(sd_bus_message_read(call, "v", "b", &flag), 0);
                u->referenced = flag;
        } else if (streq(name, "StandardInputFileDescriptor")) {
                ck_assert_int_gt(sd_bus_message_read(call, "v", "h", &fd), 0);
                *ret_input = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        } else
                ck_assert_int_ge(sd_bus_message_skip(call, "v"), 0);
}

static void read_properties(sd_bus_message *call, FakeUnit *u, int *ret_input) {
        ck_assert_int_gt(sd_bus_message_enter_container(call, 'a', "(sv)"), 0);
        while (sd_bus_message_enter_container(call, 'r', "sv") > 0) {
                read_property(call, u, ret_input);
                ck_assert_int_ge(sd_bus_message_exit_container(call), 0);
        }
        ck_assert_int_ge(sd_bus_message_exit_container(call), 0);
}

static void refuse(sd_bus_message *call, const char *error, const char *unit) {
        (void) sd_bus_reply_method_errorf(call, error, "Unit %s: %s.", unit, error);
}

static void enter_unit(pid_t pid, const char *unit) {
        char cgroup[128];

        (void) snprintf(cgroup, sizeof(cgroup), "/%s", unit);
        fake_process_set_cgroup(pid, cgroup);
}

static void start_transient(sd_bus_message *call) {
        const char *unit, *mode, *result;
        int input = -EBADF;
        FakeUnit *u;
        FakeJob *job;

        ck_assert_int_gt(sd_bus_message_read(call, "ss", &unit, &mode), 0);
        if (fake_systemd_unit(unit)) {
                refuse(call, SYSTEMD_UNIT_EXISTS, unit);
                return;
        }
        u = fake_systemd_add(unit);
        read_properties(call, u, &input);
        job = answer_with_job(call, unit, /* stops = */ false);
        result = take_result(unit);
        for (size_t i = 0; i < u->n_pids; i++)
                enter_unit((pid_t) u->pids[i], unit);
        if (input >= 0 && fake.on_keeper && (!result || streq(result, "done")))
                fake.on_keeper(unit, input);
        else
                (void) safe_close(input);
        if (result)
                end_job(job, result);
}

/* A controller is to end what is in its scope; the job ends once that is so. */
static void stop_unit(sd_bus_message *call, FakeUnit *u, const char *unit) {
        const char *result;
        FakeJob *job;
        char *path = NULL;

        if (!u) {
                refuse(call, SYSTEMD_NO_SUCH_UNIT, unit);
                return;
        }
        job = answer_with_job(call, unit, /* stops = */ true);
        result = take_result(unit);
        if (u->controller[0] && !has_ended(u)) {
                ck_assert_int_ge(sd_bus_path_encode(SYSTEMD_UNIT_PATH, unit, &path), 0);
                fake_bus_signal(SYSTEMD_NAME, path, SYSTEMD_SCOPE, "RequestStop", "");
                free(path);
        } else if (result)
                end_job(job, result);
}

static void kill_unit(sd_bus_message *call, FakeUnit *u, const char *unit) {
        const char *whom;
        FakeJob *job;
        int signal;

        if (!u) {
                refuse(call, SYSTEMD_NO_SUCH_UNIT, unit);
                return;
        }
        ck_assert_int_gt(sd_bus_message_read(call, "si", &whom, &signal), 0);
        signal_all(u, signal);
        (void) sd_bus_reply_method_return(call, NULL);
        job = find_job(unit);
        if (job && job->stops && u->controller[0] && is_empty(u))
                end_job(job, "done");
}

static void set_properties(sd_bus_message *call, FakeUnit *u, const char *unit) {
        int runtime, input = -EBADF;

        if (!u) {
                refuse(call, SYSTEMD_NO_SUCH_UNIT, unit);
                return;
        }
        ck_assert_int_gt(sd_bus_message_read(call, "b", &runtime), 0);
        read_properties(call, u, &input);
        (void) sd_bus_reply_method_return(call, NULL);
}

static void freeze_unit(sd_bus_message *call, FakeUnit *u, const char *unit) {
        if (!u) {
                refuse(call, SYSTEMD_NO_SUCH_UNIT, unit);
                return;
        }
        u->frozen = streq(sd_bus_message_get_member(call), "FreezeUnit");
        (void) sd_bus_reply_method_return(call, NULL);
}

static void change_reference(sd_bus_message *call, FakeUnit *u, const char *unit) {
        if (!u) {
                refuse(call, SYSTEMD_NO_SUCH_UNIT, unit);
                return;
        }
        u->referenced = streq(sd_bus_message_get_member(call), "RefUnit");
        collect(u);
        (void) sd_bus_reply_method_return(call, NULL);
}

static void list_units(sd_bus_message *call) {
        sd_bus_message *reply = NULL;

        ck_assert_int_ge(sd_bus_message_new_method_return(call, &reply), 0);
        ck_assert_int_ge(sd_bus_message_open_container(reply, 'a', "(ssssssouso)"), 0);
        for (size_t i = 0; i < FAKE_UNITS_MAX; i++)
                if (fake.units[i].name[0])
                        ck_assert_int_ge(sd_bus_message_append(reply, "(ssssssouso)", fake.units[i].name, "",
                                                 "loaded", fake.units[i].active_state, "", "", "/",
                                                 UINT32_C(0), "", "/"),
                                0);
        ck_assert_int_ge(sd_bus_message_close_container(reply), 0);
        ck_assert_int_ge(sd_bus_send(NULL, reply, NULL), 0);
        sd_bus_message_unref(reply);
}

static void list_processes(sd_bus_message *call, const FakeUnit *u, const char *unit) {
        sd_bus_message *reply = NULL;

        if (!u) {
                refuse(call, SYSTEMD_NO_SUCH_UNIT, unit);
                return;
        }
        ck_assert_int_ge(sd_bus_message_new_method_return(call, &reply), 0);
        ck_assert_int_ge(sd_bus_message_open_container(reply, 'a', "(sus)"), 0);
        for (size_t i = 0; i < u->n_pids; i++)
                ck_assert_int_ge(sd_bus_message_append(reply, "(sus)", "/", u->pids[i], "payload"), 0);
        ck_assert_int_ge(sd_bus_message_close_container(reply), 0);
        ck_assert_int_ge(sd_bus_send(NULL, reply, NULL), 0);
        sd_bus_message_unref(reply);
}

static void find_by_pid(sd_bus_message *call) {
        uint32_t pid;

        ck_assert_int_gt(sd_bus_message_read(call, "u", &pid), 0);
        for (size_t i = 0; i < FAKE_UNITS_MAX; i++)
                for (size_t j = 0; j < fake.units[i].n_pids; j++)
                        if (fake.units[i].pids[j] == pid) {
                                char *path = NULL;

                                ck_assert_int_ge(
                                        sd_bus_path_encode(SYSTEMD_UNIT_PATH, fake.units[i].name, &path), 0);
                                (void) sd_bus_reply_method_return(call, "o", path);
                                free(path);
                                return;
                        }
        (void) sd_bus_reply_method_errorf(call, SYSTEMD_NO_UNIT_FOR_PID, "PID %u is in no unit.", pid);
}

/* Properties */

static void get_all(sd_bus_message *call, const FakeUnit *u) {
        const char *interface;

        ck_assert_int_gt(sd_bus_message_read(call, "s", &interface), 0);
        if (!u && streq(interface, SYSTEMD_UNIT)) /* systemd makes one for any name */
                (void) sd_bus_reply_method_return(call, "a{sv}", 1, "ActiveState", "s", "inactive");
        else if (!u)
                (void) sd_bus_reply_method_return(
                        call, "a{sv}", 2, "Slice", "s", "", "Result", "s", "success");
        else if (streq(interface, SYSTEMD_UNIT))
                (void) sd_bus_reply_method_return(call, "a{sv}", 3, "ActiveState", "s", u->active_state,
                        "ActiveExitTimestampMonotonic", "t", u->active_exit,
                        "InactiveEnterTimestampMonotonic", "t", u->inactive_enter);
        else
                (void) sd_bus_reply_method_return(call, "a{sv}", 6, "Slice", "s", u->slice, "Result", "s",
                        u->result, "CPUUsageNSec", "t", u->cpu_usage_nsec, "MemoryPeak", "t", u->memory_peak,
                        "MemoryMax", "t", u->memory_max, "TasksMax", "t", u->tasks_max);
}

static void get(sd_bus_message *call, const FakeUnit *u) {
        const char *property;

        ck_assert_int_gt(sd_bus_message_read(call, "ss", NULL, &property), 0);
        if (streq(property, "Version"))
                (void) sd_bus_reply_method_return(call, "v", "s", fake.version);
        else if (streq(property, "ControlGroup") && fake.cgroup)
                (void) sd_bus_reply_method_return(call, "v", "s", fake.cgroup);
        else if (u && streq(property, "Description"))
                (void) sd_bus_reply_method_return(call, "v", "s", u->description);
        else if (u && streq(property, "Slice"))
                (void) sd_bus_reply_method_return(call, "v", "s", u->slice);
        else if (u && streq(property, "CPUUsageNSec"))
                (void) sd_bus_reply_method_return(call, "v", "t", u->cpu_usage_nsec);
        else if (u && streq(property, "TasksCurrent"))
                (void) sd_bus_reply_method_return(call, "v", "t", (uint64_t) u->n_pids);
        else
                (void) sd_bus_reply_method_errorf(
                        call, SD_BUS_ERROR_UNKNOWN_PROPERTY, "There is no property %s.", property);
}

static void serve_properties(sd_bus_message *call) {
        char *unit = NULL;
        const FakeUnit *u = NULL;

        if (sd_bus_path_decode(sd_bus_message_get_path(call), SYSTEMD_UNIT_PATH, &unit) > 0)
                u = fake_systemd_unit(unit);
        if (streq(sd_bus_message_get_member(call), "GetAll"))
                get_all(call, u);
        else
                get(call, u);
        free(unit);
}

/* Serving */

/* Methods whose first argument is a unit. */
static bool serve_unit(sd_bus_message *call, const char *member) {
        static const struct {
                const char *member;
                void (*serve)(sd_bus_message *call, FakeUnit *u, const char *unit);
        } table[] = {
                { "StopUnit", stop_unit },
                { "KillUnit", kill_unit },
                { "SetUnitProperties", set_properties },
                { "FreezeUnit", freeze_unit },
                { "ThawUnit", freeze_unit },
                { "RefUnit", change_reference },
                { "UnrefUnit", change_reference },
        };
        const char *unit;

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (streq(table[i].member, member)) {
                        ck_assert_int_gt(sd_bus_message_read(call, "s", &unit), 0);
                        table[i].serve(call, fake_systemd_unit(unit), unit);
                        return true;
                }
        return false;
}

static void serve(sd_bus_message *call) {
        const char *member = sd_bus_message_get_member(call), *unit;

        if (streq(sd_bus_message_get_interface(call), "org.freedesktop.DBus.Properties"))
                serve_properties(call);
        else if (streq(member, "StartTransientUnit"))
                start_transient(call);
        else if (streq(member, "ListUnitsByPatterns"))
                list_units(call);
        else if (streq(member, "GetUnitByPID"))
                find_by_pid(call);
        else if (streq(member, "GetUnitProcesses")) {
                ck_assert_int_gt(sd_bus_message_read(call, "s", &unit), 0);
                list_processes(call, fake_systemd_unit(unit), unit);
        } else if (!serve_unit(call, member))
                (void) sd_bus_reply_method_return(call, NULL); /* Subscribe, AbandonScope */
}

void fake_systemd_start(void (*on_keeper)(const char *unit, int fd), void (*on_end)(const char *unit)) {
        fake.on_keeper = on_keeper;
        fake.on_end = on_end;
        fake_bus_set_peer(SYSTEMD_NAME, serve);
}

void fake_systemd_end(void) {
        fake_bus_set_peer(SYSTEMD_NAME, NULL);
        memset(fake.units, 0, sizeof(fake.units));
        memset(fake.jobs, 0, sizeof(fake.jobs));
}

void fake_systemd_reload(void) {
        for (int begins = 1; begins >= 0; begins--)
                fake_bus_signal(SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, "Reloading", "b", begins);
}

void fake_systemd_set_version(const char *version) {
        fake.version = version;
}

void fake_systemd_set_cgroup(const char *path) {
        fake.cgroup = path;
}

void fake_systemd_go(void) {
        fake_bus_set_peer(SYSTEMD_NAME, NULL);
        for (size_t i = 0; i < FAKE_UNITS_MAX; i++)
                if (fake.jobs[i].unit[0])
                        (void) finish_job(&fake.jobs[i], "done");
        fake_bus_signal("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                "NameOwnerChanged", "sss", SYSTEMD_NAME, ":1.0", "");
}

void fake_systemd_return(void) {
        fake_bus_set_peer(SYSTEMD_NAME, serve);
        fake_bus_signal("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                "NameOwnerChanged", "sss", SYSTEMD_NAME, "", ":1.0");
}
