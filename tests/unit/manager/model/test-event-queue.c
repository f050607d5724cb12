/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Events that come while another is carried out. */

#include "manager/model/event-queue.h"
#include "tests/unit/test-main.h"

TEST(one_after_the_other) {
        SessionEvent event;
        EventQueue q = {};

        ck_assert(event_queue_add(&q, EVENT_AT_GATE));
        ck_assert(event_queue_next(&q, &event));
        ck_assert_int_eq(event, EVENT_AT_GATE);
        /* What its effects cause waits until they are done, in its order. */
        ck_assert(!event_queue_add(&q, EVENT_STARTED));
        ck_assert(!event_queue_add(&q, EVENT_FAILED));
        ck_assert(event_queue_next(&q, &event));
        ck_assert_int_eq(event, EVENT_STARTED);
        ck_assert(!event_queue_add(&q, EVENT_DEADLINE));
        ck_assert(event_queue_next(&q, &event));
        ck_assert_int_eq(event, EVENT_FAILED);
        ck_assert(event_queue_next(&q, &event));
        ck_assert_int_eq(event, EVENT_DEADLINE);
        ck_assert(!event_queue_next(&q, &event));
        /* And then it begins anew. */
        ck_assert(event_queue_add(&q, EVENT_STOP));
}

TEST(what_is_no_event_holds_them_too) {
        SessionEvent event;
        EventQueue q = {};

        ck_assert(event_queue_begin(&q));
        ck_assert(!event_queue_begin(&q));
        ck_assert(!event_queue_add(&q, EVENT_STOP));
        ck_assert(event_queue_next(&q, &event));
        ck_assert_int_eq(event, EVENT_STOP);
        ck_assert(!event_queue_next(&q, &event));
        ck_assert(event_queue_begin(&q));
        ck_assert(!event_queue_next(&q, &event));
}

TEST(there_is_room_for_all) {
        unsigned n = 0;
        SessionEvent event;
        EventQueue q = {};

        for (unsigned round = 0; round < 2; round++)
                for (SessionEvent e = 0; e < SESSION_EVENT_MAX; e++)
                        (void) event_queue_add(&q, e);
        ck_assert_uint_eq(q.n, SESSION_EVENT_MAX);
        while (event_queue_next(&q, &event))
                ck_assert_int_eq(event, n++);
        ck_assert_uint_eq(n, SESSION_EVENT_MAX);
}

TEST_MAIN(one_after_the_other, what_is_no_event_holds_them_too, there_is_room_for_all);
