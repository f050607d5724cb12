/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads an object's properties into a structure, by a table. */

#include "ctl/bus/properties.h"
#include "shared/dictionary.h"
#include "shared/strv.h"

static const PropertyField session_fields[] = {
        { "Id", "s", offsetof(SessionProperties, id) },
        { "Type", "s", offsetof(SessionProperties, type) },
        { "Name", "s", offsetof(SessionProperties, name) },
        { "State", "s", offsetof(SessionProperties, state) },
        { "User", "u", offsetof(SessionProperties, user) },
        { "Unit", "s", offsetof(SessionProperties, unit) },
        { "KeeperUnit", "s", offsetof(SessionProperties, keeper_unit) },
        { "Leader", "u", offsetof(SessionProperties, leader) },
        { "CreatedTimestamp", "t", offsetof(SessionProperties, created) },
        { "Command", "as", offsetof(SessionProperties, command) },
        { "WorkingDirectory", "s", offsetof(SessionProperties, working_directory) },
        { "Rows", "u", offsetof(SessionProperties, rows) },
        { "Columns", "u", offsetof(SessionProperties, columns) },
        { "Clients", "u", offsetof(SessionProperties, clients) },
        { "Title", "s", offsetof(SessionProperties, title) },
        { "Foreground", "s", offsetof(SessionProperties, foreground) },
        { "ForegroundDirectory", "s", offsetof(SessionProperties, foreground_directory) },
        { "OnDetach", "s", offsetof(SessionProperties, on_detach) },
        { "IdleSince", "t", offsetof(SessionProperties, idle_since) },
        { "IdleReason", "s", offsetof(SessionProperties, idle_reason) },
        { "Notebook", "s", offsetof(SessionProperties, notebook) },
        { "KernelName", "s", offsetof(SessionProperties, kernel_name) },
        { "FreezerState", "s", offsetof(SessionProperties, freezer_state) },
        { "KeepUser", "s", offsetof(SessionProperties, keep_user) },
        { "MemoryPressure", "s", offsetof(SessionProperties, memory_pressure) },
        { "MemoryPeak", "t", offsetof(SessionProperties, memory_peak) },
        { "MemorySwapCurrent", "t", offsetof(SessionProperties, swap) },
        { "MemoryPressureAvg10", "t", offsetof(SessionProperties, memory_avg10) },
        { "CPUPressureAvg10", "t", offsetof(SessionProperties, cpu_avg10) },
        { "IOPressureAvg10", "t", offsetof(SessionProperties, io_avg10) },
        { "OOMKills", "t", offsetof(SessionProperties, oom_kills) },
        { "LastOOMKillTimestamp", "t", offsetof(SessionProperties, last_oom_kill) },
        { "LastOOMKillPID", "u", offsetof(SessionProperties, oom_pid) },
        { "LastOOMKillCommand", "s", offsetof(SessionProperties, oom_command) },
        { "KernelLanguage", "s", offsetof(SessionProperties, kernel_language) },
        { "KernelState", "s", offsetof(SessionProperties, kernel_state) },
        { "KernelStateTimestamp", "t", offsetof(SessionProperties, kernel_state_since) },
        { "ExecutionCount", "u", offsetof(SessionProperties, execution_count) },
        { "Restarts", "u", offsetof(SessionProperties, restarts) },
        { "RecordOutputs", "b", offsetof(SessionProperties, record_outputs) },
        { "ConnectionFile", "s", offsetof(SessionProperties, connection_file) },
        { "MemoryCurrent", "t", offsetof(SessionProperties, memory) },
        { "CPUUsageNSec", "t", offsetof(SessionProperties, cpu_nsec) },
        { "TasksCurrent", "t", offsetof(SessionProperties, tasks) },
        { "IOReadBytes", "t", offsetof(SessionProperties, io_read) },
        { "IOWriteBytes", "t", offsetof(SessionProperties, io_write) },
        { "MemoryMax", "t", offsetof(SessionProperties, limits[LIMIT_MEMORY_MAX]) },
        { "MemoryHigh", "t", offsetof(SessionProperties, limits[LIMIT_MEMORY_HIGH]) },
        { "MemorySwapMax", "t", offsetof(SessionProperties, limits[LIMIT_MEMORY_SWAP_MAX]) },
        { "CPUQuotaPerSecUSec", "t", offsetof(SessionProperties, limits[LIMIT_CPU_QUOTA]) },
        { "CPUWeight", "t", offsetof(SessionProperties, limits[LIMIT_CPU_WEIGHT]) },
        { "IOWeight", "t", offsetof(SessionProperties, limits[LIMIT_IO_WEIGHT]) },
        { "TasksMax", "t", offsetof(SessionProperties, limits[LIMIT_TASKS_MAX]) },
        { "Result", "s", offsetof(SessionProperties, result) },
        { "ExitStatus", "i", offsetof(SessionProperties, exit_status) },
};

