/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The file of a notebook, as somebody names it. */

#include <unistd.h>

#include "ctl/notebook/notebook-path.h"
#include "ctl/sessions/resolve.h"
#include "shared/log.h"
#include "shared/text.h"

int notebook_path(const Arguments *a, const char *file, char **ret) {
        _cleanup_free_ char *shown = text_sanitize(file, 1024);
        int r;

        if (isempty(file)) {
                log_error("A notebook is named by its file, as in analysis.ipynb; this name is empty.");
                return -EINVAL;
        }
        if (!text_is_printable(file)) {
                log_error(
                        "The name of the notebook %s has characters that cannot be shown (it must be UTF-8, without control "
                        "characters). Rename the file.",
                        strempty(shown));
                return -EINVAL;
        }
        if (a->host) {
                if (file[0] != '/') {
                        log_error("With --host= the notebook is to be given by its absolute path.");
                        return -EINVAL;
                }
                *ret = strdup(file);
                return *ret ? 0 : log_oom();
        }
        r = path_make_absolute(file, ret);
        if (r == -EISDIR) {
                log_error("%s is a folder, not a notebook's file.", strempty(shown));
                return r;
        }
        if (r < 0)
                return log_error_errno(
                        r, "Failed to find the folder of the notebook %s: %m", strempty(shown));
        return 0;
}

void notebook_tell_new(const Arguments *a, const char *path) {
        _cleanup_free_ char *shown = NULL;

        if (a->host || a->quiet || access(path, F_OK) >= 0 || errno != ENOENT)
                return;
        shown = text_sanitize(path, OPTION_PATH_MAX);
        log_notice("There is no file %s yet; it is for you to save.", strempty(shown));
}
