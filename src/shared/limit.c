/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Limits: names, ranges, notation. */

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "shared/limit.h"
#include "shared/parse.h"
#include "shared/text.h"

#define QUOTA_USEC_PER_PERCENT UINT64_C(10000)
#define QUOTA_USEC_PER_PART    UINT64_C(100) /* of ten thousand */
#define WEIGHT_HIGHEST         UINT64_C(10000)
#define PARTS                  UINT64_C(10000)
#define TASKS_HIGHEST          UINT64_C(4194304) /* the kernel refuses more: PID_MAX_LIMIT */

#define EXPECTS_MEMORY                                                                            \
        "a number of bytes of at least 1, with K, M, G or T behind it if need be; a part of the " \
        "machine's memory above 0% and up to 100%; or 'infinity'; for example 2G or 25%"
#define RANGE_MEMORY "a number of bytes, at least 1, or UINT64_MAX for no limit; for example 2147483648"

static const struct {
        const char *name;
        const char *property;
        const char *scale_property; /* NULL: it is not a part of anything */
        uint64_t lowest, highest;   /* besides LIMIT_NONE, which is always fine */
        const char *expects, *range;
} kinds[LIMIT_KIND_MAX] = {
        [LIMIT_MEMORY_MAX] = { "MemoryMax", "MemoryMax", "MemoryMaxScale", 1, UINT64_MAX, EXPECTS_MEMORY,
                RANGE_MEMORY },
        [LIMIT_MEMORY_HIGH] = { "MemoryHigh", "MemoryHigh", "MemoryHighScale", 1, UINT64_MAX, EXPECTS_MEMORY,
                RANGE_MEMORY },
        [LIMIT_MEMORY_SWAP_MAX] = { "MemorySwapMax", "MemorySwapMax", "MemorySwapMaxScale", 0, UINT64_MAX,
                "a number of bytes, also 0, with K, M, G or T behind it if need be; a part of the machine's "
                "memory up to 100%; or 'infinity'; for example 512M",
                "a number of bytes, also 0, or UINT64_MAX for no limit; for example 536870912" },
        /* systemd forgets a smaller one when it reads its configuration again. */
        [LIMIT_CPU_QUOTA] = { "CPUQuota", "CPUQuotaPerSecUSec", NULL, QUOTA_USEC_PER_PERCENT,
                INT32_MAX *QUOTA_USEC_PER_PART,
                "a percentage of one CPU, at least 1%, where 200% are two CPUs; or 'infinity'; for example 50%",
                "µs of CPU time for each second, from 10000 (1%) on, or UINT64_MAX for no limit; for example "
                "500000 (50%)" },
        [LIMIT_CPU_WEIGHT] = { "CPUWeight", "CPUWeight", NULL, LIMIT_WEIGHT_IDLE, WEIGHT_HIGHEST,
                "a number from 1 to 10000, or 'idle'; for example 50, half of what others have",
                "a number from 1 to 10000, 0 for idle, or UINT64_MAX for not set; for example 50" },
        [LIMIT_IO_WEIGHT] = { "IOWeight", "IOWeight", NULL, 1, WEIGHT_HIGHEST,
                "a number from 1 to 10000; for example 50, half of what others have",
                "a number from 1 to 10000, or UINT64_MAX for not set; for example 50" },
        [LIMIT_TASKS_MAX] = { "TasksMax", "TasksMax", "TasksMaxScale", 1, TASKS_HIGHEST,
                "a number of tasks from 1 to 4194304, a part of what the machine can have above 0% and up to 100%, "
                "or 'infinity'; for example 512",
                "a number of tasks from 1 to 4194304, or UINT64_MAX for no limit; for example 512" },
};

static bool is_weight(LimitKind kind) {
        return kind == LIMIT_CPU_WEIGHT || kind == LIMIT_IO_WEIGHT;
}

void limits_init(Limits *limits) {
        limits->given = 0;
        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++)
                limits->values[kind] = LIMIT_NONE;
}

void limits_set(Limits *limits, LimitKind kind, uint64_t value) {
        limits->given |= UINT64_C(1) << kind;
        limits->values[kind] = value;
}

