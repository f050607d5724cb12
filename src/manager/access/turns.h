/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Serves users fairly. A call that comes alone is served at once. While more messages have come, or the bus
 * takes answers slower than we make them, calls wait here, each user's in a queue of their own, and the
 * messages are read first: behind the calls of somebody who floods us come systemd's answers and signals,
 * which others wait for. Then users are served in turn, so that an answer waits behind few others, however
 * many calls one user has sent. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "manager/access/charges.h"
#include "manager/base/types.h"
#include "manager/model/calls.h"
#include "shared/macros.h"

#define TURNS_WRITE_MAX 4  /* answers that the bus has not taken; with more, calls wait */
#define TURNS_READS     16 /* messages read for each call that is served, as long as more come */

#define TURNS_MANY 16 /* so many calls served one after the other leave memory that is given back */

/* Does the call have to wait for its turn? 1: it is held, and will be dispatched again. 0: it does not.
 * -ENOBUFS or -EDQUOT: too many calls or bytes of the user wait. -ENOMEM. */
int turns_wait(Manager *m, uid_t uid, sd_bus_message *call, unsigned passed);

void turns_done(Turns *turns);
