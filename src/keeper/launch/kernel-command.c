/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The templates of kernelspecs, filled in as jupyter_client does. */

#include <stdio.h>
#include <strings.h>
#include <unistd.h>

#include "jupyter/jupyter-paths.h"
#include "keeper/launch/command.h"
#include "keeper/launch/kernel-command.h"
#include "shared/strv.h"

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

/* A string that grows; error is sticky. */
typedef struct Text {
        char *s;
        size_t size;
        bool failed;
} Text;

static void text_add(Text *t, const char *s, size_t size) {
        char *grown;

        if (t->failed)
                return;
        grown = realloc(t->s, t->size + size + 1);
        if (!grown) {
                t->failed = true;
                return;
        }
        memcpy(grown + t->size, s, size);
        grown[t->size + size] = 0;
        t->s = grown;
        t->size += size;
}

/* The string, or NULL if memory was short. */
static char *text_take(Text *t) {
        text_add(t, "", 0);
        if (t->failed) {
                free(t->s);
                t->s = NULL;
        }
        return TAKE_PTR(t->s);
}

/* Is this what jupyter_client replaces by its own interpreter? python, python3, python3.11 */
static bool is_python(const char *name) {
        const char *rest = startswith(name, "python");

        if (!rest)
                return false;
        if (!*rest)
                return true;
        if (*rest != '3')
                return false;
        rest++;
        return !*rest || (*rest == '.' && rest[1] && rest[1 + strspn(rest + 1, "0123456789")] == 0);
}

/* The interpreter's path if the environment has one, else NULL. */
static char *environment_interpreter(char *const *environment) {
        const char *prefix = python_environment(environment);
        char *path;

        if (!prefix || asprintf(&path, "%s/bin/python", prefix) < 0)
                return NULL;
        if (access(path, X_OK) >= 0)
                return path;
        free(path);
        return NULL;
}

/* Python's sys.prefix, as far as it can be told without running one: the folder above the interpreter's. */
static int interpreter_prefix(char *const *environment, char **ret) {
        _cleanup_free_ char *interpreter = NULL;
        const char *prefix = python_environment(environment);
        char *copy, *bin;
        int r;

        if (!prefix) {
                r = command_find("python3", environment, "/", &interpreter);
                if (r == -ENOMEM)
                        return r;
                prefix = "/usr";
                bin = interpreter ? strstr(interpreter, "/bin/python3") : NULL;
                if (bin && bin > interpreter) {
                        *bin = 0;
                        prefix = interpreter;
                }
        }
        copy = strdup(prefix);
        if (!copy)
                return -ENOMEM;
        *ret = copy;
        return 0;
}

typedef struct Replacement {
        const char *name; /* with its braces */
        const char *value;
} Replacement;

static char *replace_all(const char *s, const Replacement *replacements, size_t n) {
        Text text = {};

        while (*s) {
                size_t i, length = strcspn(s, "{");

                text_add(&text, s, length);
                s += length;
                for (i = 0; i < n; i++)
                        if (startswith(s, replacements[i].name))
                                break;
                if (i < n) {
                        text_add(&text, replacements[i].value, strlen(replacements[i].value));
                        s += strlen(replacements[i].name);
                } else if (*s)
                        text_add(&text, s++, 1);
        }
        return text_take(&text);
}

int kernel_arguments(const KernelSpec *k, char *const *arguments, const char *connection_file,
        char *const *environment, char ***ret) {
        _cleanup_strv_ char **result = NULL;
        _cleanup_free_ char *prefix = NULL;
        int r;

        r = interpreter_prefix(environment, &prefix);
        if (r < 0)
                return r;
        STRV_FOREACH(s, arguments ? arguments : k->arguments) {
                const Replacement replacements[] = {
                        { "{connection_file}", connection_file },
                        { "{resource_dir}", k->directory },
                        { "{prefix}", prefix },
                };
                char *argument = NULL;

                if (!result && is_python(*s))
                        argument = environment_interpreter(environment);
                if (!argument)
                        argument = replace_all(*s, replacements, ELEMENTSOF(replacements));
                r = strv_consume(&result, argument);
                if (r < 0)
                        return r;
        }

        *ret = TAKE_PTR(result);
        return 0;
}

/* Reads $NAME or ${NAME} at s. Returns its length, or 0 if it is neither; name is the caller's then. */
static size_t template_name(const char *s, char **ret_name) {
        bool braces = s[1] == '{';
        const char *name = s + 1 + braces;
        size_t length = strspn(name, NAME_CHARACTERS);

        if (length == 0 || (name[0] >= '0' && name[0] <= '9') || (braces && name[length] != '}'))
                return 0;
        *ret_name = strndup(name, length);
        return *ret_name ? 1 + length + 2 * braces : 0;
}

static char *template_fill(const char *s, char *const *environment) {
        Text text = {};

        while (*s) {
                _cleanup_free_ char *name = NULL;
                size_t length = strcspn(s, "$");
                const char *value;

                text_add(&text, s, length);
                s += length;
                if (!*s)
                        break;
                length = template_name(s, &name);
                value = length > 0 ? strv_env_get(environment, name) : NULL;
                if (s[1] == '$') {
                        text_add(&text, "$", 1);
                        s += 2;
                } else if (value) {
                        text_add(&text, value, strlen(value));
                        s += length;
                } else
                        text_add(&text, s++, 1);
        }
        return text_take(&text);
}

int kernel_environment(const KernelSpec *k, char ***environment) {
        _cleanup_strv_ char **before = NULL;
        int r;

        /* Each variable is filled in from the environment as it was, not from the kernelspec's others. */
        r = strv_copy(*environment, &before);
        if (r < 0)
                return r;
        STRV_FOREACH(s, k->environment) {
                _cleanup_free_ char *name = NULL, *value = NULL;
                const char *equals = strchr(*s, '=');

                name = strndup(*s, (size_t) (equals - *s));
                value = template_fill(equals + 1, before);
                if (!name || !value)
                        return -ENOMEM;
                r = strv_env_set(environment, name, value);
                if (r < 0)
                        return r;
        }
        /* It would make Python look for its library beside another interpreter. */
        if (strncasecmp(k->language, "python", strlen("python")) == 0)
                return strv_env_set(environment, "PYTHONEXECUTABLE", NULL);
        return 0;
}
