/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How large a message is, which sd-bus knows but does not tell. */

#include <stddef.h>
#include <systemd/sd-bus.h>

/* The bytes of its arguments, about as they are on the wire; anything above max if there are more than that,
 * as then it is not read to its end, or if it cannot be read. It is rewound: nobody else may be reading
 * it. */
size_t message_size(sd_bus_message *message, size_t max);
