/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Limits of sessions that run: what is set is in force or is refused, whoever is faster; what others set
 * is found. */

#include <inttypes.h>
#include <unistd.h>

#include "manager/access/charges.h"
#include "manager/base/systemd-names.h"
#include "manager/model/session-state.h"
#include "manager/session/session-limits.h"
#include "shared/message-ids.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

#define SCOPE    "compute-t1.scope"
#define MEBIBYTE (UINT64_C(1) << 20)

static Session *begin(void) {
        Session *s;

        world_begin();
        world_manager->limits_supported = LIMITS_ALL;
        s = world_start_terminal();
        world_settle();
        fake_bus_forget();
        return s;
}

static FakeCall *set_memory_max(uint64_t value) {
        return world_call_session("t1", "SetLimits", "a{sv}", 1, "MemoryMax", "t", value);
}

static bool record_says(const char *line) {
        _cleanup_free_ char *record = world_read_file("compute-sessions/sessions/t1");

        return strstr(record, line);
}

TEST(what_is_set_is_in_force) {
        Session *s = begin();

        (void) world_answer(set_memory_max(100 * MEBIBYTE));
        ck_assert_uint_eq(fake_bus_heard("SetUnitProperties " SCOPE " 1"), 1);
        ck_assert_uint_eq(fake_systemd_unit(SCOPE)->memory_max, 100 * MEBIBYTE);
        ck_assert_uint_eq(s->limits.values.values[LIMIT_MEMORY_MAX], 100 * MEBIBYTE);
        ck_assert_uint_eq(s->limits.under_way, 0);
        ck_assert(record_says("LIMIT=MemoryMax 104857600"));
        WORLD_UNTIL(fake_bus_heard("PropertiesChanged org.computesession1.Session"));
        WORLD_UNTIL(world_has_logged(MESSAGE_LIMITS_CHANGED));
        world_end();
}

TEST(what_cannot_be_enforced_is_refused) {
        (void) begin();
        world_manager->limits_supported = 0;
        ck_assert_ptr_nonnull(strstr(world_refusal(set_memory_max(MEBIBYTE), ERROR_NOT_SUPPORTED),
                "a user's own systemd limits nothing"));
        ck_assert_uint_eq(fake_bus_heard("SetUnitProperties"), 0);
        world_end();
}

TEST(what_systemd_refuses_is_not_in_force) {
        Session *s = begin();

        fake_bus_refuse("SetUnitProperties", 1, SD_BUS_ERROR_INVALID_ARGS, "That is too much.");
        ck_assert_ptr_nonnull(
                strstr(world_refusal(set_memory_max(MEBIBYTE), ERROR_LIMIT_NOT_TAKEN), "That is too much."));
        ck_assert_uint_eq(s->limits.values.values[LIMIT_MEMORY_MAX], LIMIT_NONE);
        ck_assert_uint_eq(s->limits.under_way, 0);
        fake_bus_refuse("SetUnitProperties", 1, SYSTEMD_NO_SUCH_UNIT, "There is no such unit.");
        (void) world_refusal(set_memory_max(MEBIBYTE), ERROR_STOPPED);
        ck_assert(!record_says("LIMIT="));
        world_end();
}

/* The session has ended, with its scope, when systemd comes to it. */
TEST(what_has_ended_has_no_limits) {
        FakeCall *call;

        (void) begin();
        fake_bus_hold("SetUnitProperties", 1);
        call = set_memory_max(MEBIBYTE);
        WORLD_UNTIL(fake_bus_heard("SetUnitProperties"));
        fake_keeper_end_payload(fake_keeper_get("t1"), 0);
        WORLD_UNTIL(!world_session("t1"));
        world_release("SetUnitProperties");
        (void) world_refusal(call, ERROR_STOPPED);
        world_end();
}

/* They were set, and then it ended. */
TEST(what_ends_once_they_are_set_had_them) {
        FakeCall *call;

        (void) begin();
        fake_bus_hold("GetAll org.freedesktop.systemd1.Scope", 1);
        call = set_memory_max(MEBIBYTE);
        WORLD_UNTIL(fake_bus_heard("GetAll org.freedesktop.systemd1.Scope"));
        fake_keeper_end_payload(fake_keeper_get("t1"), 0);
        WORLD_UNTIL(!world_session("t1"));
        world_release("GetAll org.freedesktop.systemd1.Scope");
        (void) world_answer(call);
        world_end();
}

/* cgroup v1 does it with memory that is in use. */
TEST(what_the_kernel_does_not_take_is_set_back) {
        Session *s = begin();
        const char *message;

        world_open_cgroups();
        world_enter_cgroup(SCOPE, getpid());
        world_put_cgroup(SCOPE, "memory.max", "max\n");
        message = world_refusal(set_memory_max(MEBIBYTE), ERROR_LIMIT_NOT_TAKEN);
        ck_assert_msg(strstr(message, "The kernel did not take MemoryMax=1M"), "says: %s", message);
        ck_assert_ptr_nonnull(strstr(message, "infinity stays in force"));
        WORLD_UNTIL(fake_bus_heard("SetUnitProperties " SCOPE) == 2);
        ck_assert_uint_eq(fake_systemd_unit(SCOPE)->memory_max, LIMIT_NONE);
        ck_assert_uint_eq(s->limits.values.values[LIMIT_MEMORY_MAX], LIMIT_NONE);
        world_end();
}

