/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whose turn it is, when the bus does not take answers as fast as calls come. */

#include <unistd.h>

#include "manager/access/admission.h"
#include "manager/access/charges.h"
#include "manager/access/turns.h"
#include "manager/model/manager.h"
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
        ck_assert_uint_eq(m->charges.n, 0);
        charges_done(&m->charges);
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
        for (unsigned i = 0; i < charge_limit(CHARGE_TURN); i++)
                ck_assert_int_eq(wait_turn(&m, 1000), 1);
        ck_assert_int_eq(wait_turn(&m, 1000), -ENOBUFS);
        ck_assert_int_eq(wait_turn(&m, 1001), 1);
        tear_down(&m);
}

TEST(so_many_bytes_are_held) {
        unsigned n = 0;
        Manager m;

        set_up(&m);
        fill(m.bus, TURNS_WRITE_MAX + 1);
        m.admission.size = CALL_SIZE_MAX;
        while (wait_turn(&m, 1000) == 1)
                n++;
        ck_assert_uint_eq(n, CHARGE_BYTES_MAX / (CALL_SIZE_MAX + CHARGE_CALL_BYTES));
        ck_assert_int_eq(wait_turn(&m, 1000), -EDQUOT);
        ck_assert_int_eq(wait_turn(&m, 1001), 1);
        ck_assert_uint_eq(m.turns.users[0].n, n);
        tear_down(&m);
}

/* Who waits with nothing would be served nothing, again and again. */
TEST(who_may_hold_nothing_has_no_turn) {
        Charge all = {};
        Manager m;

        set_up(&m);
        fill(m.bus, TURNS_WRITE_MAX + 1);
        ck_assert_int_eq(
                charge_take(&all, &m.charges, 1000, CHARGE_WAITER, CHARGE_BYTES_MAX - CHARGE_CALL_BYTES), 0);
        ck_assert_int_eq(wait_turn(&m, 1000), -EDQUOT);
        ck_assert_uint_eq(m.turns.n, 0);
        ck_assert_int_eq(wait_turn(&m, 1001), 1);
        ck_assert_int_eq(wait_turn(&m, 1000), -EDQUOT);
        ck_assert_uint_eq(m.turns.n, 1);
        charge_release(&all);
        ck_assert_int_eq(wait_turn(&m, 1000), 1);
        tear_down(&m);
}

/* Gives the bus another end, which is returned. */
static int get_peer(sd_bus *bus) {
        int pair[2];

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
        ck_assert_int_ge(dup2(pair[0], sd_bus_get_fd(bus)), 0);
        close(pair[0]);
        return pair[1];
}

static int on_anything(sd_event_source *source _unused_, void *userdata _unused_) {
        return 0;
}

/* Something happens, and the loop goes on until it has no more to do. */
static void turn_loop(Manager *m) {
        sd_event_source *anything;
        int r;

        ck_assert_int_ge(sd_event_add_defer(m->event, &anything, on_anything, NULL), 0);
        for (unsigned i = 0; i < 100; i++) {
                r = sd_event_run(m->event, 0);
                ck_assert_int_ge(r, 0);
                if (r == 0)
                        break;
        }
        ck_assert_int_eq(r, 0);
        sd_event_source_unref(anything);
}

TEST(what_has_come_is_read_before_calls_are_served) {
        uint64_t dispatched;
        Manager m;
        char byte;
        int peer;

        set_up(&m);
        peer = get_peer(m.bus);
        ck_assert_int_eq(wait_turn(&m, 1000), 0);
        ck_assert_int_eq(write(peer, "l", 1), 1);
        for (unsigned i = 0; i < 10; i++)
                ck_assert_int_eq(wait_turn(&m, 1000), 1);
        turn_loop(&m);
        ck_assert_uint_eq(m.turns.users[0].n, 10);

        /* All is read: now one is dispatched, and the next not before the bus has taken it up. */
        ck_assert_int_eq(read(sd_bus_get_fd(m.bus), &byte, 1), 1);
        turn_loop(&m);
        ck_assert_uint_eq(m.turns.users[0].n, 9);
        ck_assert_int_ge(sd_bus_get_n_queued_read(m.bus, &dispatched), 0);
        ck_assert_uint_eq(dispatched, 1);
        close(peer);
        admission_done(&m.admission);
        tear_down(&m);
}

TEST(calls_are_served_also_while_more_keep_coming) {
        Manager m;
        int peer;

        set_up(&m);
        peer = get_peer(m.bus);
        ck_assert_int_eq(write(peer, "l", 1), 1);
        ck_assert_int_eq(wait_turn(&m, 1000), 1);
        ck_assert_int_eq(wait_turn(&m, 1000), 1);
        for (unsigned i = 0; i < TURNS_READS; i++)
                turn_loop(&m);
        ck_assert_uint_eq(m.turns.users[0].n, 1);
        close(peer);
        admission_done(&m.admission);
        tear_down(&m);
}

TEST_MAIN(nobody_waits_while_the_bus_keeps_up, each_user_has_a_queue, a_queue_has_an_end,
        so_many_bytes_are_held, who_may_hold_nothing_has_no_turn,
        what_has_come_is_read_before_calls_are_served, calls_are_served_also_while_more_keep_coming);
