/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Dictionaries of the bus, a{sv}: options of calls, properties, credentials. */

#include <systemd/sd-bus.h>

/* Gets each entry, with m at the variant. Returns 1 if it read that, 0 to have it skipped, or -errno. */
typedef int (*DictionaryReader)(sd_bus_message *m, const char *name, void *userdata);

/* Reads the a{sv} that comes next. name is the message's. 0, or the -errno that ended it. */
int dictionary_read(sd_bus_message *m, DictionaryReader read, void *userdata);
