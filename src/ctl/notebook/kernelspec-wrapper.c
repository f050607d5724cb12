/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Makes, writes and removes kernelspecs that wrap others. */

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/notebook/kernelspec-wrapper.h"

#define MARK          "compute_sessions"
#define MARK_ORIGINAL "wraps"
#define SPEC_FILE     "kernel.json"
#define TITLE_SUFFIX  " [compute session]"
#define FORMAT        (JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE)

const char *wrapper_original(json_object *spec) {
        json_object *metadata, *mark;
        const char *directory;

        if (!spec || !json_object_object_get_ex(spec, "metadata", &metadata) ||
                !json_object_object_get_ex(metadata, MARK, &mark) ||
                !json_object_is_type(mark, json_type_object) ||
                json_get_string(mark, MARK_ORIGINAL, &directory) <= 0)
                return NULL;
        return directory[0] == '/' ? directory : NULL;
}

static int append(json_object *array, const char *s) {
        json_object *string = json_object_new_string(s);

        if (!string)
                return -ENOMEM;
        if (json_object_array_add(array, string) < 0) {
                (void) json_object_put(string);
                return -ENOMEM;
        }
        return 0;
}

/* The words for which Jupyter takes the front-end's own interpreter. */
static bool is_python(const char *word) {
        const char *version = startswith(word, "python");

        return version && version[strspn(version, "0123456789.")] == 0;
}

/* Wrapped, the word would be searched in $PATH. So: the interpreter of the environment that the kernelspec
 * is of, or else of the active one; NULL if there is none. */
static char *find_interpreter(const char *directory, const char *environment) {
        const char *below = strstr(directory, "/share/jupyter/kernels/");
        char *path = NULL;

        if (below && asprintf(&path, "%.*s/bin/python3", (int) (below - directory), directory) >= 0 &&
                access(path, X_OK) >= 0)
                return path;
        free(path);
        if (!environment || asprintf(&path, "%s/bin/python3", environment) < 0)
                return NULL;
        if (access(path, X_OK) >= 0)
                return path;
        free(path);
        return NULL;
}

/* {resource_dir} is the original's folder; Jupyter would fill in the wrapper's. The caller's. */
static char *fill_in(const char *word, const char *directory) {
        static const char template[] = "{resource_dir}";
        char *text = NULL;
        size_t size;
        FILE *f = open_memstream(&text, &size);

        if (!f)
                return NULL;
        for (const char *found; (found = strstr(word, template)); word = found + strlen(template))
                (void) fprintf(f, "%.*s%s", (int) (found - word), word, directory);
        (void) fputs(word, f);
        if (fclose(f) != 0) {
                free(text);
                return NULL;
        }
        return text;
}

static int append_command(
        json_object *arguments, const FoundKernelspec *original, const WrapperOptions *options) {
        json_object *words;

        if (!json_object_object_get_ex(original->spec, "argv", &words) ||
                !json_object_is_type(words, json_type_array) || json_object_array_length(words) == 0)
                return -EBADMSG;
        for (size_t i = 0; i < json_object_array_length(words); i++) {
                json_object *value = json_object_array_get_idx(words, i);
                _cleanup_free_ char *word = NULL;
                int r;

                if (!json_object_is_type(value, json_type_string))
                        return -EBADMSG;
                if (i == 0 && is_python(json_object_get_string(value)))
                        word = find_interpreter(original->directory, options->environment);
                if (!word)
                        word = fill_in(json_object_get_string(value), original->directory);
                r = word ? append(arguments, word) : -ENOMEM;
                if (r < 0)
                        return r;
        }
        return 0;
}

static int make_arguments(
        const FoundKernelspec *original, const WrapperOptions *options, json_object **ret) {
        _cleanup_json_ json_object *arguments = json_object_new_array();
        _cleanup_free_ char *kernel = NULL;
        int r;

        if (!arguments || asprintf(&kernel, "--kernel=%s", original->name) < 0)
                return -ENOMEM;
        r = append(arguments, options->program);
        if (r >= 0 && options->user)
                r = append(arguments, "--user");
        if (r >= 0)
                r = append(arguments, "run");
        if (r >= 0)
                r = append(arguments, "--type=notebook");
        if (r >= 0)
                r = append(arguments, kernel);
        if (r >= 0)
                r = append(arguments, "--");
        if (r >= 0)
                r = append_command(arguments, original, options);
        if (r >= 0)
                *ret = TAKE_PTR(arguments);
        return r;
}

/* Takes over the value, also on failure. */
static int set(json_object *object, const char *key, json_object *value) {
        if (!value)
                return -ENOMEM;
        if (json_object_object_add(object, key, value) < 0) {
                (void) json_object_put(value);
                return -ENOMEM;
        }
        return 0;
}

/* The object under key, made if there is none. Stays its owner's. */
static json_object *object_below(json_object *owner, const char *key) {
        json_object *object;

        if (json_object_object_get_ex(owner, key, &object) && json_object_is_type(object, json_type_object))
                return object;
        object = json_object_new_object();
        return set(owner, key, object) < 0 ? NULL : object;
}

