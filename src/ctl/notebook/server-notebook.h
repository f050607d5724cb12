/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The notebook that a Jupyter server says it starts a kernel for, in $JPY_SESSION_NAME. */

/* The file's path, and its name to be shown; each may be NULL. What is said is absolute, or (jupyter_server
 * 1) begins at the server's root, of which only is known that folder, the kernel's, is the notebook's or the
 * root itself. VS Code makes up a file beside the notebook's, as analysis-jvsc-UUID.ipynb. What is guessed
 * counts as a path only if there is such a file. Both are the caller's. -ENOMEM. */
int server_notebook(const char *said, const char *folder, char **ret_path, char **ret_name);
