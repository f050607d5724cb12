/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Ends what nobody uses. */

#include <stdio.h>

#include "manager/idleness/unused.h"
#include "manager/model/session.h"
#include "manager/session/session-stop.h"
#include "shared/names.h"

static const char *const active_for[_IDLE_REASON_MAX] = {
        [IDLE_REASON_CHANGING] = "it starts or ends",
        [IDLE_REASON_BUSY] = "its kernel is busy",
        [IDLE_REASON_CPU] = "its processes use CPU time",
        [IDLE_REASON_INPUT] = "it was used within a minute",
        [IDLE_REASON_OUTPUT] = "it printed within a minute",
        [IDLE_REASON_NEW] = "it was started within a minute",
};

static const char *const idle_because[_IDLE_REASON_MAX] = {
        [IDLE_REASON_NO_ACTIVITY] = "",
        [IDLE_REASON_BUSY_WITHOUT_CPU] = ", its kernel busy without using CPU time",
        [IDLE_REASON_WAITING_FOR_INPUT] = ", waiting for input",
        [IDLE_REASON_FROZEN] = ", frozen",
};

bool unused_decide(
        const Idleness *idleness, unsigned clients, usec_t idle_for, usec_t now, char why[UNUSED_WHY_SIZE]) {
        usec_t idle = idleness->since < now ? now - idleness->since : 0;
        char span[TIME_SPAN_SIZE];

        if (idleness->since == 0)
                snprintf(why, UNUSED_WHY_SIZE, "%s", active_for[idleness->reason]);
        else if (clients > 0)
                snprintf(why, UNUSED_WHY_SIZE, "%u client%s attached", clients,
                        clients == 1 ? " is" : "s are");
        else
                snprintf(why, UNUSED_WHY_SIZE, "idle for %s%s%s", idle < idle_for ? "only " : "",
                        format_time_span(idle - idle % USEC_PER_SEC, span), idle_because[idleness->reason]);
        return idleness->since > 0 && clients == 0 && idle >= idle_for;
}

bool unused_stop(Session *s, usec_t idle_for, bool dry_run, const Reply *reply, char why[UNUSED_WHY_SIZE]) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        const Reply nobody = { .uid = reply->uid, .login = reply->login };
        Idleness idleness = idleness_of(s);

        if (!unused_decide(&idleness, s->terminal.clients, idle_for, now_usec(CLOCK_REALTIME), why))
                return false;
        if (dry_run || session_stop(s, &nobody, &error) >= 0)
                return true;
        snprintf(why, UNUSED_WHY_SIZE, "%s", error.message);
        return false;
}
