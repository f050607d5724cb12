/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What calls pass before their handlers: who is known, allowed, not too large; and samples that are
 * waited for. */

#include "manager/access/admission.h"
#include "manager/access/strangers.h"
#include "manager/access/usage.h"
#include "shared/message-ids.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

/* Everybody is a stranger once. */
TEST(strangers_are_asked_about_once) {
        world_begin();
        (void) world_answer(world_call_manager("ListSessions", ""));
        (void) world_answer(world_call_manager("ListSessions", ""));
        ck_assert_uint_eq(fake_bus_heard("GetConnectionCredentials " OWNER), 1);
        world_end();
}

TEST(calls_of_a_stranger_wait_in_order) {
        FakeCall *calls[5];

        world_begin();
        fake_bus_hold("GetConnectionCredentials", 1);
        for (size_t i = 0; i < ELEMENTSOF(calls); i++)
                calls[i] = world_call_manager("ListSessions", "");
        WORLD_UNTIL(fake_bus_heard("GetConnectionCredentials"));
        world_settle();
        ck_assert_uint_eq(world_manager->strangers.n, 1);
        for (size_t i = 0; i < ELEMENTSOF(calls); i++)
                ck_assert_ptr_null(calls[i]->answer);
        world_release("GetConnectionCredentials");
        for (size_t i = 0; i < ELEMENTSOF(calls); i++)
                (void) world_answer(calls[i]);
        ck_assert_uint_eq(world_manager->strangers.n, 0);
        world_end();
}

TEST(who_is_unknown_to_the_bus_is_refused) {
        world_begin();
        ck_assert_ptr_nonnull(
                strstr(world_refusal(fake_bus_call(":1.99", BUS_PATH, MANAGER_INTERFACE, "ListSessions", ""),
                               SD_BUS_ERROR_ACCESS_DENIED),
                        "does not know who is calling"));
        world_end();
}

TEST(so_many_calls_of_a_stranger_wait) {
        FakeCall *calls[STRANGER_CALLS_MAX + 1];

        world_begin();
        fake_bus_hold("GetConnectionCredentials", 1);
        for (size_t i = 0; i < ELEMENTSOF(calls); i++)
                calls[i] = world_call_manager("ListSessions", "");
        (void) world_refusal(calls[STRANGER_CALLS_MAX], SD_BUS_ERROR_LIMITS_EXCEEDED);
        world_end();
}

/* Allowed */

TEST(what_nobody_may_call) {
        world_begin();
        ck_assert_ptr_nonnull(
                strstr(world_refusal(world_call_manager("Reboot", ""), SD_BUS_ERROR_ACCESS_DENIED),
                        "There is no org.computesession1.Manager.Reboot"));
        (void) world_refusal(fake_bus_call(OWNER, BUS_PATH, "org.freedesktop.DBus.Properties", "Set", "ssv",
                                     MANAGER_INTERFACE, "Version", "s", "1"),
                SD_BUS_ERROR_ACCESS_DENIED);
        WORLD_UNTIL(world_has_logged(MESSAGE_REQUEST_REFUSED));
        world_end();
}

TEST(what_only_the_owner_may_call) {
        world_begin();
        (void) world_start_terminal();
        (void) world_refusal(
                fake_bus_call(OTHER, "/org/computesession1/session/t1", SESSION_INTERFACE, "Stop", ""),
                SD_BUS_ERROR_ACCESS_DENIED);
        (void) world_refusal(fake_bus_call(OTHER, BUS_PATH, MANAGER_INTERFACE, "StopSession", "s", "t1"),
                SD_BUS_ERROR_ACCESS_DENIED);
        /* Of one that is not there anybody may know. */
        (void) world_refusal(fake_bus_call(OTHER, BUS_PATH, MANAGER_INTERFACE, "StopSession", "s", "t2"),
                ERROR_NO_SUCH_SESSION);
        (void) world_answer(fake_bus_call(ROOT, BUS_PATH, MANAGER_INTERFACE, "StopSession", "s", "t1"));
        world_assert_gone("t1");
        world_end();
}

/* Size */

