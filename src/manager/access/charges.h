/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What each user makes the manager hold: calls that wait are charged to who called, and each user may have
 * only so many of each kind, and so many bytes of all together. So nobody can take the places of others, or
 * their memory. Pure. */

#include <stddef.h>
#include <sys/types.h>

/* Bytes of a user's calls that are held. All small calls for which the bus lets a user wait are less, and so
 * are hundreds of the largest starts. */
#define CHARGE_BYTES_MAX (64U * 1024U * 1024U)
/* What a call takes beside its arguments: the message's header, and what sd-bus keeps of it. */
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
        UserCharges *users; /* those who are charged with anything */
        size_t n;
} Charges;

/* One thing that is held. All zero: nothing is. */
typedef struct Charge {
        Charges *charges;
        uid_t uid;
        ChargeKind kind;
        size_t bytes;
} Charge;

/* How many of a kind a user may have. Root, who answers for everybody, is bounded only by what all may have
 * together. */
unsigned charge_limit(ChargeKind kind);

/* size: of the call's arguments, in bytes. charge must be all zero. -EDQUOT if the user has as many, or as
 * many bytes, as there may be; -ENOMEM. */
int charge_take(Charge *charge, Charges *charges, uid_t uid, ChargeKind kind, size_t size);
/* Does nothing if nothing is charged. */
void charge_release(Charge *charge);

void charges_done(Charges *charges);
