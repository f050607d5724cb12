/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How kernels are asked to shut down, and how they are started again in their session. */

#include <sys/types.h>
#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "manager/model/reply.h"
#include "manager/model/session-state.h"

/* Restarts the session's kernel for a caller, who is answered when it runs again. 1, or -errno with error
 * set. */
int session_restart(Session *s, const Reply *reply, sd_bus_error *error);

/* Answers all callers that wait for the restart. */
void session_answer_restarters(Session *s);

/* The leader ended: is it started again, as after a crash or within a restart? Counts it if so. */
bool session_survives(Session *s);

/* EFFECT_SHUT_DOWN: has the keeper ask the kernel to shut down. EVENT_FAILED: there is nobody to ask. */
void session_shut_down(Session *s);

/* EFFECT_REFORK: asks the keeper for another payload, as soon as it knows that the old one ended. */
void session_refork(Session *s);

/* Handles a keeper that says in STATUS that the kernel runs. An earlier manager may have known that already;
 * then a caller who asked this manager for a restart is not answered by it, and the kernel is restarted once
 * more. */
void session_find_running(Session *s);

/* EFFECT_REVIVE: the kernel runs again, so the session is as after a start. */
void session_revive(Session *s);

/* Takes a payload at the gate as leader whose AT_GATE went to an earlier manager. The keeper is believed if
 * systemd says that the process is in the keeper's unit. Returns as session_set_leader(). */
int session_find_payload(Session *s, pid_t pid);
