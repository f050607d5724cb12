/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Processes of a session that have left its scope (su, sudo -i, systemd-run --scope):
 * GetOutsideProcesses(). */

#include <stdint.h>

#include "ctl/bus/client.h"

typedef struct OutsideProcess {
        char *command, *unit; /* unit is "" if it is in none */
        uint32_t pid;
        int fd; /* pidfd; -EBADF if there was none to be had */
} OutsideProcess;

typedef struct OutsideProcesses {
        OutsideProcess *items;
        size_t n;
} OutsideProcesses;

/* Asks the service. It never asks for a password: nobody came for this. 0 or -errno; nothing is told. */
int outside_fetch(OutsideProcesses *o, Client *c, const char *id);
/* Reads the answer, a(uss). 0 or -errno. */
int outside_read(OutsideProcesses *o, sd_bus_message *m);
/* Forgets those that have ended. */
void outside_forget_ended(OutsideProcesses *o);
void outside_done(OutsideProcesses *o);

/* "2 processes in session-39.scope: su (1234), bash (1235)"; several units are parted by "; ". NULL if there
 * are none, or no memory. The caller's. */
char *outside_describe(const OutsideProcesses *o);

#define _cleanup_outside_ _cleanup_(outside_done)
