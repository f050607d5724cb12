/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What each user makes the manager hold: calls that wait for somebody else's answer are charged to who called, and each
 * user may have only so many of each kind. So nobody can take the places of others. Pure. */

#include <stddef.h>
#include <sys/types.h>

typedef enum ChargeKind {
        CHARGE_AUTHORIZATION, /* calls that polkit is asked about */
        CHARGE_SAMPLES,       /* calls that wait for usage samples */
        CHARGE_SYSTEMD,       /* calls that systemd answers */
        CHARGE_KEEPER,        /* calls that a keeper answers: attaches under way, snapshots */
        CHARGE_KIND_MAX,
} ChargeKind;

typedef struct UserCharges {
        uid_t uid;
        unsigned n[CHARGE_KIND_MAX];
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
} Charge;

/* How many of a kind a user may have. Root, who answers for everybody, is bounded only by what all may have together. */
unsigned charge_limit(ChargeKind kind);

/* charge must be all zero. -EDQUOT if the user has as many as there may be; -ENOMEM. */
int charge_take(Charge *charge, Charges *charges, uid_t uid, ChargeKind kind);
/* Does nothing if nothing is charged. */
void charge_release(Charge *charge);

void charges_done(Charges *charges);
