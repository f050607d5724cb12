/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How sessions begin. */

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "manager/access/caller-unit.h"
#include "manager/access/caller.h"
#include "manager/access/charges.h"
#include "manager/base/limit-options.h"
#include "manager/base/start-request.h"
#include "manager/keepers/keeper-link.h"
#include "manager/keepers/keeper-socket.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/model/waiters.h"
#include "manager/registry/session-number.h"
#include "manager/registry/session-table.h"
#include "manager/session/freezer.h"
#include "manager/session/session-engine.h"
#include "manager/session/session-event.h"
#include "manager/session/session-keeper.h"
#include "manager/session/session-leader.h"
#include "manager/session/session-lifetime.h"
#include "manager/session/session-record.h"
#include "manager/session/session-start.h"
#include "manager/systemd/keep-user.h"
#include "manager/systemd/systemd-keeper.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/strv.h"
#include "shared/text.h"

/* Checks the limits on numbers of sessions; the error names the setting. */
static int check_limits(Manager *m, uid_t uid, sd_bus_error *error) {
        size_t all, own, starting, unused;

        session_table_count(&m->sessions, (uid_t) -1, &all, &unused);
        session_table_count(&m->sessions, uid, &own, &starting);
        if (starting >= m->config.starts_max_per_user)
                return sd_bus_error_setf(error, ERROR_LIMIT_REACHED,
                        "%zu of your sessions are being started, as many as StartsMaxPerUser= allows; wait for one.",
                        starting);
        if (own >= m->config.sessions_max_per_user)
                return sd_bus_error_setf(error, ERROR_LIMIT_REACHED,
                        "You have %zu sessions, as many as SessionsMaxPerUser= allows; stop one first.",
                        own);
        if (closings_count(&m->closings, uid) >= CLOSINGS_MAX_PER_USER)
                return sd_bus_error_set(error, ERROR_LIMIT_REACHED,
                        "Keepers of your sessions sent descriptors that take long to close; end what has them.");
        if (all >= m->config.sessions_max)
                return sd_bus_error_setf(error, ERROR_LIMIT_REACHED,
                        "This machine has %zu sessions, as many as SessionsMax= allows; stop one first.",
                        all);
        return 0;
}

/* Fills in what is known before anything runs. The session takes the request over. */
static int describe_session(Session *s, StartRequest *request) {
        s->request = request;
        s->terminal.on_detach = request->has_on_detach ? request->on_detach : s->manager->config.on_detach;
        s->restart.on_crash = request->has_restart_on_crash ? request->restart_on_crash
                                                            : s->manager->config.restart_on_crash;
        s->unrecorded = s->type == SESSION_NOTEBOOK &&
                !(request->has_record_outputs ? request->record_outputs
                                              : config_records_outputs(&s->manager->config, s->uid));
        limits_choose(s->manager, s->type, s->uid, &request->limits, &s->limits.values);
        s->terminal.rows = request->rows;
        s->terminal.columns = request->columns;
        if (request->name && replace_string(&s->name, request->name) < 0)
                return -ENOMEM;
        if (request->notebook && replace_string(&s->program.notebook, request->notebook) < 0)
                return -ENOMEM;
        if (request->kernel && replace_string(&s->program.kernel, request->kernel) < 0)
                return -ENOMEM;
        if (request->connection_file &&
                replace_string(&s->program.connection_file, request->connection_file) < 0)
                return -ENOMEM;
        return 0;
}

/* May a caller in this unit start sessions? A session would be a way out of the unit. In user mode, the
 * caller could ask the user's systemd itself. */
static int check_place(Manager *m, const Caller *caller, sd_bus_error *error) {
        _cleanup_free_ char *cgroup = NULL;
        char unit[CALLER_UNIT_MAX];
        int r;

        if (m->user_mode || caller->uid == 0)
                return 0;
        r = caller_unit_find(caller->pid, caller->uid, strempty(m->cgroups.prefix), &cgroup);
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                return sd_bus_error_setf(error, ERROR_NO_SUCH_PROCESS,
                        "The calling process cannot be looked at (%s), so it is not known whether it may start "
                        "sessions; call from a process that stays.",
                        strerror(-r));
        if (caller_unit_may_start(cgroup, caller->uid))
                return 0;
        (void) caller_unit_name(cgroup, unit);
        return sd_bus_error_setf(error, ERROR_NOT_FROM_SERVICE,
                "The calling process is in %s, and a session would leave what that unit is limited to. Start it from "
                "a login (ssh, a console), from a session, or from a service of your own systemd "
                "(systemctl --user).",
                unit[0] ? unit : "no unit");
}

