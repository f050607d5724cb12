/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Finds the session that somebody means. */

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "ctl/bus/properties.h"
#include "ctl/sessions/resolve.h"
#include "ctl/text/format.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/text.h"

#define CANDIDATES_SHOWN 10

const char *path_file_name(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

int path_make_absolute(const char *path, char **ret) {
        _cleanup_free_ char *folder = NULL, *real = NULL;
        const char *file = path_file_name(path);
        char *absolute;

        if (isempty(file) || streq(file, ".") || streq(file, ".."))
                return -EISDIR;
        if (file == path)
                folder = strdup(".");
        else
                folder = strndup(path, (size_t) (file - path));
        if (!folder)
                return -ENOMEM;
        real = realpath(folder, NULL);
        if (!real)
                return -errno;
        if (asprintf(&absolute, "%s/%s", streq(real, "/") ? "" : real, file) < 0)
                return -ENOMEM;
        *ret = absolute;
        return 0;
}

typedef enum NameKind {
        KIND_PATH,
        KIND_NAME,
        KIND_FILE_NAME,
        _KIND_MAX,
} NameKind;

static bool name_fits(const SessionName *n, NameKind kind, const char *word, const char *path) {
        switch (kind) {
        case KIND_PATH:
                return path && !isempty(n->notebook) && streq(n->notebook, path);
        case KIND_NAME:
                return streq_null(n->name, word);
        default:
                return !isempty(n->notebook) && streq(path_file_name(n->notebook), word);
        }
}

int session_names_find(const SessionNames *names, const char *word, const char *path, uint32_t uid,
        const SessionName **ret, const SessionName ***ret_candidates) {
        _cleanup_free_ const SessionName **fitting = calloc(names->n_names + 1, sizeof(*fitting));
        const SessionName *own = NULL;
        size_t n = 0, n_own = 0;

        if (!fitting)
                return -ENOMEM;
        for (NameKind kind = 0; kind < _KIND_MAX && n == 0; kind++)
                for (size_t i = 0; i < names->n_names; i++)
                        if (name_fits(&names->names[i], kind, word, path))
                                fitting[n++] = &names->names[i];
        if (n == 0)
                return -ENXIO;

        for (size_t i = 0; i < n; i++)
                if (fitting[i]->uid == uid) {
                        own = fitting[i];
                        n_own++;
                }
        if (n > 1 && n_own != 1) {
                *ret_candidates = TAKE_PTR(fitting);
                return -ENOTUNIQ;
        }
        *ret = n == 1 ? fitting[0] : own;
        return 1;
}

static void session_name_done(SessionName *name) {
        free(name->id);
        free(name->type);
        free(name->name);
        free(name->notebook);
}

void session_names_done(SessionNames *names) {
        for (size_t i = 0; i < names->n_names; i++)
                session_name_done(&names->names[i]);
        free(names->names);
        *names = (SessionNames){};
}

/* Reads the interfaces of one object, a{sa{sv}}; the session's into name. */
static int read_interfaces(sd_bus_message *m, SessionName *name) {
        static const PropertyField fields[] = {
                { "Id", "s", offsetof(SessionName, id) },
                { "Type", "s", offsetof(SessionName, type) },
                { "Name", "s", offsetof(SessionName, name) },
                { "Notebook", "s", offsetof(SessionName, notebook) },
                { "User", "u", offsetof(SessionName, uid) },
        };
        const char *interface;
        int r;

        r = sd_bus_message_enter_container(m, 'a', "{sa{sv}}");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(m, 'e', "sa{sv}")) > 0) {
                r = sd_bus_message_read_basic(m, 's', &interface);
                if (r < 0)
                        return r;
                if (streq(interface, SESSION_INTERFACE))
                        r = properties_read(m, fields, ELEMENTSOF(fields), name);
                else
                        r = sd_bus_message_skip(m, "a{sv}");
                if (r < 0)
                        return r;
                r = sd_bus_message_exit_container(m);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;
        return sd_bus_message_exit_container(m);
}

