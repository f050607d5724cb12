/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The PTY of a terminal session. It is always read, whether or not anybody looks, so that the payload never
 * waits. */

#include <systemd/sd-event.h>

#include "shared/macros.h"

#define TERMINAL_ROWS_DEFAULT    24
#define TERMINAL_COLUMNS_DEFAULT 80

typedef struct Terminal Terminal;

typedef struct TerminalHandlers {
        /* Where the next output is to be read into; asked for before each read. */
        uint8_t *(*room)(void *userdata, size_t *ret_size);
        /* So much was read there. */
        void (*commit)(void *userdata, size_t n);
        /* The payload printed: what one or more reads put there in a row. */
        void (*output)(void *userdata, const void *data, size_t size);
        /* What terminal_send() took has all been written: there is room again. */
        void (*drained)(void *userdata);
} TerminalHandlers;

/* A new PTY in UTF-8 mode. Sizes are at most UINT16_MAX. */
int terminal_new(uint32_t rows, uint32_t columns, Terminal **ret);

/* The PTY of an earlier keeper; master becomes the terminal's on success. */
int terminal_adopt(int master, Terminal **ret);

Terminal *terminal_free(Terminal *t);

/* The master; stays the terminal's. */
int terminal_master(const Terminal *t);

/* Starts reading. */
int terminal_watch(Terminal *t, sd_event *event, const TerminalHandlers *handlers, void *userdata);

int terminal_resize(Terminal *t, uint32_t rows, uint32_t columns);

/* Can terminal_send() be called? Not while the payload has yet to read what came before. */
bool terminal_has_room(const Terminal *t);

/* Types into the terminal: at most TERMINAL_INPUT_MAX bytes, and only when there is room. */
#define TERMINAL_INPUT_MAX 16384U
int terminal_send(Terminal *t, const void *data, size_t size);

/* Hands over what the payload had still printed when it ended, and stops watching. */
void terminal_drain(Terminal *t);

DEFINE_CLEANUP(Terminal *, terminal_free);
#define _cleanup_terminal_ _cleanup_(terminal_free_pointer)
