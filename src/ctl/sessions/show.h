/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Properties of the service's objects, as lines or JSON; used by the verbs show and status. */

#include "ctl/bus/client.h"
#include "ctl/text/json.h"

/* Writes the properties of one object as an object to j, or as NAME=value lines to f (j is NULL), as the
 * arguments say. Failures are told. */
int show_object(Client *c, const char *path, const char *interface, FILE *f, Json *j);

/* The same for sessions as they are named: one object, or an array of them. What fails is told, the rest is
 * shown. */
int show_sessions(Client *c, char **words, FILE *f);
