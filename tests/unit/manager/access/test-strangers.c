/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls of callers that are not known yet: so many of each, so that nobody takes the places of others. */

#include <stdio.h>

#include "manager/access/admission.h"
#include "manager/access/strangers.h"
#include "manager/model/manager.h"
#include "tests/unit/message.h"
#include "tests/unit/test-main.h"

static int hold(Manager *m, const char *sender) {
        sd_bus_message *call = message_new();
        int r;

        if (sender)
                ck_assert_int_ge(sd_bus_message_set_sender(call, sender), 0);
        r = strangers_hold(m, message_seal(call), 0);
        sd_bus_message_unref(call);
        return r;
}

TEST(each_is_held_with_its_calls) {
        Manager manager = { .bus = message_bus() };

        for (unsigned i = 0; i < STRANGER_CALLS_MAX; i++)
                ck_assert_int_eq(hold(&manager, ":1.1"), 0);
        ck_assert_int_eq(hold(&manager, ":1.1"), -ENOBUFS);
        ck_assert_int_eq(hold(&manager, ":1.2"), 0);
        ck_assert_uint_eq(manager.strangers.n, 2);
        ck_assert_uint_eq(manager.strangers.items[0].n, STRANGER_CALLS_MAX);
        ck_assert_uint_eq(manager.strangers.items[1].n, 1);
        ck_assert_int_lt(hold(&manager, NULL), 0);
        strangers_done(&manager.strangers);
        message_bus_done();
}

TEST(there_is_room_for_so_many) {
        Manager manager = { .bus = message_bus() };
        char name[32];

        for (unsigned i = 0; i < STRANGERS_MAX; i++) {
                snprintf(name, sizeof(name), ":1.%u", i);
                ck_assert_int_eq(hold(&manager, name), 0);
        }
        ck_assert_int_eq(hold(&manager, ":1.new"), -ENOBUFS);
        ck_assert_int_eq(hold(&manager, ":1.0"), 0); /* it is asked about already */
        strangers_done(&manager.strangers);
        message_bus_done();
}

/* One large start is not refused because nobody knows yet who wants it. */
TEST(so_many_bytes_are_held) {
        Manager manager = { .bus = message_bus() };

        manager.admission.size = CALL_SIZE_MAX;
        ck_assert_int_eq(hold(&manager, ":1.1"), 0);
        ck_assert_int_eq(hold(&manager, ":1.1"), -ENOBUFS);
        ck_assert_int_eq(hold(&manager, ":1.2"), 0);
        manager.admission.size = STRANGER_BYTES_MAX / 8;
        for (unsigned i = 0; i < 8; i++)
                ck_assert_int_eq(hold(&manager, ":1.3"), 0);
        ck_assert_int_eq(hold(&manager, ":1.3"), -ENOBUFS);
        strangers_done(&manager.strangers);
        message_bus_done();
}

TEST_MAIN(each_is_held_with_its_calls, so_many_bytes_are_held, there_is_room_for_so_many);
