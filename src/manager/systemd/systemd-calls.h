/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Calls to systemd whose answers are events: as many at once as the bus allows one connection to leave
 * unanswered, the others in the order in which they came. While systemd is executed anew (systemctl
 * daemon-reexec) it has no connection to the bus; what it was asked then is asked again, so that nobody
 * notices but by the time it takes. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include <stdbool.h>

#include "manager/access/charges.h"
#include "manager/base/types.h"
#include "manager/model/systemd.h"
#include "shared/time-span.h"

/* s and reply may be NULL. The reply always comes, if only as an error after a deadline. -EDQUOT: the user
 * who sent the call has too many with systemd already. */
int systemd_ask(Manager *m, const Session *s, sd_bus_message *question, sd_bus_message_handler_t on_reply,
        const Reply *reply);
/* The same for a question that is described by manager, number, reply, on_done and limits of this structure,
 * a copy of which goes with it. */
int systemd_ask_and_tell(
        const SystemdCall *about, sd_bus_message *question, sd_bus_message_handler_t on_reply);

/* The same for a unit of this user that gets one end of a stream; the other one, which becomes ours, is at
 * hand when the reply comes. */
int systemd_ask_with_stream(Manager *m, sd_bus_message *question, sd_bus_message_handler_t on_reply,
        const Reply *reply, int stream, uid_t uid);

/* For the handler of a reply: asks a further question for the same call, which goes on being charged as
 * before. What it is about is the same, too. -ENOMEM, and then the call is still to be answered. */
int systemd_ask_further(SystemdCall *c, sd_bus_message *question, sd_bus_message_handler_t on_reply);

/* systemd is back: asks it at once what waited for that. */
void systemd_calls_resume(Manager *m);

/* The session that the reply is about; NULL if it is gone. */
Session *systemd_call_session(const SystemdCall *c);

void systemd_calls_done(SystemdCalls *calls);

/* A call of systemd's manager object, to be filled and asked. */
int systemd_new_call(const Manager *m, const char *method, sd_bus_message **ret);

/* For what is asked without a need to know how it went. */
int systemd_ignore_reply(sd_bus_message *reply, void *userdata, sd_bus_error *error);

/* Is the unit that was asked about not there? */
bool systemd_says_gone(sd_bus_message *reply);

/* What an error says, for people. */
const char *systemd_error_text(sd_bus_message *reply);
