/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Listens to JobRemoved only while there is a job to wait for, so that an idle manager is not woken by all
 * other jobs of the system. */

#include "manager/systemd/systemd-jobs.h"
#include "manager/base/systemd-names.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/registry/session-table.h"
#include "manager/systemd/systemd-calls.h"
#include "manager/systemd/systemd-keeper.h"
#include "manager/systemd/systemd-scope.h"
#include "shared/log.h"
#include "shared/names.h"

static int on_job_removed(sd_bus_message *signal, void *userdata, sd_bus_error *error);

/* Ignores a failure: without this handler, sd-bus would take a bus that is slow to answer for a lost one.
 * Whoever waits has a deadline. */
static int on_listening(sd_bus_message *reply, void *userdata _unused_, sd_bus_error *error _unused_) {
        if (sd_bus_message_is_method_error(reply, NULL))
                log_warning("The bus does not say that we hear of systemd's jobs: %s",
                        systemd_error_text(reply));
        return 0;
}

int systemd_job_expect(Session *s, char **job) {
        Manager *m = s->manager;
        int r;

        if (*job)
                return 0;
        if (m->systemd_jobs.expected == 0) {
                r = sd_bus_match_signal_async(m->bus, &m->systemd_jobs.match, SYSTEMD_NAME, SYSTEMD_PATH,
                        SYSTEMD_MANAGER, "JobRemoved", on_job_removed, on_listening, m);
                if (r < 0)
                        return r;
        }
        *job = strdup(""); /* the job's path is not known yet */
        if (!*job)
                return -ENOMEM;
        m->systemd_jobs.expected++;
        return 0;
}

void systemd_job_forget(Session *s, char **job) {
        Manager *m = s->manager;

        if (!*job)
                return;
        free(*job);
        *job = NULL;
        if (--m->systemd_jobs.expected == 0)
                m->systemd_jobs.match = sd_bus_slot_unref(m->systemd_jobs.match);
}

int systemd_job_note(char **job, sd_bus_message *reply) {
        const char *path;
        int r;

        r = sd_bus_message_read(reply, "o", &path);
        if (r < 0)
                return r;
        r = replace_string(job, path);
        if (r < 0)
                log_oom();
        return MIN(r, 0);
}

bool systemd_job_is_known(const char *job) {
        return job && job[0];
}

int systemd_job_stop_unit(Session *s, const char *unit, char **job, sd_bus_message_handler_t on_reply) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        r = systemd_new_call(s->manager, "StopUnit", &call);
        if (r < 0)
                return r;
        r = sd_bus_message_append(call, "ss", unit, "replace");
        if (r < 0)
                return r;
        systemd_job_forget(s, job); /* of a start job, which this one replaces */
        r = systemd_job_expect(s, job);
        if (r < 0)
                return r;
        return systemd_ask(s->manager, s, call, on_reply, NULL);
}

static int on_job_removed(sd_bus_message *signal, void *userdata, sd_bus_error *error _unused_) {
        const char *job, *unit, *result;
        Manager *m = userdata;
        char id[SESSION_ID_MAX];
        Session *s;
        int r;

        r = sd_bus_message_read(signal, "uoss", NULL, &job, &unit, &result);
        if (r < 0)
                return r;
        if (session_id_from_scope(unit, id) < 0 && session_id_from_keeper(unit, id) < 0)
                return 0;
        s = session_table_get_by_id(&m->sessions, id);
        if (!s)
                return 0;
        if (streq_null(s->scope.job, job)) {
                systemd_job_forget(s, &s->scope.job);
                systemd_scope_job_done(s, result);
        } else if (streq_null(s->keeper.job, job)) {
                systemd_job_forget(s, &s->keeper.job);
                systemd_keeper_job_done(s, result);
        }
        return 0;
}
