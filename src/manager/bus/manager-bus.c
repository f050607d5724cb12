/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The interface org.computesession1.Manager. Callers were admitted before they come here (admission.c). */

#include "manager/bus/manager-bus.h"
#include "config.h"
#include "manager/access/admission.h"
#include "manager/access/caller.h"
#include "manager/base/audit.h"
#include "manager/base/message-strings.h"
#include "manager/base/policy.h"
#include "manager/base/start-request.h"
#include "manager/bus/bus-reply.h"
#include "manager/bus/idleness-bus.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/registry/ended-list.h"
#include "manager/registry/session-counts.h"
#include "manager/registry/session-table.h"
#include "manager/session/freezer.h"
#include "manager/session/session-start.h"
#include "manager/session/session-stop.h"
#include "manager/session/session.h"
#include "manager/systemd/errand.h"
#include "manager/systemd/systemd.h"
#include "shared/names.h"
#include "shared/strv.h"
#include "shared/text.h"

/* Finding */

/* Reads an id and finds the session. Sessions that are only being started are not there yet. */
static int read_session(Manager *m, sd_bus_message *call, Session **ret, sd_bus_error *error) {
        const char *id;
        Session *s = NULL;
        int r;

        r = sd_bus_message_read(call, "s", &id);
        if (r < 0)
                return r;
        s = session_table_get_by_id(&m->sessions, id);
        if (!s || !s->announced) {
                _cleanup_free_ char *shown = text_sanitize(id, SESSION_NAME_MAX);

                return sd_bus_error_setf(error, ERROR_NO_SUCH_SESSION,
                        "There is no session '%s'; 'computectl list --all' shows also what ended lately.",
                        strempty(shown));
        }
        *ret = s;
        return 0;
}

static int reply_with_path(sd_bus_message *call, const Session *s) {
        char path[BUS_PATH_SIZE];

        session_bus_path(s->id, path);
        return sd_bus_reply_method_return(call, "o", path);
}

static int method_get_session(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        Session *s = NULL;
        int r;

        r = read_session(userdata, call, &s, error);
        if (r < 0)
                return r;
        return reply_with_path(call, s);
}

static int method_get_session_by_pid(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        Manager *m = userdata;
        Reply reply;
        uint32_t pid;
        int r;

        r = sd_bus_message_read(call, "u", &pid);
        if (r < 0)
                return r;
        if (pid == 0)
                pid = (uint32_t) admission_caller(m, call)->pid;
        if (pid == 0 || pid > INT32_MAX)
                return sd_bus_error_setf(error, ERROR_NO_SUCH_PROCESS, "There is no process %u.", pid);
        reply = bus_reply(m, call, REPLY_FOUND);
        r = systemd_find_session(m, pid, &reply);
        if (r == -EDQUOT)
                return sd_bus_error_set(error, ERROR_LIMIT_REACHED,
                        "Too many of your calls wait for systemd already; try again.");
        return r < 0 ? r : 1;
}

static int method_get_session_by_notebook(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        Manager *m = userdata;
        const char *notebook;
        Session *s = NULL;
        int r;

        r = sd_bus_message_read(call, "s", &notebook);
        if (r < 0)
                return r;
        s = session_table_get_by_notebook(&m->sessions, admission_caller(m, call)->uid, notebook, NULL);
        if (!s || !s->announced)
                return sd_bus_error_set(error, ERROR_NO_SUCH_SESSION,
                        "You have no session of this notebook; give its absolute path, or start one.");
        return reply_with_path(call, s);
}

/* Listing */

static int method_list_sessions(sd_bus_message *call, void *userdata, sd_bus_error *error _unused_) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        Manager *m = userdata;
        int r;

        r = sd_bus_message_new_method_return(call, &reply);
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(reply, 'a', "(ssusso)");
        if (r < 0)
                return r;
        SESSION_FOREACH(s, &m->sessions) {
                char path[BUS_PATH_SIZE];

                if (!s->announced)
                        continue;
                session_bus_path(s->id, path);
                r = sd_bus_message_append(reply, "(ssusso)", s->id, session_type_to_string(s->type),
                        (uint32_t) s->uid, s->name, session_state_to_string(session_phase_state(s->phase)),
                        path);
                if (r < 0)
                        return r;
        }
        r = sd_bus_message_close_container(reply);
        if (r < 0)
                return r;
        return sd_bus_send(NULL, reply, NULL);
}

