/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads limits from the command line. What a part of the machine's memory is, is for the machine to say
 * where the session is. */

#include <stdio.h>

#include "ctl/options/limit-arguments.h"
#include "shared/limit.h"
#include "shared/log.h"
#include "shared/strv.h"
#include "shared/text.h"

static int bad_name(const char *assignment, size_t length) {
        _cleanup_free_ char *raw = strndup(assignment, length), *shown = NULL;
        char known[128] = "";
        size_t n = 0;

        shown = text_sanitize(strempty(raw), 128);
        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++)
                n += (size_t) snprintf(known + n, sizeof(known) - n, "%s%s", kind > 0 ? ", " : "",
                        limit_kind_to_name(kind));
        if (assignment[length] == '=')
                log_error("There is no limit \"%s\"; there are %s.", strempty(shown), known);
        else
                log_error("Expected LIMIT=VALUE, like MemoryMax=2G, not \"%s\". Limits are %s.",
                        strempty(shown), known);
        return -EINVAL;
}

/* Which limit it is of, if any; and in ret_result whether its value was read, 0 or -errno. */
static LimitKind parse(const char *assignment, LimitText *ret, int *ret_result) {
        size_t length = strcspn(assignment, "=");
        _cleanup_free_ char *name = strndup(assignment, length);
        LimitKind kind = name && assignment[length] == '=' ? limit_kind_from_name(name) : LIMIT_KIND_INVALID;

        *ret_result = kind >= 0 ? limit_parse(kind, assignment + length + 1, ret) : -EINVAL;
        return kind;
}

int limit_assignments_check(char *const *assignments) {
        STRV_FOREACH(assignment, assignments) {
                _cleanup_free_ char *shown = NULL;
                LimitText text;
                int r;
                LimitKind kind = parse(*assignment, &text, &r);

                if (kind < 0)
                        return bad_name(*assignment, strcspn(*assignment, "="));
                if (r >= 0)
                        continue;
                shown = text_sanitize(strchr(*assignment, '=') + 1, 128);
                log_error("Invalid value \"%s\" of %s=: expected %s.", strempty(shown),
                        limit_kind_to_name(kind), limit_expects(kind));
                return -EINVAL;
        }
        return 0;
}

int append_limit_options(sd_bus_message *m, char *const *assignments) {
        STRV_FOREACH(assignment, assignments) {
                LimitText text;
                int r;
                LimitKind kind = parse(*assignment, &text, &r);

                if (r < 0)
                        return r;
                if (text.relative)
                        r = sd_bus_message_append(
                                m, "{sv}", limit_kind_to_scale_property(kind), "u", text.scale);
                else
                        r = sd_bus_message_append(m, "{sv}", limit_kind_to_property(kind), "t", text.value);
                if (r < 0)
                        return r;
        }
        return 0;
}

bool assignments_have(char *const *assignments, const char *name) {
        STRV_FOREACH(assignment, assignments) {
                const char *rest = startswith(*assignment, name);

                if (rest && rest[0] == '=')
                        return true;
        }
        return false;
}
