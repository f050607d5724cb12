/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What callers are owed: nobody's call costs nothing and is answered to nobody; the others get each answer
 * as it is. */

#include "manager/model/reply.h"
#include "manager/model/session.h"
#include "tests/unit/front-door.h"
#include "tests/unit/test-main.h"

TEST(nobody_is_answered) {
        Charges charges = {};
        Charge charge = {};
        Reply nobody = reply_keep(NULL);

        ck_assert(!reply_is_owed(NULL));
        ck_assert(!reply_is_owed(&nobody));
        ck_assert_int_eq(reply_success(NULL), 1);
        ck_assert_int_eq(reply_session(&nobody, NULL, true), 1);
        ck_assert_int_eq(reply_descriptor(&nobody, 3), 1);
        ck_assert_int_eq(reply_error(NULL, "a.b", "%s", "c"), 1);
        ck_assert_int_eq(reply_error_number(&nobody, -EIO), 1);
        reply_again(&nobody);
        ck_assert_int_eq(reply_charge(&nobody, &charges, CHARGE_WAITER, &charge), 0);
        ck_assert_uint_eq(charges.n, 0);
        reply_drop(&nobody);
}

TEST(answers) {
        Visitor v = {};
        Session s = {};
        Reply reply = visitor_reply(&v, NULL, 1000, REPLY_STARTED), kept = reply_keep(&reply);

        ck_assert_uint_eq(v.references, 1);
        ck_assert_int_eq(reply_session(&kept, &s, true), 1);
        ck_assert_ptr_eq(v.session, &s);
        ck_assert(v.started);
        ck_assert_int_eq(reply_error(&kept, "a.b", "%i%%", 7), 1);
        ck_assert_str_eq(v.error, "a.b");
        ck_assert_str_eq(v.message, "7%");
        ck_assert_int_eq(reply_error_number(&kept, -ENOENT), 1);
        ck_assert_str_eq(v.message, strerror(ENOENT));
        ck_assert_int_eq(reply_descriptor(&kept, 5), 1);
        ck_assert_int_eq(v.descriptor, 5);
        v.takes_nothing = true;
        ck_assert_int_eq(reply_descriptor(&kept, 5), -EMFILE);
        reply_drop(&kept);
        ck_assert(!reply_is_owed(&kept));
        ck_assert_uint_eq(v.references, 0);
}

TEST(the_same_call_is_owed_something_else) {
        Visitor v = {};
        Reply reply = visitor_reply(&v, NULL, 1000, REPLY_DONE), again = reply_as(&reply, REPLY_AGAIN);

        ck_assert_int_eq(reply.kind, REPLY_DONE);
        ck_assert_int_eq(again.kind, REPLY_AGAIN);
        ck_assert_uint_eq(v.references, 0);
        reply_again(&again);
        ck_assert_uint_eq(v.again, 1);
}

TEST_MAIN(nobody_is_answered, answers, the_same_call_is_owed_something_else);
