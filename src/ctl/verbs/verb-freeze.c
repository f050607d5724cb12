/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl freeze, computectl thaw: stops what runs in sessions where it is, and lets it go on. */

#include "ctl/sessions/each-session.h"
#include "ctl/verbs/verbs.h"
#include "shared/ids.h"
#include "shared/names.h"

#define FREEZE_TIMEOUT_USEC USEC_PER_MINUTE /* longer than the service waits for systemd */

static int make_call(Client *c, const char *id, const char *member, sd_bus_message **ret) {
        char path[BUS_PATH_SIZE];

        session_bus_path(id, path);
        return object_message(c, path, SESSION_INTERFACE, member, ret);
}

static int make_freeze(Client *c, const char *id, void *userdata _unused_, sd_bus_message **ret) {
        return make_call(c, id, "Freeze", ret);
}

static int make_thaw(Client *c, const char *id, void *userdata _unused_, sd_bus_message **ret) {
        return make_call(c, id, "Thaw", ret);
}

int verb_freeze(Client *c, char **operands) {
        return each_session(c, operands, make_freeze, NULL, "freeze", FREEZE_TIMEOUT_USEC);
}

int verb_thaw(Client *c, char **operands) {
        return each_session(c, operands, make_thaw, NULL, "thaw", FREEZE_TIMEOUT_USEC);
}
