/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads dictionaries of the bus. */

#include "shared/dictionary.h"

static int read_entry(sd_bus_message *m, DictionaryReader read, void *userdata) {
        const char *name;
        int r;

        r = sd_bus_message_read_basic(m, 's', &name);
        if (r < 0)
                return r;
        r = read(m, name, userdata);
        return r == 0 ? sd_bus_message_skip(m, "v") : r;
}

int dictionary_read(sd_bus_message *m, DictionaryReader read, void *userdata) {
        int r;

        r = sd_bus_message_enter_container(m, 'a', "{sv}");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
                r = read_entry(m, read, userdata);
                if (r < 0)
                        return r;
                r = sd_bus_message_exit_container(m);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;
        r = sd_bus_message_exit_container(m);
        return r < 0 ? r : 0;
}
