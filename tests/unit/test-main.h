/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a unit test is made of: one TEST(name) { … } for each case, and TEST_MAIN(name, …) with all of them
 * at the end. Each case runs in a process of its own. */

#include <check.h>
#include <stdio.h>

#include "shared/macros.h"

#define TEST(name) START_TEST(name)

#define TEST_MAIN(...)                                                     \
        int main(void) {                                                   \
                const TTest *const tests[] = { __VA_ARGS__ };              \
                return run_tests(__BASE_FILE__, tests, ELEMENTSOF(tests)); \
        }                                                                  \
        struct swallow_semicolon_

static inline int run_tests(const char *file, const TTest *const *tests, size_t n) {
        const char *slash = strrchr(file, '/');
        Suite *suite = suite_create(slash ? slash + 1 : file);
        SRunner *runner = srunner_create(suite);
        TCase *all = tcase_create("unit");
        int failed;

        for (size_t i = 0; i < n; i++)
                tcase_add_test(all, tests[i]);
        suite_add_tcase(suite, all);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
