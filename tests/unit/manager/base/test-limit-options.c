/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Limits in messages: what is read, what is refused with what words, and what is asked of systemd; and which
 * limits a new session gets. */

#include "manager/base/config.h"
#include "manager/base/limit-options.h"
#include "manager/model/manager.h"
#include "shared/names.h"
#include "tests/unit/message.h"
#include "tests/unit/test-main.h"

static void assert_refused(sd_bus_message *call, const char *name, const char *says) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        Limits limits;

        ck_assert_msg(limits_read(call, &limits, &error) < 0, "accepted, but should say: %s", says);
        ck_assert_str_eq(error.name, name);
        ck_assert_msg(strstr(error.message, says), "says: %s", error.message);
        sd_bus_error_free(&error);
        sd_bus_message_unref(call);
}

TEST(reads_all_kinds) {
        sd_bus_message *call = message_make("a{sv}", 7, "MemoryMax", "t", UINT64_C(1), "MemoryHigh", "t",
                UINT64_C(2), "MemorySwapMax", "t", UINT64_C(0), "CPUQuotaPerSecUSec", "t", UINT64_C(500000),
                "CPUWeight", "t", UINT64_C(0), "IOWeight", "t", UINT64_C(10000), "TasksMax", "t",
                UINT64_MAX);
        static const uint64_t expected[LIMIT_KIND_MAX] = { 1, 2, 0, 500000, 0, 10000, UINT64_MAX };
        sd_bus_error error = SD_BUS_ERROR_NULL;
        Limits limits;

        ck_assert_int_ge(limits_read(call, &limits, &error), 0);
        ck_assert_uint_eq(limits.given, LIMITS_ALL);
        ck_assert_mem_eq(limits.values, expected, sizeof(expected));
        sd_bus_message_unref(call);
        message_bus_done();
}

TEST(reads_parts) {
        sd_bus_message *call = message_make(
                "a{sv}", 2, "MemoryMaxScale", "u", UINT32_MAX / 2, "TasksMaxScale", "u", UINT32_C(1));
        sd_bus_error error = SD_BUS_ERROR_NULL;
        Limits limits;

        ck_assert_int_ge(limits_read(call, &limits, &error), 0);
        ck_assert_uint_eq(limits.values[LIMIT_MEMORY_MAX], limit_resolve(LIMIT_MEMORY_MAX, UINT32_MAX / 2));
        ck_assert_uint_eq(limits.values[LIMIT_TASKS_MAX], 1);
        ck_assert(!limits_have(&limits, LIMIT_MEMORY_HIGH));
        sd_bus_message_unref(call);
        message_bus_done();
}

TEST(refusals_say_what_there_is) {
        assert_refused(message_make("a{sv}", 0), ERROR_INVALID_ARGUMENT, "at least one of: MemoryMax, ");
        assert_refused(message_make("a{sv}", 1, "Memory\nMax", "t", UINT64_C(1)), ERROR_UNKNOWN_OPTION,
                "'Memory?Max'; there are: MemoryMax, MemoryHigh, MemorySwapMax, CPUQuotaPerSecUSec, CPUWeight, "
                "IOWeight, TasksMax.");
        assert_refused(message_make("a{sv}", 1, "CPUQuota", "t", UINT64_C(1)), ERROR_UNKNOWN_OPTION,
                "CPUQuotaPerSecUSec");
        assert_refused(message_make("a{sv}", 1, "MemoryMax", "s", "2G"), ERROR_INVALID_ARGUMENT,
                "type 't', not 's'");
        assert_refused(message_make("a{sv}", 1, "MemoryMaxScale", "t", UINT64_C(1)), ERROR_INVALID_ARGUMENT,
                "type 'u', not 't'");
        assert_refused(message_make("a{sv}", 1, "MemoryMax", "t", UINT64_C(0)), ERROR_INVALID_ARGUMENT,
                "MemoryMax cannot be 0, it is a number of bytes, at least 1, or UINT64_MAX");
        assert_refused(message_make("a{sv}", 1, "CPUWeight", "t", UINT64_C(10001)), ERROR_INVALID_ARGUMENT,
                "CPUWeight cannot be 10001, it is a number from 1 to 10000");
        assert_refused(message_make("a{sv}", 1, "MemoryHighScale", "u", 0), ERROR_INVALID_ARGUMENT,
                "MemoryHighScale cannot be 0");
        assert_refused(message_make("a{sv}", 2, "TasksMax", "t", UINT64_C(1), "TasksMaxScale", "u", 1),
                ERROR_INVALID_ARGUMENT, "twice");
        message_bus_done();
}