/* What others may see of a session that ended is what they could see of it before. */
static int append_ended(sd_bus_message *reply, const EndedSession *e, uid_t reader) {
        SessionType type = SESSION_TYPE_INVALID;
        bool is_public;

        (void) session_id_parse(e->id, &type, NULL);
        is_public = type == SESSION_NOTEBOOK || policy_is_owner(reader, e->uid);
        return sd_bus_message_append(reply, "(ssusssittttt)", e->id, session_type_to_string(type),
                (uint32_t) e->uid, e->name, is_public ? e->what : "", session_result_to_string(e->result),
                e->exit_status, e->created, e->ended, e->cpu_usage_nsec, e->memory_limit, e->memory_peak);
}

static int method_list_ended(sd_bus_message *call, void *userdata, sd_bus_error *error _unused_) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        Manager *m = userdata;
        uid_t reader = admission_caller(m, call)->uid;
        int r;

        ended_list_expire(&m->ended);
        r = sd_bus_message_new_method_return(call, &reply);
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(reply, 'a', "(ssusssittttt)");
        if (r < 0)
                return r;
        for (size_t i = 0; i < m->ended.n; i++) {
                r = append_ended(reply, &m->ended.items[i], reader);
                if (r < 0)
                        return r;
        }
        r = sd_bus_message_close_container(reply);
        if (r < 0)
                return r;
        return sd_bus_send(NULL, reply, NULL);
}

/* Finds the notebook session with this id among those that ended. */
static int find_ended_notebook(Manager *m, const char *id, const EndedSession **ret, sd_bus_error *error) {
        SessionType type = SESSION_TYPE_INVALID;
        const EndedSession *e;

        ended_list_expire(&m->ended);
        e = ended_list_get(&m->ended, id);
        if (!e) {
                _cleanup_free_ char *shown = text_sanitize(id, SESSION_NAME_MAX);

                return sd_bus_error_setf(error, ERROR_NO_SUCH_SESSION,
                        "There is no session '%s', and none ended within a day; 'computectl list --all' shows all.",
                        strempty(shown));
        }
        (void) session_id_parse(e->id, &type, NULL);
        if (type != SESSION_NOTEBOOK)
                return sd_bus_error_setf(error, ERROR_NOT_SUPPORTED,
                        "Session %s was a terminal; only what notebooks put out is kept.", e->id);
        *ret = e;
        return 0;
}

static int method_get_ended_outputs(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        const EndedSession *e = NULL;
        Manager *m = userdata;
        Reply reply;
        const char *id;
        uint64_t since;
        int r;

        r = sd_bus_message_read(call, "st", &id, &since);
        if (r < 0)
                return r;
        r = find_ended_notebook(m, id, &e, error);
        if (r < 0)
                return r;
        if (e->unrecorded)
                return sd_bus_error_setf(error, ERROR_NOT_RECORDED,
                        "Nothing of what session %s put out was kept, as it was started with RecordOutputs=no.",
                        e->id);
        reply = bus_reply(m, call, REPLY_DESCRIPTOR);
        return errand_send_outputs(m, e->uid, e->id, e->created, since, &reply, error);
}

static int method_purge_ended_outputs(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        const EndedSession *e = NULL;
        Manager *m = userdata;
        Reply reply;
        const char *id;
        int r;

        r = sd_bus_message_read(call, "s", &id);
        if (r < 0)
                return r;
        r = find_ended_notebook(m, id, &e, error);
        if (r < 0)
                return r;
        reply = bus_reply(m, call, REPLY_DONE);
        if (admission_may_audit(m, reply.uid))
                audit_outputs_purged(m, NULL, (Owned){ .id = e->id, .uid = e->uid }, reply_actor(&reply));
        return errand_purge_outputs(m, e->uid, e->id, e->created, &reply, error);
}

static int append_usage(sd_bus_message *reply, Session *s) {
        return sd_bus_message_append(reply, "(stttttt)", s->id, s->usage.counters[USAGE_MEMORY],
                s->usage.counters[USAGE_CPU], s->usage.counters[USAGE_TASKS],
                s->usage.counters[USAGE_IO_READ], s->usage.counters[USAGE_IO_WRITE], s->usage.realtime);
}

static int append_activity(sd_bus_message *reply, Session *s) {
        usec_t input, output;

        session_read_activity(s, &input, &output);
        if (output != UINT64_MAX)
                output = MAX(output, session_last_work(s));
        return sd_bus_message_append(reply, "(sutt)", s->id, s->terminal.clients, input, output);
}

