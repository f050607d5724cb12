/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How many questions to polkit may be open. What comes of its answers is for a real polkit to say: see
 * tests/integration/test_polkit.py. */

#include "manager/access/authorization.h"
#include "manager/access/caller.h"
#include "manager/access/charges.h"
#include "manager/base/policy.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/session/session-lifetime.h"
#include "tests/unit/message.h"
#include "tests/unit/test-main.h"

static Manager manager;
static Session *session;

static void set_up(void) {
        manager = (Manager){ .runtime_fd = -EBADF, .bus = message_bus() };
        ck_assert_int_eq(session_new(&manager, SESSION_TERMINAL, 1, 1001, true, &session), 0);
}

static void tear_down(void) {
        authorizations_done(&manager.authorizations);
        ck_assert_uint_eq(manager.charges.n, 0);
        charges_done(&manager.charges);
        session_free_all(&manager.sessions);
        message_bus_done();
}

static int ask(uid_t uid) {
        const Caller caller = { .name = (char *) ":1.7", .uid = uid, .pid = 1 };
        sd_bus_message *call = message_new();
        int r;

        ck_assert_int_ge(sd_bus_message_set_sender(call, caller.name), 0);
        r = authorization_ask(&manager, message_seal(call), &caller,
                (Owned){ .id = session->id, .uid = session->uid }, MANAGE_OTHERS);
        sd_bus_message_unref(call);
        return r;
}

TEST(each_user_may_have_so_many_open) {
        set_up();
        for (unsigned i = 0; i < charge_limit(CHARGE_AUTHORIZATION); i++)
                ck_assert_int_eq(ask(1000), 0);
        ck_assert_int_eq(ask(1000), -EDQUOT);
        ck_assert_int_eq(ask(1002), 0);
        ck_assert_uint_eq(manager.authorizations.n, charge_limit(CHARGE_AUTHORIZATION) + 1);
        tear_down();
}

TEST(all_may_have_so_many_open) {
        set_up();
        for (unsigned i = 0; i < AUTHORIZATIONS_MAX; i++)
                ck_assert_int_eq(ask(2000 + i), 0);
        ck_assert_int_eq(ask(3000), -ENOBUFS);
        tear_down();
}

/* Questions are taken back by name, so no two have the same. */
TEST(questions_have_names) {
        set_up();
        ck_assert_int_eq(ask(1000), 0);
        ck_assert_int_eq(ask(1000), 0);
        ck_assert_str_ne(
                manager.authorizations.items[0]->question, manager.authorizations.items[1]->question);
        ck_assert_str_eq(manager.authorizations.items[0]->id, "t1");
        tear_down();
}

TEST_MAIN(each_user_may_have_so_many_open, all_may_have_so_many_open, questions_have_names);
