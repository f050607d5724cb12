/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How a scope ended and what it leaves, read from systemd's answers; and what is asked of systemd for new
 * units. */

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "manager/base/config.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/session/session-lifetime.h"
#include "manager/systemd/systemd-properties.h"
#include "tests/unit/message.h"
#include "tests/unit/test-main.h"

static ScopeEnd read_end(const char *state, usec_t active_exit, usec_t inactive_enter) {
        sd_bus_message *reply = message_make("a{sv}", 5, "Id", "s", "compute-n1.scope", "ActiveState", "s",
                state, "ActiveExitTimestampMonotonic", "t", active_exit, "InactiveEnterTimestampMonotonic",
                "t", inactive_enter, "Job", "(uo)", 0, "/");
        ScopeEnd end;

        ck_assert_int_ge(scope_end_read(reply, &end), 0);
        sd_bus_message_unref(reply);
        return end;
}

TEST(tells_ends_of_scopes) {
        ScopeEnd end;

        end = read_end("active", 0, 0);
        ck_assert(!end.inactive && !end.stopped);
        end = read_end("deactivating", 0, 0);
        ck_assert(!end.inactive && end.stopped);
        end = read_end("inactive", 100, 100);
        ck_assert(end.inactive && !end.stopped);
        end = read_end("failed", 100, 100);
        ck_assert(end.inactive && !end.stopped);
        end = read_end("inactive", 100, 101);
        ck_assert(end.inactive && end.stopped);
        end = read_end("failed", 100, 10000);
        ck_assert(end.inactive && end.stopped);
        message_bus_done();
}

TEST(reads_remains) {
        ScopeRemains remains;
        sd_bus_message *reply;

        reply = message_make("a{sv}", 5, "Slice", "s", "compute-0.slice", "CPUUsageNSec", "t", UINT64_C(12),
                "Result", "s", "oom-kill", "MemoryMax", "t", UINT64_C(13), "MemoryPeak", "t", UINT64_C(14));
        ck_assert_int_ge(scope_remains_read(reply, &remains), 0);
        ck_assert_uint_eq(remains.limits.values[LIMIT_MEMORY_MAX], 13);
        ck_assert_uint_eq(remains.limits.values[LIMIT_TASKS_MAX], UINT64_MAX);
        ck_assert_uint_eq(remains.memory_peak, 14);
        ck_assert_uint_eq(remains.cpu_usage_nsec, 12);
        ck_assert(remains.oom_killed);
        ck_assert(remains.is_ours);
        sd_bus_message_unref(reply);

        reply = message_make("a{sv}", 2, "Slice", "s", "", "Result", "s", "success");
        ck_assert_int_ge(scope_remains_read(reply, &remains), 0);
        ck_assert_uint_eq(remains.cpu_usage_nsec, UINT64_MAX);
        ck_assert(!remains.oom_killed);
        ck_assert(!remains.is_ours);
        sd_bus_message_unref(reply);
        message_bus_done();
}

TEST(other_answers_are_refused) {
        sd_bus_message *reply = message_make("s", "hello");
        ScopeRemains remains;
        ScopeEnd end;

        ck_assert_int_lt(scope_end_read(reply, &end), 0);
        ck_assert_int_ge(sd_bus_message_rewind(reply, true), 0);
        ck_assert_int_lt(scope_remains_read(reply, &remains), 0);
        sd_bus_message_unref(reply);
        reply = message_make("a{sv}", 1, "ActiveState", "u", 1);
        ck_assert_int_lt(scope_end_read(reply, &end), 0);
        sd_bus_message_unref(reply);
        message_bus_done();
}

/* Looks for a property in an a(sv); positions the message at the variant's value. */
static void find_property(sd_bus_message *m, const char *wanted, const char *type) {
        const char *name;

        ck_assert_int_ge(sd_bus_message_rewind(m, true), 0);
        ck_assert_int_ge(sd_bus_message_enter_container(m, 'a', "(sv)"), 0);
        while (sd_bus_message_enter_container(m, 'r', "sv") > 0) {
                ck_assert_int_gt(sd_bus_message_read(m, "s", &name), 0);
                if (streq(name, wanted)) {
                        ck_assert_int_gt(sd_bus_message_enter_container(m, 'v', type), 0);
                        return;
                }
                ck_assert_int_ge(sd_bus_message_skip(m, "v"), 0);
                ck_assert_int_ge(sd_bus_message_exit_container(m), 0);
        }
        ck_abort_msg("there is no %s", wanted);
}

static void assert_text(sd_bus_message *m, const char *property, const char *expected) {
        const char *s;

        find_property(m, property, "s");
        ck_assert_int_gt(sd_bus_message_read(m, "s", &s), 0);
        ck_assert_str_eq(s, expected);
}

