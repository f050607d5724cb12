/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What users make the manager hold: so much of each kind, each for themselves. */

#include "manager/access/charges.h"
#include "shared/macros.h"
#include "tests/unit/test-main.h"

TEST(a_user_at_the_limit_harms_nobody) {
        for (ChargeKind kind = 0; kind < CHARGE_KIND_MAX; kind++) {
                unsigned limit = charge_limit(kind);
                Charges charges = {};
                Charge *taken = calloc(limit, sizeof(Charge)), more = {}, other = {};

                ck_assert_ptr_nonnull(taken);
                ck_assert_uint_gt(limit, 0);
                for (unsigned i = 0; i < limit; i++)
                        ck_assert_int_eq(charge_take(&taken[i], &charges, 1000, kind, 0), 0);
                ck_assert_int_eq(charge_take(&more, &charges, 1000, kind, 0), -EDQUOT);
                ck_assert_ptr_null(more.charges);
                ck_assert_int_eq(charge_take(&other, &charges, 1001, kind, 0), 0);

                charge_release(&taken[0]);
                ck_assert_int_eq(charge_take(&more, &charges, 1000, kind, 0), 0);
                charge_release(&more);
                charge_release(&other);
                for (unsigned i = 0; i < limit; i++)
                        charge_release(&taken[i]);
                ck_assert_uint_eq(charges.n, 0);
                charges_done(&charges);
                free(taken);
        }
}

TEST(kinds_are_counted_apart) {
        Charges charges = {};
        Charge taken[16] = {}, other = {};
        unsigned limit = charge_limit(CHARGE_AUTHORIZATION);

        ck_assert_uint_le(limit, ELEMENTSOF(taken));
        for (unsigned i = 0; i < limit; i++)
                ck_assert_int_eq(charge_take(&taken[i], &charges, 1000, CHARGE_AUTHORIZATION, 0), 0);
        ck_assert_int_eq(charge_take(&other, &charges, 1000, CHARGE_SAMPLES, 0), 0);
        ck_assert_uint_eq(charges.n, 1);
        for (unsigned i = 0; i < limit; i++)
                charge_release(&taken[i]);
        ck_assert_uint_eq(charges.n, 1);
        charge_release(&other);
        ck_assert_uint_eq(charges.n, 0);
        charges_done(&charges);
}

/* A panel that runs as root asks for everybody. */
TEST(root_is_counted_but_not_limited) {
        Charges charges = {};
        Charge taken[64] = {};

        ck_assert_uint_lt(charge_limit(CHARGE_AUTHORIZATION), ELEMENTSOF(taken));
        for (unsigned i = 0; i < ELEMENTSOF(taken); i++)
                ck_assert_int_eq(charge_take(&taken[i], &charges, 0, CHARGE_AUTHORIZATION, 0), 0);
        for (unsigned i = 0; i < ELEMENTSOF(taken); i++)
                charge_release(&taken[i]);
        ck_assert_uint_eq(charges.n, 0);
        charges_done(&charges);
}

TEST(a_charge_is_released_once) {
        Charges charges = {};
        Charge taken = {}, nothing = {};

        charge_release(&nothing);
        ck_assert_int_eq(charge_take(&taken, &charges, 1000, CHARGE_KEEPER, 0), 0);
        charge_release(&taken);
        charge_release(&taken);
        ck_assert_uint_eq(charges.n, 0);
        charges_done(&charges);
}

/* Of all kinds together. */
TEST(bytes_are_counted) {
        enum {
                SIZE = 1024 * 1024
        };
        Charges charges = {};
        Charge taken[CHARGE_BYTES_MAX / SIZE] = {}, other = {};
        size_t n = 0;

        while (charge_take(&taken[n], &charges, 1000, n % 2 ? CHARGE_TURN : CHARGE_KEEPER, SIZE) == 0)
                ck_assert_uint_lt(++n, ELEMENTSOF(taken));
        ck_assert_uint_eq(n, CHARGE_BYTES_MAX / (SIZE + CHARGE_CALL_BYTES));
        ck_assert_int_eq(charge_take(&other, &charges, 1000, CHARGE_WAITER, SIZE), -EDQUOT);
        ck_assert_int_eq(charge_take(&other, &charges, 1001, CHARGE_WAITER, SIZE), 0);
        charge_release(&other);
        ck_assert_int_eq(charge_take(&other, &charges, 0, CHARGE_WAITER, 2 * CHARGE_BYTES_MAX), 0);
        charge_release(&other);
        ck_assert_int_eq(charge_take(&other, &charges, 1002, CHARGE_WAITER, 2 * CHARGE_BYTES_MAX), -EDQUOT);
        ck_assert_uint_eq(charges.n, 1);

        charge_release(&taken[0]);
        ck_assert_int_eq(charge_take(&taken[0], &charges, 1000, CHARGE_WAITER, SIZE), 0);
        for (size_t i = 0; i < n; i++)
                charge_release(&taken[i]);
        ck_assert_uint_eq(charges.n, 0);
        charges_done(&charges);
}

TEST_MAIN(a_user_at_the_limit_harms_nobody, kinds_are_counted_apart, root_is_counted_but_not_limited,
        a_charge_is_released_once, bytes_are_counted);
