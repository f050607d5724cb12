/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Processes that may not be our children: pidfds, identity beyond PID reuse, and how they ended. */

#include <stdint.h>
#include <sys/types.h>

#include "shared/macros.h"

/* A pidfd of the process, close-on-exec; the caller's. -ESRCH if there is no such process. */
int process_open(pid_t pid);

/* Has the process of this pidfd ended? 1 yes, 0 no, -errno. */
int process_has_ended(int pidfd);

/* When the process started, in clock ticks since boot: with its PID this names it for good. -ESRCH if
 * gone. */
int process_start_time(pid_t pid, uint64_t *ret);

/* The effective uid that the process runs as; not the owner of /proc/PID, which of a process that is not
 * dumpable is root. -ESRCH if gone. */
int process_uid(pid_t pid, uid_t *ret);

/* May somebody of this uid signal the process? As kill(2): root may, and who is its real or saved uid.
 * -ESRCH if gone. */
int process_may_signal(pid_t pid, uid_t sender);

/* Its audit session, proc_pid_sessionid: AUDIT_SESSION_UNSET if it has none, -EOPNOTSUPP without audit in
 * the kernel. -ESRCH if gone. */
#define AUDIT_SESSION_UNSET UINT32_MAX
int process_audit_session(pid_t pid, uint32_t *ret);

/* Who had logged in when it was started, proc_pid_loginuid: the same through su, sudo and pkexec.
 * (uid_t) -1: nobody had, or the kernel does not know. -ESRCH if gone. */
int process_login_uid(pid_t pid, uid_t *ret);

/* Its parent, and the device number of its terminal (0: none), of /proc/PID/stat. -ESRCH if gone. */
int process_parent(pid_t pid, pid_t *ret_parent, uint32_t *ret_tty);

/* How often its main thread gave the CPU away to wait for something. -ESRCH if gone. */
int process_voluntary_switches(pid_t pid, uint64_t *ret);

/* How the process of this pidfd ended although it is not our child: PIDFD_GET_INFO with PIDFD_INFO_EXIT,
 * on Linux 6.15 and later. ret_code is CLD_EXITED, CLD_KILLED or CLD_DUMPED; ret_status the exit status
 * or signal. 0; -EOPNOTSUPP if the kernel cannot tell; -ENODATA while it has not been reaped. */
int process_exit_info(int pidfd, int *ret_code, int *ret_status);
