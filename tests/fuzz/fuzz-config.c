/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Configuration files: whatever is in one, every setting stays within its range, and reading it again
 * changes nothing. */

#include <syslog.h>

#include "manager/base/config.h"
#include "shared/log.h"
#include "tests/fuzz/input.h"

static int read_bytes(Config *c, const uint8_t *data, size_t size) {
        FILE *f = fmemopen((void *) data, size, "r");
        int r;

        promise(f);
        r = config_read(c, f, "sessiond.conf");
        fclose(f);
        return r;
}

static void check_limits(const Limits *limits) {
        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++)
                promise(limit_is_valid(kind, limits->values[kind]) &&
                        (limits_have(limits, kind) || limits->values[kind] == LIMIT_NONE));
}

static void check_ranges(const Config *c) {
        promise(c->recommended_sessions <= UINT32_MAX);
        promise(c->sessions_max >= 1 && c->sessions_max <= 65536);
        promise(c->sessions_max_per_user >= 1 && c->sessions_max_per_user <= 65536);
        promise(c->starts_max_per_user >= 1 && c->starts_max_per_user <= 1024);
        promise(c->start_timeout >= USEC_PER_SEC && c->start_timeout <= USEC_PER_HOUR);
        promise(c->stop_timeout >= USEC_PER_SEC && c->stop_timeout <= USEC_PER_HOUR);
        promise(c->exit_idle >= USEC_PER_SEC);
        check_limits(&c->limits[SESSION_TERMINAL]);
        check_limits(&c->limits[SESSION_NOTEBOOK]);
        promise(c->n_users <= CONFIG_USERS_MAX);
        for (size_t i = 0; i < c->n_users; i++)
                check_limits(&c->users[i].limits);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Config c, again;
        int skipped;

        if (size == 0)
                return 0;
        log_set_max_level(LOG_EMERG);
        config_init(&c);
        skipped = read_bytes(&c, data, size);
        promise(skipped >= 0);
        check_ranges(&c);
        again = c;
        promise(read_bytes(&again, data, size) == skipped);
        promise(memcmp(&again, &c, sizeof(c)) == 0);
        return 0;
}
