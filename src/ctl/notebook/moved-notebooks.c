/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sessions whose notebook's file is not where it was. */

#include <unistd.h>

#include "ctl/notebook/moved-notebooks.h"
#include "ctl/sessions/sessions.h"
#include "ctl/text/shell-word.h"
#include "shared/log.h"
#include "shared/text.h"

static bool is_gone(const char *path) {
        return access(path, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

size_t moved_notebooks_find(
        const SessionNames *names, uint32_t uid, const SessionName *ret[static MOVED_NOTEBOOKS_MAX]) {
        size_t n = 0;

        for (size_t i = 0; i < names->n_names; i++) {
                const SessionName *name = &names->names[i];
                size_t place = n;

                if (name->uid != uid || isempty(name->notebook) || !session_id_is_valid(name->id) ||
                        !is_gone(name->notebook))
                        continue;
                while (place > 0 && session_id_compare(ret[place - 1]->id, name->id) < 0)
                        place--;
                if (place == MOVED_NOTEBOOKS_MAX)
                        continue;
                n = MIN(n + 1, (size_t) MOVED_NOTEBOOKS_MAX);
                memmove(&ret[place + 1], &ret[place], (n - 1 - place) * sizeof(*ret));
                ret[place] = name;
        }
        return n;
}

void moved_notebooks_tell(Client *c, const char *id, const char *path) {
        _cleanup_free_ char *word = shell_word(path);
        _cleanup_(session_names_done) SessionNames names = {};
        const SessionName *moved[MOVED_NOTEBOOKS_MAX];
        const char *user = c->arguments->user ? " --user" : "";
        size_t n;

        if (!word || c->arguments->host || c->arguments->quiet || !text_is_printable(path) ||
                access(path, F_OK) < 0 || session_names_fetch(&names, c, NULL) < 0)
                return;
        n = moved_notebooks_find(&names, geteuid(), moved);
        for (size_t i = 0; i < n; i++) {
                _cleanup_free_ char *shown = text_sanitize(moved[i]->notebook, OPTION_PATH_MAX);

                log_notice(
                        "The notebook of %s, %s, is not there. If it was moved here, have its kernel instead: "
                        "computectl%s stop %s && computectl%s set-notebook %s %s && computectl%s notebook %s",
                        moved[i]->id, strempty(shown), user, id, user, moved[i]->id, word, user, word);
        }
}