/* Answers a call for some sessions (as), or for all, with one struct for each. */
static int reply_for_each(Manager *m, sd_bus_message *call, const char *signature,
        int (*append)(sd_bus_message *, Session *), sd_bus_error *error) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_strv_ char **ids = NULL;
        int r;

        r = message_read_strings(call, m->sessions.n, &ids);
        if (r == -E2BIG)
                return sd_bus_error_set(error, ERROR_NO_SUCH_SESSION,
                        "These are more ids than there are sessions; give none for all sessions.");
        if (r < 0)
                return r;
        r = sd_bus_message_new_method_return(call, &reply);
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(reply, 'a', signature);
        if (r < 0)
                return r;
        if (strv_length(ids) == 0)
                SESSION_FOREACH(s, &m->sessions) {
                        r = s->announced ? append(reply, s) : 0;
                        if (r < 0)
                                return r;
                }
        STRV_FOREACH(id, ids) {
                Session *s = session_table_get_by_id(&m->sessions, *id);
                _cleanup_free_ char *shown = NULL;

                if (!s || !s->announced) {
                        shown = text_sanitize(*id, SESSION_NAME_MAX);
                        return sd_bus_error_setf(
                                error, ERROR_NO_SUCH_SESSION, "There is no session '%s'.", strempty(shown));
                }
                r = append(reply, s);
                if (r < 0)
                        return r;
        }
        r = sd_bus_message_close_container(reply);
        if (r < 0)
                return r;
        return sd_bus_send(NULL, reply, NULL);
}

static int method_get_usage(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        return reply_for_each(userdata, call, "(stttttt)", append_usage, error);
}

static int method_get_activity(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        return reply_for_each(userdata, call, "(sutt)", append_activity, error);
}

static int method_get_idleness(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        return reply_for_each(userdata, call, "(sutts)", idleness_bus_append, error);
}

/* Starting and ending */

static int method_start(sd_bus_message *call, Manager *m, RequestKind kind, sd_bus_error *error) {
        const Caller *caller = admission_caller(m, call);
        Reply reply = bus_reply(m, call, kind == REQUEST_NOTEBOOK ? REPLY_STARTED : REPLY_SESSION);
        StartRequest *request;
        int r;

        r = start_request_read(kind, call, &request, error);
        if (r < 0)
                return r;
        if (kind == REQUEST_REGISTER)
                return session_register(m, caller, request, &reply, error);
        return session_start(m, caller, request, &reply, error);
}

static int method_start_terminal(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        return method_start(call, userdata, REQUEST_TERMINAL, error);
}

static int method_start_notebook(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        return method_start(call, userdata, REQUEST_NOTEBOOK, error);
}

static int method_register_session(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        return method_start(call, userdata, REQUEST_REGISTER, error);
}

static int method_stop_session(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        Manager *m = userdata;
        Reply reply;
        Session *s = NULL;
        int r;

        r = read_session(m, call, &s, error);
        if (r < 0)
                return r;
        reply = bus_reply(m, call, REPLY_DONE);
        return session_stop(s, &reply, error);
}

static int method_kill_session(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        Manager *m = userdata;
        Reply reply;
        const char *whom;
        int signal, r;
        Session *s = NULL;

        r = read_session(m, call, &s, error);
        if (r < 0)
                return r;
        r = sd_bus_message_read(call, "si", &whom, &signal);
        if (r < 0)
                return r;
        reply = bus_reply(m, call, REPLY_DONE);
        return session_kill(s, whom, signal, &reply, error);
}

/* Properties */

static int get_version(sd_bus *bus _unused_, const char *path _unused_, const char *interface _unused_,
        const char *property _unused_, sd_bus_message *reply, void *userdata _unused_,
        sd_bus_error *error _unused_) {
        return sd_bus_message_append(reply, "s", PACKAGE_VERSION);
}

static int get_recommended(sd_bus *bus _unused_, const char *path _unused_, const char *interface _unused_,
        const char *property _unused_, sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        const Manager *m = userdata;

        return sd_bus_message_append(reply, "u", (uint32_t) m->config.recommended_sessions);
}

static int get_exceeded(sd_bus *bus _unused_, const char *path _unused_, const char *interface _unused_,
        const char *property _unused_, sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        return sd_bus_message_append(reply, "b", (int) manager_exceeds_recommended(userdata));
}

static int get_frozen(sd_bus *bus _unused_, const char *path _unused_, const char *interface _unused_,
        const char *property _unused_, sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        Manager *m = userdata;
        int r;

        r = sd_bus_message_open_container(reply, 'a', "s");
        if (r < 0)
                return r;
        SESSION_FOREACH(s, &m->sessions) {
                if (!s->announced || !freezer_is_frozen(s))
                        continue;
                r = sd_bus_message_append(reply, "s", s->id);
                if (r < 0)
                        return r;
        }
        return sd_bus_message_close_container(reply);
}

