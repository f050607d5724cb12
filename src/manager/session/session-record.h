/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The record: what the next manager has to know of a session, in a private file sessions/ID of the runtime
 * directory. It is written whole or not at all, has one KEY=value line for each thing, and begins with the
 * version of the format. */

#include <stdio.h>

#include "manager/base/types.h"

#define RECORDS_DIR "sessions" /* below the runtime directory */

#define RECORD_VERSION  1
#define RECORD_SIZE_MAX (256 * 1024)

/* Writes the record. -errno. */
int session_record_save(const Session *s);
void session_record_remove(const Session *s);

/* Reads one record into a new session of the manager. id is the file's name; the record must agree with it.
 * -EBADMSG if it is damaged, -EPROTONOSUPPORT if it has another version. */
int session_record_read(Manager *m, const char *id, FILE *f, Session **ret);

/* Reads all records. A damaged one is logged and set aside as ID.bad, so that nothing is lost. */
int session_record_load_all(Manager *m);
