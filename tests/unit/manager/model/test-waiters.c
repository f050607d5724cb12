/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls that wait: each is answered once, oldest first, and there is a bound. Over a real connection. */

#include <sys/socket.h>

#include "manager/model/waiters.h"
#include "shared/macros.h"
#include "tests/unit/test-main.h"

/* Two ends of one connection in one process. */
typedef struct Pair {
        sd_bus *server, *client;
        Waiters waiters;
        Charges charges;
        unsigned answers;
        const char *expected; /* error name of the answers */
} Pair;

static int on_call(sd_bus_message *call, void *userdata, sd_bus_error *error _unused_) {
        Pair *p = userdata;

        Charge charge = {};
        int r;

        ck_assert_int_eq(charge_take(&charge, &p->charges, 1000, CHARGE_WAITER, 0), 0);
        r = waiters_add(&p->waiters, call, &charge);
        charge_release(&charge);
        return r < 0 ? -ENOBUFS : 1;
}

static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        Pair *p = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(reply);

        p->answers++;
        if (p->expected)
                ck_assert_str_eq(e->name, p->expected);
        else
                ck_assert_ptr_null(e);
        return 0;
}

/* Until neither end has anything to do. */
static void settle(Pair *p) {
        for (unsigned quiet = 0; quiet < 3;) {
                int server = sd_bus_process(p->server, NULL);
                int client = sd_bus_process(p->client, NULL);

                ck_assert_int_ge(server, 0);
                ck_assert_int_ge(client, 0);
                quiet = server > 0 || client > 0 ? 0 : quiet + 1;
        }
}

static void pair_init(Pair *p) {
        sd_id128_t id;
        int fds[2];

        *p = (Pair){};
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
        ck_assert_int_ge(sd_id128_randomize(&id), 0);
        ck_assert_int_ge(sd_bus_new(&p->server), 0);
        ck_assert_int_ge(sd_bus_set_fd(p->server, fds[0], fds[0]), 0);
        ck_assert_int_ge(sd_bus_set_server(p->server, true, id), 0);
        ck_assert_int_ge(sd_bus_start(p->server), 0);
        ck_assert_int_ge(sd_bus_new(&p->client), 0);
        ck_assert_int_ge(sd_bus_set_fd(p->client, fds[1], fds[1]), 0);
        ck_assert_int_ge(sd_bus_start(p->client), 0);
        ck_assert_int_ge(sd_bus_add_object(p->server, NULL, "/", on_call, p), 0);
        settle(p);
}

static void pair_done(Pair *p) {
        waiters_done(&p->waiters);
        ck_assert_uint_eq(p->charges.n, 0);
        charges_done(&p->charges);
        settle(p);
        sd_bus_close_unref(p->client);
        sd_bus_close_unref(p->server);
}

static void call(Pair *p, unsigned n) {
        for (unsigned i = 0; i < n; i++)
                ck_assert_int_ge(sd_bus_call_method_async(
                                         p->client, NULL, NULL, "/", "a.b", "Call", on_answer, p, NULL),
                        0);
        settle(p);
}

TEST(oldest_first) {
        sd_bus_message *first;
        Charge charge;
        Pair p;

        pair_init(&p);
        call(&p, 2);
        ck_assert_uint_eq(p.waiters.n, 2);
        ck_assert_uint_eq(p.answers, 0);
        first = p.waiters.items[0].call;
        ck_assert_uint_eq(p.charges.users[0].n[CHARGE_WAITER], 2);
        ck_assert_ptr_eq(waiters_take_charged(&p.waiters, &charge), first);
        ck_assert_uint_eq(p.charges.users[0].n[CHARGE_WAITER], 2);
        charge_release(&charge);
        ck_assert_uint_eq(p.charges.users[0].n[CHARGE_WAITER], 1);
        ck_assert_int_ge(sd_bus_reply_method_return(first, NULL), 0);
        sd_bus_message_unref(first);
        settle(&p);
        ck_assert_uint_eq(p.answers, 1);
        ck_assert_uint_eq(p.waiters.n, 1);
        p.expected = "org.computesession1.Error.StartFailed";
        pair_done(&p);
        ck_assert_uint_eq(p.answers, 2);
}

TEST(all_fail_once) {
        Pair p;

        pair_init(&p);
        p.expected = "a.b.Error";
        call(&p, 5);
        waiters_fail(&p.waiters, "a.b.Error", "100%s");
        waiters_fail(&p.waiters, "a.b.Error", "again");
        settle(&p);
        ck_assert_uint_eq(p.answers, 5);
        ck_assert_uint_eq(p.waiters.n, 0);
        ck_assert_ptr_null(waiters_take(&p.waiters));
        pair_done(&p);
        ck_assert_uint_eq(p.answers, 5);
}

TEST(there_is_a_bound) {
        Pair p;

        pair_init(&p);
        call(&p, WAITERS_MAX);
        ck_assert_uint_eq(p.waiters.n, WAITERS_MAX);
        ck_assert_uint_eq(p.answers, 0);
        p.expected = "org.freedesktop.DBus.Error.LimitsExceeded";
        call(&p, 2);
        ck_assert_uint_eq(p.answers, 2);
        p.expected = "org.computesession1.Error.StartFailed";
        pair_done(&p);
        ck_assert_uint_eq(p.answers, WAITERS_MAX + 2);
}

TEST_MAIN(oldest_first, all_fail_once, there_is_a_bound);
