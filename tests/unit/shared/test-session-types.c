/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The words that sessions are described with. */

#include <signal.h>

#include "shared/session-types.h"
#include "tests/unit/test-main.h"

/* Every value has a word of its own, and each leads back to the other. */
#define ASSERT_TABLE(type, max, invalid, to_string, from_string)                            \
        do {                                                                                \
                for (type value = 0; value < (max); value++) {                              \
                        ck_assert_ptr_nonnull(to_string(value));                            \
                        ck_assert_int_eq((int) from_string(to_string(value)), (int) value); \
                }                                                                           \
                ck_assert_ptr_null(to_string(max));                                         \
                ck_assert_ptr_null(to_string(invalid));                                     \
                ck_assert_int_eq((int) from_string("no such word"), (int) (invalid));       \
                ck_assert_int_eq((int) from_string(NULL), (int) (invalid));                 \
        } while (false)

TEST(words_lead_back) {
        ASSERT_TABLE(SessionType, SESSION_TYPE_MAX, SESSION_TYPE_INVALID, session_type_to_string,
                session_type_from_string);
        ASSERT_TABLE(SessionState, SESSION_STATE_MAX, SESSION_STATE_INVALID, session_state_to_string,
                session_state_from_string);
        ASSERT_TABLE(SessionResult, SESSION_RESULT_MAX, SESSION_RESULT_INVALID, session_result_to_string,
                session_result_from_string);
}

/* They are interface: clients compare them. */
TEST(words_are_stable) {
        ck_assert_str_eq(session_type_to_string(SESSION_NOTEBOOK), "notebook");
        ck_assert_str_eq(session_type_to_string(SESSION_TERMINAL), "terminal");
        ck_assert_str_eq(session_state_to_string(STATE_RUNNING), "running");
        ck_assert_str_eq(session_result_to_string(RESULT_NONE), "");
        ck_assert_str_eq(session_result_to_string(RESULT_OOM_KILLED), "oom-killed");
        ck_assert_int_eq(session_type_from_string("Notebook"), SESSION_TYPE_INVALID);
        ck_assert_int_eq(session_type_from_string(""), SESSION_TYPE_INVALID);
        ck_assert_int_eq(session_result_from_string(""), RESULT_NONE);
}

TEST(ends_have_results) {
        ck_assert_int_eq(session_result_from_exit(CLD_EXITED, 0), RESULT_SUCCESS);
        ck_assert_int_eq(session_result_from_exit(CLD_EXITED, 1), RESULT_EXIT_CODE);
        ck_assert_int_eq(session_result_from_exit(CLD_EXITED, 255), RESULT_EXIT_CODE);
        ck_assert_int_eq(session_result_from_exit(CLD_KILLED, SIGKILL), RESULT_SIGNAL);
        ck_assert_int_eq(session_result_from_exit(CLD_DUMPED, SIGSEGV), RESULT_CORE_DUMP);
        ck_assert_int_eq(session_result_from_exit(0, 0), RESULT_EXITED);
        ck_assert_int_eq(session_result_from_exit(CLD_STOPPED, SIGSTOP), RESULT_EXITED);
}

TEST_MAIN(words_lead_back, words_are_stable, ends_have_results);
