/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The manager: how it starts, turns and ends. */

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "config.h"
#include "manager/access/admission.h"
#include "manager/access/authorization.h"
#include "manager/access/charges.h"
#include "manager/access/strangers.h"
#include "manager/access/turns.h"
#include "manager/access/usage.h"
#include "manager/base/cgroup.h"
#include "manager/base/config.h"
#include "manager/base/idle.h"
#include "manager/base/journal.h"
#include "manager/base/limit-options.h"
#include "manager/base/trust.h"
#include "manager/base/watchdog.h"
#include "manager/bus/manager-bus.h"
#include "manager/bus/session-bus.h"
#include "manager/idleness/idle-sampler.h"
#include "manager/keepers/keeper-link.h"
#include "manager/keepers/keeper-socket.h"
#include "manager/manager.h"
#include "manager/memory/oomd.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/model/waiters.h"
#include "manager/registry/ended-list.h"
#include "manager/registry/session-number.h"
#include "manager/session/resync.h"
#include "manager/session/session-engine.h"
#include "manager/session/session-lifetime.h"
#include "manager/session/session-limits.h"
#include "manager/session/session-record.h"
#include "manager/session/session-restart.h"
#include "manager/session/session-start.h"
#include "manager/systemd/keep-user.h"
#include "manager/systemd/scope-controller.h"
#include "manager/systemd/systemd-calls.h"
#include "manager/systemd/systemd-return.h"
#include "manager/systemd/systemd-units.h"
#include "manager/systemd/systemd.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/parse.h"

#define RUNTIME_DIR_NAME "compute-sessions"
#define BUS_SEND_BUFFER  8192 /* bytes; the kernel counts its own costs in, and doubles it for them */

static int on_flush(sd_event_source *source, void *userdata);

static int load_config(Manager *m) {
        _cleanup_free_ char *user_dir = NULL;
        const char *home = getenv("XDG_CONFIG_HOME");
        const char *dirs[5] = {};
        size_t n = 0;
        int r = 0;

        if (m->user_mode) {
                if (!isempty(home))
                        r = asprintf(&user_dir, "%s/compute-sessions", home);
                else if (!isempty(getenv("HOME")))
                        r = asprintf(&user_dir, "%s/.config/compute-sessions", getenv("HOME"));
                if (r < 0)
                        return -ENOMEM;
                if (user_dir)
                        dirs[n++] = user_dir;
        }
        dirs[n++] = CONFIG_DIR;
        if (!m->user_mode) /* the system's runtime directory is closed to users */
                dirs[n++] = "/run/" RUNTIME_DIR_NAME;
        dirs[n++] = VENDOR_CONFIG_DIR;
        config_load(&m->config, dirs);
        return 0;
}

static int find_runtime_dir(Manager *m) {
        const char *base = m->user_mode ? getenv("XDG_RUNTIME_DIR") : "/run";

        if (isempty(base))
                return log_error_errno(
                        ENXIO, "$XDG_RUNTIME_DIR is not set; run this below a user's systemd.");
        if (asprintf(&m->runtime_dir, "%s/" RUNTIME_DIR_NAME, base) < 0)
                return log_oom();
        return 0;
}

int manager_new(bool user_mode, Manager **ret) {
        _cleanup_(manager_free_pointer) Manager *m = NULL;
        int r;

        m = calloc(1, sizeof(Manager));
        if (!m)
                return log_oom();
        m->user_mode = user_mode;
        m->runtime_fd = -EBADF;
        m->next_number = 1;
        m->handle_event = session_handle_event;
        config_init(&m->config);
        cgroup_tree_init(&m->cgroups);
        usage_reader_init(&m->usage);
        m->receive_buffer = malloc(WIRE_MESSAGE_MAX);
        if (!m->receive_buffer)
                return log_oom();
        r = find_runtime_dir(m);
        if (r < 0)
                return r;
        r = load_config(m);
        if (r < 0)
                return log_oom();
        r = sd_event_default(&m->event);
        if (r < 0)
                return log_error_errno(r, "Cannot make the event loop: %m");
        r = journal_init(&m->journal, m->event, JOURNAL_SOCKET);
        if (r < 0)
                return log_error_errno(r, "Cannot make a socket for the journal: %m");
        r = watchdog_init(&m->watchdog, m->event);
        if (r < 0)
                return log_error_errno(r, "Cannot make a timer: %m");
        r = sd_event_add_defer(m->event, &m->flush, on_flush, m);
        if (r >= 0)
                r = sd_event_source_set_enabled(m->flush, SD_EVENT_OFF);
        if (r < 0)
                return log_error_errno(r, "Cannot make the event loop: %m");
        *ret = TAKE_PTR(m);
        return 0;
}

