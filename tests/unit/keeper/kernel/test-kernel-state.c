/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a kernel is doing, by what it publishes. */

#include "keeper/kernel/kernel-state.h"
#include "tests/unit/test-main.h"

#define SPAN(s) ((JsonSpan){ (s), sizeof(s) - 1 })

static bool publish(KernelState *s, const char *type, const char *parent_type, const char *parent,
        const char *content, usec_t now) {
        JupyterMessage m = { .content = { content, strlen(content) } };

        (void) stpcpy(m.type, type);
        if (parent) {
                (void) stpcpy(m.parent_type, parent_type);
                m.parent_id = (JsonSpan){ parent, strlen(parent) };
        }
        return kernel_state_message(s, &m, now);
}

static bool status(
        KernelState *s, const char *state, const char *parent_type, const char *parent, usec_t now) {
        char content[64];

        (void) snprintf(content, sizeof(content), "{\"execution_state\":\"%s\"}", state);
        return publish(s, "status", parent_type, parent, content, now);
}

static void expect(const KernelState *s, const char *name, usec_t since) {
        ck_assert_str_eq(kernel_status_to_string((KernelStatus) s->status), name);
        ck_assert_uint_eq(s->since, since);
}

TEST(life) {
        KernelState s = {};

        (void) kernel_state_start(&s, 1);
        expect(&s, "starting", 1);
        ck_assert(!status(&s, "starting", NULL, NULL, 2));
        ck_assert(!status(&s, "busy", "kernel_info_request", "\"k\"", 3));
        ck_assert(!status(&s, "idle", "kernel_info_request", "\"k\"", 4));
        ck_assert(kernel_state_language(&s, SPAN("{\"language_info\":{\"name\":\"R\"}}")));
        ck_assert(!kernel_state_language(&s, SPAN("{\"language_info\":{\"name\":\"R\"}}")));
        ck_assert(!kernel_state_language(&s, SPAN("{\"language_info\":[]}")));
        ck_assert_str_eq(s.language, "R");
        ck_assert(kernel_state_ready(&s, 5));
        expect(&s, "idle", 5);
        ck_assert(status(&s, "busy", "execute_request", "\"a\"", 6));
        expect(&s, "busy", 6);
        ck_assert(publish(&s, "execute_input", "execute_request", "\"a\"", "{\"execution_count\":1}", 7));
        ck_assert(!publish(&s, "execute_input", "execute_request", "\"a\"", "{\"execution_count\":1}", 7));
        ck_assert(!publish(&s, "execute_input", "execute_request", "\"a\"", "{\"execution_count\":-1}", 7));
        ck_assert(!publish(&s, "stream", "execute_request", "\"a\"", "{}", 7));
        ck_assert_uint_eq(s.execution_count, 1);
        ck_assert(status(&s, "idle", "execute_request", "\"a\"", 8));
        expect(&s, "idle", 8);
        ck_assert(kernel_state_end(&s, 9));
        expect(&s, "dead", 9);
        ck_assert(!status(&s, "busy", "execute_request", "\"a\"", 10));
        ck_assert(kernel_state_start(&s, 11));
        expect(&s, "starting", 11);
        ck_assert_uint_eq(s.execution_count, 0);
}
END_TEST

TEST(probes_do_not_count) {
        static const char *const probes[] = { "kernel_info_request", "history_request",
                "is_complete_request", "comm_info_request", "complete_request", "inspect_request",
                "usage_request" };
        KernelState s = {};

        (void) kernel_state_start(&s, 1);
        (void) kernel_state_ready(&s, 2);
        for (size_t i = 0; i < ELEMENTSOF(probes); i++) {
                ck_assert(!status(&s, "busy", probes[i], "\"p\"", 3));
                ck_assert(!status(&s, "idle", probes[i], "\"p\"", 3));
        }
        expect(&s, "idle", 2);
        /* A probe during work does not end it. */
        ck_assert(status(&s, "busy", "execute_request", "\"a\"", 4));
        ck_assert(!status(&s, "busy", "kernel_info_request", "\"p\"", 5));
        ck_assert(!status(&s, "idle", "kernel_info_request", "\"p\"", 5));
        expect(&s, "busy", 4);

        ck_assert(request_is_activity("execute_request"));
        ck_assert(request_is_activity("comm_msg"));
        ck_assert(request_is_activity("complete_request"));
        ck_assert(!request_is_work("complete_request"));
        ck_assert(!request_is_activity("kernel_info_request"));
        ck_assert(!request_is_activity("history_request"));
        ck_assert(!request_is_activity("is_complete_request"));
        ck_assert(!request_is_activity("comm_info_request"));
        ck_assert(!request_is_activity(""));
}
END_TEST

TEST(several_at_once) {
        KernelState s = {};
        char id[] = "\"0\"";

        (void) kernel_state_start(&s, 1);
        (void) kernel_state_ready(&s, 2);
        for (int i = 0; i < 2 * KERNEL_REQUESTS_MAX; i++) {
                id[1] = (char) ('a' + i);
                (void) status(&s, "busy", "execute_request", id, 3);
                (void) status(&s, "busy", "execute_request", id, 3);
        }
        ck_assert_uint_eq(s.n_requests, KERNEL_REQUESTS_MAX);
        for (int i = 0; i < 2 * KERNEL_REQUESTS_MAX; i++) {
                expect(&s, "busy", 3);
                id[1] = (char) ('a' + i);
                (void) status(&s, "idle", "execute_request", id, 4);
        }
        expect(&s, "idle", 4);
}
END_TEST

TEST(gap) {
        KernelState s = {};

        (void) kernel_state_start(&s, 1);
        (void) kernel_state_ready(&s, 2);
        (void) status(&s, "busy", "execute_request", "\"a\"", 3);
        (void) status(&s, "busy", "execute_request", "\"b\"", 3);
        kernel_state_gap(&s);
        (void) status(&s, "busy", "execute_request", "\"c\"", 4);
        (void) status(&s, "idle", "execute_request", "\"a\"", 4);
        expect(&s, "busy", 3);
        /* Only what began before the gap is known to have ended. */
        ck_assert(!kernel_state_ready(&s, 5));
        ck_assert_uint_eq(s.n_requests, 1);
        ck_assert_uint_eq(s.stale, 0);
        ck_assert(status(&s, "idle", "execute_request", "\"c\"", 6));
        expect(&s, "idle", 6);
}
END_TEST

TEST(whatever_was_left) {
        KernelState s;

        memset(&s, 0xff, sizeof(s));
        kernel_state_check(&s);
        ck_assert_uint_le(s.n_requests, KERNEL_REQUESTS_MAX);
        ck_assert_uint_lt(s.status, _KERNEL_STATUS_MAX);
        ck_assert_uint_lt(strlen(s.language), sizeof(s.language));
        (void) status(&s, "idle", "execute_request", "\"a\"", 1);
}
END_TEST

TEST_MAIN(life, probes_do_not_count, several_at_once, gap, whatever_was_left);