int session_names_read(SessionNames *names, sd_bus_message *m) {
        const char *path;
        int r;

        r = sd_bus_message_enter_container(m, 'a', "{oa{sa{sv}}}");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(m, 'e', "oa{sa{sv}}")) > 0) {
                SessionName *grown = reallocarray(names->names, names->n_names + 1, sizeof(*grown));

                if (!grown)
                        return -ENOMEM;
                names->names = grown;
                grown[names->n_names] = (SessionName){};
                r = sd_bus_message_read_basic(m, 'o', &path);
                if (r < 0)
                        return r;
                names->n_names++;
                r = read_interfaces(m, &grown[names->n_names - 1]);
                if (r < 0)
                        return r;
                if (!grown[names->n_names - 1].id) /* not a session */
                        session_name_done(&grown[--names->n_names]);
                r = sd_bus_message_exit_container(m);
                if (r < 0)
                        return r;
        }
        return r < 0 ? r : 0;
}

int session_names_fetch(SessionNames *names, Client *c, sd_bus_error *ret_error) {
        _cleanup_message_ sd_bus_message *reply = NULL;
        int r;

        r = sd_bus_call_method(c->bus, BUS_NAME, BUS_PATH, "org.freedesktop.DBus.ObjectManager",
                "GetManagedObjects", ret_error, &reply, NULL);
        return r < 0 ? r : session_names_read(names, reply);
}

static bool has_notebook(const SessionNames *names, const EndedSession *e) {
        for (size_t i = 0; i < names->n_names; i++)
                if (names->names[i].uid == e->uid && streq(names->names[i].notebook, e->what))
                        return true;
        return false;
}

int session_names_of_ended(SessionNames *names, const EndedSessions *ended) {
        names->names = calloc(MAX(ended->n_sessions, (size_t) 1), sizeof(SessionName));
        if (!names->names)
                return -ENOMEM;
        for (size_t i = ended->n_sessions; i > 0; i--) {
                const EndedSession *e = &ended->sessions[i - 1];
                SessionName *name = &names->names[names->n_names];

                if (!streq(e->type, "notebook") || has_notebook(names, e))
                        continue;
                names->n_names++;
                name->uid = e->uid;
                name->id = strdup(e->id);
                name->type = strdup(e->type);
                name->name = strdup(e->name);
                name->notebook = strdup(e->what);
                if (!name->id || !name->type || !name->name || !name->notebook)
                        return -ENOMEM;
        }
        return 0;
}

static int tell_candidates(const char *word, const SessionName **candidates) {
        _cleanup_free_ char *text = NULL, *shown = text_sanitize(word, 256);
        size_t size, n = 0;
        FILE *f = open_memstream(&text, &size);

        if (!f)
                return log_oom();
        for (; candidates[n]; n++) {
                _cleanup_free_ char *name = text_sanitize(strempty(candidates[n]->name), 256),
                                    *notebook = text_sanitize(strempty(candidates[n]->notebook), 1024);
                char user[USER_NAME_SIZE];

                if (n >= CANDIDATES_SHOWN)
                        continue;
                fprintf(f, "\n  %s  %s  %s%s%s", candidates[n]->id, user_format(candidates[n]->uid, user),
                        strempty(name), isempty(notebook) ? "" : "  ", strempty(notebook));
        }
        if (n > CANDIDATES_SHOWN)
                fprintf(f, "\n  and %zu more", n - CANDIDATES_SHOWN);
        if (fclose(f) != 0)
                return log_oom();
        log_error("\"%s\" can be %zu sessions. Name one by its id:%s", strempty(shown), n, text);
        return -ENOTUNIQ;
}

static bool path_is_of_session(const SessionNames *names, const char *path) {
        for (size_t i = 0; i < names->n_names; i++)
                if (streq_null(names->names[i].notebook, path))
                        return true;
        return false;
}

/* The path that the session of a notebook would have: what "computectl notebook" was given may be a link to
 * it. */
