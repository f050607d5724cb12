/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The process whose end is the session's end. */

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <systemd/sd-event.h>

#include "manager/keepers/keeper-request.h"
#include "manager/memory/memory-events.h"
#include "manager/memory/oom-notice.h"
#include "manager/memory/oom-victim.h"
#include "manager/memory/oomd.h"
#include "manager/memory/session-memory.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/registry/session-changes.h"
#include "manager/session/session-event.h"
#include "manager/session/session-leader.h"
#include "manager/session/session-restart.h"
#include "manager/session/session.h"
#include "shared/process.h"

#define COMPANIONS_NAMED 8

#define EXIT_STATUS_USEC      (100 * USEC_PER_MSEC) /* for somebody to say how the leader ended; so often: */
#define EXIT_ATTEMPTS_MAX     20
#define EXIT_ATTEMPTS_STOPPED 3 /* of a session that was stopped: its result is known */

/* Does the session have a keeper that knows how the payload ended? */
static bool keeper_tells(const Session *s) {
        return s->kept && s->keeper.link;
}

/* May the exit status still become known? The kernel, which answered r, tells it once the leader's parent
 * has reaped the leader, if it ever does. A keeper tells it earlier. */
static bool may_be_told(const Session *s, int r) {
        if (s->kept)
                return (r < 0 || keeper_tells(s)) && s->leader.exit_attempts < EXIT_ATTEMPTS_MAX;
        return r == -ENODATA &&
                s->leader.exit_attempts <
                (s->end.stop_requested ? EXIT_ATTEMPTS_STOPPED : EXIT_ATTEMPTS_MAX);
}

static int on_exit_status_late(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        int code = 0, status = -1, r = -ENODATA;
        Session *s = userdata;

        s->leader.exit_attempts++;
        if (s->leader.fd >= 0)
                r = process_exit_info(s->leader.fd, &code, &status);
        if (may_be_told(s, r))
                session_await_ended(s);
        else
                session_on_ended(s, code, status);
        return 0;
}

void session_await_ended(Session *s) {
        (void) session_set_timer(s, &s->leader.event, EXIT_STATUS_USEC, on_exit_status_late);
}

static int on_leader_ended(
        sd_event_source *source _unused_, int fd, uint32_t revents _unused_, void *userdata) {
        int code = 0, status = -1, r;
        Session *s = userdata;

        (void) memory_events_update(s); /* now, before systemd finds the scope empty */
        session_read_last_memory(s);
        oomd_look(s);
        /* What the keeper says counts first: a program may end before STARTED came. */
        r = process_exit_info(fd, &code, &status);
        if (may_be_told(s, r))
                session_await_ended(s);
        else
                session_on_ended(s, code, status);
        return 0;
}

static int watch_leader(Session *s) {
        int r;

        s->leader.event = sd_event_source_disable_unref(s->leader.event);
        r = sd_event_add_io(s->manager->event, &s->leader.event, s->leader.fd, EPOLLIN, on_leader_ended, s);
        if (r < 0)
                return r;
        /* The cgroup, which still has its counters, goes soon. */
        return sd_event_source_set_priority(s->leader.event, SD_EVENT_PRIORITY_IMPORTANT);
}

/* Notes the audit session that PAM gave the keeper. A registered process has its login's, and the sessions
 * of a user's own manager share one, so these have none of their own. */
static void note_audit_session(Session *s) {
        if (!s->kept || s->manager->user_mode ||
                process_audit_session(s->leader.pid, &s->leader.audit_session) < 0)
                s->leader.audit_session = AUDIT_SESSION_UNSET;
}

