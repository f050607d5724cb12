/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Measures messages. */

#include "manager/access/message-size.h"
#include "shared/macros.h"

#define NUMBER_SIZE 8 /* with its alignment; so an array of bytes seems larger than it is */
#define LENGTH_SIZE 8 /* of a string, an array or a signature, with its alignment */

static int measure_argument(sd_bus_message *message, char type, size_t *size) {
        const char *text;
        uint64_t number;
        int r;

        if (type != SD_BUS_TYPE_STRING && type != SD_BUS_TYPE_OBJECT_PATH && type != SD_BUS_TYPE_SIGNATURE) {
                *size += NUMBER_SIZE;
                return sd_bus_message_read_basic(message, type, &number);
        }
        r = sd_bus_message_read_basic(message, type, &text);
        if (r >= 0)
                *size += LENGTH_SIZE + strlen(text);
        return r;
}

/* Adds up what comes next in the message. -E2BIG: there are more than max bytes. The bus nests containers 64
 * deep at most. */
static int measure(sd_bus_message *message, size_t max, size_t *size) {
        const char *contents;
        char type;
        int r;

        while ((r = sd_bus_message_peek_type(message, &type, &contents)) > 0) {
                if (!contents)
                        r = measure_argument(message, type, size);
                else {
                        *size += LENGTH_SIZE;
                        r = sd_bus_message_enter_container(message, type, contents);
                        if (r >= 0)
                                r = measure(message, max, size);
                        if (r >= 0)
                                r = sd_bus_message_exit_container(message);
                }
                if (r < 0)
                        return r;
                if (*size > max)
                        return -E2BIG;
        }
        return r;
}

size_t message_size(sd_bus_message *message, size_t max) {
        size_t size = 0;
        int r;

        r = measure(message, max, &size);
        (void) sd_bus_message_rewind(message, /* complete = */ true);
        return r < 0 ? MAX(size, max + 1) : size;
}
