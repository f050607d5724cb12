/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls that somebody's password is needed for. */

#include <unistd.h>

#include "ctl/bus/authentication.h"
#include "ctl/bus/polkit-agent.h"
#include "shared/log.h"

bool authentication_is_wanted(const Client *c, const sd_bus_error *error) {
        return !c->arguments->no_ask_password &&
                sd_bus_error_has_name(error, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED);
}

/* Of another machine, this one's agent can say nothing; a desktop's own agent needs no help. */
static void start_agent(Client *c) {
        pid_t pid;

        if (c->agent > 0 || c->arguments->host)
                return;
        pid = polkit_agent_start();
        if (pid < 0)
                log_warning_errno(pid, "Cannot start what asks for a password: %m");
        else
                c->agent = pid;
}

int authentication_repeat(Client *c, sd_bus_message *refused, sd_bus_message **ret) {
        _cleanup_message_ sd_bus_message *m = NULL;
        int r;

        r = sd_bus_message_new_method_call(c->bus, &m, sd_bus_message_get_destination(refused),
                sd_bus_message_get_path(refused), sd_bus_message_get_interface(refused),
                sd_bus_message_get_member(refused));
        if (r < 0)
                return r;
        r = sd_bus_message_rewind(refused, /* complete= */ true);
        if (r < 0)
                return r;
        r = sd_bus_message_copy(m, refused, /* all= */ true);
        if (r < 0)
                return r;
        r = sd_bus_message_set_allow_interactive_authorization(m, true);
        if (r < 0)
                return r;
        start_agent(c);
        *ret = TAKE_PTR(m);
        return 0;
}

void authentication_done(Client *c) {
        polkit_agent_stop(c->agent);
        c->agent = 0;
}
