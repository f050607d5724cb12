/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The interface org.computesession1.Manager; dbus/org.computesession1.Manager.xml documents it. */

#include "manager/base/types.h"

int manager_bus_export(Manager *m);

/* Tells on the bus that the counts changed. */
void manager_bus_tell_counts(Manager *m);
