/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Notices of want of memory on cgroup v1.
 *
 *   limit met --> eventfd + 1 --> SIGKILL --> oom_kill + 1 in the cgroup --> end
 *             --> systemd removes the cgroup --> eventfd + 1
 *
 * systemd often removes the cgroup before we come to read oom_kill. What the eventfd had before is about
 * memory then: it is told while the cgroup is there, or it is not the last one. Whoever was killed by
 * somebody else, has 0 or, if we are late, the last one alone. A notice that came while the cgroup was
 * there, and by which nobody was killed in it, was about another session below the same limit: oom_kill
 * tells, a while later. */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "manager/base/cgroup.h"
#include "manager/memory/oom-notice.h"
#include "manager/memory/session-memory.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/session/session-event.h"
#include "shared/log.h"
#include "shared/process.h"
#include "shared/time-span.h"

#define CHECK_USEC USEC_PER_SEC

void oom_notice_count(OomNotice *n, uint64_t told, bool is_there) {
        if (!is_there)
                n->late += told;
        else if (told > 0)
                n->fresh = true;
}

OomVerdict oom_notice_verdict(const OomNotice *n) {
        if (n->fresh || n->late > 1)
                return OOM_YES;
        return n->late == 1 ? OOM_UNSURE : OOM_NO;
}

/* Whom it killed by now is counted; if that was not the leader, which lives, then others. */
static int on_check(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        Session *s = userdata;
        OomNotice *n = &s->memory_events.notice;

        (void) sd_event_source_set_enabled(n->source, SD_EVENT_ON);
        if (process_has_ended(s->leader.fd) != 0)
                return 0;
        n->fresh = s->end.memory_is_last = false;
        session_read_memory(s);
        if (s->end.oom_kills != UINT64_MAX)
                s->memory_events.kills_of_others = s->end.oom_kills;
        return 0;
}

void oom_notice_look(Session *s) {
        OomNotice *n = &s->memory_events.notice;
        CgroupMemory memory;
        eventfd_t told = 0;

        if (!n->source)
                return;
        (void) eventfd_read(sd_event_source_get_io_fd(n->source), &told);
        /* In this order: what was told of a cgroup that is there was not its removal. */
        cgroup_read_memory(&s->manager->cgroups, s->slice, s->scope.unit, &memory);
        oom_notice_count(n, told, memory.oom_kills != UINT64_MAX);
        if (memory.oom_kills == UINT64_MAX)
                return;
        if (process_has_ended(s->leader.fd) > 0) {
                n->fresh = false; /* the counters are those of its end */
                return;
        }
        if (told == 0)
                return;
        /* This may be the last look at them. */
        session_read_memory(s);
        s->end.memory_is_last = true;
}

static int on_notice(sd_event_source *source, int fd _unused_, uint32_t revents _unused_, void *userdata) {
        Session *s = userdata;
        OomNotice *n = &s->memory_events.notice;

        oom_notice_look(s);
        if (n->on_verdict) {
                if (oom_notice_verdict(n) != OOM_UNSURE)
                        n->on_verdict(s, CLD_KILLED, SIGKILL);
                return 0;
        }
        /* The eventfd goes on counting; who has it count all the time does not keep us busy. */
        if (session_set_timer(s, &n->check, CHECK_USEC, on_check) >= 0)
                (void) sd_event_source_set_enabled(source, SD_EVENT_OFF);
        return 0;
}

static int ask_kernel(const Session *s, int fd) {
        const CgroupTree *tree = &s->manager->cgroups;
        _cleanup_close_ int control = -EBADF, events = -EBADF;
        char text[32];
        int n;

        control =
                cgroup_open_v1(tree, CGROUP_MEMORY, s->slice, s->scope.unit, "memory.oom_control", O_RDONLY);
        if (control < 0)
                return control;
        events = cgroup_open_v1(
                tree, CGROUP_MEMORY, s->slice, s->scope.unit, "cgroup.event_control", O_WRONLY);
        if (events < 0)
                return events;
        n = snprintf(text, sizeof(text), "%i %i", fd, control);
        return write(events, text, (size_t) n) < 0 ? -errno : 0;
}

int oom_notice_start(Session *s) {
        OomNotice *n = &s->memory_events.notice;
        _cleanup_close_ int fd = -EBADF;
        int r;

        oom_notice_stop(s);
        fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (fd < 0)
                return -errno;
        r = ask_kernel(s, fd);
        if (r < 0)
                return r;
        r = sd_event_add_io(s->manager->event, &n->source, fd, EPOLLIN, on_notice, s);
        if (r >= 0)
                r = sd_event_source_set_io_fd_own(n->source, true);
        if (r < 0) {
                n->source = sd_event_source_disable_unref(n->source);
                return r;
        }
        (void) TAKE_FD(fd);
        return sd_event_source_set_priority(n->source, SD_EVENT_PRIORITY_IMPORTANT);
}

void oom_notice_stop(Session *s) {
        OomNotice *n = &s->memory_events.notice;

        n->check = sd_event_source_disable_unref(n->check);
        n->source = sd_event_source_disable_unref(n->source);
        *n = (OomNotice){};
}

/* Nothing more was told: it was the removal. */
static int on_nothing_told(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        Session *s = userdata;

        s->memory_events.notice.late = 0;
        s->memory_events.notice.on_verdict(s, CLD_KILLED, SIGKILL);
        return 0;
}

bool oom_notice_await(Session *s, int exit_code, int exit_status, OomVerdictHandler on_verdict) {
        OomNotice *n = &s->memory_events.notice;

        if (session_phase_state(s->phase) != STATE_RUNNING || exit_code != CLD_KILLED ||
                exit_status != SIGKILL)
                return false;
        oom_notice_look(s);
        n->on_verdict = NULL;
        if (oom_notice_verdict(n) != OOM_UNSURE ||
                session_set_timer(s, &s->leader.event, OOM_AWAIT_USEC, on_nothing_told) < 0)
                return false;
        n->on_verdict = on_verdict;
        (void) sd_event_source_set_enabled(n->source, SD_EVENT_ON);
        return true;
}
