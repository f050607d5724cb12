/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Properties of what a session uses and lacks. */

#include "manager/bus/usage-bus.h"
#include "manager/base/cgroup.h"
#include "manager/memory/memory-events.h"
#include "manager/memory/pressure.h"
#include "manager/memory/session-memory.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"

static uint64_t read_swap(const Session *s) {
        char text[CGROUP_TEXT_MAX];

        if (cgroup_read_text(&s->manager->cgroups, s->slice, s->scope.unit, "memory.swap.current", text) < 0)
                return UINT64_MAX;
        return cgroup_parse_number(text);
}

int usage_bus_get(sd_bus *bus _unused_, const char *path _unused_, const char *interface _unused_,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        static const struct {
                const char *property, *file;
        } files[] = {
                { "CPUPressureAvg10", "cpu.pressure" },
                { "IOPressureAvg10", "io.pressure" },
                { "MemoryPressureAvg10", "memory.pressure" },
        };
        const Session *s = userdata;

        for (size_t i = 0; i < ELEMENTSOF(files); i++)
                if (streq(files[i].property, property))
                        return sd_bus_message_append(reply, "t", pressure_read(s, files[i].file));
        return sd_bus_message_append(reply, "t", read_swap(s));
}

int usage_bus_get_want(sd_bus *bus _unused_, const char *path _unused_, const char *interface _unused_,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        Session *s = userdata;
        const MemoryEvents *e = &s->memory_events;

        if (streq(property, "MemoryPressure"))
                return sd_bus_message_append(reply, "s", memory_level_to_string(e->level));
        if (streq(property, "LastOOMKillTimestamp"))
                return sd_bus_message_append(reply, "t", e->last_kill);
        if (streq(property, "LastOOMKillPID"))
                return sd_bus_message_append(reply, "u", e->last_pid);
        if (streq(property, "LastOOMKillCommand"))
                return sd_bus_message_append(reply, "s", e->last_command);
        if (!e->events)
                session_read_memory(s); /* nobody tells of changes */
        return sd_bus_message_append(reply, "t", memory_events_kills(s));
}
