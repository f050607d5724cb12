/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Kernelspecs: found as Jupyter finds them, and read strictly. */

#include <dirent.h>
#include <stdio.h>
#include <strings.h>
#include <sys/stat.h>

#include "jupyter/json-file.h"
#include "jupyter/jupyter-paths.h"
#include "keeper/launch/kernelspec.h"
#include "shared/strv.h"
#include "shared/text.h"

#define LISTED_MAX 20 /* names in an error message */

void kernelspec_done(KernelSpec *k) {
        free(k->name);
        free(k->directory);
        free(k->title);
        free(k->language);
        strv_free(k->arguments);
        strv_free(k->environment);
        *k = (KernelSpec){};
}

static int invalid(Failure *failure, const char *directory, const char *what) {
        return failure_set(failure, KEEPER_ERROR_INVALID_KERNELSPEC,
                "The kernelspec '%s/kernel.json' is broken: %s. Correct it, or choose another kernel.",
                directory, what);
}

static int parse_arguments(json_object *object, KernelSpec *k, Failure *failure) {
        json_object *array, *value;
        int r;

        if (!json_object_object_get_ex(object, "argv", &array) ||
                !json_object_is_type(array, json_type_array) || json_object_array_length(array) == 0)
                return invalid(failure, k->directory, "\"argv\" must be a list of words");
        if (json_object_array_length(array) > KEEPER_STRINGS_MAX)
                return invalid(failure, k->directory, "\"argv\" is too long");
        for (size_t i = 0; i < json_object_array_length(array); i++) {
                const char *s;

                value = json_object_array_get_idx(array, i);
                if (!json_object_is_type(value, json_type_string))
                        return invalid(failure, k->directory, "\"argv\" must be a list of words");
                s = json_object_get_string(value);
                if (strlen(s) != (size_t) json_object_get_string_len(value) || (i == 0 && isempty(s)))
                        return invalid(
                                failure, k->directory, "\"argv\" has a word that cannot be an argument");
                r = strv_extend(&k->arguments, s);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int parse_environment(json_object *object, KernelSpec *k, Failure *failure) {
        json_object *values;
        int r;

        if (!json_object_object_get_ex(object, "env", &values))
                return 0;
        if (!json_object_is_type(values, json_type_object) ||
                json_object_object_length(values) > KEEPER_STRINGS_MAX)
                return invalid(failure, k->directory, "\"env\" must be an object of strings");
        json_object_object_foreach(values, name, value) {
                char *assignment;
                const char *s;

                (void) value;
                if (json_get_string(values, name, &s) < 0 || isempty(name) || strchr(name, '='))
                        return invalid(failure, k->directory, "\"env\" must be an object of strings");
                if (asprintf(&assignment, "%s=%s", name, s) < 0)
                        return -ENOMEM;
                r = strv_consume(&k->environment, assignment);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int parse_words(json_object *object, KernelSpec *k, Failure *failure) {
        const char *title = k->name, *language = "", *mode = "signal";

        if (json_get_string(object, "display_name", &title) < 0)
                return invalid(failure, k->directory, "\"display_name\" must be a string");
        if (json_get_string(object, "language", &language) < 0)
                return invalid(failure, k->directory, "\"language\" must be a string");
        if (json_get_string(object, "interrupt_mode", &mode) < 0 ||
                (strcasecmp(mode, "signal") != 0 && strcasecmp(mode, "message") != 0))
                return invalid(
                        failure, k->directory, "\"interrupt_mode\" must be \"signal\" or \"message\"");

        k->interrupt_mode = strcasecmp(mode, "message") == 0 ? INTERRUPT_MESSAGE : INTERRUPT_SIGNAL;
        k->title = text_sanitize(isempty(title) ? k->name : title, SESSION_NAME_MAX);
        k->language = strdup(language);
        return k->title && k->language ? 0 : -ENOMEM;
}

/* What the kernelspec says under key of {"metadata": {"compute_sessions": {…}}}; NULL: nothing. Stays the
 * object's. */
static const char *told_of_sessions(json_object *object, const char *key) {
        json_object *metadata, *ours;
        const char *value;

        if (json_object_object_get_ex(object, "metadata", &metadata) &&
                json_object_is_type(metadata, json_type_object) &&
                json_object_object_get_ex(metadata, "compute_sessions", &ours) &&
                json_object_is_type(ours, json_type_object) && json_get_string(ours, key, &value) > 0)
                return value;
        return NULL;
}

/* ipykernel can; of others we know only what their kernelspec says. */
static bool can_ipc(json_object *object, char *const *arguments) {
        const char *transport = told_of_sessions(object, "transport");

        if (transport)
                return streq(transport, "ipc");
        STRV_FOREACH(s, arguments)
                if (streq(*s, "ipykernel_launcher") || streq(*s, "ipykernel"))
                        return true;
        return false;
}

static int kernelspec_from_json(
        json_object *object, const char *directory, KernelSpec *ret, Failure *failure) {
        _cleanup_kernelspec_ KernelSpec k = {};
        const char *slash = strrchr(directory, '/');
        int r;

        k.directory = strdup(directory);
        k.name = text_sanitize(slash ? slash + 1 : directory, SESSION_NAME_MAX);
        if (!k.directory || !k.name)
                return -ENOMEM;
        if (!json_object_is_type(object, json_type_object))
                return invalid(failure, directory, "it must be an object");
        r = parse_arguments(object, &k, failure);
        if (r != 0)
                return r;
        r = parse_environment(object, &k, failure);
        if (r != 0)
                return r;
        r = parse_words(object, &k, failure);
        if (r != 0)
                return r;
        k.can_ipc = can_ipc(object, k.arguments);

        *ret = k;
        k = (KernelSpec){};
        return 0;
}

int kernelspec_parse(
        const char *text, size_t size, const char *directory, KernelSpec *ret, Failure *failure) {
        _cleanup_json_ json_object *object = NULL;
        const char *reason = NULL;
        int r;

        r = json_read(text, size, &object, &reason);
        if (r == -EBADMSG)
                return invalid(failure, directory, reason);
        if (r < 0)
                return r;
        return kernelspec_from_json(object, directory, ret, failure);
}

static int wrapped_kernelspec(const char *original, const char *wrapper, KernelSpec *ret, Failure *failure);

/* may_wrap: one that "computectl kernelspec install" made stands for the kernelspec that it wraps, as its
 * command would make the kernel another session. */
static int kernelspec_from_directory(
        const char *directory, bool may_wrap, KernelSpec *ret, Failure *failure) {
        _cleanup_free_ char *path = NULL;
        _cleanup_json_ json_object *object = NULL;
        const char *reason = NULL, *original;
        int r;

        if (asprintf(&path, "%s/kernel.json", directory) < 0)
                return -ENOMEM;
        r = json_file_read(path, KERNELSPEC_FILE_MAX, &object, &reason);
        switch (r) {
        case -ENOMEM:
                return r;
        case -ENOENT:
        case -ENOTDIR:
                return failure_set(failure, KEEPER_ERROR_NO_KERNEL,
                        "There is no kernelspec in '%s'. Give a folder with a kernel.json, or a kernel's name.",
                        directory);
        case -EBADMSG:
                return invalid(failure, directory, reason);
        case -EFBIG:
                return invalid(failure, directory, "it is larger than 1 MiB");
        case -EISDIR:
        case -EINVAL:
                return invalid(failure, directory, "it is not a file");
        default:
                if (r < 0)
                        return invalid(failure, directory, strerror(-r));
        }
        original = told_of_sessions(object, "wraps");
        if (may_wrap && original && original[0] == '/')
                return wrapped_kernelspec(original, directory, ret, failure);
        return kernelspec_from_json(object, directory, ret, failure);
}

/* The original, under the name of what wraps it, by which notebooks know it. */
static int wrapped_kernelspec(const char *original, const char *wrapper, KernelSpec *ret, Failure *failure) {
        _cleanup_kernelspec_ KernelSpec k = {};
        const char *slash = strrchr(wrapper, '/');
        int r;

        r = kernelspec_from_directory(original, /* may_wrap = */ false, &k, failure);
        if (r != 0)
                return r;
        free(k.name);
        k.name = text_sanitize(slash ? slash + 1 : wrapper, SESSION_NAME_MAX);
        if (!k.name)
                return -ENOMEM;
        *ret = k;
        k = (KernelSpec){};
        return 0;
}

/* As jupyter_client: ASCII letters, digits, hyphen, period, underscore. */
static bool kernel_name_is_valid(const char *name) {
        static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

        return !isempty(name) && strlen(name) <= SESSION_NAME_MAX && name[strspn(name, allowed)] == 0 &&
                !streq(name, ".") && !streq(name, "..");
}

/* Appends the kernels in one folder to found: those of this name, or all if name is NULL. */
static int list_kernels(const char *directory, const char *name, char ***found) {
        DIR *dir = opendir(directory);
        int r = 0;

        if (!dir)
                return 0;
        for (struct dirent *entry = readdir(dir); entry && r >= 0; entry = readdir(dir)) {
                _cleanup_free_ char *path = NULL, *file = NULL;
                struct stat st;

                if (!kernel_name_is_valid(entry->d_name) || (name && strcasecmp(entry->d_name, name) != 0))
                        continue;
                if (asprintf(&path, "%s/%s", directory, entry->d_name) < 0 ||
                        asprintf(&file, "%s/kernel.json", path) < 0) {
                        r = -ENOMEM;
                        break;
                }
                if (stat(file, &st) >= 0 && strv_length(*found) < LISTED_MAX)
                        r = strv_consume(found, TAKE_PTR(path));
        }
        (void) closedir(dir);
        return r;
}

static int no_kernel(const char *name, char *const *directories, Failure *failure) {
        _cleanup_strv_ char **found = NULL;
        _cleanup_free_ char *list = NULL;
        int r;

        STRV_FOREACH(d, directories) {
                r = list_kernels(*d, NULL, &found);
                if (r < 0)
                        return r;
        }
        STRV_FOREACH(path, found) {
                char *longer;

                if (asprintf(&longer, "%s%s%s", strempty(list), list ? ", " : "", strrchr(*path, '/') + 1) <
                        0)
                        return -ENOMEM;
                free(list);
                list = longer;
        }
        if (!list)
                return failure_set(failure, KEEPER_ERROR_NO_KERNEL,
                        "No kernel '%s', and no other. Install one, such as the package python3-ipykernel.",
                        name);
        return failure_set(
                failure, KEEPER_ERROR_NO_KERNEL, "No kernel '%s'. Choose one of: %s.", name, list);
}

int kernelspec_load(const char *name, char *const *environment, KernelSpec *ret, Failure *failure) {
        _cleanup_strv_ char **directories = NULL, **found = NULL;
        int r;

        if (name[0] == '/')
                return kernelspec_from_directory(name, /* may_wrap = */ true, ret, failure);
        r = jupyter_kernel_directories(environment, &directories);
        if (r < 0)
                return r;
        if (!kernel_name_is_valid(name))
                return no_kernel(name, directories, failure);
        STRV_FOREACH(d, directories) {
                r = list_kernels(*d, name, &found);
                if (r < 0)
                        return r;
                if (found)
                        return kernelspec_from_directory(found[0], /* may_wrap = */ true, ret, failure);
        }
        return no_kernel(name, directories, failure);
}
