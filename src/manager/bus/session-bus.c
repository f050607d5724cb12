/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The interface org.computesession1.Session. Callers were admitted before they come here (admission.c). */

#include "manager/bus/session-bus.h"
#include "manager/access/admission.h"
#include "manager/access/caller.h"
#include "manager/access/usage.h"
#include "manager/base/cgroup.h"
#include "manager/base/policy.h"
#include "manager/bus/bus-reply.h"
#include "manager/bus/idleness-bus.h"
#include "manager/bus/limits-bus.h"
#include "manager/bus/notebook-bus.h"
#include "manager/bus/terminal-bus.h"
#include "manager/bus/usage-bus.h"
#include "manager/memory/session-memory.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/registry/session-table.h"
#include "manager/session/freezer.h"
#include "manager/session/outside.h"
#include "manager/session/session-naming.h"
#include "manager/session/session-stop.h"
#include "manager/session/session.h"
#include "manager/systemd/keep-user.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/strv.h"
#include "shared/text.h"

/* Properties */

/* Is the call at hand the owner's? Signals go to everybody, and are nobody's call. */
static bool asked_by_owner(sd_bus *bus, const Session *s) {
        sd_bus_message *call = sd_bus_get_current_message(bus);
        const Caller *caller = call ? admission_caller(s->manager, call) : NULL;

        return caller && policy_is_owner(caller->uid, s->uid);
}

static int get_text(sd_bus *bus, const char *path _unused_, const char *interface _unused_,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        const Session *s = userdata;
        char on_detach[ON_DETACH_SIZE];
        const char *value = "";

        if (streq(property, "Id"))
                value = s->id;
        else if (streq(property, "Unit"))
                value = s->scope.unit;
        else if (streq(property, "KeeperUnit"))
                value = s->keeper.unit;
        else if (streq(property, "Slice"))
                value = s->slice;
        else if (streq(property, "Name"))
                value = s->name;
        else if (streq(property, "Type"))
                value = session_type_to_string(s->type);
        else if (streq(property, "State"))
                value = session_state_to_string(session_phase_state(s->phase));
        else if (streq(property, "Result"))
                value = session_result_to_string(s->end.result);
        else if (streq(property, "KeepUser"))
                value = keep_user_state(s->manager, s->uid);
        else if (streq(property, "FreezerState"))
                value = freezer_state_to_string(s->freezer.state);
        else if (streq(property, "Notebook"))
                value = s->program.notebook;
        else if (streq(property, "KernelName"))
                value = s->program.kernel;
        else if (streq(property, "KernelState"))
                value = s->kernel.state;
        else if (streq(property, "KernelLanguage"))
                value = s->kernel.language;
        else if (streq(property, "Title"))
                value = s->terminal.title;
        else if (streq(property, "Foreground"))
                value = s->terminal.foreground;
        else if (streq(property, "OnDetach"))
                value = session_on_detach_to_string(s, on_detach);
        else if (streq(property, "ForegroundDirectory"))
                value = asked_by_owner(bus, s) ? s->terminal.foreground_directory : "";
        else if (streq(property, "WorkingDirectory"))
                value = asked_by_owner(bus, s) ? s->program.directory : "";
        else if (streq(property, "ConnectionFile"))
                value = asked_by_owner(bus, s) ? s->program.connection_file : "";
        return sd_bus_message_append(reply, "s", strempty(value));
}

static int get_command(sd_bus *bus, const char *path _unused_, const char *interface _unused_,
        const char *property _unused_, sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        const Session *s = userdata;

        return sd_bus_message_append_strv(reply, asked_by_owner(bus, s) ? s->program.command : NULL);
}

static int get_activity(sd_bus *bus _unused_, const char *path _unused_, const char *interface _unused_,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        usec_t input, output;

        session_read_activity(userdata, &input, &output);
        return sd_bus_message_append(reply, "t", streq(property, "LastInputTimestamp") ? input : output);
}

