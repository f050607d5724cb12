/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is done about a stream that ended. */

#include "ctl/attach/attach.h"
#include "shared/names.h"
#include "tests/unit/test-main.h"

TEST(a_live_session_is_attached_again) {
        ck_assert_int_eq(reattach_after_state("running", ""), REATTACH_CALLING);
        ck_assert_int_eq(reattach_after_state("opening", NULL), REATTACH_CALLING);
}

TEST(an_ended_one_is_not) {
        ck_assert_int_eq(reattach_after_state("closing", ""), REATTACH_OVER);
        ck_assert_int_eq(reattach_after_state("ended", ""), REATTACH_OVER);
        ck_assert_int_eq(reattach_after_state("running", "exit-code"), REATTACH_OVER);
        ck_assert_int_eq(reattach_after_state(NULL, NULL), REATTACH_OVER);
        ck_assert_int_eq(reattach_after_state("a-new-word", ""), REATTACH_OVER);
}

static ReattachPhase after(const char *name, bool *ret_ended) {
        const sd_bus_error error = { .name = name, .message = "x" };

        return reattach_after_error(&error, ret_ended);
}

TEST(what_passes_is_waited_for) {
        static const char *const passing[] = { ERROR_NO_KEEPER, ERROR_LIMIT_REACHED, SD_BUS_ERROR_NO_REPLY,
                SD_BUS_ERROR_TIMEOUT, SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NAME_HAS_NO_OWNER };
        bool ended;

        for (size_t i = 0; i < ELEMENTSOF(passing); i++) {
                ck_assert_int_eq(after(passing[i], &ended), REATTACH_PAUSING);
                ck_assert(!ended);
        }
}

TEST(what_does_not_pass_is_not) {
        bool ended;

        ck_assert_int_eq(after(SD_BUS_ERROR_ACCESS_DENIED, &ended), REATTACH_OVER);
        ck_assert(!ended);
        ck_assert_int_eq(after(ERROR_NO_SUCH_SESSION, &ended), REATTACH_OVER);
        ck_assert(ended);
        ck_assert_int_eq(after(SD_BUS_ERROR_UNKNOWN_OBJECT, &ended), REATTACH_OVER);
        ck_assert(ended);
        ck_assert_int_eq(after(ERROR_NOT_ATTACHABLE, &ended), REATTACH_OVER);
        ck_assert(ended);
}

TEST(nothing_is_asked_about_a_session_that_is_known_to_have_ended) {
        _cleanup_attach_ Attach gone = ATTACH_NULL, ended = ATTACH_NULL, deaf = ATTACH_NULL;

        gone.gone = true;
        ck_assert(!reattach_begin(&gone));
        ck_assert_int_ge(replace_string(&ended.result, "success"), 0);
        ck_assert(!reattach_begin(&ended));
        deaf.bus_lost = true;
        ck_assert(!reattach_begin(&deaf));
}

TEST(it_is_over_when_the_time_is) {
        _cleanup_attach_ Attach a = ATTACH_NULL;
        usec_t now = now_usec(CLOCK_MONOTONIC);

        ck_assert(reattach_step(&a));
        ck_assert_uint_eq(reattach_deadline(&a), USEC_INFINITY);
        a.reattach = (Reattach){ .phase = REATTACH_CALLING, .give_up_at = usec_add(now, USEC_PER_MINUTE) };
        ck_assert(reattach_step(&a));
        ck_assert_uint_eq(reattach_deadline(&a), a.reattach.give_up_at);
        a.reattach.phase = REATTACH_PAUSING;
        a.reattach.pause_until = usec_add(now, USEC_PER_MINUTE / 2);
        ck_assert(reattach_step(&a));
        ck_assert_uint_eq(reattach_deadline(&a), a.reattach.pause_until);
        a.reattach.give_up_at = now;
        ck_assert(!reattach_step(&a));
        ck_assert(sd_bus_error_is_set(&a.reattach.error));
        ck_assert_int_eq(a.reattach.result, -ETIMEDOUT);
}

TEST(the_end_of_the_session_ends_it_without_an_error) {
        _cleanup_attach_ Attach a = ATTACH_NULL;

        a.reattach = (Reattach){ .phase = REATTACH_PAUSING, .give_up_at = 1, .pause_until = USEC_INFINITY };
        ck_assert_int_lt(sd_bus_error_set(&a.reattach.error, ERROR_NO_KEEPER, "x"), 0);
        a.gone = true;
        ck_assert(!reattach_step(&a));
        ck_assert(!sd_bus_error_is_set(&a.reattach.error));
}

/* A keeper that falls over each client is not asked at once, and not for ever. */
TEST(a_short_stream_begins_no_new_time) {
        _cleanup_attach_ Attach a = ATTACH_NULL;
        usec_t now = now_usec(CLOCK_MONOTONIC), give_up_at = usec_add(now, USEC_PER_SEC);

        a.reattach.give_up_at = give_up_at;
        reattach_connected(&a.reattach, now);
        ck_assert(reattach_begin(&a));
        ck_assert_int_eq(a.reattach.phase, REATTACH_PAUSING);
        ck_assert_uint_eq(a.reattach.give_up_at, give_up_at);
}

TEST_MAIN(a_live_session_is_attached_again, an_ended_one_is_not, what_passes_is_waited_for,
        what_does_not_pass_is_not, nothing_is_asked_about_a_session_that_is_known_to_have_ended,
        it_is_over_when_the_time_is, the_end_of_the_session_ends_it_without_an_error,
        a_short_stream_begins_no_new_time);
