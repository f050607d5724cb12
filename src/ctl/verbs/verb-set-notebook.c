/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl set-notebook: has a session follow its notebook's file, which was moved. */

#include <sys/stat.h>

#include "ctl/notebook/notebook-path.h"
#include "ctl/sessions/resolve.h"
#include "ctl/verbs/verbs.h"
#include "shared/log.h"
#include "shared/names.h"

int verb_set_notebook(Client *c, char **operands) {
        _cleanup_bus_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *m = NULL;
        _cleanup_free_ char *notebook = NULL;
        char id[SESSION_ID_MAX], path[BUS_PATH_SIZE];
        struct stat st;
        int r;

        r = notebook_path(c->arguments, operands[1], &notebook);
        if (r < 0)
                return r;
        if (!c->arguments->host && stat(notebook, &st) >= 0 && S_ISDIR(st.st_mode)) {
                log_error("That is a folder. Give the notebook's file in it.");
                return -EISDIR;
        }
        r = session_open(c, operands[0], id, path);
        if (r < 0)
                return r;
        r = object_message(c, path, SESSION_INTERFACE, "SetNotebook", &m);
        if (r >= 0)
                r = sd_bus_message_append(m, "s", notebook);
        if (r >= 0)
                r = client_call(c, m, CALL_TIMEOUT_USEC, &error, NULL);
        if (r < 0)
                return client_report(c, r, &error, "have %s follow its notebook", id);
        notebook_tell_new(c->arguments, notebook);
        return 0;
}