static int get_choice(sd_bus *bus _unused_, const char *path _unused_, const char *interface _unused_,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        const Session *s = userdata;
        bool value = streq(property, "RestartOnCrash") ? s->restart.on_crash : session_records_outputs(s);

        return sd_bus_message_append(reply, "b", (int) value);
}

static int get_memory_peak(sd_bus *bus _unused_, const char *path _unused_, const char *interface _unused_,
        const char *property _unused_, sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        Session *s = userdata;

        session_read_memory(s);
        return sd_bus_message_append(reply, "t", s->end.memory_peak);
}

static int get_usage(sd_bus *bus _unused_, const char *path _unused_, const char *interface _unused_,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        const Session *s = userdata;
        UsageCounter counter = usage_counter_from_string(property);

        assert(counter >= 0);
        return sd_bus_message_append(reply, "t", s->usage.counters[counter]);
}

/* Methods */

static int method_stop(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        Session *s = userdata;
        Reply reply = bus_reply(s->manager, call, REPLY_DONE);

        return session_stop(s, &reply, error);
}

static int method_freeze(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        Session *s = userdata;
        Reply reply = bus_reply(s->manager, call, REPLY_DONE);

        return freezer_freeze(s, &reply, error);
}

static int method_thaw(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        Session *s = userdata;
        Reply reply = bus_reply(s->manager, call, REPLY_DONE);

        return freezer_thaw(s, &reply, error);
}

static int method_set_name(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        Session *s = userdata;
        const char *name;
        int r;

        r = sd_bus_message_read(call, "s", &name);
        if (r < 0)
                return r;
        if (!session_name_is_valid(name))
                return sd_bus_error_set(error, ERROR_INVALID_ARGUMENT,
                        "The name of a session must be " SESSION_NAME_EXPECTED ".");
        r = session_set_name(s, name);
        if (r < 0)
                return sd_bus_error_setf(error, SD_BUS_ERROR_IO_ERROR,
                        "The session keeps its name, as its record cannot be written: %s", strerror(-r));
        return sd_bus_reply_method_return(call, NULL);
}

static int method_kill(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        Session *s = userdata;
        Reply reply;
        const char *whom;
        int signal, r;

        r = sd_bus_message_read(call, "si", &whom, &signal);
        if (r < 0)
                return r;
        reply = bus_reply(s->manager, call, REPLY_DONE);
        return session_kill(s, whom, signal, &reply, error);
}

static int method_get_outside_processes(sd_bus_message *call, void *userdata, sd_bus_error *error _unused_) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_(outside_list_done) OutsideList list = {};
        int r;

        r = outside_list_read(userdata, &list);
        if (r >= 0)
                r = sd_bus_message_new_method_return(call, &reply);
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "(uss)");
        for (size_t i = 0; r >= 0 && i < list.n; i++)
                r = sd_bus_message_append(reply, "(uss)", (uint32_t) list.items[i].pid,
                        list.items[i].command, list.items[i].unit);
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        return r < 0 ? r : sd_bus_send(NULL, reply, NULL);
}

