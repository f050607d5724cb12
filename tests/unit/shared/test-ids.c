/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Session ids and the names that are made of them, both ways. */

#include "shared/ids.h"
#include "tests/unit/test-main.h"

TEST(parses_ids) {
        SessionType type;
        uint64_t number;

        ck_assert_int_eq(session_id_parse("n1", &type, &number), 0);
        ck_assert_int_eq(type, SESSION_NOTEBOOK);
        ck_assert_uint_eq(number, 1);
        ck_assert_int_eq(session_id_parse("t18446744073709551615", &type, &number), 0);
        ck_assert_int_eq(type, SESSION_TERMINAL);
        ck_assert_uint_eq(number, UINT64_MAX);
        ck_assert_int_eq(session_id_parse("t20", NULL, NULL), 0);
}

TEST(refuses_what_is_no_id) {
        static const char *const bad[] = { "", "n", "t", "1", "n0", "n01", "n-1", "n+1", "n 1", " n1", "n1 ",
                "n1\n", "x1", "N1", "nn1", "n1n", "n1.5", "n1/", "n18446744073709551616",
                "t99999999999999999999999999", "n0x1", "n\xd9\xa1" };
        SessionType type = 42;
        uint64_t number = 42;

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                ck_assert_msg(session_id_parse(bad[i], &type, &number) == -EINVAL, "accepts '%s'", bad[i]);
                ck_assert(!session_id_is_valid(bad[i]));
        }
        ck_assert_int_eq(session_id_parse(NULL, &type, &number), -EINVAL);
        ck_assert_int_eq(type, 42);
        ck_assert_uint_eq(number, 42);
}

TEST(formats_what_it_parses) {
        static const uint64_t numbers[] = { 1, 9, 10, 12345, UINT64_MAX };

        for (SessionType type = 0; type < SESSION_TYPE_MAX; type++)
                for (size_t i = 0; i < ELEMENTSOF(numbers); i++) {
                        char id[SESSION_ID_MAX];
                        SessionType type_again;
                        uint64_t number;

                        session_id_format(type, numbers[i], id);
                        ck_assert_int_eq(session_id_parse(id, &type_again, &number), 0);
                        ck_assert_int_eq(type_again, type);
                        ck_assert_uint_eq(number, numbers[i]);
                }
}

TEST(names_units_and_paths) {
        char unit[UNIT_NAME_SIZE], path[BUS_PATH_SIZE];

        session_scope_name("n12", unit);
        ck_assert_str_eq(unit, "compute-n12.scope");
        session_keeper_name("t3", unit);
        ck_assert_str_eq(unit, "compute-keeper-t3.service");
        session_slice_name(1000, unit);
        ck_assert_str_eq(unit, "compute-1000.slice");
        session_slice_name((uid_t) -2, unit);
        ck_assert_str_eq(unit, "compute-4294967294.slice");
        session_bus_path("n12", path);
        ck_assert_str_eq(path, "/org/computesession1/session/n12");
}

TEST(longest_names_fit) {
        char id[SESSION_ID_MAX], again[SESSION_ID_MAX], unit[UNIT_NAME_SIZE], path[BUS_PATH_SIZE];

        session_id_format(SESSION_TERMINAL, UINT64_MAX, id);
        session_scope_name(id, unit);
        ck_assert_int_eq(session_id_from_scope(unit, again), 0);
        ck_assert_str_eq(again, id);
        session_keeper_name(id, unit);
        ck_assert_int_eq(session_id_from_keeper(unit, again), 0);
        ck_assert_str_eq(again, id);
        session_bus_path(id, path);
        ck_assert_int_eq(session_id_from_bus_path(path, again), 0);
        ck_assert_str_eq(again, id);
}

TEST(refuses_names_of_others) {
        static const char *const scopes[] = { "", "n1", "compute-n1", "compute-.scope", "compute-n1.scop",
                "compute-n1.scope ", "compute-n1.service", "Compute-n1.scope", "compute-x1.scope",
                "compute-n01.scope", "compute-n1.scope.scope", "xcompute-n1.scope", "compute-1000.slice",
                "compute-n111111111111111111111111111.scope", ".scope" };
        static const char *const keepers[] = { "compute-n1.service", "compute-keeper-.service",
                "compute-keeper-n1.scope", "compute-keeper-n0.service" };
        static const char *const paths[] = { "/org/computesession1/session/", "/org/computesession1/session",
                "/org/computesession1/session/n1/", "/org/computesession1/session/n1/x",
                "/org/computesession1/n1", "/org/computesession1/session/_3n1" };
        char id[SESSION_ID_MAX] = "same";

        for (size_t i = 0; i < ELEMENTSOF(scopes); i++)
                ck_assert_msg(session_id_from_scope(scopes[i], id) == -EINVAL, "accepts '%s'", scopes[i]);
        for (size_t i = 0; i < ELEMENTSOF(keepers); i++)
                ck_assert_msg(session_id_from_keeper(keepers[i], id) == -EINVAL, "accepts '%s'", keepers[i]);
        for (size_t i = 0; i < ELEMENTSOF(paths); i++)
                ck_assert_msg(session_id_from_bus_path(paths[i], id) == -EINVAL, "accepts '%s'", paths[i]);
        ck_assert_str_eq(id, "same");
}

TEST_MAIN(parses_ids, refuses_what_is_no_id, formats_what_it_parses, names_units_and_paths,
        longest_names_fit, refuses_names_of_others);
