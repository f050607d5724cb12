/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Measures messages, whose size sd-bus knows but does not tell. */

#include <stddef.h>
#include <systemd/sd-bus.h>

/* Returns the bytes of a message's arguments, about as they are on the wire. Something above max: there are
 * more, or the message cannot be read; it is not read to its end then. The message is rewound, so nobody
 * else may be reading it. */
size_t message_size(sd_bus_message *message, size_t max);