Manager *manager_free(Manager *m) {
        uint64_t n_lost;

        if (!m)
                return NULL;
        /* Held calls are answered by the bus going away: their callers get NoReply. */
        session_free_all(&m->sessions);
        ended_list_done(&m->ended);
        strangers_done(&m->strangers);
        turns_done(&m->turns);
        authorizations_done(&m->authorizations);
        admission_done(&m->admission);
        usage_reader_done(&m->usage);
        cgroup_tree_done(&m->cgroups);
        kept_users_done(&m->kept_users);
        systemd_calls_done(&m->systemd_calls);
        closings_done(&m->closings);
        sd_bus_slot_unref(m->systemd_jobs.match);
        sd_event_source_disable_unref(m->flush);
        sd_event_source_disable_unref(m->idle);
        sd_event_source_disable_unref(m->idle_sampler);
        sd_bus_flush_close_unref(m->bus);
        charges_done(&m->charges);
        watchdog_done(&m->watchdog);
        n_lost = journal_done(&m->journal);
        if (n_lost > 0)
                log_warning(
                        "%" PRIu64 " entries of the audit log were lost: the journal took none.", n_lost);
        sd_event_unref(m->event);
        (void) safe_close(m->runtime_fd);
        free(m->runtime_dir);
        free(m->receive_buffer);
        free(m);
        return NULL;
}

/* Starting */

static int on_terminate(
        sd_event_source *source, const struct signalfd_siginfo *si _unused_, void *userdata _unused_) {
        return sd_event_exit(sd_event_source_get_event(source), 0);
}