TEST(writes_what_is_given) {
        sd_bus_message *m = message_new();
        const char *name;
        uint64_t value;
        Limits limits;

        limits_init(&limits);
        limits_set(&limits, LIMIT_CPU_QUOTA, 10000);
        limits_set(&limits, LIMIT_TASKS_MAX, LIMIT_NONE);
        ck_assert_int_ge(sd_bus_message_open_container(m, 'a', "(sv)"), 0);
        ck_assert_int_ge(limits_append(m, &limits), 0);
        ck_assert_int_ge(sd_bus_message_close_container(m), 0);
        (void) message_seal(m);
        ck_assert_int_gt(sd_bus_message_enter_container(m, 'a', "(sv)"), 0);
        ck_assert_int_gt(sd_bus_message_read(m, "(sv)", &name, "t", &value), 0);
        ck_assert_str_eq(name, "CPUQuotaPerSecUSec");
        ck_assert_uint_eq(value, 10000);
        ck_assert_int_gt(sd_bus_message_read(m, "(sv)", &name, "t", &value), 0);
        ck_assert_str_eq(name, "TasksMax");
        ck_assert_uint_eq(value, UINT64_MAX);
        ck_assert_int_eq(sd_bus_message_at_end(m, /* complete = */ false), 1);
        sd_bus_message_unref(m);
        message_bus_done();
}

TEST(what_is_not_there_is_refused) {
        Manager m = { .limits_supported = LIMITS_ALL & ~(UINT64_C(1) << LIMIT_MEMORY_HIGH) };
        sd_bus_error error = SD_BUS_ERROR_NULL;
        Limits limits;

        limits_init(&limits);
        limits_set(&limits, LIMIT_MEMORY_MAX, 1);
        ck_assert_int_ge(limits_check_supported(&m, &limits, &error), 0);
        limits_set(&limits, LIMIT_MEMORY_HIGH, 1);
        ck_assert_int_lt(limits_check_supported(&m, &limits, &error), 0);
        ck_assert_str_eq(error.name, ERROR_NOT_SUPPORTED);
        ck_assert_ptr_nonnull(strstr(error.message, "MemoryHigh= cannot be enforced here"));
        sd_bus_error_free(&error);
}

TEST(what_a_session_gets) {
        Manager m = { .limits_supported = LIMITS_ALL & ~(UINT64_C(1) << LIMIT_IO_WEIGHT) };
        Limits asked, got;

        config_init(&m.config);
        limits_init(&asked);
        limits_choose(&m, SESSION_TERMINAL, 1000, &asked, &got);
        ck_assert_uint_eq(got.given, 0);

        limits_set(&m.config.limits[SESSION_TERMINAL], LIMIT_MEMORY_MAX, 1);
        limits_set(&m.config.limits[SESSION_TERMINAL], LIMIT_TASKS_MAX, 1);
        limits_set(&m.config.limits[SESSION_TERMINAL], LIMIT_CPU_QUOTA, 10000);
        limits_set(&m.config.limits[SESSION_TERMINAL], LIMIT_IO_WEIGHT, 1);
        m.config.users[0].uid = 1000;
        limits_init(&m.config.users[0].limits);
        limits_set(&m.config.users[0].limits, LIMIT_TASKS_MAX, 2);
        limits_set(&m.config.users[0].limits, LIMIT_CPU_QUOTA, 20000);
        m.config.n_users = 1;
        limits_set(&asked, LIMIT_CPU_QUOTA, LIMIT_NONE);
        limits_choose(&m, SESSION_TERMINAL, 1000, &asked, &got);
        ck_assert_uint_eq(got.values[LIMIT_MEMORY_MAX], 1);
        ck_assert_uint_eq(got.values[LIMIT_TASKS_MAX], 2);
        ck_assert_uint_eq(got.values[LIMIT_CPU_QUOTA], LIMIT_NONE);
        ck_assert(limits_have(&got, LIMIT_CPU_QUOTA));
        ck_assert(!limits_have(&got, LIMIT_IO_WEIGHT));

        limits_choose(&m, SESSION_TERMINAL, 1001, &asked, &got);
        ck_assert_uint_eq(got.values[LIMIT_TASKS_MAX], 1);
        limits_choose(&m, SESSION_NOTEBOOK, 1001, &asked, &got);
        ck_assert(!limits_have(&got, LIMIT_TASKS_MAX));
}

TEST_MAIN(reads_all_kinds, reads_parts, refusals_say_what_there_is, writes_what_is_given,
        what_is_not_there_is_refused, what_a_session_gets);
