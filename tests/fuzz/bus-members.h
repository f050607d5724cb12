/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What can be called on an object, as its introspection says. */

#include <stddef.h>

#include "shared/macros.h"

typedef struct Member {
        char *interface;
        char *name;
        char *signature; /* of a method's arguments; NULL: a property */
} Member;

typedef struct Members {
        Member *items;
        size_t n;
} Members;

/* Adds what the XML names, as sd-bus writes it: one element a line, attributes in quotes. 0, -ENOMEM. */
int members_add_xml(Members *m, const char *xml);
void members_done(Members *m);
