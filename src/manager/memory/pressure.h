/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Pressure stall information of cgroups (Linux: Documentation/accounting/psi.rst): how long processes wait
 * for memory, CPU or IO that others have. cgroup v2 only. */

#include <stdint.h>

#include "manager/base/types.h"

/* The share of the last 10 s in which "some" or "full" (all) processes waited, in 1/100 %, of a file like
 * "some avg10=1.50 avg60=… total=…"; UINT64_MAX: it does not say. Pure. */
uint64_t pressure_parse(const char *text, const char *kind);

/* The same of "some" in the file memory.pressure, cpu.pressure or io.pressure of the session's scope. */
uint64_t pressure_read(const Session *s, const char *file);

/* A descriptor that polls EPOLLPRI whenever some processes of the session wait for memory for more than a
 * tenth of 2 s, and EPOLLERR once the cgroup is gone. -EROFS, -EACCES: the kernel lets us not; -ENOENT,
 * -EOPNOTSUPP: there is none. */
int pressure_open_trigger(const Session *s);
