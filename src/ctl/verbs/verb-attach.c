/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl attach: connects this terminal to a session's. */

#include "ctl/attach/attach.h"
#include "ctl/sessions/resolve.h"
#include "ctl/verbs/verbs.h"

int verb_attach(Client *c, char **operands) {
        _cleanup_attach_ Attach a = ATTACH_NULL;
        char id[SESSION_ID_MAX];
        int r;

        r = session_resolve(c, operands[0], id);
        if (r < 0)
                return r;
        r = attach_begin(&a, c);
        if (r < 0)
                return r;
        return attach_run(&a, id, /* just_started= */ false);
}