#define CONSTANT SD_BUS_VTABLE_PROPERTY_CONST
/* That it changed is told to everybody, what it is now only to who may know. */
#define INVALIDATES SD_BUS_VTABLE_PROPERTY_EMITS_INVALIDATION
#define CHANGES     SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD_WITH_ARGS("Attach", SD_BUS_ARGS("u", rows, "u", columns, "a{sv}", options),
                SD_BUS_RESULT("h", stream), method_attach, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Resize", SD_BUS_ARGS("u", rows, "u", columns), SD_BUS_NO_RESULT,
                method_resize, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Snapshot", SD_BUS_ARGS("a{sv}", options), SD_BUS_RESULT("h", text),
                method_snapshot, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetOutputs", SD_BUS_ARGS("t", since, "a{sv}", options),
                SD_BUS_RESULT("h", stream), method_get_outputs, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("PurgeOutputs", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_purge_outputs,
                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS(
                "Interrupt", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_interrupt, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS(
                "Restart", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_restart, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("SetNotebook", SD_BUS_ARGS("s", notebook), SD_BUS_NO_RESULT,
                method_set_notebook, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("SetName", SD_BUS_ARGS("s", name), SD_BUS_NO_RESULT, method_set_name,
                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS(
                "Freeze", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_freeze, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS(
                "Thaw", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_thaw, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("SetLimits", SD_BUS_ARGS("a{sv}", limits), SD_BUS_NO_RESULT,
                method_set_limits, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS(
                "Stop", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_stop, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetOutsideProcesses", SD_BUS_NO_ARGS, SD_BUS_RESULT("a(uss)", processes),
                method_get_outside_processes, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Kill", SD_BUS_ARGS("s", whom, "i", signal), SD_BUS_NO_RESULT, method_kill,
                SD_BUS_VTABLE_UNPRIVILEGED),

        SD_BUS_PROPERTY("Id", "s", get_text, 0, CONSTANT),
        SD_BUS_PROPERTY("Type", "s", get_text, 0, CONSTANT),
        SD_BUS_PROPERTY("User", "u", NULL, offsetof(Session, uid), CONSTANT),
        SD_BUS_PROPERTY("Name", "s", get_text, 0, CHANGES),
        SD_BUS_PROPERTY("State", "s", get_text, 0, CHANGES),
        SD_BUS_PROPERTY("Unit", "s", get_text, 0, CONSTANT),
        SD_BUS_PROPERTY("KeeperUnit", "s", get_text, 0, CONSTANT),
        SD_BUS_PROPERTY("Slice", "s", get_text, 0, CONSTANT),
        SD_BUS_PROPERTY("Leader", "u", NULL, offsetof(Session, leader.pid), CHANGES),
        SD_BUS_PROPERTY("CreatedTimestamp", "t", NULL, offsetof(Session, created), CONSTANT),
        SD_BUS_PROPERTY(
                "CreatedTimestampMonotonic", "t", NULL, offsetof(Session, created_monotonic), CONSTANT),
        SD_BUS_PROPERTY("Command", "as", get_command, 0, CONSTANT),
        SD_BUS_PROPERTY("WorkingDirectory", "s", get_text, 0, CONSTANT),
        SD_BUS_PROPERTY("Rows", "u", NULL, offsetof(Session, terminal.rows), CHANGES),
        SD_BUS_PROPERTY("Columns", "u", NULL, offsetof(Session, terminal.columns), CHANGES),
        SD_BUS_PROPERTY("Clients", "u", NULL, offsetof(Session, terminal.clients), CHANGES),
        SD_BUS_PROPERTY("Title", "s", get_text, 0, CHANGES),
        SD_BUS_PROPERTY("Foreground", "s", get_text, 0, CHANGES),
        SD_BUS_PROPERTY("ForegroundDirectory", "s", get_text, 0, INVALIDATES),
        SD_BUS_PROPERTY("OnDetach", "s", get_text, 0, CONSTANT),
        SD_BUS_PROPERTY("LastInputTimestamp", "t", get_activity, 0, 0),
        SD_BUS_PROPERTY("LastOutputTimestamp", "t", get_activity, 0, 0),
        SD_BUS_PROPERTY("LastActivityTimestamp", "t", idleness_bus_get, 0, 0),
        SD_BUS_PROPERTY("IdleSince", "t", idleness_bus_get, 0, 0),
        SD_BUS_PROPERTY("IdleReason", "s", idleness_bus_get, 0, 0),
        SD_BUS_PROPERTY("Notebook", "s", get_text, 0, CHANGES),
        SD_BUS_PROPERTY("KernelName", "s", get_text, 0, CONSTANT),
        SD_BUS_PROPERTY("KernelLanguage", "s", get_text, 0, CHANGES),
        SD_BUS_PROPERTY("KernelState", "s", get_text, 0, CHANGES),
        SD_BUS_PROPERTY("KernelStateTimestamp", "t", NULL, offsetof(Session, kernel.state_since), CHANGES),
        SD_BUS_PROPERTY("ExecutionCount", "u", NULL, offsetof(Session, kernel.execution_count), CHANGES),
        SD_BUS_PROPERTY("RestartOnCrash", "b", get_choice, 0, CONSTANT),
        SD_BUS_PROPERTY("RecordOutputs", "b", get_choice, 0, CONSTANT),
        SD_BUS_PROPERTY("Restarts", "u", NULL, offsetof(Session, restart.count), CHANGES),
        SD_BUS_PROPERTY("ConnectionFile", "s", get_text, 0, CONSTANT),
        SD_BUS_PROPERTY("MemoryCurrent", "t", get_usage, 0, 0),
        SD_BUS_PROPERTY("MemoryPeak", "t", get_memory_peak, 0, 0),
        SD_BUS_PROPERTY("CPUUsageNSec", "t", get_usage, 0, 0),
        SD_BUS_PROPERTY("TasksCurrent", "t", get_usage, 0, 0),
        SD_BUS_PROPERTY("IOReadBytes", "t", get_usage, 0, 0),
        SD_BUS_PROPERTY("IOWriteBytes", "t", get_usage, 0, 0),
        SD_BUS_PROPERTY("MemorySwapCurrent", "t", usage_bus_get, 0, 0),
        SD_BUS_PROPERTY("MemoryPressureAvg10", "t", usage_bus_get, 0, 0),
        SD_BUS_PROPERTY("CPUPressureAvg10", "t", usage_bus_get, 0, 0),
        SD_BUS_PROPERTY("IOPressureAvg10", "t", usage_bus_get, 0, 0),
        SD_BUS_PROPERTY("MemoryPressure", "s", usage_bus_get_want, 0, CHANGES),
        SD_BUS_PROPERTY("OOMKills", "t", usage_bus_get_want, 0, CHANGES),
        SD_BUS_PROPERTY("LastOOMKillTimestamp", "t", usage_bus_get_want, 0, CHANGES),
        SD_BUS_PROPERTY("LastOOMKillPID", "u", usage_bus_get_want, 0, CHANGES),
        SD_BUS_PROPERTY("LastOOMKillCommand", "s", usage_bus_get_want, 0, CHANGES),
        SD_BUS_PROPERTY("FreezerState", "s", get_text, 0, CHANGES),
        SD_BUS_PROPERTY("KeepUser", "s", get_text, 0, 0),
        SD_BUS_PROPERTY("MemoryMax", "t", get_limit, 0, CHANGES),
        SD_BUS_PROPERTY("MemoryHigh", "t", get_limit, 0, CHANGES),
        SD_BUS_PROPERTY("MemorySwapMax", "t", get_limit, 0, CHANGES),
        SD_BUS_PROPERTY("CPUQuotaPerSecUSec", "t", get_limit, 0, CHANGES),
        SD_BUS_PROPERTY("CPUWeight", "t", get_limit, 0, CHANGES),
        SD_BUS_PROPERTY("IOWeight", "t", get_limit, 0, CHANGES),
        SD_BUS_PROPERTY("TasksMax", "t", get_limit, 0, CHANGES),
        SD_BUS_PROPERTY("Result", "s", get_text, 0, CHANGES),
        SD_BUS_PROPERTY("ExitStatus", "i", NULL, offsetof(Session, end.exit_status), CHANGES),
        SD_BUS_VTABLE_END,
};

/* Objects */

static int find_session(sd_bus *bus _unused_, const char *path, const char *interface _unused_,
        void *userdata, void **ret, sd_bus_error *error _unused_) {
        Manager *m = userdata;
        char id[SESSION_ID_MAX];
        Session *s;

        if (session_id_from_bus_path(path, id) < 0)
                return 0;
        s = session_table_get_by_id(&m->sessions, id);
        if (!s || !s->announced)
                return 0;
        *ret = s;
        return 1;
}

static int list_paths(sd_bus *bus _unused_, const char *prefix _unused_, void *userdata, char ***ret,
        sd_bus_error *error _unused_) {
        _cleanup_strv_ char **paths = NULL;
        Manager *m = userdata;
        int r;

        SESSION_FOREACH(s, &m->sessions) {
                char path[BUS_PATH_SIZE];

                if (!s->announced)
                        continue;
                session_bus_path(s->id, path);
                r = strv_extend(&paths, path);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(paths);
        return 1;
}

int session_bus_export(Manager *m) {
        int r;

        r = sd_bus_add_fallback_vtable(
                m->bus, NULL, SESSION_PATH, SESSION_INTERFACE, vtable, find_session, m);
        if (r < 0)
                return r;
        return sd_bus_add_node_enumerator(m->bus, NULL, SESSION_PATH, list_paths, m);
}

/* Signals */

#define PROPERTIES_MAX 4 /* of one change */

static void tell_changes(Session *s, const char *path) {
        static const struct {
                SessionChange change;
                const char *properties[PROPERTIES_MAX];
        } table[] = {
                { CHANGE_STATE, { "State" } },
                { CHANGE_SIZE, { "Rows", "Columns" } },
                { CHANGE_CLIENTS, { "Clients" } },
                { CHANGE_RESULT, { "Result", "ExitStatus" } },
                { CHANGE_NAME, { "Name" } },
                { CHANGE_TITLE, { "Title" } },
                { CHANGE_LEADER, { "Leader", "Restarts" } },
                { CHANGE_NOTEBOOK, { "Notebook" } },
                { CHANGE_KERNEL_STATE, { "KernelState", "KernelStateTimestamp" } },
                { CHANGE_EXECUTION, { "ExecutionCount" } },
                { CHANGE_LANGUAGE, { "KernelLanguage" } },
                { CHANGE_FOREGROUND, { "Foreground", "ForegroundDirectory" } },
                { CHANGE_FREEZER, { "FreezerState" } },
                { CHANGE_MEMORY, { "MemoryPressure" } },
                { CHANGE_OOM,
                        { "OOMKills", "LastOOMKillTimestamp", "LastOOMKillPID", "LastOOMKillCommand" } },
        };
        char *names[ELEMENTSOF(table) * PROPERTIES_MAX + 1] = {};
        size_t n = 0;

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                for (size_t j = 0; j < PROPERTIES_MAX && (s->changes & table[i].change); j++)
                        if (table[i].properties[j])
                                names[n++] = (char *) table[i].properties[j];
        if (n > 0)
                (void) sd_bus_emit_properties_changed_strv(s->manager->bus, path, SESSION_INTERFACE, names);
}

void session_bus_tell(Session *s) {
        sd_bus *bus = s->manager->bus;
        char path[BUS_PATH_SIZE];

        session_bus_path(s->id, path);
        if (s->changes & CHANGE_NEW) {
                (void) sd_bus_emit_object_added(bus, path);
                (void) sd_bus_emit_signal(bus, BUS_PATH, MANAGER_INTERFACE, "SessionNew", "so", s->id, path);
        } else if (s->announced) {
                tell_changes(s, path);
                if (s->changes & CHANGE_LIMITS)
                        limits_bus_tell(s, path);
        }
        if ((s->changes & CHANGE_REMOVED) && s->announced) {
                (void) sd_bus_emit_signal(bus, BUS_PATH, MANAGER_INTERFACE, "SessionRemoved", "sos", s->id,
                        path, session_result_to_string(s->end.result));
                (void) sd_bus_emit_object_removed(bus, path);
        }
        s->changes &= CHANGE_REMOVED;
}
