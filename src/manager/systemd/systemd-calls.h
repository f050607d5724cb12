/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Calls to systemd whose answers are events. As many are sent at once as the bus allows one connection to
 * have unanswered; the others follow in their order. While systemd is executed anew (systemctl
 * daemon-reexec), it is not on the bus: calls of that time are sent again, so all that anybody notices is a
 * delay. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include <stdbool.h>

#include "manager/access/charges.h"
#include "manager/base/types.h"
#include "manager/model/systemd.h"
#include "shared/time-span.h"

/* Sends a question. s and reply may be NULL. The handler is always called, if only with an error after a
 * deadline. -EDQUOT: too many calls of the caller's user wait for systemd already. */
int systemd_ask(Manager *m, const Session *s, sd_bus_message *question, sd_bus_message_handler_t on_reply,
        const Reply *reply);
/* Sends a question with a copy of this structure, of which manager, number, reply, on_done and limits
 * count. */
int systemd_ask_and_tell(
        const SystemdCall *about, sd_bus_message *question, sd_bus_message_handler_t on_reply);

/* Sends a question that gives one end of a stream to a unit of this user. The handler finds the other end,
 * stream, in the SystemdCall, which owns it. */
int systemd_ask_with_stream(Manager *m, sd_bus_message *question, sd_bus_message_handler_t on_reply,
        const Reply *reply, int stream, uid_t uid);

/* Sends a further question from the handler of a reply, about the same session and for the same call, which
 * stays charged. -ENOMEM: nothing was sent, and the handler has to answer the call. */
int systemd_ask_further(SystemdCall *c, sd_bus_message *question, sd_bus_message_handler_t on_reply);

/* Sends the calls at once that waited for systemd to be back. */
void systemd_calls_resume(Manager *m);

/* Returns the session that the reply is about, or NULL if it is gone. */
Session *systemd_call_session(const SystemdCall *c);

void systemd_calls_done(SystemdCalls *calls);

/* Makes a call to systemd's manager object, to be filled and sent. */
int systemd_new_call(const Manager *m, const char *method, sd_bus_message **ret);

/* A handler for calls whose outcome does not matter. */
int systemd_ignore_reply(sd_bus_message *reply, void *userdata, sd_bus_error *error);

/* Does the reply say that there is no such unit? */
bool systemd_says_gone(sd_bus_message *reply);

/* Returns the text of an error, for people. */
const char *systemd_error_text(sd_bus_message *reply);
