/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Processes of a session that left its scope. */

#include "manager/session/outside.h"
#include "manager/session/session.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "manager/base/cgroup.h"
#include "manager/memory/oom-victim.h"
#include "manager/model/manager.h"
#include "shared/parse.h"
#include "shared/process.h"

/* Deciding */

static const ProcessFacts *find(const ProcessFacts *facts, size_t n, pid_t pid) {
        size_t low = 0, high = n;

        while (low < high) {
                size_t middle = (low + high) / 2;

                if (facts[middle].pid < pid)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low < n && facts[low].pid == pid ? &facts[low] : NULL;
}

/* Is one of the process's ancestors of the session? Parents were not all read at one moment, so they may
 * form a circle. */
static bool descends(const ProcessFacts *facts, size_t n, const ProcessFacts *p, pid_t leader) {
        for (size_t steps = 0; p && steps <= n; steps++) {
                if (p->pid == leader || p->in_scope)
                        return true;
                p = find(facts, n, p->parent);
        }
        return false;
}

void outside_decide(ProcessFacts *facts, size_t n, const OutsideRule *rule) {
        for (size_t i = 0; i < n; i++) {
                ProcessFacts *p = &facts[i];

                if (p->in_scope || p->in_keeper)
                        p->is_outside = false;
                else if (rule->audit_session != AUDIT_SESSION_UNSET)
                        p->is_outside = p->audit_session == rule->audit_session;
                else
                        p->is_outside = (rule->tty > 0 && p->tty == rule->tty) || p->says_so ||
                                descends(facts, n, p, rule->leader);
        }
}

/* Looking */

/* Does the environment of the process, which only its user and root may read, name this session? */
static bool names_session(pid_t pid, const char *id) {
        _cleanup_free_ char *line = NULL;
        char path[64], wanted[SESSION_ID_MAX + sizeof("COMPUTE_SESSION_ID=")];
        size_t allocated = 0;
        bool found = false;
        FILE *f;

        (void) snprintf(path, sizeof(path), "/proc/%" PRIi32 "/environ", (int32_t) pid);
        (void) snprintf(wanted, sizeof(wanted), "COMPUTE_SESSION_ID=%s", id);
        f = fopen(path, "re");
        if (!f)
                return false;
        while (!found && getdelim(&line, &allocated, '\0', f) > 0)
                found = streq(line, wanted);
        (void) fclose(f);
        return found;
}

static void look_where(const Session *s, ProcessFacts *p) {
        char unit[UNIT_NAME_SIZE];

        if (cgroup_find_process(&s->manager->cgroups, p->pid, unit) < 0)
                return;
        p->in_scope = streq(unit, s->scope.unit);
        p->in_keeper = s->keeper.unit[0] && streq(unit, s->keeper.unit);
}

/* Reads cheap facts first: the audit session, one file, rules out nearly all processes. */
static bool look_at(const Session *s, pid_t pid, bool by_audit, ProcessFacts *ret) {
        *ret = (ProcessFacts){ .pid = pid, .audit_session = AUDIT_SESSION_UNSET };
        if (by_audit) {
                if (process_audit_session(pid, &ret->audit_session) < 0 ||
                        ret->audit_session != s->leader.audit_session)
                        return false;
                look_where(s, ret);
                return true;
        }
        if (process_parent(pid, &ret->parent, &ret->tty) < 0)
                return false;
        look_where(s, ret);
        ret->says_so = s->manager->user_mode && !ret->in_scope && names_session(pid, s->id);
        return true;
}

static int compare_facts(const void *a, const void *b) {
        const ProcessFacts *x = a, *y = b;

        return (x->pid > y->pid) - (x->pid < y->pid);
}

static int read_facts(const Session *s, bool by_audit, ProcessFacts **ret, size_t *ret_n) {
        ProcessFacts *facts = NULL, *grown;
        size_t n = 0, allocated = 0;
        struct dirent *entry;
        DIR *d = opendir("/proc");
        uint32_t pid;
        int r = 0;

        if (!d)
                return -errno;
        while ((entry = readdir(d))) {
                if (parse_uint32(entry->d_name, &pid) < 0)
                        continue;
                if (n == allocated) {
                        allocated = MAX(2 * allocated, (size_t) 64);
                        grown = reallocarray(facts, allocated, sizeof(ProcessFacts));
                        if (!grown) {
                                r = -ENOMEM;
                                break;
                        }
                        facts = grown;
                }
                n += look_at(s, (pid_t) pid, by_audit, &facts[n]);
        }
        (void) closedir(d);
        if (r < 0) {
                free(facts);
                return r;
        }
        if (n > 0)
                qsort(facts, n, sizeof(ProcessFacts), compare_facts);
        *ret = facts;
        *ret_n = n;
        return 0;
}

/* Finds the unit that a process is in: of the systemd that we ask or, if the process is elsewhere, of the
 * system's. */
static void find_unit(const Session *s, pid_t pid, char ret[CALLER_UNIT_MAX]) {
        const char *prefix = strempty(s->manager->cgroups.prefix), *below;
        _cleanup_free_ char *cgroup = NULL;

        ret[0] = 0;
        if (sd_pid_get_cgroup(pid, &cgroup) < 0)
                return;
        below = startswith(cgroup, prefix);
        (void) caller_unit_name(below ? below : cgroup, ret);
}

int outside_list_read(const Session *s, OutsideList *ret) {
        OutsideRule rule = { .audit_session = s->leader.audit_session, .leader = s->leader.pid };
        bool by_audit = rule.audit_session != AUDIT_SESSION_UNSET;
        _cleanup_free_ ProcessFacts *facts = NULL;
        size_t n = 0;
        pid_t parent;
        int r;

        if (!by_audit &&
                (session_leader_is_gone(s) || process_parent(s->leader.pid, &parent, &rule.tty) < 0))
                rule.leader = 0;
        r = read_facts(s, by_audit, &facts, &n);
        if (r < 0)
                return r;
        outside_decide(facts, n, &rule);
        for (size_t i = 0; i < n && ret->n < OUTSIDE_MAX; i++) {
                ProcessEntry entry;

                OutsideProcess *item;

                if (!facts[i].is_outside || !process_entry_read(facts[i].pid, &entry))
                        continue;
                if (!ret->items)
                        ret->items = calloc(OUTSIDE_MAX, sizeof(OutsideProcess));
                if (!ret->items)
                        return -ENOMEM;
                item = &ret->items[ret->n];
                item->pid = facts[i].pid;
                memcpy(item->command, entry.command, sizeof(entry.command));
                find_unit(s, item->pid, item->unit);
                /* A process that is just being forked shows up before the kernel has put it into its
                 * parent's cgroup. */
                ret->n += !streq(item->unit, s->scope.unit) && !streq(item->unit, s->keeper.unit);
        }
        return 0;
}

void outside_list_done(OutsideList *list) {
        free(list->items);
        *list = (OutsideList){};
}

static bool follows_in_unit(const OutsideList *list, size_t i) {
        return i + 1 < list->n && streq(list->items[i].unit, list->items[i + 1].unit);
}

const char *outside_describe(const OutsideList *list, char ret[OUTSIDE_TEXT_SIZE]) {
        size_t used = 0;

        ret[0] = 0;
        for (size_t i = 0; i < list->n && used < OUTSIDE_TEXT_SIZE - 1; i++) {
                const OutsideProcess *p = &list->items[i];
                const char *unit = p->unit[0] ? p->unit : "no unit";
                int length = follows_in_unit(list, i)
                        ? snprintf(ret + used, OUTSIDE_TEXT_SIZE - used, "%s (%" PRIi32 "), ", p->command,
                                  (int32_t) p->pid)
                        : snprintf(ret + used, OUTSIDE_TEXT_SIZE - used, "%s (%" PRIi32 ") in %s%s",
                                  p->command, (int32_t) p->pid, unit, i + 1 < list->n ? "; " : "");

                if (length > 0)
                        used += MIN((size_t) length, OUTSIDE_TEXT_SIZE - 1 - used);
        }
        return ret;
}

/* The leader */

bool outside_has_leader(const Session *s, char ret[CALLER_UNIT_MAX]) {
        char unit[UNIT_NAME_SIZE], other[CALLER_UNIT_MAX];
        bool is_in_scope;
        int r;

        if (!s->manager->cgroups.prefix || s->leader.pid <= 0 || s->leader.fd < 0)
                return false;
        r = cgroup_find_process(&s->manager->cgroups, s->leader.pid, unit);
        is_in_scope = r >= 0 && streq(unit, s->scope.unit);
        find_unit(s, s->leader.pid, ret ? ret : other);
        /* If the leader still lives, the cgroup that was read is the leader's. */
        return !is_in_scope && (r >= 0 || r == -ENOENT) && process_has_ended(s->leader.fd) == 0;
}

void outside_signal_leader(const Session *s, int signal) {
        if (outside_has_leader(s, NULL))
                (void) syscall(SYS_pidfd_send_signal, s->leader.fd, signal, NULL, 0);
}

bool outside_is_all(const Session *s) {
        ProcessList list = {};
        bool is_all;
        int r;

        if (!outside_has_leader(s, NULL))
                return false;
        r = process_list_read(s, &list);
        is_all = r == -ENOENT || (r >= 0 && list.n == 0);
        process_list_done(&list);
        return is_all;
}
