/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl environment: what a shell evaluates to know the login that came last. */

#include "ctl/sessions/login.h"
#include "ctl/sessions/resolve.h"
#include "ctl/verbs/verbs.h"
#include "shared/ids.h"
#include "shared/log.h"

int verb_environment(Client *c, char **operands) {
        char id[SESSION_ID_MAX];
        int r;

        if (c->arguments->host) {
                log_error(
                        "The logins of another machine are known there only. Try 'ssh %s computectl environment ...'.",
                        c->arguments->host);
                return -EOPNOTSUPP;
        }
        r = operands[0] ? session_resolve(c, operands[0], id) : session_resolve_own(c, id);
        if (r < 0)
                return r;
        r = login_print(c->arguments, id, stdout);
        if (r == -ENOENT)
                return log_error_errno(r,
                        "Session %s does not know of your logins: it is not yours, or was started while you had no "
                        "runtime directory (see KeepUser= in sessiond.conf(5)).",
                        id);
        if (r < 0)
                return log_error_errno(r, "Failed to read what %s knows of logins: %m", id);
        return 0;
}