void limits_unset(Limits *limits, LimitKind kind) {
        limits->given &= ~(UINT64_C(1) << kind);
        limits->values[kind] = LIMIT_NONE;
}

bool limits_have(const Limits *limits, LimitKind kind) {
        return limits->given & UINT64_C(1) << kind;
}

void limits_merge(Limits *limits, const Limits *over) {
        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++)
                if (limits_have(over, kind))
                        limits_set(limits, kind, over->values[kind]);
}

const char *limit_kind_to_name(LimitKind kind) {
        return kind >= 0 && kind < LIMIT_KIND_MAX ? kinds[kind].name : NULL;
}

const char *limit_kind_to_property(LimitKind kind) {
        return kind >= 0 && kind < LIMIT_KIND_MAX ? kinds[kind].property : NULL;
}

const char *limit_kind_to_scale_property(LimitKind kind) {
        return kind >= 0 && kind < LIMIT_KIND_MAX ? kinds[kind].scale_property : NULL;
}

LimitKind limit_kind_from_name(const char *name) {
        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++)
                if (streq(kinds[kind].name, name))
                        return kind;
        return LIMIT_KIND_INVALID;
}

LimitKind limit_kind_from_property(const char *property) {
        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++)
                if (streq(kinds[kind].property, property))
                        return kind;
        return LIMIT_KIND_INVALID;
}

LimitKind limit_kind_from_scale_property(const char *property) {
        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++)
                if (streq_null(kinds[kind].scale_property, property))
                        return kind;
        return LIMIT_KIND_INVALID;
}

bool limit_is_valid(LimitKind kind, uint64_t value) {
        return value == LIMIT_NONE || (value >= kinds[kind].lowest && value <= kinds[kind].highest);
}

const char *limit_expects(LimitKind kind) {
        return kinds[kind].expects;
}

const char *limit_range(LimitKind kind) {
        return kinds[kind].range;
}

/* Reading */

static int parse_part(LimitKind kind, const char *text, LimitText *ret) {
        uint64_t parts;
        int r;

        if (!kinds[kind].scale_property)
                return -EINVAL;
        r = parse_percent(text, &parts);
        if (r < 0)
                return r;
        if (parts > PARTS || (parts == 0 && kinds[kind].lowest > 0))
                return -ERANGE;
        *ret = (LimitText){
                .relative = true,
                .scale = (uint32_t) ((parts * UINT32_MAX + PARTS / 2) / PARTS),
        };
        return 0;
}

static int parse_quota(const char *text, uint64_t *ret) {
        uint64_t parts;
        int r;

        r = parse_percent(text, &parts);
        if (r < 0)
                return r;
        return __builtin_mul_overflow(parts, QUOTA_USEC_PER_PART, ret) ? -ERANGE : 0;
}

static int parse_value(LimitKind kind, const char *text, uint64_t *ret) {
        uint64_t value;
        int r;

        if (kind == LIMIT_CPU_QUOTA)
                r = parse_quota(text, &value);
        else if (kind == LIMIT_TASKS_MAX || is_weight(kind))
                r = parse_uint64(text, &value);
        else
                r = parse_size(text, &value);
        if (r < 0)
                return r;
        if (value == LIMIT_NONE || !limit_is_valid(kind, value))
                return -ERANGE;
        *ret = value;
        return 0;
}

int limit_parse(LimitKind kind, const char *text, LimitText *ret) {
        uint64_t value;
        size_t length = strlen(text);
        int r;

        assert(kind >= 0 && kind < LIMIT_KIND_MAX);
        if (length == 0 || (streq(text, "infinity") && !is_weight(kind))) {
                *ret = (LimitText){ .value = LIMIT_NONE };
                return 0;
        }
        if (kind == LIMIT_CPU_WEIGHT && streq(text, "idle")) {
                *ret = (LimitText){ .value = LIMIT_WEIGHT_IDLE };
                return 0;
        }
        if (text[length - 1] == '%' && kind != LIMIT_CPU_QUOTA)
                return parse_part(kind, text, ret);
        r = parse_value(kind, text, &value);
        if (r < 0)
                return r;
        if (kind == LIMIT_CPU_WEIGHT && value == LIMIT_WEIGHT_IDLE)
                return -ERANGE; /* it has a word */
        *ret = (LimitText){ .value = value };
        return 0;
}

