/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The command line and environment that a kernelspec means, its templates filled in. */

#include "keeper/launch/kernelspec.h"

/* The arguments with {connection_file}, {resource_dir} and {prefix} replaced, and a first one of "python",
 * "python3", "python3.x" replaced by the active environment's interpreter if there is one. arguments: to be
 * used instead of the kernelspec's, or NULL. The result is the caller's. */
int kernel_arguments(const KernelSpec *k, char *const *arguments, const char *connection_file,
        char *const *environment, char ***ret);

/* Adds the kernelspec's variables to the environment: $NAME and ${NAME} in them are the environment's, $$ is
 * a dollar, anything else stays as it is. */
int kernel_environment(const KernelSpec *k, char ***environment);
