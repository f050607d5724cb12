/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The processes of a unit, drawn as systemd-cgls does it. */

#include <stdint.h>
#include <stdio.h>

#include "ctl/bus/client.h"

typedef struct ProcessEntry {
        char *cgroup, *command;
        uint32_t pid;
} ProcessEntry;

typedef struct ProcessTree {
        ProcessEntry *entries; /* sorted once read */
        size_t n_entries;
} ProcessTree;

/* Asks the service manager (of the same bus) for the unit's processes. 0 or -errno; nothing is told. */
int process_tree_fetch(ProcessTree *t, Client *c, const char *unit);
/* Reads the answer of GetUnitProcesses, a(sus). */
int process_tree_read(ProcessTree *t, sd_bus_message *m);
void process_tree_done(ProcessTree *t);

/* Draws it, each line behind prefix and at most width columns wide (0: as wide as it is). */
void process_tree_print(const ProcessTree *t, FILE *f, const char *prefix, size_t width);
/* The command of a process, or NULL. */
const char *process_tree_command(const ProcessTree *t, uint32_t pid);
