/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How many calls systemd is asked at once, and that whoever waits for one is answered. */

#include "manager/model/manager.h"
#include "manager/systemd/systemd-calls.h"
#include "tests/unit/front-door.h"
#include "tests/unit/message.h"
#include "tests/unit/test-main.h"

static Manager manager;

static void set_up(void) {
        manager = (Manager){ .runtime_fd = -EBADF, .bus = message_bus() };
        ck_assert_int_ge(sd_event_new(&manager.event), 0);
}

static void tear_down(void) {
        systemd_calls_done(&manager.systemd_calls);
        ck_assert_uint_eq(manager.charges.n, 0);
        sd_event_unref(manager.event);
        message_bus_done();
}

static uint64_t count_sent(void) {
        uint64_t n;

        ck_assert_int_ge(sd_bus_get_n_queued_write(manager.bus, &n), 0);
        return n;
}

static void ask(sd_bus_message *question, const Reply *reply) {
        ck_assert_int_eq(systemd_ask(&manager, NULL, question, systemd_ignore_reply, reply), 0);
        sd_bus_message_unref(question);
}

TEST(so_many_are_asked_at_once) {
        set_up();
        for (unsigned i = 0; i < SYSTEMD_CALLS_MAX + 2; i++)
                ask(message_new(), NULL);
        ck_assert_uint_eq(count_sent(), SYSTEMD_CALLS_MAX);
        ck_assert_uint_eq(manager.systemd_calls.n_sent, SYSTEMD_CALLS_MAX);
        ck_assert_uint_eq(manager.systemd_calls.n_waiting, 2);
        tear_down();
}

/* sd-bus does not send what says that it wants no answer and has somebody who waits for one. */
static sd_bus_message *make_unsendable(void) {
        sd_bus_message *m = message_new();

        ck_assert_int_ge(sd_bus_message_set_expect_reply(m, false), 0);
        return message_seal(m);
}

TEST(who_waits_for_what_cannot_be_sent_is_answered) {
        Visitor visitor = {};
        Reply reply = visitor_reply(&visitor, &manager, 1000, REPLY_DONE);

        set_up();
        ask(make_unsendable(), NULL);
        ck_assert_uint_eq(count_sent(), 0);
        ask(make_unsendable(), &reply);
        ck_assert_uint_eq(visitor.answers, 1);
        ck_assert_uint_eq(visitor.references, 0);
        ck_assert_uint_eq(manager.systemd_calls.n_sent, 0);
        ck_assert_uint_eq(manager.systemd_calls.n_waiting, 0);
        tear_down();
}

TEST_MAIN(so_many_are_asked_at_once, who_waits_for_what_cannot_be_sent_is_answered);
