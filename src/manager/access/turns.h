/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whose turn it is. A call that comes alone is served at once. While more has come, or the bus takes answers
 * slower than we make them, calls wait here, each user's in a queue of their own, and what has come is read
 * first: behind the calls of somebody who floods us come systemd's answers and signals, which others wait
 * for. Then users are served in turn, so that an answer waits behind few others however many calls one user
 * has sent. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "manager/access/charges.h"
#include "manager/base/types.h"
#include "manager/model/calls.h"
#include "shared/macros.h"

#define TURNS_WRITE_MAX 4  /* answers that the bus has not taken; with more, calls wait */
#define TURNS_READS     16 /* messages read for each call that is served, as long as more come */

#define TURNS_MANY 16 /* calls served one after the other, whose memory is given back behind them */

/* Has the call to wait? It is then held, and dispatched again. 1 if so; 0: it is its turn; -ENOBUFS or
 * -EDQUOT if the user has too many calls or bytes waiting; -ENOMEM. */
int turns_wait(Manager *m, uid_t uid, sd_bus_message *call, unsigned passed);

void turns_done(Turns *turns);
