/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a session may use at most: systemd's limits of that name (systemd.resource-control(5)), with its
 * units and its notation. On the bus each is a number, where UINT64_MAX is "infinity", or for weights "not
 * set". */

#include <stdint.h>

#include "shared/macros.h"

typedef enum LimitKind {
        LIMIT_MEMORY_MAX,      /* bytes */
        LIMIT_MEMORY_HIGH,     /* bytes; cgroup v2 */
        LIMIT_MEMORY_SWAP_MAX, /* bytes; cgroup v2 */
        LIMIT_CPU_QUOTA,       /* µs of CPU time for each second */
        LIMIT_CPU_WEIGHT,      /* 1 to 10000; 0: idle */
        LIMIT_IO_WEIGHT,       /* 1 to 10000; cgroup v2 */
        LIMIT_TASKS_MAX,
        LIMIT_KIND_MAX,
        LIMIT_KIND_INVALID = -EINVAL,
} LimitKind;

#define LIMIT_NONE        UINT64_MAX
#define LIMIT_WEIGHT_IDLE UINT64_C(0)
#define LIMITS_ALL        ((UINT64_C(1) << LIMIT_KIND_MAX) - 1)

/* All numbers, so that two of them can be compared as memory. */
typedef struct Limits {
        uint64_t given; /* those that somebody set, 1 << kind */
        uint64_t values[LIMIT_KIND_MAX];
} Limits;

/* Values of none that is set, as an initializer. */
#define LIMITS_NONE LIMIT_NONE, LIMIT_NONE, LIMIT_NONE, LIMIT_NONE, LIMIT_NONE, LIMIT_NONE, LIMIT_NONE
_Static_assert(LIMIT_KIND_MAX == 7, "LIMITS_NONE has as many");

void limits_init(Limits *limits);
void limits_set(Limits *limits, LimitKind kind, uint64_t value);
void limits_unset(Limits *limits, LimitKind kind);
bool limits_have(const Limits *limits, LimitKind kind);
/* What over sets is set in limits too. */
void limits_merge(Limits *limits, const Limits *over);

/* The name of the setting, as people write it ("CPUQuota"), and of the property on the bus
 * ("CPUQuotaPerSecUSec"). NULL: there is no such kind. */
const char *limit_kind_to_name(LimitKind kind);
const char *limit_kind_to_property(LimitKind kind);
/* LIMIT_KIND_INVALID: there is none of that name. */
LimitKind limit_kind_from_name(const char *name);
LimitKind limit_kind_from_property(const char *property);
/* "MemoryMaxScale" and the like, of type u: a part of what the machine has, where UINT32_MAX is all of it.
 * NULL: this kind has none. */
const char *limit_kind_to_scale_property(LimitKind kind);
LimitKind limit_kind_from_scale_property(const char *property);

/* May this kind have this value? */
bool limit_is_valid(LimitKind kind, uint64_t value);
/* Which values it may have, for error messages: as people write them, with an example; and as numbers on the
 * bus. */
const char *limit_expects(LimitKind kind);
const char *limit_range(LimitKind kind);

/* A limit as somebody wrote it: a value, or a part of the machine's. */
typedef struct LimitText {
        bool relative;
        uint32_t scale; /* if relative: of UINT32_MAX */
        uint64_t value; /* otherwise */
} LimitText;

/* Reads "2G", "50%", "infinity", "idle"; nothing at all stands for "not set". -EINVAL: not such a thing.
 * -ERANGE: it must not be so small or large. */
int limit_parse(LimitKind kind, const char *text, LimitText *ret);

/* A part of what this machine has in bytes, or in tasks, rounded down as the kernel does, at least 1. */
uint64_t limit_resolve(LimitKind kind, uint32_t scale);
/* limit_parse(), with parts resolved. */
int limit_parse_here(LimitKind kind, const char *text, uint64_t *ret);

/* "2G" if that is exact, otherwise digits; "50%", "infinity", "idle", "" for a weight that is not set.
 * Writes into ret and returns it. */
#define LIMIT_SIZE 24
const char *limit_format(LimitKind kind, uint64_t value, char ret[LIMIT_SIZE]);

/* "MemoryMax=2G CPUQuota=50%": what was given. The caller's; NULL if out of memory. */
char *limits_format(const Limits *limits);
