/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Changes of a session's name and of its notebook. */

#include "manager/session/session-naming.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/registry/session-changes.h"
#include "manager/registry/session-table.h"
#include "manager/session/session-record.h"
#include "manager/session/session.h"
#include "shared/log.h"
#include "shared/text.h"

static int save(const Session *s) {
        int r = session_record_save(s);

        return r < 0 ? log_error_errno(r, "Cannot save the record of session %s: %m", s->id) : 0;
}

int session_set_name(Session *s, const char *name) {
        _cleanup_free_ char *other = NULL;
        int r;

        if (streq_null(s->name, name))
                return 0;
        other = strdup(name);
        if (!other)
                return -ENOMEM;
        SWAP(s->name, other);
        r = save(s);
        if (r < 0) {
                SWAP(s->name, other);
                return r;
        }
        session_changed(s, CHANGE_NAME);
        return 0;
}

/* Renames the session after its new file, if it had the name of its old one. */
static int follow_notebook(Session *s, const char *old_default, char **ret_old_name) {
        char *name;

        if (!streq_null(s->name, old_default))
                return 0;
        name = session_default_name(s);
        if (!name)
                return -ENOMEM;
        *ret_old_name = s->name;
        s->name = name;
        return 1;
}

int session_set_notebook(Session *s, const char *notebook) {
        _cleanup_free_ char *old_default = session_default_name(s);
        _cleanup_free_ char *other = NULL, *other_name = NULL;
        int r, renamed;

        if (!old_default)
                return -ENOMEM;
        if (session_table_get_by_notebook(&s->manager->sessions, s->uid, notebook, s))
                return -EEXIST;
        if (streq_null(s->program.notebook, notebook))
                return 0;
        other = strdup(notebook);
        if (!other)
                return -ENOMEM;
        SWAP(s->program.notebook, other);
        r = renamed = follow_notebook(s, old_default, &other_name);
        if (r >= 0)
                r = save(s);
        if (r < 0) {
                SWAP(s->program.notebook, other);
                if (renamed > 0)
                        SWAP(s->name, other_name);
                return r;
        }
        session_changed(s, CHANGE_NOTEBOOK);
        if (renamed > 0)
                session_changed(s, CHANGE_NAME);
        return 0;
}
