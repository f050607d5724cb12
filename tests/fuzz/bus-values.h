/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Random and boundary values of every D-Bus type, and random numbers that a seed repeats. */

#include <systemd/sd-bus.h>

#include "shared/macros.h"

typedef struct Dice {
        uint64_t state;
        char **words; /* strings that mean something here: ids, paths, names; the caller's */
        size_t n_words;
        size_t left; /* values that may still go into arrays of this message */
} Dice;

uint64_t dice_number(Dice *d);
/* One of 0 to n - 1. */
uint64_t dice_roll(Dice *d, uint64_t n);

/* Appends values of the types to the message: a few megabytes at the most, and now and then as much as the
 * bus takes (it hangs up on who sends more than 32 MiB, before anybody sees the message). 0 or -errno of
 * sd-bus. */
int values_append(Dice *d, sd_bus_message *m, const char *signature);
/* A signature that need not be anybody's. */
const char *values_signature(Dice *d);