#define CONSTANT SD_BUS_VTABLE_PROPERTY_CONST
#define CHANGES  SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD_WITH_ARGS("ListSessions", SD_BUS_NO_ARGS, SD_BUS_RESULT("a(ssusso)", sessions),
                method_list_sessions, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListEnded", SD_BUS_NO_ARGS, SD_BUS_RESULT("a(ssusssittttt)", sessions),
                method_list_ended, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetEndedOutputs", SD_BUS_ARGS("s", id, "t", since),
                SD_BUS_RESULT("h", stream), method_get_ended_outputs, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("PurgeEndedOutputs", SD_BUS_ARGS("s", id), SD_BUS_NO_RESULT,
                method_purge_ended_outputs, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetUsage", SD_BUS_ARGS("as", ids), SD_BUS_RESULT("a(stttttt)", usage),
                method_get_usage, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetActivity", SD_BUS_ARGS("as", ids), SD_BUS_RESULT("a(sutt)", activity),
                method_get_activity, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetIdleness", SD_BUS_ARGS("as", ids), SD_BUS_RESULT("a(sutts)", idleness),
                method_get_idleness, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetSession", SD_BUS_ARGS("s", id), SD_BUS_RESULT("o", session),
                method_get_session, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetSessionByPID", SD_BUS_ARGS("u", pid), SD_BUS_RESULT("o", session),
                method_get_session_by_pid, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetSessionByNotebook", SD_BUS_ARGS("s", notebook),
                SD_BUS_RESULT("o", session), method_get_session_by_notebook, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("StartTerminal", SD_BUS_ARGS("a{sv}", options),
                SD_BUS_RESULT("s", id, "o", session), method_start_terminal, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("StartNotebook", SD_BUS_ARGS("s", notebook, "s", kernel, "a{sv}", options),
                SD_BUS_RESULT("s", id, "o", session, "b", started), method_start_notebook,
                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("RegisterSession", SD_BUS_ARGS("s", type, "s", name, "a{sv}", options),
                SD_BUS_RESULT("s", id, "o", session), method_register_session, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("StopSession", SD_BUS_ARGS("s", id), SD_BUS_NO_RESULT, method_stop_session,
                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("StopUnusedSessions", SD_BUS_ARGS("a{sv}", options),
                SD_BUS_RESULT("a(sss)", sessions), idleness_bus_stop_unused, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("KillSession", SD_BUS_ARGS("s", id, "s", whom, "i", signal),
                SD_BUS_NO_RESULT, method_kill_session, SD_BUS_VTABLE_UNPRIVILEGED),

        SD_BUS_SIGNAL_WITH_ARGS("SessionNew", SD_BUS_ARGS("s", id, "o", session), 0),
        SD_BUS_SIGNAL_WITH_ARGS("SessionRemoved", SD_BUS_ARGS("s", id, "o", session, "s", result), 0),

        SD_BUS_PROPERTY("Version", "s", get_version, 0, CONSTANT),
        SD_BUS_PROPERTY("NotebookCount", "u", NULL, offsetof(Manager, counts.notebooks), CHANGES),
        SD_BUS_PROPERTY("TerminalCount", "u", NULL, offsetof(Manager, counts.terminals), CHANGES),
        SD_BUS_PROPERTY("RecommendedSessions", "u", get_recommended, 0, CONSTANT),
        SD_BUS_PROPERTY("RecommendedExceeded", "b", get_exceeded, 0, CHANGES),
        SD_BUS_PROPERTY("FrozenSessions", "as", get_frozen, 0, 0),
        SD_BUS_PROPERTY("SessionsMax", "t", NULL, offsetof(Manager, config.sessions_max), CONSTANT),
        SD_BUS_PROPERTY(
                "SessionsMaxPerUser", "t", NULL, offsetof(Manager, config.sessions_max_per_user), CONSTANT),
        SD_BUS_VTABLE_END,
};

int manager_bus_export(Manager *m) {
        int r;

        r = sd_bus_add_object_vtable(m->bus, NULL, BUS_PATH, MANAGER_INTERFACE, vtable, m);
        if (r < 0)
                return r;
        return sd_bus_add_object_manager(m->bus, NULL, BUS_PATH);
}

void manager_bus_tell_counts(Manager *m) {
        (void) sd_bus_emit_properties_changed(m->bus, BUS_PATH, MANAGER_INTERFACE, "NotebookCount",
                "TerminalCount", "RecommendedExceeded", NULL);
}
