/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl kernelspec: makes the kernels of any Jupyter front-end sessions, by kernelspecs beside the
 * originals.
 *
 * They go into the user's own folder; root's are for all users, so that these wrap nothing that is root's
 * own. */

#include <stdio.h>
#include <strings.h>
#include <unistd.h>

#include "ctl/notebook/kernelspec-wrapper.h"
#include "ctl/sessions/resolve.h"
#include "ctl/text/json.h"
#include "ctl/text/output.h"
#include "ctl/text/table.h"
#include "ctl/verbs/verbs.h"
#include "jupyter/jupyter-paths.h"
#include "shared/log.h"
#include "shared/strv.h"
#include "shared/text.h"

#define NAME_SUFFIX "-session"

static char *const all_users[] = { (char *) "/usr/local/share/jupyter/kernels",
        (char *) "/usr/share/jupyter/kernels", NULL };

static bool is_for_all_users(void) {
        return geteuid() == 0;
}

static int find_all(FoundKernelspecs *ret) {
        _cleanup_strv_ char **directories = NULL;
        int r;

        if (is_for_all_users())
                r = kernelspecs_find(all_users, ret);
        else {
                r = jupyter_kernel_directories(environ, &directories);
                if (r >= 0)
                        r = kernelspecs_find(directories, ret);
        }
        return r < 0 ? log_error_errno(r, "Failed to look for kernelspecs: %m") : 0;
}

/* The folder that we write a kernelspec of this name to. The caller's; NULL if out of memory. */
static char *folder_of(const char *name) {
        _cleanup_free_ char *data = NULL;
        char *path;

        if (!is_for_all_users() && jupyter_data_directory(environ, &data) < 0)
                return NULL;
        if (asprintf(&path, data ? "%s/kernels/%s" : "%s/%s", data ? data : all_users[0], name) < 0)
                return NULL;
        return path;
}

static bool is_named(const FoundKernelspec *f, char *const *names) {
        STRV_FOREACH(name, names)
                if (strcasecmp(f->name, *name) == 0)
                        return true;
        return !names || !names[0];
}

static const FoundKernelspec *find_original(const FoundKernelspecs *k, const char *name) {
        for (size_t i = 0; i < k->n_found; i++)
                if (strcasecmp(k->found[i].name, name) == 0 && !wrapper_original(k->found[i].spec))
                        return &k->found[i];
        return NULL;
}

static int install_one(Client *c, const FoundKernelspec *original, const WrapperOptions *options) {
        _cleanup_free_ char *own_name = NULL, *directory = NULL;
        _cleanup_json_ json_object *spec = NULL;
        const char *name = c->arguments->name;
        int r;

        if (!name) {
                if (asprintf(&own_name, "%s" NAME_SUFFIX, original->name) < 0)
                        return log_oom();
                name = own_name;
        }
        directory = folder_of(name);
        if (!directory)
                return log_oom();
        r = wrapper_make(original, options, &spec);
        if (r >= 0)
                r = wrapper_write(directory, spec);
        if (r == -EBADMSG)
                log_error("The kernelspec %s/kernel.json is broken: it has no command (\"argv\").",
                        original->directory);
        else if (r == -EEXIST)
                log_error("There is another kernelspec in %s. Choose a name with --name=.", directory);
        else if (r < 0)
                log_error_errno(r, "Failed to write the kernelspec %s: %m", directory);
        else if (!c->arguments->quiet)
                printf("%s %s: %s\n", r > 0 ? "Installed" : "Already installed:", name, directory);
        return r;
}

static int own_program(char **ret) {
        *ret = realpath("/proc/self/exe", NULL);
        return *ret ? 0 : log_error_errno(errno, "Failed to find computectl itself: %m");
}

static int install(Client *c, char **names) {
        _cleanup_kernelspecs_ FoundKernelspecs all = {};
        _cleanup_free_ char *program = NULL;
        WrapperOptions options = { .user = c->arguments->user, .environment = python_environment(environ) };
        size_t n = 0;
        int result = 0, r;

        if (c->arguments->name &&
                (strv_length(names) != 1 || !kernelspec_name_is_valid(c->arguments->name))) {
                log_error("--name= is for one kernelspec, and has letters, digits, \"-\", \".\" and \"_\".");
                return -EINVAL;
        }
        r = own_program(&program);
        if (r < 0)
                return r;
        options.program = program;
        r = find_all(&all);
        if (r < 0)
                return r;
        /* First understand all of them: a typing error must not leave half of the work done. */
        STRV_FOREACH(name, names)
                if (!find_original(&all, *name)) {
                        _cleanup_free_ char *shown = text_sanitize(*name, 128);

                        log_error("There is no kernelspec \"%s\" to wrap. Try 'computectl kernelspec list'.",
                                strempty(shown));
                        return -ENOENT;
                }
        for (size_t i = 0; i < all.n_found; i++) {
                const FoundKernelspec *f = &all.found[i];

                if (find_original(&all, f->name) != f || !is_named(f, names))
                        continue;
                n++;
                r = install_one(c, f, &options);
                if (r < 0)
                        result = r;
        }
        if (n == 0) {
                log_error("There are no kernelspecs to wrap. Install a kernel, such as the package "
                          "python3-ipykernel.");
                return -ENOENT;
        }
        return result;
}

