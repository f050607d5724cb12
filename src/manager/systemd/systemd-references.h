/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* References to scopes: with one, systemd keeps the unit of a session that has ended until we have read what
 * remains of it. systemd forgets them by itself when we leave the bus. */

#include <stdbool.h>

#include "manager/base/types.h"

#define REFERENCES_MAX 200

/* Counts a reference, for a scope that is made with AddRef. False: there are too many. */
bool systemd_reference_take(Session *s);

/* Gives the reference up: the unit was not made, or the session is freed. */
void systemd_reference_forget(Session *s);

/* Asks for a reference after a restart of the manager, if there may be one more. */
void systemd_reference_scope(Session *s);
void systemd_unreference_scope(Session *s);
