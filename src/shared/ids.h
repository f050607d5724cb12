/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Session ids and the names made of them: n1, compute-n1.scope, compute-keeper-n1.service, bus paths. */

#include <stdint.h>
#include <sys/types.h>

#include "shared/session-types.h"

#define SESSION_ID_MAX 22  /* letter, 20 digits, NUL */
#define UNIT_NAME_SIZE 64  /* enough for every unit name made here, with NUL */
#define BUS_PATH_SIZE  128 /* enough for every bus path made here, with NUL */

/* Reads "n12" or "t12". Outputs may be NULL and are untouched on failure: -EINVAL for anything else (empty,
 * unknown letter, number 0, leading zero, overflow, trailing characters). */
int session_id_parse(const char *id, SessionType *ret_type, uint64_t *ret_number);
void session_id_format(SessionType type, uint64_t number, char ret[SESSION_ID_MAX]);
bool session_id_is_valid(const char *id);

void session_scope_name(const char *id, char ret[UNIT_NAME_SIZE]);
void session_keeper_name(const char *id, char ret[UNIT_NAME_SIZE]);
/* The slice of all sessions of one user: compute-1000.slice. */
void session_slice_name(uid_t uid, char ret[UNIT_NAME_SIZE]);
void session_bus_path(const char *id, char ret[BUS_PATH_SIZE]);

/* The inverse: the id in a scope's, a keeper unit's or a bus path's name. -EINVAL if it is not one of
 * ours. */
int session_id_from_scope(const char *unit, char ret[SESSION_ID_MAX]);
int session_id_from_keeper(const char *unit, char ret[SESSION_ID_MAX]);
int session_id_from_bus_path(const char *path, char ret[SESSION_ID_MAX]);
