/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl snapshot: what a session's terminal shows, as text. */

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/attach/attach-request.h"
#include "ctl/sessions/environment.h"
#include "ctl/sessions/resolve.h"
#include "ctl/text/text-filter.h"
#include "ctl/verbs/verbs.h"
#include "shared/log.h"
#include "shared/names.h"

#define TEXT_SIZE_MAX (64U * 1024U * 1024U)

static int snapshot_message(Client *c, const char *path, sd_bus_message **ret) {
        _cleanup_message_ sd_bus_message *m = NULL;
        const Arguments *a = c->arguments;
        int r;

        r = object_message(c, path, SESSION_INTERFACE, "Snapshot", &m);
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r < 0)
                return r;
        r = append_true_option(m, "Styles", a->ansi);
        if (r >= 0 && a->scrollback != SCROLLBACK_UNSAID)
                r = append_number_option(m, "Scrollback", a->scrollback);
        if (r < 0)
                return r;
        r = sd_bus_message_close_container(m);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(m);
        return 0;
}

/* All of a memory file, wherever its offset is. Anything else could make us wait, or has no end. */
static int read_text(int fd, char **ret, size_t *ret_size) {
        _cleanup_free_ char *text = NULL;
        size_t size, done = 0;
        struct stat st;

        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return -EBADMSG;
        if (st.st_size > (off_t) TEXT_SIZE_MAX)
                return -EFBIG;
        size = (size_t) st.st_size;
        text = malloc(size + 1);
        if (!text)
                return -ENOMEM;
        while (done < size) {
                ssize_t n = pread(fd, text + done, size - done, (off_t) done);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                done += (size_t) n;
        }
        *ret = TAKE_PTR(text);
        *ret_size = done;
        return 0;
}

int verb_snapshot(Client *c, char **operands) {
        _cleanup_bus_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        char id[SESSION_ID_MAX], path[BUS_PATH_SIZE];
        _cleanup_free_ char *text = NULL;
        size_t size = 0;
        int fd, r;

        r = attach_check_host(c, "Terminals cannot be shown");
        if (r < 0)
                return r;
        r = session_open(c, operands[0], id, path);
        if (r < 0)
                return r;
        r = snapshot_message(c, path, &m);
        if (r >= 0)
                r = client_call(c, m, CALL_TIMEOUT_USEC, &error, &reply);
        if (r >= 0)
                r = sd_bus_message_read(reply, "h", &fd);
        if (r < 0)
                return client_report(c, r, &error, "take a snapshot of %s", id);
        r = read_text(fd, &text, &size);
        if (r < 0)
                return log_error_errno(r, "Failed to read the snapshot of %s: %m", id);
        r = text_filter(text, size, c->arguments->ansi ? STYLES_KEPT : STYLES_REPLACED, stdout);
        if (r >= 0 && fflush(stdout) != 0)
                r = -errno;
        return r < 0 ? log_error_errno(r, "Failed to write the snapshot: %m") : 0;
}
