/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Want of memory in sessions.
 *
 *   memory.events of the scope changes --(inotify)--> memory_events_update(): what was counted since?
 *        oom_kill: who was it (oom-victim.c) --> OOMKills, LastOOMKill…, journal
 *        high, max, oom: is there page cache to make room of? --> level
 *   processes wait for memory for long --(trigger of memory.pressure)--> level
 *   nothing of it for a while --(timer, only while there is a level)--> level none
 *
 * The cgroup goes soon after its last process, and with it what it counted: so what is heard of is read at
 * once. If that was too late, the cgroup of the slice tells, which counts what is below it, too: whatever of
 * it no session of that user has counted was here. Of what is not theirs keepers may be killed: when one was
 * lost or comes, what no session has counted is set aside. */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/inotify.h>

#include "manager/access/admission.h"
#include "manager/base/audit.h"
#include "manager/base/cgroup.h"
#include "manager/memory/memory-events.h"
#include "manager/memory/oom-notice.h"
#include "manager/memory/oom-victim.h"
#include "manager/memory/pressure.h"
#include "manager/memory/session-memory.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/registry/session-changes.h"
#include "manager/registry/session-table.h"
#include "manager/session/session-event.h"
#include "shared/log.h"
#include "shared/process.h"

#define LIST_USEC     USEC_PER_SEC /* between two looks at who is there */
#define FULL_CRITICAL 2000U        /* 1/100 % of 10 s, in which all processes wait */
#define CACHE_SHARE   8U           /* page cache of so much (1/n) makes room enough */

static const char *const level_names[MEMORY_LEVEL_MAX] = {
        [MEMORY_LEVEL_UNKNOWN] = "",
        [MEMORY_LEVEL_NONE] = "none",
        [MEMORY_LEVEL_HIGH] = "high",
        [MEMORY_LEVEL_CRITICAL] = "critical",
};

const char *memory_level_to_string(MemoryLevel level) {
        return level >= 0 && level < MEMORY_LEVEL_MAX ? level_names[level] : NULL;
}

int memory_counts_parse(const char *text, MemoryCounts *ret) {
        MemoryCounts counts = {
                .high = cgroup_parse_key(text, "high"),
                .max = cgroup_parse_key(text, "max"),
                .oom = cgroup_parse_key(text, "oom"),
                .oom_kill = cgroup_parse_key(text, "oom_kill"),
        };

        if (counts.high == UINT64_MAX || counts.max == UINT64_MAX || counts.oom == UINT64_MAX ||
                counts.oom_kill == UINT64_MAX)
                return -EBADMSG;
        *ret = counts;
        return 0;
}

MemoryLevel memory_level_judge(
        const MemoryCounts *before, const MemoryCounts *now, uint64_t current, uint64_t cache) {
        if (now->oom > before->oom || now->oom_kill > before->oom_kill)
                return MEMORY_LEVEL_CRITICAL;
        if (current != UINT64_MAX && cache != UINT64_MAX && cache >= current / CACHE_SHARE)
                return MEMORY_LEVEL_NONE;
        if (now->max > before->max)
                return MEMORY_LEVEL_CRITICAL;
        return now->high > before->high ? MEMORY_LEVEL_HIGH : MEMORY_LEVEL_NONE;
}

static int read_text(const Session *s, const char *file, char ret[CGROUP_TEXT_MAX]) {
        return cgroup_read_text(&s->manager->cgroups, s->slice, s->scope.unit, file, ret);
}

/* Pressure */

static int on_relax(sd_event_source *source, uint64_t usec, void *userdata);

static void set_level(Session *s, MemoryLevel level) {
        MemoryEvents *e = &s->memory_events;
        bool rises = level > e->level && e->level != MEMORY_LEVEL_UNKNOWN;

        if (level > MEMORY_LEVEL_NONE)
                (void) session_set_timer(s, &e->relax, MEMORY_RELAX_USEC, on_relax);
        if (level == e->level)
                return;
        e->level = level;
        session_changed(s, CHANGE_MEMORY);
        if (rises && level > MEMORY_LEVEL_NONE && admission_may_audit(s->manager, s->uid)) {
                session_read_memory(s);
                audit_memory_pressure(s, memory_level_to_string(s->memory_events.level));
        }
}

/* Nobody complained for a while. */
static int on_relax(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        set_level(userdata, MEMORY_LEVEL_NONE);
        return 0;
}

static int on_stall(sd_event_source *source _unused_, int fd _unused_, uint32_t revents, void *userdata) {
        char text[CGROUP_TEXT_MAX];
        Session *s = userdata;
        MemoryLevel level = MEMORY_LEVEL_HIGH;
        uint64_t full;

        if (revents & (EPOLLERR | EPOLLHUP)) {
                s->memory_events.stall = sd_event_source_disable_unref(s->memory_events.stall);
                return 0;
        }
        if (read_text(s, "memory.pressure", text) >= 0) {
                full = pressure_parse(text, "full");
                if (full != UINT64_MAX && full >= FULL_CRITICAL)
                        level = MEMORY_LEVEL_CRITICAL;
        }
        set_level(s, MAX(level, s->memory_events.level));
        return 0;
}