static int watch_signals(Manager *m) {
        static const int signals[] = { SIGTERM, SIGINT };
        sigset_t set;
        int r;

        sigemptyset(&set);
        for (size_t i = 0; i < ELEMENTSOF(signals); i++)
                sigaddset(&set, signals[i]);
        if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
                return -errno;
        for (size_t i = 0; i < ELEMENTSOF(signals); i++) {
                r = sd_event_add_signal(m->event, NULL, signals[i], on_terminate, m);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int connect_bus(Manager *m) {
        int r;

        r = m->user_mode ? sd_bus_open_user(&m->bus) : sd_bus_open_system(&m->bus);
        if (r < 0)
                return log_error_errno(
                        r, "Cannot connect to the %s bus: %m", m->user_mode ? "session" : "system");
        /* What the bus has not taken stands before our own calls to systemd. Of answers to somebody who
         * floods us it is to be little, and the others are kept in turns.c. */
        (void) setsockopt(
                sd_bus_get_fd(m->bus), SOL_SOCKET, SO_SNDBUF, &(int){ BUS_SEND_BUFFER }, sizeof(int));
        /* systemd starts us again, and we take up everything where it was. */
        r = sd_bus_set_exit_on_disconnect(m->bus, true);
        if (r >= 0)
                r = sd_bus_attach_event(m->bus, m->event, SD_EVENT_PRIORITY_NORMAL);
        if (r < 0)
                return log_error_errno(r, "Cannot use the bus: %m");
        return 0;
}

static int export_objects(Manager *m) {
        int r;

        r = admission_start(m);
        if (r >= 0)
                r = manager_bus_export(m);
        if (r >= 0)
                r = session_bus_export(m);
        if (r < 0)
                return log_error_errno(r, "Cannot export the D-Bus objects: %m");
        return 0;
}

/* Records and keepers' sockets are trusted, so nobody else may be able to touch them. */
static int open_runtime_dir(Manager *m) {
        static const char *const folders[] = { KEEPERS_DIR, RECORDS_DIR, NULL };
        int r;

        r = m->runtime_fd = trust_open_runtime_directory(m->runtime_dir, folders);
        if (r >= 0) {
                r = manager_read_number(m);
                if (r < 0)
                        log_error_errno(r, "Cannot read %s/" NUMBER_FILE ": %m", m->runtime_dir);
        }
        switch (r) {
        case -EPERM:
        case -EACCES:
        case -ENOTDIR:
        case -ELOOP:
        case -EBADFD:
                return -ENOTRECOVERABLE; /* until somebody puts it right */
        default:
                return MIN(r, 0);
        }
}

/* What "systemctl status" shows. */
static void tell_status(const Manager *m, const char *more) {
        (void) sd_notifyf(/* unset_environment = */ false, "%sSTATUS=%u notebook%s, %u terminal%s.", more,
                m->counts.notebooks, m->counts.notebooks == 1 ? "" : "s", m->counts.terminals,
                m->counts.terminals == 1 ? "" : "s");
}

/* systemd makes the folder, and says where it is. */
static void start_keeping_users(Manager *m) {
        const char *state_dir = getenv("STATE_DIRECTORY");
        _cleanup_free_ char *dir = NULL;

        if (isempty(state_dir))
                return;
        if (asprintf(&dir, "%s/kept-users", state_dir) < 0)
                (void) log_oom();
        else
                (void) keep_user_start(m, dir);
}

int manager_start(Manager *m) {
        int r;

        /* 1. The loop and the runtime directory. */
        r = watch_signals(m);
        if (r < 0)
                return log_error_errno(r, "Cannot watch signals: %m");
        r = open_runtime_dir(m);
        if (r < 0)
                return r;
        r = ended_list_load(&m->ended, m->runtime_fd);
        if (r < 0)
                log_warning_errno(r, "Cannot read which sessions ended lately, going on without: %m");

        /* 2. The bus, and systemd's signals on it. */
        r = connect_bus(m);
        if (r < 0)
                return r;
        r = systemd_subscribe(m);
        if (r >= 0)
                r = systemd_return_watch(m);
        if (r >= 0)
                r = scope_controller_start(m);
        if (r >= 0)
                r = oomd_start(m);
        if (r < 0)
                return log_error_errno(r, "Cannot subscribe to systemd's signals: %m");
        r = systemd_find_version(m);
        if (r < 0)
                return log_error_errno(r, "Cannot ask systemd for its version: %m");
        r = systemd_find_cgroups(m);
        if (r < 0)
                log_warning_errno(r, "Cannot find the cgroups of sessions, asking systemd for usage: %m");
        limits_find_supported(m);

        /* 3. What is there already. */
        r = export_objects(m);
        if (r < 0)
                return r;
        r = manager_resync(m);
        if (r < 0)
                return r;
        start_keeping_users(m);
        r = idle_sampler_start(m);
        if (r < 0)
                return log_error_errno(r, "Cannot set a timer: %m");

        /* 4. Open for callers, who so see everything at once. */
        r = sd_bus_request_name(m->bus, BUS_NAME, 0);
        if (r < 0)
                return log_error_errno(
                        r, "Cannot own the name " BUS_NAME " (is another manager running?): %m");
        r = idle_start(m);
        if (r < 0)
                return log_error_errno(r, "Cannot set a timer: %m");
        tell_status(m, "READY=1\n");
        return 0;
}

/* Turning */

int manager_run(Manager *m) {
        int r;

        r = sd_event_loop(m->event);
        if (r < 0)
                return log_error_errno(r, "The event loop failed: %m");
        (void) sd_notify(/* unset_environment = */ false, "STOPPING=1");
        return r;
}

/* The changed sessions in the order in which they changed first. */
static Session *take_changed(Manager *m) {
        Session *ordered = NULL;

        while (m->changed) {
                Session *s = m->changed;

                m->changed = s->next_changed;
                s->next_changed = ordered;
                ordered = s;
        }
        return ordered;
}

static void say_goodbye(Session *s) {
        if (!s->announced)
                waiters_fail(&s->waiters.start, s->error.name ? s->error.name : ERROR_START_FAILED,
                        isempty(s->error.message) ? "The session could not be started." : s->error.message);
        waiters_fail(&s->waiters.restart, s->error.name ? s->error.name : ERROR_STOPPED,
                isempty(s->error.message) ? "The session ended before its kernel ran again."
                                          : s->error.message);
        waiters_fail(&s->waiters.limits, ERROR_STOPPED, "The session ended before its kernel ran again.");
        waiters_succeed(&s->waiters.stop);
        (void) session_free(s);
}

/* Everything that happened in this turn leaves here: signals first, then the answers, so that who gets an
 * answer has seen the signals. */
static int on_flush(sd_event_source *source _unused_, void *userdata) {
        Manager *m = userdata;
        Session *next, *s = take_changed(m);

        for (; s; s = next) {
                bool is_new = s->changes & CHANGE_NEW;
                bool is_revived = (s->changes & CHANGE_REVIVED) &&
                        session_phase_state(s->phase) != STATE_RESTARTING; /* not once more */

                next = s->next_changed;
                s->next_changed = NULL;
                session_bus_tell(s);
                if (is_new)
                        idle_sampler_touch(m);
                if (is_new || is_revived) {
                        session_answer_starters(s, is_new);
                        session_answer_restarters(s);
                        session_set_held_limits(s);
                }
                if (s->changes & CHANGE_REMOVED)
                        say_goodbye(s);
        }
        if (m->counts.changed) {
                manager_bus_tell_counts(m);
                tell_status(m, "");
        }
        m->counts.changed = false;
        idle_touch(m);
        return 0;
}