static void assert_true(sd_bus_message *m, const char *property) {
        int b;

        find_property(m, property, "b");
        ck_assert_int_gt(sd_bus_message_read(m, "b", &b), 0);
        ck_assert_msg(b, "%s is false", property);
}

TEST(scopes_are_counted_and_bounded) {
        static const char *const counted[] = { "CPUAccounting", "MemoryAccounting", "TasksAccounting",
                "IOAccounting" };
        Manager manager = { .runtime_fd = -EBADF };
        sd_bus_message *call = message_new();
        uint64_t timeout;
        Session *s;

        config_init(&manager.config);
        ck_assert_int_eq(session_new(&manager, SESSION_NOTEBOOK, 1, 1000, true, &s), 0);
        ck_assert_int_ge(replace_string(&s->name, "a.ipynb"), 0);
        ck_assert_int_ge(replace_string(&s->program.kernel, "python3"), 0);
        s->leader.pid = 4711;
        ck_assert_int_ge(append_scope_properties(call, s), 0);
        (void) message_seal(call);
        assert_text(call, "Description", "Notebook a.ipynb (python3)");
        assert_text(call, "Slice", "compute-1000.slice");
        assert_text(call, "KillMode", "control-group");
        assert_text(call, "OOMPolicy", "continue");
        assert_true(call, "SendSIGHUP");
        for (size_t i = 0; i < ELEMENTSOF(counted); i++)
                assert_true(call, counted[i]);
        find_property(call, "TimeoutStopUSec", "t");
        ck_assert_int_gt(sd_bus_message_read(call, "t", &timeout), 0);
        ck_assert_uint_eq(timeout, manager.config.stop_timeout);
        sd_bus_message_unref(call);
        session_free_all(&manager.sessions);
        message_bus_done();
}

/* By a descriptor of it, if systemd knows these: the number may be somebody else's by then. */
TEST(leaders_are_named_to_systemd) {
        Manager manager = { .runtime_fd = -EBADF };
        struct stat leader, named;
        sd_bus_message *call;
        uint32_t pid;
        Session *s;
        int fd;

        config_init(&manager.config);
        ck_assert_int_eq(session_new(&manager, SESSION_TERMINAL, 1, 1000, true, &s), 0);
        s->leader.pid = getpid();
        s->leader.fd = memfd_create("leader", MFD_CLOEXEC); /* any descriptor */
        ck_assert_int_eq(fstat(s->leader.fd, &leader), 0);

        call = message_new();
        ck_assert_int_ge(append_scope_properties(call, s), 0);
        (void) message_seal(call);
        find_property(call, "PIDs", "au");
        ck_assert_int_gt(sd_bus_message_read(call, "au", 1, &pid), 0);
        ck_assert_uint_eq(pid, (uint32_t) s->leader.pid);
        sd_bus_message_unref(call);

        manager.systemd_takes_pidfds = true;
        call = message_new();
        ck_assert_int_ge(append_scope_properties(call, s), 0);
        (void) message_seal(call);
        find_property(call, "PIDFDs", "ah");
        ck_assert_int_gt(sd_bus_message_read(call, "ah", 1, &fd), 0);
        ck_assert_int_eq(fstat(fd, &named), 0);
        ck_assert(named.st_dev == leader.st_dev && named.st_ino == leader.st_ino);
        sd_bus_message_unref(call);
        session_free_all(&manager.sessions);
        message_bus_done();
}

/* As root the keeper runs as the user, through PAM; in user mode there is no user to switch to. */
TEST(keepers_run_as_the_user) {
        Manager manager = { .runtime_fd = -EBADF };
        Session *s;

        config_init(&manager.config);
        ck_assert_int_eq(session_new(&manager, SESSION_TERMINAL, 1, 1000, true, &s), 0);
        for (int user_mode = 0; user_mode < 2; user_mode++) {
                sd_bus_message *call = message_new();
                const char *signature;

                manager.user_mode = user_mode;
                ck_assert_int_ge(append_keeper_properties(call, s, 0), 0);
                (void) message_seal(call);
                signature = sd_bus_message_get_signature(call, true);
                ck_assert_str_eq(signature, "a(sv)");
                assert_text(call, "Slice", "compute-1000.slice");
                assert_text(call, "Restart", "on-failure");
                if (!user_mode) {
                        assert_text(call, "User", "1000");
                        assert_text(call, "PAMName", "compute-session");
                }
                sd_bus_message_unref(call);
        }
        session_free_all(&manager.sessions);
        message_bus_done();
}

TEST_MAIN(tells_ends_of_scopes, reads_remains, other_answers_are_refused, scopes_are_counted_and_bounded,
        leaders_are_named_to_systemd, keepers_run_as_the_user);
