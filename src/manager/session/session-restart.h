/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How kernels are asked to shut down, and how they are started again in their session. */

#include <sys/types.h>
#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "manager/model/reply.h"
#include "manager/model/session-state.h"

/* Restarts the session's kernel because somebody asked, who is answered when it runs again. 1, or -errno
 * with error set if it cannot be. */
int session_restart(Session *s, const Reply *reply, sd_bus_error *error);

/* Answers everybody who waits for the kernel to run again. */
void session_answer_restarters(Session *s);

/* The leader ended: is it to be started again, or tried again in a restart? Counts it if so. */
bool session_survives(Session *s);

/* EFFECT_SHUT_DOWN: has the keeper ask the kernel to shut down; EVENT_FAILED if that cannot be. */
void session_shut_down(Session *s);

/* EFFECT_REFORK: asks the keeper for another payload, as soon as it knows that the old one ended. */
void session_refork(Session *s);

/* A keeper that was asked says that the kernel runs. If an earlier manager may have known that, who asked us
 * for a restart since is not answered by it: the kernel is restarted once more. */
void session_find_running(Session *s);

/* EFFECT_REVIVE: the kernel runs again. */
void session_revive(Session *s);

/* A keeper has another payload at the gate, whose own word went to an earlier manager. What the keeper says
 * is believed if systemd says that the process is in the keeper's unit. As session_set_leader(). */
int session_find_payload(Session *s, pid_t pid);
