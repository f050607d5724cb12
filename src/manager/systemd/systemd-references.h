/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* References to scopes: systemd keeps the unit of a session that has ended until we have read what remains
 * to be said of it. It forgets them by itself when we go. */

#include <stdbool.h>

#include "manager/base/types.h"

#define REFERENCES_MAX 200

/* For a scope that is made with AddRef: may it have one? It is counted. */
bool systemd_reference_take(Session *s);

/* The unit was not made, or the session goes. */
void systemd_reference_forget(Session *s);

/* Asks for one, if there may be one more: after a restart of ours. */
void systemd_reference_scope(Session *s);
void systemd_unreference_scope(Session *s);