static void watch_stalls(Session *s) {
        MemoryEvents *e = &s->memory_events;
        int fd, r;

        fd = pressure_open_trigger(s);
        if (fd < 0) {
                log_debug_errno(fd, "Session %s: not told when processes wait for memory: %m", s->id);
                return;
        }
        r = sd_event_add_io(s->manager->event, &e->stall, fd, EPOLLPRI, on_stall, s);
        if (r >= 0)
                r = sd_event_source_set_io_fd_own(e->stall, true);
        if (r < 0) {
                e->stall = sd_event_source_disable_unref(e->stall);
                (void) safe_close(fd);
        }
}

/* Kills */

/* Before somebody is killed the limit is met: a last look at who is there. */
static void list_processes(Session *s) {
        MemoryEvents *e = &s->memory_events;
        usec_t now = now_usec(CLOCK_MONOTONIC);

        if (e->listed > 0 && now - e->listed < LIST_USEC)
                return;
        e->listed = now;
        process_list_done(&e->processes);
        (void) process_list_read(s, &e->processes);
}

static uint64_t read_slice_kills(const Session *s) {
        char text[CGROUP_TEXT_MAX];

        if (cgroup_read_text(&s->manager->cgroups, s->slice, ".", "memory.events", text) < 0)
                return UINT64_MAX;
        return cgroup_parse_key(text, "oom_kill");
}

/* Nobody else takes them for their own. */
static void claim_kills(const Session *s, uint64_t n) {
        SESSION_FOREACH(other, &s->manager->sessions)
                if (streq(other->slice, s->slice) && other->memory_events.slice_kills != UINT64_MAX)
                        other->memory_events.slice_kills += n;
}

static void note_kills(Session *s, uint64_t n, bool of_others) {
        _cleanup_(process_list_done) ProcessList now = {};
        MemoryEvents *e = &s->memory_events;
        const ProcessEntry *victim;
        ProcessEntry leader;

        claim_kills(s, n);
        (void) process_list_read(s, &now);
        victim = oom_victim_find(&e->processes, &now);
        if (!victim && process_has_ended(s->leader.fd) > 0 && process_entry_read(s->leader.pid, &leader))
                victim = &leader;
        e->last_kill = now_usec(CLOCK_REALTIME);
        e->last_pid = victim ? (uint32_t) victim->pid : 0;
        snprintf(e->last_command, sizeof(e->last_command), "%s", victim ? victim->command : "");
        session_read_memory(s);
        if (victim && victim->pid == s->leader.pid)
                s->end.memory_is_last = true;
        else if (victim && of_others)
                e->kills_of_others += n;
        session_changed(s, CHANGE_OOM);
        /* Never left out: each has cost a process, and others must be able to find it. */
        audit_oom_killed(s, n);
}

/* Updates */

/* Files that were read, without those in memory alone: what the kernel can make room of without swap. */
static uint64_t read_cache(const Session *s) {
        char text[CGROUP_TEXT_MAX];
        uint64_t file, shmem;

        if (read_text(s, "memory.stat", text) < 0)
                return UINT64_MAX;
        file = cgroup_parse_key(text, "file");
        shmem = cgroup_parse_key(text, "shmem");
        return file == UINT64_MAX || shmem == UINT64_MAX || shmem > file ? UINT64_MAX : file - shmem;
}

static MemoryLevel judge(const Session *s, const MemoryCounts *before, const MemoryCounts *now) {
        uint64_t current = UINT64_MAX;
        char text[CGROUP_TEXT_MAX];

        if (read_text(s, "memory.current", text) >= 0)
                current = cgroup_parse_number(text);
        return memory_level_judge(before, now, current, read_cache(s));
}

/* -errno: they cannot be read (any more). */
static int read_counts(Session *s) {
        MemoryEvents *e = &s->memory_events;
        MemoryCounts before = e->counts, now = {};
        char text[CGROUP_TEXT_MAX];
        MemoryLevel level;
        int r;

        r = read_text(s, "memory.events", text);
        if (r >= 0)
                r = memory_counts_parse(text, &now);
        if (r < 0 || memcmp(&before, &now, sizeof(now)) == 0)
                return r;
        e->counts = now;
        s->end.oom_kills = now.oom_kill;
        if (now.oom_kill > before.oom_kill)
                note_kills(s, now.oom_kill - before.oom_kill, /* of_others = */ true);
        level = judge(s, &before, &now);
        if (level == MEMORY_LEVEL_CRITICAL)
                list_processes(s);
        set_level(s, MAX(level, e->level));
        return 0;
}

/* Reads what the other sessions of the slice have counted. Do all of them count it themselves? Else
 * somebody's cgroup is gone, who will ask the slice, too. */
