/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Limits in messages and in the configuration. */

#include <inttypes.h>
#include <stdio.h>

#include "manager/base/cgroup-limits.h"
#include "manager/base/limit-options.h"
#include "manager/model/manager.h"
#include "shared/dictionary.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/text.h"

/* Reading */

static int read_variant(sd_bus_message *m, const char *name, char type, void *ret, sd_bus_error *error) {
        const char *contents, expected[] = { type, 0 };
        int r;

        r = sd_bus_message_peek_type(m, NULL, &contents);
        if (r < 0)
                return r;
        if (!streq(contents, expected))
                return sd_bus_error_setf(error, ERROR_INVALID_ARGUMENT,
                        "Option '%s' must have the type '%s', not '%s'.", name, expected, contents);
        return sd_bus_message_read(m, "v", expected, ret);
}

static int read_value(sd_bus_message *m, LimitKind kind, uint64_t *ret, sd_bus_error *error) {
        uint64_t value = 0;
        int r;

        r = read_variant(m, limit_kind_to_property(kind), 't', &value, error);
        if (r < 0)
                return r;
        if (!limit_is_valid(kind, value))
                return sd_bus_error_setf(error, ERROR_INVALID_ARGUMENT,
                        "%s cannot be %" PRIu64 ", it is %s.", limit_kind_to_property(kind), value,
                        limit_range(kind));
        *ret = value;
        return 0;
}

static int read_part(sd_bus_message *m, LimitKind kind, uint64_t *ret, sd_bus_error *error) {
        uint32_t scale = 0;
        int r;

        r = read_variant(m, limit_kind_to_scale_property(kind), 'u', &scale, error);
        if (r < 0)
                return r;
        if (scale == 0 && !limit_is_valid(kind, 0))
                return sd_bus_error_setf(error, ERROR_INVALID_ARGUMENT,
                        "%s cannot be 0, it is a part of what the machine has, from 1 to UINT32_MAX (100%%); for "
                        "example 1073741824 (25%%).",
                        limit_kind_to_scale_property(kind));
        *ret = limit_resolve(kind, scale);
        return 0;
}

int limits_read_entry(sd_bus_message *m, const char *name, Limits *limits, sd_bus_error *error) {
        LimitKind kind = limit_kind_from_property(name);
        bool is_part = kind < 0;
        uint64_t value = 0;
        int r;

        if (is_part)
                kind = limit_kind_from_scale_property(name);
        if (kind < 0)
                return 0;
        if (limits_have(limits, kind))
                return sd_bus_error_setf(error, ERROR_INVALID_ARGUMENT, "%s is given twice; give it once.",
                        limit_kind_to_name(kind));
        r = is_part ? read_part(m, kind, &value, error) : read_value(m, kind, &value, error);
        if (r < 0)
                return r;
        limits_set(limits, kind, value);
        return 1;
}

typedef struct Entries {
        Limits *limits;
        sd_bus_error *error;
} Entries;

static int read_entry(sd_bus_message *m, const char *name, void *userdata) {
        _cleanup_free_ char *shown = NULL;
        const Entries *entries = userdata;
        char known[LIMITS_LIST_SIZE];
        int r;

        r = limits_read_entry(m, name, entries->limits, entries->error);
        if (r != 0)
                return r;
        shown = text_sanitize(name, SESSION_NAME_MAX);
        return sd_bus_error_setf(entries->error, ERROR_UNKNOWN_OPTION, "Unknown limit '%s'; there are: %s.",
                strempty(shown), limits_list(known));
}

int limits_read(sd_bus_message *m, Limits *ret, sd_bus_error *error) {
        Entries entries = { .limits = ret, .error = error };
        char known[LIMITS_LIST_SIZE];
        int r;

        limits_init(ret);
        r = dictionary_read(m, read_entry, &entries);
        if (r < 0)
                return r;
        if (ret->given == 0)
                return sd_bus_error_setf(error, ERROR_INVALID_ARGUMENT,
                        "No limit is given; give at least one of: %s.", limits_list(known));
        return 0;
}

/* Writing */

int limits_append(sd_bus_message *m, const Limits *limits) {
        int r;

        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++) {
                if (!limits_have(limits, kind))
                        continue;
                r = sd_bus_message_append(
                        m, "(sv)", limit_kind_to_property(kind), "t", limits->values[kind]);
                if (r < 0)
                        return r;
        }
        return 0;
}

const char *limits_list(char ret[LIMITS_LIST_SIZE]) {
        size_t length = 0;

        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++)
                length += (size_t) snprintf(ret + length, LIMITS_LIST_SIZE - length, "%s%s",
                        kind > 0 ? ", " : "", limit_kind_to_property(kind));
        return ret;
}

/* What the system can do */

int limits_check_supported(const Manager *m, const Limits *limits, sd_bus_error *error) {
        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++)
                if (limits_have(limits, kind) && !(m->limits_supported & UINT64_C(1) << kind))
                        return sd_bus_error_setf(error, ERROR_NOT_SUPPORTED,
                                "%s= cannot be enforced here: %s.", limit_kind_to_name(kind),
                                m->cgroups.unified ? "systemd has no control over what it needs (see "
                                                     "Delegate= in systemd.resource-control(5))"
                                        : m->user_mode
                                        ? "with cgroup v1, a user's own systemd limits nothing"
                                        : "this system has cgroup v1, without what it needs");
        return 0;
}

static void warn_unsupported(const Manager *m, const Limits *limits, const char *section) {
        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++)
                if (limits_have(limits, kind) && !(m->limits_supported & UINT64_C(1) << kind))
                        log_warning("%s= in section [%s] cannot be enforced on this system, ignoring it.",
                                limit_kind_to_name(kind), section);
}

void limits_find_supported(Manager *m) {
        const Config *config = &m->config;
        char section[32];

        m->limits_supported = m->user_mode && !m->cgroups.unified ? 0 : cgroup_find_limits(&m->cgroups);
        warn_unsupported(m, &config->limits[SESSION_TERMINAL], "Terminal");
        warn_unsupported(m, &config->limits[SESSION_NOTEBOOK], "Notebook");
        for (size_t i = 0; i < config->n_users; i++) {
                snprintf(section, sizeof(section), "User %" PRIu64, config->users[i].uid);
                warn_unsupported(m, &config->users[i].limits, section);
        }
}

void limits_choose(const Manager *m, SessionType type, uid_t uid, const Limits *asked, Limits *ret) {
        const Config *config = &m->config;

        *ret = config->limits[type];
        for (size_t i = 0; i < config->n_users; i++)
                if (config->users[i].uid == uid)
                        limits_merge(ret, &config->users[i].limits);
        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++)
                if (!(m->limits_supported & UINT64_C(1) << kind))
                        limits_unset(ret, kind);
        limits_merge(ret, asked);
}
