/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* String vectors and the environment in them. */

#include "shared/strv.h"
#include "tests/unit/test-main.h"

TEST(null_is_an_empty_vector) {
        char **copy = (char **) "untouched";

        ck_assert_uint_eq(strv_length(NULL), 0);
        ck_assert_ptr_null(strv_free(NULL));
        ck_assert_int_eq(strv_copy(NULL, &copy), 0);
        ck_assert_uint_eq(strv_length(copy), 0);
        ck_assert_ptr_null(strv_env_get(NULL, "A"));
        STRV_FOREACH(s, (char **) NULL)
                ck_abort_msg("an empty vector has '%s'", *s);
}

TEST(extends_and_copies) {
        _cleanup_strv_ char **strv = NULL, **copy = NULL;
        char *owned = strdup("b");

        ck_assert_int_eq(strv_extend(&strv, "a"), 0);
        ck_assert_int_eq(strv_consume(&strv, owned), 0);
        ck_assert_int_eq(strv_extend(&strv, ""), 0);
        ck_assert_uint_eq(strv_length(strv), 3);
        ck_assert_ptr_eq(strv[1], owned);
        ck_assert_ptr_null(strv[3]);

        ck_assert_int_eq(strv_copy(strv, &copy), 0);
        ck_assert_uint_eq(strv_length(copy), 3);
        for (size_t i = 0; i < 3; i++) {
                ck_assert_str_eq(copy[i], strv[i]);
                ck_assert_ptr_ne(copy[i], strv[i]);
        }
}

TEST(no_memory_is_passed_on) {
        _cleanup_strv_ char **strv = NULL;

        ck_assert_int_eq(strv_extend(&strv, "a"), 0);
        ck_assert_int_eq(strv_consume(&strv, NULL), -ENOMEM);
        ck_assert_uint_eq(strv_length(strv), 1);
}

TEST(sets_environment) {
        _cleanup_strv_ char **strv = NULL;

        ck_assert_int_eq(strv_env_set(&strv, "A", NULL), 0);
        ck_assert_uint_eq(strv_length(strv), 0);
        ck_assert_int_eq(strv_env_set(&strv, "A", "1"), 0);
        ck_assert_int_eq(strv_env_set(&strv, "AB", "2"), 0);
        ck_assert_int_eq(strv_env_set(&strv, "C", "x=y"), 0);
        ck_assert_str_eq(strv_env_get(strv, "A"), "1");
        ck_assert_str_eq(strv_env_get(strv, "AB"), "2");
        ck_assert_str_eq(strv_env_get(strv, "C"), "x=y");
        ck_assert_ptr_null(strv_env_get(strv, "B"));

        ck_assert_int_eq(strv_env_set(&strv, "A", ""), 0);
        ck_assert_str_eq(strv_env_get(strv, "A"), "");
        ck_assert_uint_eq(strv_length(strv), 3);
        ck_assert_int_eq(strv_env_set(&strv, "C", NULL), 0);
        ck_assert_int_eq(strv_env_set(&strv, "AB", NULL), 0);
        ck_assert_int_eq(strv_env_set(&strv, "A", NULL), 0);
        ck_assert_uint_eq(strv_length(strv), 0);
}

TEST(last_assignment_counts) {
        _cleanup_strv_ char **strv = NULL;

        ck_assert_int_eq(strv_extend(&strv, "A=1"), 0);
        ck_assert_int_eq(strv_extend(&strv, "B=2"), 0);
        ck_assert_int_eq(strv_extend(&strv, "A=3"), 0);
        ck_assert_int_eq(strv_extend(&strv, "no assignment"), 0);
        ck_assert_str_eq(strv_env_get(strv, "A"), "3");

        ck_assert_int_eq(strv_env_set(&strv, "A", "4"), 0);
        ck_assert_str_eq(strv_env_get(strv, "A"), "4");
        ck_assert_uint_eq(strv_length(strv), 3);
        ck_assert_str_eq(strv[0], "B=2");
        ck_assert_str_eq(strv[1], "no assignment");
}

TEST_MAIN(null_is_an_empty_vector, extends_and_copies, no_memory_is_passed_on, sets_environment,
        last_assignment_counts);