/* The most tasks that the kernel has at the same time. */
static uint64_t machine_tasks(void) {
        static const char *const paths[] = { "/proc/sys/kernel/pid_max", "/proc/sys/kernel/threads-max" };
        uint64_t least = TASKS_HIGHEST, number;

        for (size_t i = 0; i < ELEMENTSOF(paths); i++) {
                FILE *f = fopen(paths[i], "re");

                if (!f)
                        continue;
                if (fscanf(f, "%" SCNu64, &number) == 1)
                        least = MIN(least, number);
                (void) fclose(f);
        }
        return least;
}

uint64_t limit_resolve(LimitKind kind, uint32_t scale) {
        uint64_t unit = 1, all;
        uint64_t value;

        if (kind == LIMIT_TASKS_MAX)
                all = machine_tasks();
        else {
                unit = (uint64_t) sysconf(_SC_PAGESIZE);
                all = (uint64_t) sysconf(_SC_PHYS_PAGES);
        }
        value = (uint64_t) ((unsigned __int128) all * scale / UINT32_MAX) * unit;
        return MAX(value, kinds[kind].lowest);
}

int limit_parse_here(LimitKind kind, const char *text, uint64_t *ret) {
        LimitText parsed;
        int r;

        r = limit_parse(kind, text, &parsed);
        if (r < 0)
                return r;
        *ret = parsed.relative ? limit_resolve(kind, parsed.scale) : parsed.value;
        return 0;
}

/* Writing */

static void format_size(uint64_t value, char ret[LIMIT_SIZE]) {
        static const char suffixes[] = "KMGT";
        int n = 0;

        while (value > 0 && value % 1024 == 0 && suffixes[n]) {
                value /= 1024;
                n++;
        }
        snprintf(ret, LIMIT_SIZE, n > 0 ? "%" PRIu64 "%c" : "%" PRIu64, value, suffixes[MAX(n, 1) - 1]);
}

static void format_quota(uint64_t value, char ret[LIMIT_SIZE]) {
        uint64_t whole = value / QUOTA_USEC_PER_PERCENT,
                 parts = value % QUOTA_USEC_PER_PERCENT / QUOTA_USEC_PER_PART;

        if (parts == 0)
                snprintf(ret, LIMIT_SIZE, "%" PRIu64 "%%", whole);
        else if (parts % 10 == 0)
                snprintf(ret, LIMIT_SIZE, "%" PRIu64 ".%" PRIu64 "%%", whole, parts / 10);
        else
                snprintf(ret, LIMIT_SIZE, "%" PRIu64 ".%02" PRIu64 "%%", whole, parts);
}

const char *limit_format(LimitKind kind, uint64_t value, char ret[LIMIT_SIZE]) {
        if (value == LIMIT_NONE)
                snprintf(ret, LIMIT_SIZE, "%s", is_weight(kind) ? "" : "infinity");
        else if (kind == LIMIT_CPU_WEIGHT && value == LIMIT_WEIGHT_IDLE)
                snprintf(ret, LIMIT_SIZE, "idle");
        else if (kind == LIMIT_CPU_QUOTA)
                format_quota(value, ret);
        else if (kind == LIMIT_TASKS_MAX || is_weight(kind))
                snprintf(ret, LIMIT_SIZE, "%" PRIu64, value);
        else
                format_size(value, ret);
        return ret;
}

char *limits_format(const Limits *limits) {
        char *text = NULL, value[LIMIT_SIZE];
        const char *space = "";
        size_t size;
        FILE *f;

        f = open_memstream(&text, &size);
        if (!f)
                return NULL;
        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++) {
                if (!limits_have(limits, kind))
                        continue;
                fprintf(f, "%s%s=%s", space, kinds[kind].name,
                        limit_format(kind, limits->values[kind], value));
                space = " ";
        }
        if (fclose(f) != 0) {
                free(text);
                return NULL;
        }
        return text;
}
