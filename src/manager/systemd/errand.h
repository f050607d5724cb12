/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Errands: what is done as the user for a session that has no keeper any more. The keeper's program does it,
 * in a transient service: only the user's own processes read and write the user's files. */

#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "manager/model/reply.h"

/* Answers with a stream of the outputs that are left of a session (Manager.GetEndedOutputs()), which its
 * owner, its id and its time of creation identify. 1, or -errno, with error set where there is more to
 * say. */
int errand_send_outputs(Manager *m, uid_t uid, const char *id, uint64_t created, uint64_t since,
        const Reply *reply, sd_bus_error *error);

/* Removes what is left of them, and answers that it is gone (Manager.PurgeEndedOutputs()). As above. */
int errand_purge_outputs(
        Manager *m, uid_t uid, const char *id, uint64_t created, const Reply *reply, sd_bus_error *error);

/* Removes the connection file and the sockets of a kernel that ended without its keeper. */
void errand_remove_connection_file(const Session *s);
