/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The order of a session's events. */

#include <string.h>

#include "manager/model/event-queue.h"

static bool is_waiting(const EventQueue *q, SessionEvent event) {
        for (unsigned i = 0; i < q->n; i++)
                if (q->events[i] == event)
                        return true;
        return false;
}

bool event_queue_begin(EventQueue *q) {
        bool idle = !q->busy;

        q->busy = true;
        return idle;
}

bool event_queue_add(EventQueue *q, SessionEvent event) {
        if (!is_waiting(q, event))
                q->events[q->n++] = event;
        return event_queue_begin(q);
}

bool event_queue_next(EventQueue *q, SessionEvent *ret) {
        q->busy = q->n > 0;
        if (!q->busy)
                return false;
        *ret = q->events[0];
        memmove(q->events, q->events + 1, --q->n * sizeof(q->events[0]));
        return true;
}