/* Two set it, and who was last counts for both. */
TEST(what_somebody_else_has_set_since_counts) {
        FakeCall *first, *second;

        (void) begin();
        fake_bus_hold("GetAll org.freedesktop.systemd1.Scope", 1);
        first = set_memory_max(MEBIBYTE);
        WORLD_UNTIL(fake_bus_heard("GetAll org.freedesktop.systemd1.Scope"));
        second = set_memory_max(2 * MEBIBYTE);
        WORLD_UNTIL(fake_bus_heard("SetUnitProperties") == 2);
        world_release("GetAll org.freedesktop.systemd1.Scope");
        (void) world_answer(first);
        (void) world_answer(second);
        ck_assert_uint_eq(fake_systemd_unit(SCOPE)->memory_max, 2 * MEBIBYTE);
        world_end();
}

TEST(what_others_set_is_found) {
        Session *s = begin();

        world_open_cgroups();
        world_put_cgroup(SCOPE, "pids.max", "77\n");
        s->limits.read = 0;
        session_refresh_limits(s); /* systemd's default */
        ck_assert_uint_eq(s->limits.values.values[LIMIT_TASKS_MAX], 77);
        ck_assert(!record_says("LIMIT="));
        world_put_cgroup(SCOPE, "memory.max", "2097152\n");
        session_refresh_limits(s); /* it was looked at just now */
        ck_assert_uint_eq(s->limits.values.values[LIMIT_MEMORY_MAX], LIMIT_NONE);
        s->limits.read = 0;
        session_refresh_limits(s);
        ck_assert_uint_eq(s->limits.values.values[LIMIT_MEMORY_MAX], 2 * MEBIBYTE);
        ck_assert(record_says("LIMIT=MemoryMax 2097152"));
        WORLD_UNTIL(fake_bus_heard("PropertiesChanged org.computesession1.Session"));
        world_end();
}

/* Its leader is elsewhere, and nobody is left in the scope: a limit of the scope would limit nothing. */
TEST(what_is_outside_has_other_limits) {
        (void) begin();
        world_open_cgroups();
        world_put_cgroup(SCOPE, "cgroup.procs", "");
        ck_assert_ptr_nonnull(
                strstr(world_refusal(set_memory_max(MEBIBYTE), ERROR_LIMIT_NOT_TAKEN), "limits of its own"));
        ck_assert_uint_eq(fake_bus_heard("SetUnitProperties"), 0);
        world_end();
}

TEST(what_ends_takes_no_limits) {
        Session *s = begin();

        fake_systemd_set_job(SCOPE, NULL);
        (void) world_call_session("t1", "Stop", "");
        WORLD_UNTIL(s->phase == PHASE_STOPPING);
        (void) world_refusal(set_memory_max(MEBIBYTE), ERROR_STOPPED);
        world_end();
}

/* Between two scopes there is nothing to set them of. */
TEST(what_is_restarted_gets_them_then) {
        FakeCall *restart, *limits;

        world_begin();
        world_manager->limits_supported = LIMITS_ALL;
        (void) world_start_notebook("/tmp/a.ipynb");
        fake_keepers_mute(KEEPER_RESTART, 1);
        restart = world_call_session("n1", "Restart", "");
        WORLD_UNTIL(fake_keeper_get("n1")->heard[KEEPER_RESTART]);
        limits = world_call_session("n1", "SetLimits", "a{sv}", 1, "MemoryMax", "t", MEBIBYTE);
        world_settle();
        ck_assert_uint_eq(fake_bus_heard("SetUnitProperties"), 0);
        ck_assert_ptr_null(limits->answer);
        fake_keeper_fork(fake_keeper_get("n1"));
        (void) world_answer(restart);
        (void) world_answer(limits);
        ck_assert_uint_eq(fake_systemd_unit("compute-n1.scope")->memory_max, MEBIBYTE);
        world_end();
}

TEST(who_asks_too_often_is_told_so) {
        Charge charges[256] = {};
        size_t n = 0;

        (void) begin();
        while (n < ELEMENTSOF(charges) &&
                charge_take(&charges[n], &world_manager->charges, world_uid(), CHARGE_SYSTEMD, 0) >= 0)
                n++;
        ck_assert_uint_lt(n, ELEMENTSOF(charges));
        (void) world_refusal(set_memory_max(MEBIBYTE), ERROR_LIMIT_REACHED);
        while (n > 0)
                charge_release(&charges[--n]);
        world_end();
}

TEST_MAIN(what_is_set_is_in_force, what_cannot_be_enforced_is_refused, what_systemd_refuses_is_not_in_force,
        what_has_ended_has_no_limits, what_ends_once_they_are_set_had_them,
        what_the_kernel_does_not_take_is_set_back, what_somebody_else_has_set_since_counts,
        what_others_set_is_found, what_is_outside_has_other_limits, what_ends_takes_no_limits,
        what_is_restarted_gets_them_then, who_asks_too_often_is_told_so);
