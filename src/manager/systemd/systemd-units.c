/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Asks systemd about our units, at start-up. */

#include "manager/systemd/systemd-units.h"
#include "manager/base/cgroup.h"
#include "manager/base/systemd-names.h"
#include "manager/model/manager.h"
#include "shared/strv.h"

/* The first version whose StartTransientUnit() knows the property PIDFDs of scopes. */
#define PIDFDS_VERSION 255

int systemd_find_cgroups(Manager *m) {
        _cleanup_free_ char *prefix = NULL;
        int r;

        r = sd_bus_get_property_string(
                m->bus, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, "ControlGroup", NULL, &prefix);
        if (r < 0)
                return r;
        return cgroup_tree_open(&m->cgroups, CGROUP_ROOT, m->usage.has_io, prefix);
}

int systemd_find_version(Manager *m) {
        _cleanup_free_ char *version = NULL;
        int r;

        r = sd_bus_get_property_string(
                m->bus, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, "Version", NULL, &version);
        if (r < 0)
                return r;
        m->systemd_takes_pidfds = strtoul(version, NULL, 10) >= PIDFDS_VERSION; /* "257.9-1~deb13u1" */
        return 0;
}

int systemd_list_units(Manager *m, char ***ret_active, char ***ret_ended) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_strv_ char **active = NULL, **ended = NULL;
        const char *name, *active_state;
        int r;

        r = sd_bus_call_method(m->bus, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, "ListUnitsByPatterns",
                NULL, &reply, "asas", 1, "loaded", 2, "compute-*.scope", "compute-keeper-*.service");
        if (r < 0)
                return r;
        r = sd_bus_message_enter_container(reply, 'a', "(ssssssouso)");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read(reply, "(ssssssouso)", &name, NULL, NULL, &active_state, NULL, NULL,
                        NULL, NULL, NULL, NULL)) > 0) {
                bool has_ended = streq(active_state, "inactive") || streq(active_state, "failed");

                r = strv_extend(has_ended ? &ended : &active, name);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;
        *ret_active = TAKE_PTR(active);
        *ret_ended = TAKE_PTR(ended);
        return 0;
}

static int read_pids(sd_bus_message *reply, ScopeDescription *ret) {
        uint32_t pid;
        int r;

        r = sd_bus_message_enter_container(reply, 'a', "(sus)");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read(reply, "(sus)", NULL, &pid, NULL)) > 0) {
                uint32_t *grown = reallocarray(ret->pids, ret->n_pids + 1, sizeof(uint32_t));

                if (!grown)
                        return -ENOMEM;
                ret->pids = grown;
                ret->pids[ret->n_pids++] = pid;
        }
        return r;
}

int systemd_describe_scope(Manager *m, const char *scope, ScopeDescription *ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_free_ char *path = NULL;
        int r;

        r = sd_bus_path_encode(SYSTEMD_UNIT_PATH, scope, &path);
        if (r < 0)
                return r;
        r = sd_bus_get_property_string(
                m->bus, SYSTEMD_NAME, path, SYSTEMD_UNIT, "Description", NULL, &ret->description);
        if (r < 0)
                return r;
        r = sd_bus_get_property_string(
                m->bus, SYSTEMD_NAME, path, SYSTEMD_SCOPE, "Slice", NULL, &ret->slice);
        if (r < 0)
                return r;
        r = sd_bus_call_method(m->bus, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, "GetUnitProcesses", NULL,
                &reply, "s", scope);
        if (r < 0)
                return r;
        return read_pids(reply, ret);
}

void scope_description_done(ScopeDescription *d) {
        free(d->description);
        free(d->slice);
        free(d->pids);
        *d = (ScopeDescription){};
}