int session_set_leader(Session *s, pid_t pid) {
        _cleanup_close_ int fd = -EBADF;
        uint64_t start;
        uid_t uid;
        int r;

        fd = process_open(pid);
        if (fd < 0)
                return fd;
        r = process_uid(pid, &uid);
        if (r < 0)
                return r;
        if (uid != s->uid)
                return -EPERM;
        r = process_start_time(pid, &start);
        if (r < 0)
                return r;
        /* If the process still lives, what was read is about the process that the pidfd names. */
        r = process_has_ended(fd);
        if (r != 0)
                return r < 0 ? r : -ESRCH;
        s->leader.pid = pid;
        s->leader.start = start;
        (void) safe_close(s->leader.fd);
        s->leader.fd = TAKE_FD(fd);
        note_audit_session(s);
        return watch_leader(s);
}

int session_find_leader(Session *s) {
        _cleanup_close_ int fd = -EBADF;
        uint64_t start;
        int r;

        fd = process_open(s->leader.pid);
        if (fd < 0)
                return fd;
        r = process_start_time(s->leader.pid, &start);
        if (r < 0)
                return r;
        if (start != s->leader.start)
                return -ESRCH;
        (void) safe_close(s->leader.fd);
        s->leader.fd = TAKE_FD(fd);
        s->leader.scoped = true;
        if (s->leader.audit_session == AUDIT_SESSION_UNSET) /* the record of an earlier version has none */
                note_audit_session(s);
        return watch_leader(s);
}

/* What the leader leaves in the scope is ended with the session: nohup, disown and setsid keep it from
 * the terminal's hangup, not from this. So it is named. */
static void note_companions(Session *s) {
        ProcessList list = {};
        char *text = NULL;
        size_t size, n = 0;
        FILE *f = NULL;

        if (process_list_read(s, &list) >= 0)
                f = open_memstream(&text, &size);
        for (size_t i = 0; f && i < list.n; i++) {
                if (list.items[i].pid == s->leader.pid)
                        continue;
                if (++n <= COMPANIONS_NAMED)
                        fprintf(f, "%s%s (%" PRIi32 ")", n > 1 ? ", " : "", list.items[i].command,
                                (int32_t) list.items[i].pid);
        }
        if (f && n > COMPANIONS_NAMED)
                fprintf(f, " and %zu more", n - COMPANIONS_NAMED);
        if (f && fclose(f) == 0 && n > 0)
                s->end.companions = TAKE_PTR(text);
        free(text);
        process_list_done(&list);
}

void session_on_ended(Session *s, int exit_code, int exit_status) {
        SessionEvent event;

        if (s->leader.ended || oom_notice_await(s, exit_code, exit_status, session_on_ended))
                return;
        s->leader.ended = true;
        session_read_last_memory(s);
        s->leader.event = sd_event_source_disable_unref(s->leader.event);
        s->end.exit_code = exit_code;
        s->end.exit_status = exit_code == 0 ? -1 : exit_status;
        session_changed(s, CHANGE_RESULT);
        event = session_survives(s) ? EVENT_CRASHED : EVENT_LEADER_ENDED;
        if (event == EVENT_LEADER_ENDED && !session_phase_expects_end(s->phase)) {
                keeper_requests_done(&s->keeper.requests);
                if (s->announced && !session_phase_is_starting(s->phase)) {
                        session_set_result(s, session_leader_result(s));
                        note_companions(s);
                }
        }
        session_event(s, event);
        if (s->scope.gone)
                session_event(s, EVENT_SCOPE_GONE);
}

void session_forget_leader(Session *s) {
        s->leader.pid = 0;
        s->leader.start = 0;
        s->leader.audit_session = AUDIT_SESSION_UNSET;
        s->scope.gone = false;
        s->leader.fd = safe_close(s->leader.fd);
        s->leader.event = sd_event_source_disable_unref(s->leader.event);
        memory_events_leave_scope(s);
        s->leader.ended = s->end.memory_is_last = s->restart.maybe_seen_running = false;
        s->end.exit_code = 0;
        s->end.exit_status = -1;
        s->leader.exit_attempts = 0;
        session_changed(s, CHANGE_LEADER | CHANGE_RESULT);
}
