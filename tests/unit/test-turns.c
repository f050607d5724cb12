/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whose turn it is, when the bus does not take answers as fast as calls come. */

#include "manager/manager.h"
#include "tests/unit/message.h"
#include "tests/unit/test-main.h"

/* A bus that nobody reads, with so many messages to be sent. */
static void fill(sd_bus *bus, unsigned n) {
        for (unsigned i = 0; i < n; i++) {
                sd_bus_message *m = NULL;

                ck_assert_int_ge(sd_bus_message_new_signal(bus, &m, "/a", "a.b", "C"), 0);
                ck_assert_int_ge(sd_bus_send(bus, m, NULL), 0);
                sd_bus_message_unref(m);
        }
}

static int wait_turn(Manager *m, uid_t uid) {
        sd_bus_message *call = message_make("");
        int r = turns_wait(m, uid, call, 0);

        sd_bus_message_unref(call);
        return r;
}

static void set_up(Manager *m) {
        *m = (Manager){ .runtime_fd = -EBADF, .bus = message_bus() };
        ck_assert_int_ge(sd_event_new(&m->event), 0);
}

static void tear_down(Manager *m) {
        turns_done(&m->turns);
        sd_event_unref(m->event);
        message_bus_done();
}

TEST(nobody_waits_while_the_bus_keeps_up) {
        Manager m;

        set_up(&m);
        fill(m.bus, TURNS_WRITE_MAX - 1);
        for (unsigned i = 0; i < 1000; i++)
                ck_assert_int_eq(wait_turn(&m, 1000), 0);
        ck_assert_uint_eq(m.turns.n, 0);
        tear_down(&m);
}

TEST(each_user_has_a_queue) {
        Manager m;

        set_up(&m);
        fill(m.bus, TURNS_WRITE_MAX + 1);
        for (unsigned i = 0; i < 100; i++)
                ck_assert_int_eq(wait_turn(&m, 1000), 1);
        ck_assert_int_eq(wait_turn(&m, 1001), 1);
        ck_assert_uint_eq(m.turns.n, 2);
        ck_assert_uint_eq(m.turns.users[0].uid, 1000);
        ck_assert_uint_eq(m.turns.users[0].n, 100);
        ck_assert_uint_eq(m.turns.users[1].n, 1);
        tear_down(&m);
}

TEST(a_queue_has_an_end) {
        Manager m;

        set_up(&m);
        fill(m.bus, TURNS_WRITE_MAX + 1);
        for (unsigned i = 0; i < TURNS_CALLS_MAX; i++)
                ck_assert_int_eq(wait_turn(&m, 1000), 1);
        ck_assert_int_eq(wait_turn(&m, 1000), -ENOBUFS);
        ck_assert_int_eq(wait_turn(&m, 1001), 1);
        tear_down(&m);
}

TEST_MAIN(nobody_waits_while_the_bus_keeps_up, each_user_has_a_queue, a_queue_has_an_end);
