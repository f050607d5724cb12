/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl rename: gives a session another name. */

#include "ctl/sessions/resolve.h"
#include "ctl/verbs/verbs.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/text.h"

int verb_rename(Client *c, char **operands) {
        _cleanup_bus_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *m = NULL;
        char id[SESSION_ID_MAX], path[BUS_PATH_SIZE];
        int r;

        if (!session_name_is_valid(operands[1])) {
                log_error("A name is " SESSION_NAME_EXPECTED ".");
                return -EINVAL;
        }
        r = session_open(c, operands[0], id, path);
        if (r < 0)
                return r;
        r = object_message(c, path, SESSION_INTERFACE, "SetName", &m);
        if (r >= 0)
                r = sd_bus_message_append(m, "s", operands[1]);
        if (r >= 0)
                r = client_call(c, m, CALL_TIMEOUT_USEC, &error, NULL);
        return r < 0 ? client_report(c, r, &error, "rename %s", id) : 0;
}
