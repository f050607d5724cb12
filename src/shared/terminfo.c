/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which terminals this machine knows. */

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "shared/macros.h"
#include "shared/strv.h"
#include "shared/terminfo.h"

/* A folder holds one for each first letter, on macOS's file systems by its number. */
static bool folder_has(const char *folder, size_t size, const char *below, const char *term) {
        char path[PATH_MAX];

        if (size == 0)
                return false;
        for (int by_number = 0; by_number <= 1; by_number++) {
                int n = snprintf(path, sizeof(path), by_number ? "%.*s%s/%x/%s" : "%.*s%s/%c/%s", (int) size,
                        folder, below, (unsigned char) term[0], term);

                if (n > 0 && n < PATH_MAX && access(path, R_OK) >= 0)
                        return true;
        }
        return false;
}

bool terminfo_has(const char *term, char *const *environment) {
        static const char *const common[] = { "/etc/terminfo", "/lib/terminfo", "/usr/lib/terminfo",
                "/usr/share/terminfo", "/usr/local/share/terminfo" };
        const char *own = strempty(strv_env_get(environment, "TERMINFO")),
                   *home = strempty(strv_env_get(environment, "HOME")),
                   *others = strempty(strv_env_get(environment, "TERMINFO_DIRS"));

        if (isempty(term) || term[0] == '.' || strchr(term, '/'))
                return false;
        if (folder_has(own, strlen(own), "", term) || folder_has(home, strlen(home), "/.terminfo", term))
                return true;
        for (const char *p = others; *p; p += strcspn(p, ":"), p += *p == ':')
                if (folder_has(p, strcspn(p, ":"), "", term))
                        return true;
        for (size_t i = 0; i < ELEMENTSOF(common); i++)
                if (folder_has(common[i], strlen(common[i]), "", term))
                        return true;
        return false;
}

const char *terminfo_choose(const char *term, char *const *environment) {
        static const char *const like_screen[] = { "screen-256color", "screen" },
                                 *const like_xterm[] = { "xterm-256color", "xterm" };
        bool is_screen = term && (startswith(term, "screen") || startswith(term, "tmux"));

        if (isempty(term) || terminfo_has(term, environment))
                return term;
        for (size_t i = 0; is_screen && i < ELEMENTSOF(like_screen); i++)
                if (terminfo_has(like_screen[i], environment))
                        return like_screen[i];
        for (size_t i = 0; i < ELEMENTSOF(like_xterm); i++)
                if (terminfo_has(like_xterm[i], environment))
                        return like_xterm[i];
        /* Without any descriptions: it is no worse than others, and programs that have their own may know
         * it. */
        return term;
}
