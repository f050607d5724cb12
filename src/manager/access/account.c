/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Finds out why PAM refused a user. */

#include "manager/access/account.h"

#include <fcntl.h>
#include <pwd.h>
#include <shadow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/macros.h"
#include "shared/text.h"

#define DAY_SEC     (24 * 60 * 60)
#define NOTICE_SIZE 1024 /* bytes of a nologin file that are shown */

static FILE *open_file(const char *root, const char *path) {
        _cleanup_free_ char *whole = NULL;

        return asprintf(&whole, "%s%s", root, path) < 0 ? NULL : fopen(whole, "re");
}

/* Finds the file whose text pam_nologin(8) shows: the first of these. */
static char *find_nologin(const char *root) {
        static const char *const paths[] = { "/var/run/nologin", "/run/nologin", "/etc/nologin" };
        _cleanup_free_ char *shown = NULL;
        char text[NOTICE_SIZE], *sentence;
        size_t n;
        FILE *f;

        for (size_t i = 0; i < ELEMENTSOF(paths); i++) {
                f = open_file(root, paths[i]);
                if (!f)
                        continue;
                n = fread(text, 1, sizeof(text) - 1, f);
                (void) fclose(f);
                text[n] = 0;
                text[strcspn(text, "\n")] = 0;
                shown = text_sanitize(text, NOTICE_SIZE);
                if (asprintf(&sentence, "Logins are off on this machine (%s)%s%s", paths[i],
                            isempty(shown) ? "; wait until they are on again." : ": ", strempty(shown)) < 0)
                        return NULL;
                return sentence;
        }
        return NULL;
}

static int find_user(const char *root, uid_t uid, char **ret_name, char **ret_shell) {
        const struct passwd *pw;
        FILE *f = open_file(root, "/etc/passwd");

        if (!f)
                return -errno;
        while ((pw = fgetpwent(f)) && pw->pw_uid != uid)
                ;
        if (pw) {
                *ret_name = strdup(pw->pw_name);
                *ret_shell = strdup(isempty(pw->pw_shell) ? "/bin/sh" : pw->pw_shell);
        }
        (void) fclose(f);
        return !pw ? -ENOENT : *ret_name && *ret_shell ? 0 : -ENOMEM;
}

/* Is the shell listed, as pam_shells(8) reads the list? */
static bool shell_is_listed(const char *root, const char *shell) {
        _cleanup_free_ char *line = NULL;
        FILE *f = open_file(root, "/etc/shells");
        size_t allocated = 0;
        bool listed = false;

        if (!f)
                return true; /* the list cannot be read */
        while (!listed && getline(&line, &allocated, f) >= 0) {
                line[strcspn(line, "\n")] = 0;
                listed = line[0] == '/' && streq(line, shell);
        }
        (void) fclose(f);
        return listed;
}

/* Says what has expired, as pam_unix(8) decides; see shadow(5). Days are counted from 1970; -1: none. */
static const char *find_expiry(const struct spwd *sp, long today) {
        if (sp->sp_expire >= 0 && today >= sp->sp_expire)
                return "Your account has expired; ask an administrator to extend it (chage -E).";
        if (sp->sp_lstchg == 0)
                return "Your password has to be changed before you can start sessions; log in, or call passwd.";
        if (sp->sp_lstchg < 0 || sp->sp_max < 0 || today - sp->sp_lstchg <= sp->sp_max)
                return NULL;
        if (sp->sp_inact >= 0 && today - sp->sp_lstchg > sp->sp_max + sp->sp_inact)
                return "Your account is locked, as its password expired too long ago; ask an administrator.";
        return "Your password has expired; change it (passwd), then start the session again.";
}

static char *find_expired(const char *root, const char *name, time_t now) {
        FILE *f = open_file(root, "/etc/shadow");
        const char *sentence = NULL;
        const struct spwd *sp;

        if (!f)
                return NULL;
        while ((sp = fgetspent(f)))
                if (streq(sp->sp_namp, name)) {
                        sentence = find_expiry(sp, (long) (now / DAY_SEC));
                        break;
                }
        (void) fclose(f);
        return sentence ? strdup(sentence) : NULL;
}

char *account_problem(const char *root, uid_t uid, time_t now) {
        _cleanup_free_ char *name = NULL, *shell = NULL;
        char *sentence;

        sentence = uid == 0 ? NULL : find_nologin(root);
        if (sentence || find_user(root, uid, &name, &shell) < 0)
                return sentence;
        if (!shell_is_listed(root, shell)) {
                if (asprintf(&sentence,
                            "Your shell, %s, is not one of /etc/shells; only users who may log in have sessions.",
                            shell) < 0)
                        return NULL;
                return sentence;
        }
        return find_expired(root, name, now);
}
