/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Processes of a session that left its scope: su, su -, sudo -i and machinectl shell, which PAM moves into a
 * session of logind's; systemd-run --user --scope, tmux and podman, which ask for a scope of their own. What
 * the session's scope counts and limits does not cover them, and the end of the scope is not theirs.
 *
 * They are found by the audit session (proc_pid_sessionid: /proc/PID/sessionid), which pam_loginuid gives
 * each keeper and which everything inherits, whoever it runs as; that of the leader is on record. Where
 * there is none (a kernel without audit, a user's own manager, whose sessions share one, a registered
 * process, which has its login's), by descent, by terminal, and by what the environment says. It takes a
 * look at all processes, about 10 µs each, so it is done when somebody asks and when a session ends. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "manager/access/caller-unit.h"
#include "manager/base/types.h"
#include "manager/model/memory.h"
#include "manager/model/session.h"

#define OUTSIDE_MAX 64 /* that are listed */

/* The facts about one process that decide whether it is outside. */
typedef struct ProcessFacts {
        pid_t pid, parent;
        uint32_t audit_session;
        uint32_t tty;    /* device number, 0: none */
        bool in_scope;   /* of the session */
        bool in_keeper;  /* its keeper's unit, which is not what the session runs */
        bool says_so;    /* its environment names the session */
        bool is_outside; /* the answer */
} ProcessFacts;

/* How the processes of a session are recognised. */
typedef struct OutsideRule {
        uint32_t audit_session; /* AUDIT_SESSION_UNSET: by the others */
        pid_t leader;
        uint32_t tty; /* of the leader; 0: none */
} OutsideRule;

/* Sets is_outside of those processes that are of the session and neither in its scope nor in its keeper's
 * unit. facts: all processes, by ascending number. Pure. */
void outside_decide(ProcessFacts *facts, size_t n, const OutsideRule *rule);

typedef struct OutsideProcess {
        pid_t pid;
        char command[PROCESS_COMMAND_SIZE];
        char unit[CALLER_UNIT_MAX]; /* "": it is in none */
} OutsideProcess;

typedef struct OutsideList {
        OutsideProcess *items;
        size_t n; /* at most OUTSIDE_MAX */
} OutsideList;

/* Lists the outside processes of the session as of now; ret must be zero. -errno. */
int outside_list_read(const Session *s, OutsideList *ret);
void outside_list_done(OutsideList *list);

/* Describes the list for people: "su (1234), bash (1235) in session-c2.scope; tmux: server (99) in
 * app.slice". "" if it is empty. */
#define OUTSIDE_TEXT_SIZE 512
const char *outside_describe(const OutsideList *list, char ret[OUTSIDE_TEXT_SIZE]);

/* Is the leader alive in another cgroup than the scope's? ret, which may be NULL: the unit that it is in. */
bool outside_has_leader(const Session *s, char ret[CALLER_UNIT_MAX]);

/* Signals the leader, by its pidfd, if it is outside: the scope's signals do not reach it. */
void outside_signal_leader(const Session *s, int signal);

/* Is the leader outside, and the scope empty? Then limits of the scope limit nothing. */
bool outside_is_all(const Session *s);
