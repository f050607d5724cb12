/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whom the kernel killed for want of memory. It says how many of a cgroup's processes, but to nobody without
 * CAP_SYSLOG which: so who has been sent SIGKILL and is on the way out is looked for, or who was there and
 * is gone. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "manager/base/types.h"
#include "manager/model/memory.h"

#define PROCESS_LIST_MAX 256

/* The processes of the session's scope, up to PROCESS_LIST_MAX, with those that end; ret must be zero.
 * -errno. */
int process_list_read(const Session *s, ProcessList *ret);
void process_list_done(ProcessList *list);

/* What /proc/PID/status says. false: there is no name in it. Pure. */
bool process_entry_parse(const char *status, ProcessEntry *ret);

/* The same of a process, which may be a zombie. false: it is gone. */
bool process_entry_read(pid_t pid, ProcessEntry *ret);

/* Of those that were killed, or else of those that were there before and are gone, the one that had the most
 * memory; NULL: nobody can tell. Pure; before may be empty. */
const ProcessEntry *oom_victim_find(const ProcessList *before, const ProcessList *now);
