/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Ends sessions that nobody uses: those without clients that have been idle for long. */

#include <stdbool.h>
#include <sys/types.h>

#include "manager/base/types.h"
#include "manager/idleness/idleness.h"
#include "manager/model/reply.h"
#include "shared/time-span.h"

#define UNUSED_WHY_SIZE 128

/* Is a session to end that has so many clients, if it was idle for at least so long? why: a sentence for
 * people, whatever the answer. Pure. */
bool unused_decide(
        const Idleness *idleness, unsigned clients, usec_t idle_for, usec_t now, char why[UNUSED_WHY_SIZE]);

/* The same of a session, which is asked to end unless dry_run. Nobody waits for its end; reply says who
 * asked. */
bool unused_stop(Session *s, usec_t idle_for, bool dry_run, const Reply *reply, char why[UNUSED_WHY_SIZE]);
