/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where Jupyter keeps its files, by the payload's environment: what jupyter_core's paths.py says. */

#include "shared/macros.h"

/* The folders that kernelspecs are searched in, the most important first; the caller's. environment must
 * have HOME. */
int jupyter_kernel_directories(char *const *environment, char ***ret);

/* The user's own folder for what is installed; the caller's. */
int jupyter_data_directory(char *const *environment, char **ret);

/* The folder for connection files; the caller's. */
int jupyter_runtime_directory(char *const *environment, char **ret);

/* The active virtual or conda environment, or NULL. In environment. */
const char *python_environment(char *const *environment);