TEST(what_is_too_large_is_refused) {
        char *text = malloc(CALL_SIZE_MAX + 1), path[200] = "/org/computesession1/session/";
        sd_bus_message *m;

        memset(text, 'a', CALL_SIZE_MAX);
        text[CALL_SIZE_MAX] = 0;
        world_begin();
        (void) world_refusal(world_call_manager("GetSession", "s", text), SD_BUS_ERROR_LIMITS_EXCEEDED);
        memset(path + strlen(path), 'a', sizeof(path) - strlen(path) - 1);
        m = fake_bus_call_new(OWNER, path, SESSION_INTERFACE, "Stop");
        ck_assert_ptr_nonnull(
                strstr(world_refusal(fake_bus_call_send(m), SD_BUS_ERROR_UNKNOWN_OBJECT), "so long a path"));
        ck_assert_uint_eq(fake_bus_heard("GetConnectionCredentials"), 0);
        free(text);
        world_end();
}

/* Samples */

#define LAST_COUNTER "Get org.freedesktop.systemd1.Scope TasksCurrent"

/* Two who ask at once share what systemd says. */
TEST(samples_are_shared) {
        FakeCall *first, *second, *property;

        world_begin();
        (void) world_start_terminal();
        fake_bus_hold(world_manager->usage.has_io ? "Get org.freedesktop.systemd1.Scope IOWriteBytes"
                                                  : LAST_COUNTER,
                1);
        first = world_call_manager("GetUsage", "as", 0);
        second = fake_bus_call(OTHER, BUS_PATH, MANAGER_INTERFACE, "GetUsage", "as", 1, "t1");
        property = fake_bus_call(OWNER, "/org/computesession1/session/t1", "org.freedesktop.DBus.Properties",
                "Get", "ss", SESSION_INTERFACE, "CPUUsageNSec");
        WORLD_UNTIL(world_manager->usage.n_parked == 3);
        world_release("Get");
        (void) world_answer(first);
        (void) world_answer(second);
        (void) world_answer(property);
        ck_assert_uint_eq(fake_bus_heard("Get org.freedesktop.systemd1.Scope CPUUsageNSec"), 1);
        /* They are fresh now. */
        (void) world_answer(world_call_manager("GetUsage", "as", 0));
        ck_assert_uint_eq(fake_bus_heard("Get org.freedesktop.systemd1.Scope CPUUsageNSec"), 1);
        ck_assert_uint_eq(world_manager->charges.n, 0);
        world_end();
}

/* The session is gone when systemd answers; who asked about it is told so. */
TEST(samples_of_what_has_ended) {
        FakeCall *call;

        world_begin();
        (void) world_start_terminal();
        fake_bus_hold("Get", UINT32_MAX);
        call = world_call_manager("GetUsage", "as", 1, "t1");
        WORLD_UNTIL(world_manager->usage.n_parked == 1);
        fake_keeper_end_payload(fake_keeper_get("t1"), 0);
        WORLD_UNTIL(!world_session("t1"));
        while (fake_bus_release("Get"))
                ;
        (void) world_refusal(call, ERROR_NO_SUCH_SESSION);
        world_end();
}

TEST(who_asks_too_often_is_told_so) {
        FakeCall *last = NULL;

        world_begin();
        (void) world_start_terminal();
        fake_bus_hold("Get", UINT32_MAX);
        for (unsigned i = 0; i < charge_limit(CHARGE_SAMPLES) + 1; i++)
                last = world_call_manager("GetUsage", "as", 0);
        (void) world_refusal(last, SD_BUS_ERROR_LIMITS_EXCEEDED);
        world_end();
}

/* What a file says needs nobody's answer. */
TEST(samples_of_files) {
        uint64_t memory;
        sd_bus_message *m;
        Session *s;

        world_begin();
        s = world_start_terminal();
        world_open_cgroups();
        fake_bus_forget();
        s->usage.realtime = 0;
        world_put_cgroup("compute-t1.scope", "cpu.stat", "usage_usec 5\n");
        world_put_cgroup("compute-t1.scope", "memory.current", "4096\n");
        m = world_answer(world_call_manager("GetUsage", "as", 0));
        ck_assert_int_gt(sd_bus_message_enter_container(m, 'a', "(stttttt)"), 0);
        ck_assert_int_gt(
                sd_bus_message_read(m, "(stttttt)", NULL, &memory, NULL, NULL, NULL, NULL, NULL), 0);
        ck_assert_uint_eq(memory, 4096);
        ck_assert_uint_eq(fake_bus_heard(LAST_COUNTER), 0);
        world_end();
}

TEST_MAIN(strangers_are_asked_about_once, calls_of_a_stranger_wait_in_order,
        who_is_unknown_to_the_bus_is_refused, so_many_calls_of_a_stranger_wait, what_nobody_may_call,
        what_only_the_owner_may_call, what_is_too_large_is_refused, samples_are_shared,
        samples_of_what_has_ended, who_asks_too_often_is_told_so, samples_of_files);
