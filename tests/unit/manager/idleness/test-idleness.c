/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is idle, since when, and why. tests/integration/test_idleness.py has the same of real programs. */

#include "manager/idleness/idleness.h"
#include "tests/unit/test-main.h"

#define MINUTE     USEC_PER_MINUTE
#define NOW        (1000000 * USEC_PER_HOUR)
#define AGO(m)     (NOW - (m) *MINUTE)
#define SECONDS(s) (NOW - (s) *USEC_PER_SEC)

static const struct Situation {
        const char *what;
        IdleFacts facts;
        usec_t since, last;
        IdleReason reason;
} situations[] = {
        { "a terminal just started", { .created = SECONDS(3) }, 0, SECONDS(3), IDLE_REASON_NEW },
        { "a terminal that was never used", { .created = AGO(90) }, AGO(90), AGO(90),
                IDLE_REASON_NO_ACTIVITY },
        { "a shell at its prompt since an hour",
                { .created = AGO(90), .last_input = AGO(60), .last_output = AGO(60) - 1 }, AGO(60), AGO(60),
                IDLE_REASON_NO_ACTIVITY },
        { "typed into just now", { .created = AGO(90), .last_input = SECONDS(5), .last_output = AGO(60) }, 0,
                SECONDS(5), IDLE_REASON_INPUT },
        { "prints now and then", { .created = AGO(90), .last_input = AGO(80), .last_output = SECONDS(40) },
                0, SECONDS(40), IDLE_REASON_OUTPUT },
        { "printed a minute ago", { .created = AGO(90), .last_output = AGO(1) }, AGO(1), AGO(1),
                IDLE_REASON_NO_ACTIVITY },
        { "computes in silence", { .created = AGO(90), .last_input = AGO(80), .last_cpu = SECONDS(2) }, 0,
                SECONDS(2), IDLE_REASON_CPU },
        { "computed until half an hour ago",
                { .created = AGO(90), .last_input = AGO(80), .last_cpu = AGO(30) }, AGO(30), AGO(30),
                IDLE_REASON_NO_ACTIVITY },
        { "frozen, though it printed just now",
                { .created = AGO(90), .last_output = SECONDS(1), .frozen = true }, SECONDS(1), SECONDS(1),
                IDLE_REASON_FROZEN },
        { "frozen in the middle of a cell",
                { .created = AGO(90),
                        .last_input = AGO(20),
                        .kernel_busy = true,
                        .kernel_since = AGO(20),
                        .last_cpu = AGO(10),
                        .frozen = true },
                AGO(10), AGO(10), IDLE_REASON_FROZEN },
        { "a kernel that nobody used", { .created = AGO(90), .kernel_since = AGO(89) }, AGO(89), AGO(89),
                IDLE_REASON_NO_ACTIVITY },
        { "a kernel that got ready just now", { .created = AGO(2), .kernel_since = SECONDS(5) }, 0,
                SECONDS(5), IDLE_REASON_BUSY },
        { "a kernel whose cell ended an hour ago",
                { .created = AGO(90),
                        .last_input = AGO(75),
                        .last_output = AGO(60),
                        .kernel_since = AGO(60) },
                AGO(60), AGO(60), IDLE_REASON_NO_ACTIVITY },
        { "a cell that ended right now, after 12 silent minutes",
                { .created = AGO(90), .last_input = AGO(12), .last_cpu = AGO(1), .kernel_since = NOW }, 0,
                NOW, IDLE_REASON_BUSY },
        { "a cell that computes for 12 minutes in silence",
                { .created = AGO(90),
                        .last_input = AGO(12),
                        .kernel_busy = true,
                        .kernel_since = AGO(12),
                        .last_cpu = SECONDS(30) },
                0, NOW, IDLE_REASON_BUSY },
        { "a cell that waits for a server for half an hour",
                { .created = AGO(90), .last_input = AGO(30), .kernel_busy = true, .kernel_since = AGO(30) },
                0, NOW, IDLE_REASON_BUSY },
        { "a cell that hangs for an hour",
                { .created = AGO(90), .last_input = AGO(60), .kernel_busy = true, .kernel_since = AGO(60) },
                AGO(60), AGO(60), IDLE_REASON_BUSY_WITHOUT_CPU },
        { "the same, computing until ten minutes ago",
                { .created = AGO(90),
                        .last_input = AGO(70),
                        .kernel_busy = true,
                        .kernel_since = AGO(70),
                        .last_cpu = AGO(10) },
                0, NOW, IDLE_REASON_BUSY },
        { "the same, printing until ten minutes ago",
                { .created = AGO(90),
                        .last_input = AGO(70),
                        .kernel_busy = true,
                        .kernel_since = AGO(70),
                        .last_output = AGO(10) },
                0, NOW, IDLE_REASON_BUSY },
        { "a cell that hangs, where hanging is fine",
                { .created = AGO(90),
                        .kernel_busy = true,
                        .kernel_since = AGO(80),
                        .busy_without_cpu = USEC_INFINITY },
                0, NOW, IDLE_REASON_BUSY },
        { "a cell that waits for input",
                { .created = AGO(90),
                        .last_input = AGO(5),
                        .kernel_busy = true,
                        .kernel_since = AGO(5),
                        .last_cpu = SECONDS(1),
                        .input_since = AGO(4) },
                AGO(4), AGO(4), IDLE_REASON_WAITING_FOR_INPUT },
        { "the same, asked again",
                { .created = AGO(90),
                        .last_input = AGO(2),
                        .kernel_busy = true,
                        .kernel_since = AGO(5),
                        .input_since = AGO(4) },
                AGO(2), AGO(2), IDLE_REASON_WAITING_FOR_INPUT },
        { "a registered kernel in the background",
                { .created = AGO(90), .last_cpu = AGO(45), .kernel_since = AGO(50) }, AGO(45), AGO(45),
                IDLE_REASON_NO_ACTIVITY },
        { "a thread of an idle kernel computes",
                { .created = AGO(90), .last_cpu = SECONDS(10), .kernel_since = AGO(50) }, 0, SECONDS(10),
                IDLE_REASON_CPU },
        { "a session that is being started", { .created = AGO(5) }, 0, NOW, IDLE_REASON_CHANGING },
        { "a clock that was set back", { .created = NOW + MINUTE, .last_input = NOW + 9 * MINUTE }, 0, NOW,
                IDLE_REASON_INPUT },
};

