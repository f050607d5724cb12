/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Calls on sessions of others for which polkit wants somebody's password. They are sent without asking for
 * one first, and repeated if it turns out that one is needed: so who acts on their own sessions never waits
 * for an agent. */

#include <systemd/sd-bus.h>

#include "ctl/bus/client.h"

/* Was a call refused that may be repeated? Not if the user does not want to be asked. */
bool authentication_is_wanted(const Client *c, const sd_bus_error *error);

/* Makes the same call again, now with leave to ask for a password, and starts who asks for it at the
 * terminal. 0 or -errno. */
int authentication_repeat(Client *c, sd_bus_message *refused, sd_bus_message **ret);

/* Ends who asks at the terminal, if somebody does. */
void authentication_done(Client *c);