/* Makes a session in the table, and starts nothing yet. The request is consumed. */
static int new_session(
        Manager *m, uid_t uid, StartRequest *request_, bool kept, Session **ret, sd_bus_error *error) {
        _cleanup_(start_request_free_pointer) StartRequest *request = request_;
        uint64_t number;
        Session *s;
        int r;

        r = check_limits(m, uid, error);
        if (r >= 0)
                r = limits_check_supported(m, &request->limits, error);
        if (r < 0)
                return r;
        r = manager_take_number(m, &number);
        if (r == -EOVERFLOW)
                return sd_bus_error_setf(error, ERROR_START_FAILED,
                        "The file %s/" NUMBER_FILE
                        " says that all numbers of sessions are used. An administrator can "
                        "remove it and restart compute-sessiond; sessions go on meanwhile.",
                        m->runtime_dir);
        if (r < 0)
                return sd_bus_error_setf(error, ERROR_START_FAILED,
                        "The runtime directory %s cannot be written (%s); it may be full.", m->runtime_dir,
                        strerror(-r));
        r = session_new(m, request->type, number, uid, kept, &s);
        if (r < 0)
                return r;
        keep_user(m, uid);
        r = describe_session(s, TAKE_PTR(request));
        if (r < 0) {
                (void) session_free(s);
                return r;
        }
        *ret = s;
        return 0;
}

void session_answer_starters(Session *s, bool is_new) {
        bool started = is_new; /* the first caller started the session, the others joined */
        Waiter waiter;

        while (waiters_take(&s->waiters.start, &waiter)) {
                (void) reply_session(&waiter.reply, s, started);
                waiter_done(&waiter);
                started = false;
        }
}

/* Holds the call that starts the session, which is answered when it runs. */
static int hold_starter(Session *s, const Reply *reply, sd_bus_error *error) {
        int r;

        r = waiters_add(&s->waiters.start, &s->manager->charges, reply);
        if (r == -EDQUOT || r == -ENOBUFS)
                return sd_bus_error_set(error, ERROR_LIMIT_REACHED,
                        "Too many of your calls wait for sessions already; try again.");
        return r;
}

static int tell_unprepared(int r, sd_bus_error *error) {
        if (sd_bus_error_is_set(error))
                return r;
        return sd_bus_error_setf(
                error, ERROR_START_FAILED, "The session could not be prepared: %s", strerror(-r));
}

/* Answers with a live session, now or when it runs. Takes the charge, if the call has to wait. */
static int reopen(Session *s, const Reply *reply, Charge *charge, sd_bus_error *error) {
        int r;

        r = s->manager->config.thaw_on_attach ? freezer_thaw_first(s, "StartNotebook", reply, error) : 0;
        if (r != 0)
                return r;
        if (session_phase_state(s->phase) == STATE_RUNNING)
                return reply_session(reply, s, /* started = */ false);
        r = waiters_add_charged(&s->waiters.start, reply, charge);
        return r < 0 ? r : 1;
}

static int reopen_for_caller(Session *s, const Reply *reply, sd_bus_error *error) {
        _cleanup_(charge_release) Charge charge = {};
        int r;

        r = reply_charge(reply, &s->manager->charges, CHARGE_WAITER, &charge);
        if (r >= 0)
                r = reopen(s, reply, &charge, error);
        if (r == -EDQUOT || r == -ENOBUFS)
                return sd_bus_error_setf(error, ERROR_LIMIT_REACHED,
                        "Too many of your calls wait for session %s, or for others, already; try again.",
                        s->id);
        return r;
}

void session_join(Session *s, Session *other) {
        Waiter waiter;

        while (waiters_take(&s->waiters.start, &waiter)) {
                if (reopen(other, &waiter.reply, &waiter.charge, /* error = */ NULL) < 0)
                        (void) reply_error(&waiter.reply, ERROR_START_FAILED,
                                "The notebook is being opened by too many callers at once; try again.");
                waiter_done(&waiter);
        }
        s->superseded = true;
        session_event(s, EVENT_FAILED);
}

