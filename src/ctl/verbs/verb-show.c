/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl show: properties as NAME=value lines, for scripts. */

#include "ctl/sessions/show.h"
#include "ctl/text/output.h"
#include "ctl/verbs/verbs.h"
#include "shared/log.h"
#include "shared/names.h"

int verb_show(Client *c, char **operands) {
        _cleanup_output_ Output output = {};
        Json json = { .pretty = c->arguments->json == JSON_PRETTY };
        int r, q;

        r = output_begin(&output);
        if (r < 0)
                return log_oom();
        json.stream = output.stream;
        if (operands[0])
                r = show_sessions(c, operands, output.stream);
        else
                r = show_object(c, BUS_PATH, MANAGER_INTERFACE, output.stream,
                        c->arguments->json == JSON_OFF ? NULL : &json);
        q = output_show(&output, !c->arguments->no_pager);
        return r < 0 ? r : q;
}
