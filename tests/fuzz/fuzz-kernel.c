/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What Jupyter's files and variables say of kernels: a kernelspec is read or refused with a printable
 * sentence, and its templates are filled in whatever the environment has; the folders that are searched are
 * absolute.
 *
 * The input is an environment, NUL-terminated assignments up to an empty one, and then the text of a
 * kernel.json. */

#include "jupyter/jupyter-paths.h"
#include "keeper/launch/kernel-command.h"
#include "keeper/launch/kernelspec.h"
#include "shared/strv.h"
#include "shared/text.h"
#include "tests/fuzz/input.h"

#define ENVIRONMENT_MAX 16

static char **read_environment(Input *in) {
        char **environment = NULL;

        promise(strv_extend(&environment, "HOME=/home/user") >= 0);
        for (unsigned i = 0; i < ENVIRONMENT_MAX; i++) {
                _cleanup_free_ char *s = input_string(in);

                if (isempty(s))
                        break;
                if (env_assignment_is_valid(s) && !startswith(s, "HOME="))
                        promise(strv_extend(&environment, s) >= 0);
        }
        return environment;
}

static void check_paths(char *const *environment) {
        _cleanup_strv_ char **directories = NULL;
        _cleanup_free_ char *runtime = NULL;
        const char *python = python_environment(environment);

        promise(jupyter_kernel_directories(environment, &directories) >= 0 && strv_length(directories) >= 3);
        STRV_FOREACH(s, directories)
                promise((*s)[0] == '/');
        promise(jupyter_runtime_directory(environment, &runtime) >= 0 && runtime[0] == '/');
        promise(!python || python[0] == '/');
}

static void check_spec(const KernelSpec *k, char *const *environment) {
        _cleanup_strv_ char **arguments = NULL, **copy = NULL;

        promise(k->name && k->title && k->language && text_is_printable(k->title));
        promise(strv_length(k->arguments) > 0 && !isempty(k->arguments[0]));
        promise(kernel_arguments(k, NULL, "/run/kernel-1.json", environment, &arguments) >= 0);
        promise(strv_length(arguments) == strv_length(k->arguments));
        promise(strv_copy(environment, &copy) >= 0 && kernel_environment(k, &copy) >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Input in = { data, size };
        _cleanup_strv_ char **environment = read_environment(&in);
        _cleanup_kernelspec_ KernelSpec k = {};
        _cleanup_failure_ Failure failure = {};
        int r;

        check_paths(environment);
        r = kernelspec_parse(
                (const char *) in.data, in.size, "/usr/share/jupyter/kernels/python3", &k, &failure);
        if (r == 0)
                check_spec(&k, environment);
        else
                promise(r == KEEPER_ERROR_INVALID_KERNELSPEC &&
                        text_is_printable(failure_message(&failure)));
        return 0;
}