int session_start(
        Manager *m, const Caller *caller, StartRequest *request_, const Reply *reply, sd_bus_error *error) {
        _cleanup_(start_request_free_pointer) StartRequest *request = request_;
        _cleanup_close_ int listen_fd = -EBADF;
        Session *s = NULL;
        Waiter waiter;
        int r;

        if (request->notebook) {
                s = session_table_get_by_notebook(&m->sessions, caller->uid, request->notebook, NULL);
                if (s)
                        return reopen_for_caller(s, reply, error);
        }
        r = check_place(m, caller, error);
        if (r < 0)
                return r;
        r = new_session(m, caller->uid, TAKE_PTR(request), /* kept = */ true, &s, error);
        if (r < 0)
                return r;
        r = listen_fd = keeper_link_listen(m, s);
        if (r >= 0)
                r = hold_starter(s, reply, error);
        if (r >= 0)
                r = session_record_save(s);
        if (r >= 0)
                r = systemd_start_keeper(s, listen_fd);
        if (r < 0) {
                session_record_remove(s);
                keeper_link_forget(m, s);
                if (waiters_take(&s->waiters.start, &waiter)) /* the call is answered with our error */
                        waiter_done(&waiter);
                (void) session_free(s);
                return tell_unprepared(r, error);
        }
        session_begin(s);
        session_connect_keeper(s);
        return 1;
}

/* Notes the command that a registered process says it runs. It is only shown, and so kept short. */
static int take_command(Session *s, char *const *command) {
        size_t n = 0;
        int r;

        STRV_FOREACH(argument, command) {
                if (n++ == 64)
                        break;
                r = strv_consume(&s->program.command, text_sanitize(*argument, 1024));
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Returns the session that a process is in, or NULL. */
static Session *session_of_process(Manager *m, pid_t pid) {
        _cleanup_free_ char *unit = NULL;
        char id[SESSION_ID_MAX];
        int r;

        r = m->user_mode ? sd_pid_get_user_unit(pid, &unit) : sd_pid_get_unit(pid, &unit);
        if (r >= 0 && session_id_from_scope(unit, id) >= 0)
                return session_table_get_by_id(&m->sessions, id);
        SESSION_FOREACH(s, &m->sessions) /* the scope may be on its way */
                if (s->leader.pid == pid && !s->leader.ended)
                        return s;
        return NULL;
}

/* Makes the process the leader of its session. */
static int lead(Session *s, pid_t pid, sd_bus_error *error) {
        int r;

        r = session_set_leader(s, pid);
        if (r == -ESRCH || r == -EPERM)
                return sd_bus_error_setf(error, ERROR_NO_SUCH_PROCESS,
                        "Process %" PRIi32 " cannot be made a session: %s.", (int32_t) pid,
                        r == -ESRCH ? "it has ended" : "it is not seen to run as the user who calls");
        return r;
}

int session_register(
        Manager *m, const Caller *caller, StartRequest *request_, const Reply *reply, sd_bus_error *error) {
        _cleanup_(start_request_free_pointer) StartRequest *request = request_;
        Session *s;
        int r;

        if (caller->pid <= 0)
                return sd_bus_error_set(error, ERROR_NO_SUCH_PROCESS,
                        "The bus does not know the calling process; call from this machine.");
        r = check_place(m, caller, error);
        if (r < 0)
                return r;
        s = session_of_process(m, caller->pid);
        if (s)
                return sd_bus_error_setf(error, ERROR_ALREADY_IN_SESSION,
                        "The calling process is in session %s already; call from outside of it.", s->id);
        if (request->notebook) {
                s = session_table_get_by_notebook(&m->sessions, caller->uid, request->notebook, NULL);
                /* A second kernel for one file is its front-end's choice; it is not found by the path,
                 * though. */
                if (s)
                        (void) replace_string(&request->notebook, NULL);
        }
        r = new_session(m, caller->uid, TAKE_PTR(request), /* kept = */ false, &s, error);
        if (r < 0)
                return r;
        s->watched = s->type == SESSION_NOTEBOOK && s->program.connection_file;
        if (s->watched)
                session_keeper_name(s->id, s->keeper.unit);
        r = lead(s, caller->pid, error);
        if (r >= 0)
                r = take_command(s, s->request->command);
        if (r >= 0)
                r = hold_starter(s, reply, error);
        if (r < 0) {
                (void) session_free(s);
                return tell_unprepared(r, error);
        }
        s->request = start_request_free(s->request);
        session_enter(s, session_step(s->phase, EVENT_AT_GATE));
        return 1;
}