/* Is this ours, where we write to, and meant by the name: its own, or that of what it wraps? */
static bool is_to_remove(const FoundKernelspec *f, const char *name) {
        const char *original = wrapper_original(f->spec);
        _cleanup_free_ char *directory = folder_of(f->name);

        if (!original || !directory || !streq(directory, f->directory))
                return false;
        return !name || strcasecmp(f->name, name) == 0 || strcasecmp(path_file_name(original), name) == 0;
}

static int remove_one(const Client *c, const FoundKernelspec *f) {
        int r = wrapper_remove(f->directory);

        if (r == -ENOTEMPTY)
                log_warning("Other files are left in %s.", f->directory);
        else if (r < 0)
                return log_error_errno(r, "Failed to remove the kernelspec %s: %m", f->directory);
        if (!c->arguments->quiet)
                printf("Removed %s: %s\n", f->name, f->directory);
        return 0;
}

static int remove_all(Client *c, char **names) {
        static char *everything[] = { NULL, NULL };
        _cleanup_kernelspecs_ FoundKernelspecs all = {};
        int result = 0, r;

        r = find_all(&all);
        if (r < 0)
                return r;
        for (char **name = names[0] ? names : everything;; name++) {
                size_t n = 0;

                for (size_t i = 0; i < all.n_found; i++)
                        if (is_to_remove(&all.found[i], *name)) {
                                n++;
                                r = remove_one(c, &all.found[i]);
                                if (r < 0)
                                        result = r;
                        }
                if (n == 0 && *name) {
                        _cleanup_free_ char *shown = text_sanitize(*name, 128);

                        log_error("There is no kernelspec \"%s\" that computectl installed here.",
                                strempty(shown));
                        result = -ENOENT;
                }
                if (!*name || !name[1])
                        return result;
        }
}

/* "yes": its kernels are sessions; "stale": what it wraps is gone; "no". */
static const char *session_word(const FoundKernelspec *f) {
        _cleanup_free_ char *file = NULL;
        const char *original = wrapper_original(f->spec);

        if (!original)
                return f->spec ? "no" : "broken";
        if (asprintf(&file, "%s/kernel.json", original) < 0)
                return "";
        return access(file, F_OK) >= 0 ? "yes" : "stale";
}

static int print_table(const FoundKernelspecs *all, const Arguments *a, FILE *f) {
        static const TableColumn columns[] = { { .name = "NAME" }, { .name = "TITLE", .shrink = true },
                { .name = "SESSION" }, { .name = "FOLDER" } };
        _cleanup_table_ Table *table = table_new(columns, ELEMENTSOF(columns));

        if (!table)
                return -ENOMEM;
        for (size_t i = 0; i < all->n_found; i++) {
                const FoundKernelspec *k = &all->found[i];
                const char *title = "";
                int r;

                if (k->shadowed)
                        continue;
                if (k->spec)
                        (void) json_get_string(k->spec, "display_name", &title);
                r = table_add(table, (const char *const[]){ k->name, title, session_word(k), k->directory });
                if (r < 0)
                        return r;
        }
        return table_print(table, f, a->full ? 0 : output_columns(), !a->no_legend);
}

static void print_json(const FoundKernelspecs *all, const Arguments *a, FILE *f) {
        Json json = { .stream = f, .pretty = a->json == JSON_PRETTY };

        json_begin_array(&json, NULL);
        for (size_t i = 0; i < all->n_found; i++) {
                const FoundKernelspec *k = &all->found[i];
                const char *title = NULL;

                if (k->shadowed)
                        continue;
                if (k->spec)
                        (void) json_get_string(k->spec, "display_name", &title);
                json_begin_object(&json, NULL);
                json_string(&json, "name", k->name);
                json_string(&json, "title", title);
                json_string(&json, "folder", k->directory);
                json_string(&json, "wraps", wrapper_original(k->spec));
                json_end_object(&json);
        }
        json_end_array(&json);
}

static int list(Client *c) {
        _cleanup_kernelspecs_ FoundKernelspecs all = {};
        _cleanup_output_ Output output = {};
        int r;

        r = find_all(&all);
        if (r < 0)
                return r;
        r = output_begin(&output);
        if (r < 0)
                return log_oom();
        if (c->arguments->json != JSON_OFF)
                print_json(&all, c->arguments, output.stream);
        else if (all.n_found > 0)
                r = print_table(&all, c->arguments, output.stream);
        if (r < 0)
                return log_error_errno(r, "Failed to draw the table: %m");
        return output_show(&output, !c->arguments->no_pager);
}

int verb_kernelspec(Client *c, char **operands) {
        if (c->arguments->host) {
                log_error(
                        "Kernelspecs of another machine are changed there: try 'ssh %s computectl kernelspec ...'.",
                        c->arguments->host);
                return -EOPNOTSUPP;
        }
        if (streq(operands[0], "install"))
                return install(c, operands + 1);
        if (streq(operands[0], "remove"))
                return remove_all(c, operands + 1);
        if (streq(operands[0], "list") && !operands[1])
                return list(c);
        log_error("Expected 'computectl kernelspec install [NAME...]', 'remove [NAME...]' or 'list'.");
        return -EINVAL;
}
