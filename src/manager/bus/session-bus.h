/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The interface org.computesession1.Session; dbus/org.computesession1.Session.xml documents it. */

#include "manager/base/types.h"

/* Exports all sessions, those of now and later, with the manager's object manager. */
int session_bus_export(Manager *m);

/* Tells on the bus what changed since the last time. */
void session_bus_tell(Session *s);