TEST(each_situation) {
        for (size_t i = 0; i < ELEMENTSOF(situations); i++) {
                const struct Situation *s = &situations[i];
                IdleFacts facts = s->facts;
                Idleness idleness;

                facts.now = NOW;
                facts.running = s->reason != IDLE_REASON_CHANGING;
                facts.cpu_known = true;
                if (facts.busy_without_cpu == 0)
                        facts.busy_without_cpu = USEC_PER_HOUR;
                idleness = idleness_judge(&facts);
                ck_assert_msg(idleness.reason == s->reason, "%s: %s", s->what,
                        idle_reason_to_string(idleness.reason));
                ck_assert_msg(
                        idleness.since == s->since && idleness.last_activity == s->last, "%s", s->what);
        }
}

/* Where nobody can say what it uses, a kernel that is busy is. */
TEST(unknown_usage_is_no_reason) {
        const IdleFacts facts = { .now = NOW,
                .created = AGO(500),
                .running = true,
                .kernel_busy = true,
                .kernel_since = AGO(400),
                .busy_without_cpu = USEC_PER_HOUR };

        ck_assert_int_eq(idleness_judge(&facts).reason, IDLE_REASON_BUSY);
}

TEST(each_reason_has_a_word) {
        for (IdleReason a = 0; a < _IDLE_REASON_MAX; a++)
                for (IdleReason b = 0; b < a; b++)
                        ck_assert_str_ne(idle_reason_to_string(a), idle_reason_to_string(b));
}

TEST_MAIN(each_situation, unknown_usage_is_no_reason, each_reason_has_a_word);
