/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the history says about an entry. */

#include "ctl/sessions/history.h"
#include "tests/unit/test-main.h"

static void check_detail(const HistoryEntry *e, const char *expected) {
        _cleanup_free_ char *detail = history_entry_detail(e);

        ck_assert_str_eq(detail, expected);
}

#define ENTRY(name, ...)  (&(HistoryEntry){ .event = name, .fields = { __VA_ARGS__ } })
#define FIELD(name, text) [HISTORY_##name] = (char *) (text)

TEST(details) {
        check_detail(ENTRY("ended", FIELD(RESULT, "exit-code"), FIELD(EXIT_STATUS, "3"),
                             FIELD(DURATION_USEC, "192000000"), FIELD(CPU_NSEC, "4200000000")),
                "exit status 3, after 3min 12s, 4.2s CPU");
        check_detail(ENTRY("ended", FIELD(RESULT, "oom-killed"), FIELD(MEMORY_PEAK, "1073741824")),
                "out of memory, 1.0G memory");
        check_detail(ENTRY("ended", FIELD(RESULT, "signal"), FIELD(EXIT_STATUS, "99999999999")),
                "killed by a signal");
        check_detail(ENTRY("ended", FIELD(RESULT, "stopped")), "stopped on request");
        check_detail(ENTRY("started", FIELD(NOTEBOOK, "/a.ipynb")), "/a.ipynb");
        check_detail(ENTRY("started", FIELD(NAME, "x")), "");
        check_detail(
                ENTRY("stop requested", FIELD(ACTOR_UID, "0"), FIELD(METHOD, "StopSession")), "by root");
        check_detail(ENTRY("stop requested", FIELD(ACTOR_UID, "0"), FIELD(ACTOR_LOGIN_UID, "1"),
                             FIELD(METHOD, "StopSession")),
                "by root (logged in as daemon)");
        check_detail(ENTRY("ended", FIELD(RESULT, "success"), FIELD(ENDED_WITH, "train (7)")),
                "exit status 0, with train (7)");
        check_detail(ENTRY("stop requested", FIELD(ACTOR_UID, "0"), FIELD(METHOD, "KillSession")),
                "signal sent by root");
        check_detail(
                ENTRY("refused", FIELD(ACTOR_UID, "0"), FIELD(METHOD, "a.b.Stop")), "Stop, asked by root");
        check_detail(
                ENTRY("authorized", FIELD(ACTOR_UID, "0"), FIELD(METHOD, "a.b.Stop"), FIELD(ACTION, "a.c")),
                "Stop, by root (a.c)");
        check_detail(ENTRY("start failed", FIELD(REASON, "No such kernel.")), "No such kernel.");
        check_detail(ENTRY("keeper lost", FIELD(MESSAGE, "It goes on.")), "It goes on.");
        check_detail(ENTRY("ended", FIELD(NAME, "x")), "");
        check_detail(ENTRY("interrupted", FIELD(ACTOR_UID, "0"), FIELD(METHOD, "Interrupt")), "by root");
        check_detail(
                ENTRY("outputs purged", FIELD(ACTOR_UID, "0"), FIELD(METHOD, "PurgeOutputs")), "by root");
        check_detail(ENTRY("restart requested", FIELD(ACTOR_UID, "0"), FIELD(METHOD, "Restart")), "by root");
        check_detail(ENTRY("crashed", FIELD(RESULT, "signal"), FIELD(EXIT_STATUS, "9"),
                             FIELD(MESSAGE, "It ended.")),
                "killed by SIGKILL");
        check_detail(ENTRY("restarted", FIELD(MESSAGE, "It runs again.")), "It runs again.");
}

TEST(json) {
        _cleanup_free_ char *text = NULL;
        size_t size;
        Json j = { .stream = open_memstream(&text, &size) };
        HistoryEntry *e = ENTRY("refused", FIELD(ID, "t1"), FIELD(UID, "0"), FIELD(EXIT_STATUS, "x"));

        ck_assert_ptr_nonnull(j.stream);
        e->time = 5;
        history_entry_json(e, &j);
        ck_assert_int_eq(fclose(j.stream), 0);
        ck_assert_ptr_nonnull(strstr(text, "{\"time\":5,\"event\":\"refused\",\"id\":\"t1\""));
        ck_assert_ptr_nonnull(strstr(text, "\"uid\":0,\"user\":\"root\""));
        ck_assert_ptr_nonnull(strstr(text, "\"exit_status\":null"));
}

TEST_MAIN(details, json);
