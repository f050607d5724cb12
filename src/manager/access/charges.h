/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Counts what each user makes the manager hold. Calls that wait are charged to the caller's user, who may
 * have only so many of each kind, and so many bytes of all together. So nobody can take the places of
 * others, or their memory. Pure. */

#include <stddef.h>
#include <sys/types.h>

/* Bytes of a user's held calls. All small calls for which the bus lets a user wait are less, and so are
 * hundreds of the largest starts. */
#define CHARGE_BYTES_MAX (64U * 1024U * 1024U)
/* Bytes of a call beside its arguments: the message's header, and what sd-bus keeps of it. */
#define CHARGE_CALL_BYTES 1024U

typedef enum ChargeKind {
        CHARGE_TURN,          /* calls that wait for their turn */
        CHARGE_AUTHORIZATION, /* calls that polkit is asked about */
        CHARGE_SAMPLES,       /* calls that wait for usage samples */
        CHARGE_SYSTEMD,       /* calls that systemd answers */
        CHARGE_KEEPER,        /* calls that a keeper answers: attaches under way, snapshots */
        CHARGE_WAITER,        /* calls that a session's start, restart or end answers */
        CHARGE_KIND_MAX,
} ChargeKind;

typedef struct UserCharges {
        uid_t uid;
        unsigned n[CHARGE_KIND_MAX];
        size_t bytes;
} UserCharges;

typedef struct Charges {
        UserCharges *users; /* the users who are charged with anything */
        size_t n;
} Charges;

/* One held thing. All zero: nothing is held. */
typedef struct Charge {
        Charges *charges;
        uid_t uid;
        ChargeKind kind;
        size_t bytes;
} Charge;

/* Returns how many charges of a kind a user may have. Root, who answers for everybody, is bounded only by
 * what all may have together. */
unsigned charge_limit(ChargeKind kind);

/* Charges a user with one held thing. size: of the call's arguments, in bytes. charge must be all zero.
 * -EDQUOT: the user has as many of these, or as many bytes, as a user may have. -ENOMEM. */
int charge_take(Charge *charge, Charges *charges, uid_t uid, ChargeKind kind, size_t size);
/* Takes a charge back. Does nothing if nothing is charged. */
void charge_release(Charge *charge);

void charges_done(Charges *charges);
