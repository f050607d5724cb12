/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The call of Session.Attach. */

#include <fcntl.h>
#include <unistd.h>

#include "ctl/attach/attach-request.h"
#include "ctl/sessions/environment.h"
#include "shared/log.h"
#include "shared/names.h"

int attach_check_host(const Client *c, const char *what) {
        if (!c->arguments->host)
                return 0;
        log_error("%s through --host=. Try 'ssh -t %s computectl ...'.", what, c->arguments->host);
        return -EOPNOTSUPP;
}

static int append_options(sd_bus_message *m, const AttachOptions *o) {
        int r;

        r = append_true_option(m, "ReadOnly", o->read_only);
        if (r >= 0)
                r = append_true_option(m, "Raw", o->raw);
        if (r >= 0)
                r = append_true_option(m, "InputOnly", o->input_only);
        if (r >= 0 && o->scrollback != SCROLLBACK_UNSAID)
                r = append_number_option(m, "Scrollback", o->scrollback);
        if (r >= 0)
                r = append_string_option(m, "SizePolicy", o->size_policy);
        return r;
}

int attach_message(Client *c, const char *path, const AttachOptions *o, sd_bus_message **ret) {
        _cleanup_message_ sd_bus_message *m = NULL;
        int r;

        r = object_message(c, path, SESSION_INTERFACE, "Attach", &m);
        if (r < 0)
                return r;
        r = sd_bus_message_append(m, "uu", o->rows, o->columns);
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r < 0)
                return r;
        r = append_options(m, o);
        if (r < 0)
                return r;
        r = sd_bus_message_close_container(m);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(m);
        return 0;
}

int attach_read_stream(sd_bus_message *reply) {
        int fd, r;

        r = sd_bus_message_read(reply, "h", &fd);
        if (r < 0)
                return r;
        fd = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        return fd < 0 ? -errno : fd;
}
