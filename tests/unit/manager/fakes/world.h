/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A whole manager, but for its main(), and around it a bus, systemd, keepers and a journal that do what the
 * case says (fake-bus.h, fake-systemd.h, fake-keeper.h). Nothing of it is outside of a folder of the case's
 * own. A case says
 *
 *      world_begin();
 *      Session *s = world_start_terminal();
 *      …
 *      world_end(); */

#include <check.h>
#include <stdbool.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "shared/names.h"
#include "tests/unit/loop.h"
#include "tests/unit/manager/fakes/fake-bus.h"
#include "tests/unit/manager/fakes/fake-keeper.h"
#include "tests/unit/manager/fakes/fake-process.h"
#include "tests/unit/manager/fakes/fake-systemd.h"

/* Who is on the bus: the owner of the sessions, somebody else, and root. */
#define OWNER ":1.7"
#define OTHER ":1.8"
#define ROOT  ":1.9"

/* Is set by world_begin(). */
extern Manager *world_manager;

/* The manager of a user; it has started. */
void world_begin(void);
/* The system's. The owner calls from a login. */
void world_begin_system(void);
/* One that was not started; settings are those of world_configure(). */
void world_begin_new(bool user_mode);
/* What manager_start() returns; the fakes are attached to the manager's loop if it is 0. */
int world_start(void);
/* Ends everything, and looks whether anything is left that is charged to somebody. */
void world_end(void);

/* The manager is killed, and another one is made, or made and started; or all at once. */
void world_kill(void);
void world_make_next(void);
void world_begin_next(void);
void world_restart(void);

/* The text of sessiond.conf for the managers to come. */
void world_configure(const char *text);

/* Whose the sessions are. */
uid_t world_uid(void);
/* NAME in the case's folder; the caller's. */
char *world_path(const char *name);
/* Nothing can be written to the runtime directory from here on; or again. */
void world_fill_runtime_dir(bool full);

/* From here on there are cgroups (v2): files below the case's folder. Without them the manager asks
 * systemd. */
void world_open_cgroups(void);
/* The kernel writes a file of a unit of the owner's; in one write, as somebody may be looking. */
void world_put_cgroup(const char *unit, const char *file, const char *text);
/* This process is the only one in it. */
void world_enter_cgroup(const char *unit, pid_t pid);
/* The text is the caller's. */
char *world_read_file(const char *name);

#define WORLD_UNTIL(condition) LOOP_UNTIL(world_manager->event, condition)
/* Until nobody has anything to do at once. */
void world_settle(void);
/* Has this call, which is or will be held, answered as usual. */
void world_release(const char *call);
/* The time of this timer has come; the next turn of the loop calls it. */
void world_expire(sd_event_source *timer);
/* Until the session knows that its leader has ended, whether or not somebody says how; it may be gone
 * then. */
void world_end_leader(const char *id);

/* Calls of the owner's. */
FakeCall *world_call_manager(const char *member, const char *types, ...);
FakeCall *world_call_session(const char *id, const char *member, const char *types, ...);
/* Waits for the answer, which must be a success, or an error of this name. Returns it; what the error
 * says. */
sd_bus_message *world_answer(const FakeCall *call);
const char *world_refusal(const FakeCall *call, const char *name);

/* Sessions that run. */
Session *world_start_terminal(void);
Session *world_start_notebook(const char *path);
/* One that is being started; see its call. */
FakeCall *world_ask_for_terminal(void);
FakeCall *world_ask_for_notebook(const char *path);
/* The session, whatever its state; NULL: there is none. */
Session *world_session(const char *id);
/* Registers a process of the owner's that was made for it; a kernel, if there is a connection file. */
Session *world_register(const char *connection_file);

/* Was this written to the journal? */
bool world_has_logged(const char *text);

/* Nothing is left of a session that was or was to be started: no unit, no keeper, no record, no socket. */
void world_assert_gone(const char *id);
