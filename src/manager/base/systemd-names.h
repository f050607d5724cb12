/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* systemd's names on the bus; see org.freedesktop.systemd1(5). */

#define SYSTEMD_NAME      "org.freedesktop.systemd1"
#define SYSTEMD_PATH      "/org/freedesktop/systemd1"
#define SYSTEMD_UNIT_PATH "/org/freedesktop/systemd1/unit"
#define SYSTEMD_MANAGER   "org.freedesktop.systemd1.Manager"
#define SYSTEMD_UNIT      "org.freedesktop.systemd1.Unit"
#define SYSTEMD_SCOPE     "org.freedesktop.systemd1.Scope"

/* Errors */
#define SYSTEMD_UNIT_EXISTS     "org.freedesktop.systemd1.UnitExists"
#define SYSTEMD_NO_SUCH_UNIT    "org.freedesktop.systemd1.NoSuchUnit"
#define SYSTEMD_NO_UNIT_FOR_PID "org.freedesktop.systemd1.NoUnitForPID"