static bool read_others(const Session *s) {
        bool all = true;

        SESSION_FOREACH(other, &s->manager->sessions)
                if (other != s && other->memory_events.events && streq(other->slice, s->slice) &&
                        read_counts(other) < 0 && other->leader.pid > 0 && !other->leader.ended)
                        all = false;
        return all;
}

/* Up to so many of the slice's kills were not of any session that is there. */
static void disown_kills(const Session *s, uint64_t kills) {
        SESSION_FOREACH(other, &s->manager->sessions)
                if (streq(other->slice, s->slice) && other->memory_events.slice_kills != UINT64_MAX)
                        other->memory_events.slice_kills = MAX(other->memory_events.slice_kills, kills);
}

/* The cgroup is gone. Was somebody killed in it at the end, perhaps the leader? How many were, nobody
 * knows. */
static void ask_slice(Session *s) {
        MemoryEvents *e = &s->memory_events;
        uint64_t kills = read_slice_kills(s);
        bool all;

        if (kills == UINT64_MAX)
                return;
        all = read_others(s);
        if (kills > e->slice_kills) {
                e->counts.oom_kill++;
                note_kills(s, 1, /* of_others = */ false);
        }
        if (all)
                disown_kills(s, kills);
}

void memory_events_set_aside(Session *s) {
        MemoryEvents *e = &s->memory_events;
        uint64_t kills;

        if (!e->events)
                return;
        kills = read_slice_kills(s); /* before those of the scopes, which are counted first */
        if (kills == UINT64_MAX || kills <= e->slice_kills)
                return;
        if (read_counts(s) >= 0 && read_others(s))
                disown_kills(s, kills);
}

int memory_events_update(Session *s) {
        int r;

        oom_notice_look(s);
        if (!s->memory_events.events)
                return 0;
        r = read_counts(s);
        if (r < 0)
                ask_slice(s);
        return r;
}

static int on_events(sd_event_source *source _unused_, const struct inotify_event *event, void *userdata) {
        if (event->mask & IN_MODIFY)
                (void) memory_events_update(userdata);
        return 0;
}

/* In the scope that is there. */
static uint64_t count_kills(const Session *s) {
        return s->memory_events.events ? s->memory_events.counts.oom_kill : s->end.oom_kills;
}

void memory_events_leave_scope(Session *s) {
        MemoryEvents *e = &s->memory_events;

        oom_notice_stop(s);
        /* On cgroup v2 they are the watch's. */
        if (!s->manager->cgroups.unified) {
                e->earlier_kills += s->end.oom_kills == UINT64_MAX ? e->kills_of_others : s->end.oom_kills;
                e->kills_of_others = 0;
        }
        s->end.oom_kills = UINT64_MAX;
}

uint64_t memory_events_kills(const Session *s) {
        uint64_t kills = count_kills(s), earlier = s->memory_events.earlier_kills;

        if (kills == UINT64_MAX)
                return earlier > 0 ? earlier : UINT64_MAX;
        return earlier + kills;
}

bool memory_events_explain(const Session *s) {
        const MemoryEvents *e = &s->memory_events;

        if (e->oomd_killed || oom_notice_verdict(&e->notice) == OOM_YES)
                return true;
        return count_kills(s) != UINT64_MAX && count_kills(s) > e->kills_of_others;
}

static void start_notice(Session *s) {
        int r;

        r = oom_notice_start(s);
        if (r < 0 && r != -ENOENT)
                log_warning_errno(r, "Session %s: not told of want of memory: %m", s->id);
}

void memory_events_start(Session *s) {
        MemoryEvents *e = &s->memory_events;
        char text[CGROUP_TEXT_MAX];
        int r;

        session_read_memory(s);
        /* What was killed before now was not the leader, which lives. */
        e->kills_of_others = s->end.oom_kills == UINT64_MAX ? 0 : s->end.oom_kills;
        e->oomd_killed = false;
        e->slice_kills = read_slice_kills(s);
        if (!s->manager->cgroups.unified) {
                start_notice(s);
                return;
        }
        r = cgroup_watch(&s->manager->cgroups, s->manager->event, s->slice, s->scope.unit, "memory.events",
                on_events, s, &e->events);
        if (r >= 0)
                r = read_text(s, "memory.events", text);
        if (r >= 0)
                r = memory_counts_parse(text, &e->counts);
        if (r < 0) {
                memory_events_stop(s);
                if (r != -EOPNOTSUPP && r != -ENOENT)
                        log_warning_errno(r, "Session %s: not told of want of memory: %m", s->id);
                return;
        }
        set_level(s, MEMORY_LEVEL_NONE);
        watch_stalls(s);
}

void memory_events_stop(Session *s) {
        MemoryEvents *e = &s->memory_events;

        e->events = sd_event_source_disable_unref(e->events);
        e->stall = sd_event_source_disable_unref(e->stall);
        e->relax = sd_event_source_disable_unref(e->relax);
        process_list_done(&e->processes);
        oom_notice_stop(s);
        e->earlier_kills += e->counts.oom_kill;
        e->counts = (MemoryCounts){};
        e->level = MEMORY_LEVEL_UNKNOWN;
}