static char *notebook_meant(const SessionNames *names, const char *word) {
        _cleanup_free_ char *path = NULL;
        char *real;

        if (path_make_absolute(word, &path) < 0)
                return NULL;
        real = path_is_of_session(names, path) ? NULL : realpath(path, NULL);
        return real ?: TAKE_PTR(path);
}

/* -ENXIO: none is meant, which is not told. */
static int resolve_among(Client *c, const SessionNames *names, const char *word, char ret[SESSION_ID_MAX]) {
        _cleanup_free_ const SessionName **candidates = NULL;
        _cleanup_free_ char *path = NULL;
        const SessionName *found;
        int r;

        /* Paths of another machine cannot be completed here. */
        if (c->arguments->host)
                path = word[0] == '/' ? strdup(word) : NULL;
        else
                path = notebook_meant(names, word);
        r = session_names_find(
                names, word, path, c->arguments->host ? UID_NOBODY_SPECIAL : geteuid(), &found, &candidates);
        if (r == -ENOTUNIQ)
                return tell_candidates(word, candidates);
        if (r < 0)
                return r == -ENXIO ? r : log_oom();
        if (!session_id_is_valid(found->id))
                return log_error_errno(EBADMSG, "The service named a session in an unknown way.");
        snprintf(ret, SESSION_ID_MAX, "%s", found->id);
        return 0;
}

static int tell_none(const char *word) {
        _cleanup_free_ char *shown = text_sanitize(word, 256);

        log_error("There is no session \"%s\"; 'computectl list --all' shows also what ended lately.",
                strempty(shown));
        return -ENXIO;
}

/* As session_resolve(), but -ENXIO is not told. */
static int resolve_living(Client *c, const char *word, char ret[SESSION_ID_MAX]) {
        _cleanup_bus_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_(session_names_done) SessionNames names = {};
        int r;

        if (session_id_is_valid(word)) {
                snprintf(ret, SESSION_ID_MAX, "%s", word);
                return 0;
        }
        r = client_connect(c);
        if (r < 0)
                return r;
        r = session_names_fetch(&names, c, &error);
        if (r < 0)
                return client_report(c, r, &error, "list sessions");
        return resolve_among(c, &names, word, ret);
}

int session_resolve(Client *c, const char *word, char ret[SESSION_ID_MAX]) {
        int r;

        r = resolve_living(c, word, ret);
        return r == -ENXIO ? tell_none(word) : r;
}

int session_resolve_lately(Client *c, const char *word, char ret[SESSION_ID_MAX]) {
        _cleanup_(session_names_done) SessionNames names = {};
        _cleanup_ended_sessions_ EndedSessions ended = {};
        int r;

        r = resolve_living(c, word, ret);
        if (r != -ENXIO)
                return r;
        r = ended_sessions_fetch(&ended, c);
        if (r < 0)
                return r;
        r = session_names_of_ended(&names, &ended);
        if (r < 0)
                return log_oom();
        r = resolve_among(c, &names, word, ret);
        return r == -ENXIO ? tell_none(word) : r;
}

int session_open(Client *c, const char *word, char ret_id[SESSION_ID_MAX], char ret_path[BUS_PATH_SIZE]) {
        int r;

        r = session_resolve(c, word, ret_id);
        if (r < 0)
                return r;
        session_bus_path(ret_id, ret_path);
        return client_connect(c);
}

int session_resolve_own(Client *c, char ret[SESSION_ID_MAX]) {
        _cleanup_bus_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *reply = NULL;
        const char *path;
        int r;

        r = client_connect(c);
        if (r < 0)
                return r;
        r = sd_bus_call_method(
                c->bus, BUS_NAME, BUS_PATH, MANAGER_INTERFACE, "GetSessionByPID", &error, &reply, "u", 0);
        if (client_error_is_gone(&error)) {
                log_error("You are not in a session; name the one that you mean.");
                return r;
        }
        if (r >= 0)
                r = sd_bus_message_read(reply, "o", &path);
        if (r < 0)
                return client_report(c, r, &error, "find the session that this is");
        r = session_id_from_bus_path(path, ret);
        if (r < 0)
                return client_report(c, r, NULL, "find the session that this is");
        return 0;
}
