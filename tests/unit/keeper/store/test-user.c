/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The user from the user database. */

#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper/store/user.h"
#include "tests/unit/test-main.h"

TEST(ourselves) {
        _cleanup_user_ User u = {};
        struct passwd *record;

        ck_assert_int_eq(user_load(&u), 0);
        record = getpwuid(geteuid());
        ck_assert_uint_eq(u.uid, geteuid());
        if (record)
                ck_assert_str_eq(u.name, record->pw_name);
        else
                ck_assert_ptr_null(u.name);
        if (u.home)
                ck_assert_int_eq(u.home[0], '/');
}
END_TEST

TEST(not_in_the_database) {
        _cleanup_user_ User u = {};

        if (geteuid() != 0)
                return;
        ck_assert_int_eq(setuid(60998), 0);
        ck_assert_int_eq(user_load(&u), 0);
        ck_assert_uint_eq(u.uid, 60998);
        ck_assert_ptr_null(u.name);
        ck_assert_ptr_null(u.home);
        ck_assert_ptr_null(u.shell);
}
END_TEST

TEST_MAIN(ourselves, not_in_the_database);
