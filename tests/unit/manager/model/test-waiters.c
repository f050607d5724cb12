/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls that wait: each is answered once, oldest first, charged while it waits, and there is a bound. */

#include "manager/model/waiters.h"
#include "shared/macros.h"
#include "shared/names.h"
#include "tests/unit/front-door.h"
#include "tests/unit/test-main.h"

static Charges charges;
static Waiters waiters;
static Visitor visitors[WAITERS_MAX + 1];

static int wait_for(size_t i, ReplyKind kind) {
        Reply reply = visitor_reply(&visitors[i], NULL, 1000, kind);

        return waiters_add(&waiters, &charges, &reply);
}

static void set_up(size_t n, ReplyKind kind) {
        memset(visitors, 0, sizeof(visitors));
        for (size_t i = 0; i < n; i++)
                ck_assert_int_eq(wait_for(i, kind), 0);
        ck_assert_uint_eq(waiters.n, n);
}

/* Whatever is left is answered, nobody is charged any more, and nothing is kept. */
static void tear_down(void) {
        waiters_done(&waiters);
        for (size_t i = 0; i < ELEMENTSOF(visitors); i++) {
                ck_assert_uint_eq(visitors[i].references, 0);
                ck_assert_uint_le(visitors[i].answers, 1);
        }
        ck_assert_uint_eq(charges.n, 0);
        charges_done(&charges);
}

TEST(oldest_first) {
        Waiter waiter;

        set_up(2, REPLY_DONE);
        ck_assert_uint_eq(charges.users[0].n[CHARGE_WAITER], 2);
        ck_assert(waiters_take(&waiters, &waiter));
        ck_assert_ptr_eq(waiter.reply.call, &visitors[0]);
        ck_assert_uint_eq(charges.users[0].n[CHARGE_WAITER], 2);
        ck_assert_int_eq(reply_success(&waiter.reply), 1);
        waiter_done(&waiter);
        ck_assert_uint_eq(charges.users[0].n[CHARGE_WAITER], 1);
        ck_assert_uint_eq(visitors[0].answers, 1);
        ck_assert_uint_eq(visitors[1].answers, 0);
        tear_down();
        ck_assert_str_eq(visitors[1].error, ERROR_START_FAILED);
}

TEST(all_fail_once) {
        Waiter waiter;

        set_up(5, REPLY_DONE);
        waiters_fail(&waiters, "a.b.Error", "100%s");
        waiters_fail(&waiters, "a.b.Error", "again");
        for (size_t i = 0; i < 5; i++) {
                ck_assert_uint_eq(visitors[i].answers, 1);
                ck_assert_str_eq(visitors[i].message, "100%s");
        }
        ck_assert(!waiters_take(&waiters, &waiter));
        tear_down();
}

TEST(each_gets_what_it_is_owed) {
        set_up(1, REPLY_DONE);
        ck_assert_int_eq(wait_for(1, REPLY_AGAIN), 0);
        waiters_succeed(&waiters);
        ck_assert_uint_eq(visitors[0].answers, 1);
        ck_assert_uint_eq(visitors[0].again, 0);
        ck_assert_uint_eq(visitors[1].again, 1);
        tear_down();
}

TEST(there_is_a_bound) {
        set_up(WAITERS_MAX, REPLY_DONE);
        ck_assert_int_eq(wait_for(WAITERS_MAX, REPLY_DONE), -ENOBUFS);
        ck_assert_uint_eq(charges.users[0].n[CHARGE_WAITER], WAITERS_MAX);
        ck_assert_uint_eq(visitors[WAITERS_MAX].references, 0);
        tear_down();
        ck_assert_uint_eq(visitors[WAITERS_MAX].answers, 0);
}

/* A user may make the manager hold so many bytes. */
TEST(who_has_too_much_is_refused) {
        Reply reply = visitor_reply(&visitors[0], NULL, 1000, REPLY_DONE);

        set_up(0, REPLY_DONE);
        reply.size = CHARGE_BYTES_MAX;
        ck_assert_int_eq(waiters_add(&waiters, &charges, &reply), -EDQUOT);
        ck_assert_uint_eq(waiters.n, 0);
        tear_down();
}

TEST_MAIN(oldest_first, all_fail_once, each_gets_what_it_is_owed, there_is_a_bound,
        who_has_too_much_is_refused);