static int read_strv(sd_bus_message *m, char ***target) {
        _cleanup_strv_ char **strv = NULL;
        const char *s;
        int r;

        r = sd_bus_message_enter_container(m, 'a', "s");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read_basic(m, 's', &s)) > 0) {
                r = strv_extend(&strv, s);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;
        r = sd_bus_message_exit_container(m);
        if (r < 0)
                return r;
        strv_free(*target);
        *target = TAKE_PTR(strv);
        return 0;
}

static int read_value(sd_bus_message *m, const PropertyField *field, void *target) {
        const char *s;
        int boolean, r;

        switch (field->signature[0]) {
        case 's':
        case 'o':
                r = sd_bus_message_read_basic(m, field->signature[0], &s);
                return r < 0 ? r : replace_string(target, s);
        case 'b':
                r = sd_bus_message_read_basic(m, 'b', &boolean);
                if (r >= 0)
                        *(bool *) target = boolean;
                return r;
        case 'a':
                return read_strv(m, target);
        default:
                return sd_bus_message_read_basic(m, field->signature[0], target);
        }
}

static int read_field(sd_bus_message *m, const PropertyField *field, void *target) {
        const char *contents;
        char type;
        int r;

        r = sd_bus_message_peek_type(m, &type, &contents);
        if (r < 0)
                return r;
        if (type != 'v' || !streq_null(contents, field->signature))
                return sd_bus_message_skip(m, "v");
        r = sd_bus_message_enter_container(m, 'v', contents);
        if (r < 0)
                return r;
        r = read_value(m, field, (char *) target + field->offset);
        if (r < 0)
                return r;
        r = sd_bus_message_exit_container(m);
        return r < 0 ? r : 1;
}

typedef struct Target {
        const PropertyField *fields;
        size_t n_fields;
        void *values;
} Target;

static int read_property(sd_bus_message *m, const char *name, void *userdata) {
        const Target *target = userdata;

        for (size_t i = 0; i < target->n_fields; i++)
                if (streq(target->fields[i].name, name))
                        return read_field(m, &target->fields[i], target->values);
        return 0;
}

int properties_read(sd_bus_message *m, const PropertyField *fields, size_t n_fields, void *target) {
        return dictionary_read(
                m, read_property, &(Target){ .fields = fields, .n_fields = n_fields, .values = target });
}

int session_properties_read(SessionProperties *p, sd_bus_message *m) {
        return properties_read(m, session_fields, ELEMENTSOF(session_fields), p);
}

void session_properties_done(SessionProperties *p) {
        free(p->id);
        free(p->type);
        free(p->name);
        free(p->state);
        free(p->unit);
        free(p->keeper_unit);
        free(p->working_directory);
        free(p->notebook);
        free(p->kernel_name);
        free(p->kernel_language);
        free(p->kernel_state);
        free(p->connection_file);
        free(p->result);
        free(p->title);
        free(p->foreground);
        free(p->foreground_directory);
        free(p->on_detach);
        free(p->freezer_state);
        free(p->keep_user);
        free(p->memory_pressure);
        free(p->oom_command);
        strv_free(p->command);
        *p = (SessionProperties){};
}