int wrapper_make(const FoundKernelspec *original, const WrapperOptions *options, json_object **ret) {
        _cleanup_json_ json_object *spec = NULL, *arguments = NULL;
        const char *title = original->name;
        _cleanup_free_ char *marked = NULL;
        json_object *metadata, *mark;
        int r;

        if (!original->spec)
                return -EBADMSG;
        r = make_arguments(original, options, &arguments);
        if (r < 0)
                return r;
        if (json_object_deep_copy(original->spec, &spec, NULL) < 0)
                return -ENOMEM;
        (void) json_get_string(original->spec, "display_name", &title);
        if (asprintf(&marked, "%s" TITLE_SUFFIX, title) < 0)
                return -ENOMEM;
        r = set(spec, "argv", TAKE_PTR(arguments));
        if (r >= 0)
                r = set(spec, "display_name", json_object_new_string(marked));
        if (r < 0)
                return r;
        metadata = object_below(spec, "metadata");
        mark = metadata ? object_below(metadata, MARK) : NULL;
        r = mark ? set(mark, MARK_ORIGINAL, json_object_new_string(original->directory)) : -ENOMEM;
        if (r >= 0)
                *ret = TAKE_PTR(spec);
        return r;
}

static int make_folders(const char *path) {
        _cleanup_free_ char *copy = strdup(path);

        if (!copy)
                return -ENOMEM;
        for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
                *slash = 0;
                if (mkdir(copy, 0777) < 0 && errno != EEXIST)
                        return -errno;
                *slash = '/';
        }
        return mkdir(copy, 0777) < 0 && errno != EEXIST ? -errno : 0;
}

static int read_spec(const char *directory, json_object **ret) {
        _cleanup_free_ char *path = NULL;

        if (asprintf(&path, "%s/" SPEC_FILE, directory) < 0)
                return -ENOMEM;
        return json_file_read(path, KERNELSPEC_FILE_MAX, ret, NULL);
}

/* All at once or not at all: a front-end may read it at any time. */
static int write_spec(const char *directory, const char *text) {
        _cleanup_free_ char *path = NULL, *temporary = NULL;
        FILE *f;
        int r = 0;

        if (asprintf(&path, "%s/" SPEC_FILE, directory) < 0 || asprintf(&temporary, "%s.new", path) < 0)
                return -ENOMEM;
        f = fopen(temporary, "we");
        if (!f)
                return -errno;
        if (fprintf(f, "%s\n", text) < 0 || fflush(f) != 0)
                r = -errno;
        if (fclose(f) != 0 && r >= 0)
                r = -errno;
        if (r >= 0 && rename(temporary, path) < 0)
                r = -errno;
        if (r < 0)
                (void) unlink(temporary);
        return r;
}

/* Links in directory to all files of original but the kernelspec itself. */
static int link_files(const char *directory, const char *original) {
        DIR *dir = opendir(original);
        int r = 0;

        if (!dir)
                return -errno;
        for (struct dirent *entry; r >= 0 && (entry = readdir(dir));) {
                _cleanup_free_ char *target = NULL, *link = NULL;

                if (entry->d_name[0] == '.' || streq(entry->d_name, SPEC_FILE))
                        continue;
                if (asprintf(&target, "%s/%s", original, entry->d_name) < 0 ||
                        asprintf(&link, "%s/%s", directory, entry->d_name) < 0)
                        r = -ENOMEM;
                else if (symlink(target, link) < 0 && errno != EEXIST)
                        r = -errno;
        }
        (void) closedir(dir);
        return r;
}

/* Removes the links to files of original that are in directory. */
static int unlink_files(const char *directory, const char *original) {
        DIR *dir = opendir(directory);
        int r = 0;

        if (!dir)
                return -errno;
        for (struct dirent *entry; r >= 0 && (entry = readdir(dir));) {
                char target[PATH_MAX];
                const char *below;
                ssize_t n;

                n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
                if (n < 0)
                        continue;
                target[n] = 0;
                below = startswith(target, original);
                if (below && below[0] == '/' && unlinkat(dirfd(dir), entry->d_name, 0) < 0)
                        r = -errno;
        }
        (void) closedir(dir);
        return r;
}

int wrapper_write(const char *directory, json_object *spec) {
        _cleanup_json_ json_object *there = NULL;
        const char *before;
        int r;

        r = read_spec(directory, &there);
        if (r >= 0 && json_object_equal(there, spec) && link_files(directory, wrapper_original(spec)) >= 0)
                return 0;
        before = wrapper_original(there);
        if (r != -ENOENT && !before)
                return r == -ENOMEM ? r : -EEXIST;
        r = make_folders(directory);
        if (r >= 0 && before)
                r = unlink_files(directory, before);
        if (r >= 0)
                r = write_spec(directory, json_object_to_json_string_ext(spec, FORMAT));
        if (r >= 0)
                r = link_files(directory, wrapper_original(spec));
        return r < 0 ? r : 1;
}

int wrapper_remove(const char *directory) {
        _cleanup_json_ json_object *spec = NULL;
        _cleanup_free_ char *path = NULL;
        const char *original;
        int r;

        if (asprintf(&path, "%s/" SPEC_FILE, directory) < 0)
                return -ENOMEM;
        r = read_spec(directory, &spec);
        original = wrapper_original(spec);
        if (!original)
                return r < 0 && r != -EBADMSG ? r : -EPERM;
        r = unlink_files(directory, original);
        if (r < 0)
                return r;
        /* Last, as it is what tells that the folder is ours. */
        if (unlink(path) < 0)
                return -errno;
        if (rmdir(directory) < 0)
                return errno == EEXIST ? -ENOTEMPTY : -errno;
        return 0;
}
