/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Tables between the enums of session-types.h and their words. */

#include <signal.h>

#include "shared/session-types.h"

static const char *const type_table[SESSION_TYPE_MAX] = {
        [SESSION_NOTEBOOK] = "notebook",
        [SESSION_TERMINAL] = "terminal",
};

static const char *const state_table[SESSION_STATE_MAX] = {
        [STATE_OPENING] = "opening",
        [STATE_RUNNING] = "running",
        [STATE_RESTARTING] = "restarting",
        [STATE_CLOSING] = "closing",
        [STATE_ENDED] = "ended",
};

static const char *const result_table[SESSION_RESULT_MAX] = {
        [RESULT_NONE] = "",
        [RESULT_SUCCESS] = "success",
        [RESULT_EXIT_CODE] = "exit-code",
        [RESULT_SIGNAL] = "signal",
        [RESULT_CORE_DUMP] = "core-dump",
        [RESULT_OOM_KILLED] = "oom-killed",
        [RESULT_STOPPED] = "stopped",
        [RESULT_DETACHED] = "detached",
        [RESULT_UNIT_STOPPED] = "unit-stopped",
        [RESULT_START_FAILED] = "start-failed",
        [RESULT_TIMEOUT] = "timeout",
        [RESULT_EXITED] = "exited",
        [RESULT_RESTART_FAILED] = "restart-failed",
        [RESULT_LOST] = "lost",
};

static const char *table_to_string(const char *const *table, int size, int value) {
        return value >= 0 && value < size ? table[value] : NULL;
}

static int table_from_string(const char *const *table, int size, const char *s) {
        if (!s)
                return -EINVAL;
        for (int i = 0; i < size; i++)
                if (streq(table[i], s))
                        return i;
        return -EINVAL;
}

const char *session_type_to_string(SessionType type) {
        return table_to_string(type_table, SESSION_TYPE_MAX, type);
}

SessionType session_type_from_string(const char *s) {
        return table_from_string(type_table, SESSION_TYPE_MAX, s);
}

const char *session_state_to_string(SessionState state) {
        return table_to_string(state_table, SESSION_STATE_MAX, state);
}

SessionState session_state_from_string(const char *s) {
        return table_from_string(state_table, SESSION_STATE_MAX, s);
}

const char *session_result_to_string(SessionResult result) {
        return table_to_string(result_table, SESSION_RESULT_MAX, result);
}

SessionResult session_result_from_string(const char *s) {
        return table_from_string(result_table, SESSION_RESULT_MAX, s);
}

SessionResult session_result_from_exit(int code, int status) {
        switch (code) {
        case CLD_EXITED:
                return status == 0 ? RESULT_SUCCESS : RESULT_EXIT_CODE;
        case CLD_KILLED:
                return RESULT_SIGNAL;
        case CLD_DUMPED:
                return RESULT_CORE_DUMP;
        default:
                return RESULT_EXITED;
        }
}
