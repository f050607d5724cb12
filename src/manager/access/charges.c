/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Counts what each user makes the manager hold. */

#include "manager/access/charges.h"
#include "shared/macros.h"

/* The bus lets one connection wait for 128 answers: a client that asks about all of its user's sessions at
 * once does not come near a limit, unless it does so through several connections. */
static const unsigned limits[CHARGE_KIND_MAX] = {
        [CHARGE_TURN] = 256 * 128,  /* calls beyond want no answers, and get none */
        [CHARGE_AUTHORIZATION] = 4, /* somebody types a password for each */
        [CHARGE_SAMPLES] = 128,
        [CHARGE_SYSTEMD] = 128,
        [CHARGE_KEEPER] = 256,  /* all of a user's terminals, when their keepers were restarted */
        [CHARGE_WAITER] = 2048, /* twice what StartsMaxPerUser= may be */
};

unsigned charge_limit(ChargeKind kind) {
        assert(kind < CHARGE_KIND_MAX);
        return limits[kind];
}

static UserCharges *find_user(Charges *charges, uid_t uid) {
        for (size_t i = 0; i < charges->n; i++)
                if (charges->users[i].uid == uid)
                        return &charges->users[i];
        return NULL;
}

static UserCharges *add_user(Charges *charges, uid_t uid) {
        UserCharges *grown;

        grown = reallocarray(charges->users, charges->n + 1, sizeof(UserCharges));
        if (!grown)
                return NULL;
        charges->users = grown;
        charges->users[charges->n] = (UserCharges){ .uid = uid };
        return &charges->users[charges->n++];
}

static bool is_charged(const UserCharges *user) {
        for (ChargeKind kind = 0; kind < CHARGE_KIND_MAX; kind++)
                if (user->n[kind] > 0)
                        return true;
        return false;
}

/* Forgets a user who is charged with nothing any more. */
static void forget_idle(Charges *charges, UserCharges *user) {
        if (!is_charged(user))
                *user = charges->users[--charges->n];
}

static bool exceeds(const UserCharges *user, ChargeKind kind, size_t bytes) {
        return user->n[kind] >= charge_limit(kind) || bytes > CHARGE_BYTES_MAX - user->bytes;
}

int charge_take(Charge *charge, Charges *charges, uid_t uid, ChargeKind kind, size_t size) {
        UserCharges *user = find_user(charges, uid);
        size_t bytes = CHARGE_CALL_BYTES + size;

        assert(!charge->charges);
        if (!user)
                user = add_user(charges, uid);
        if (!user)
                return -ENOMEM;
        if (uid != 0 && exceeds(user, kind, bytes)) {
                forget_idle(charges, user);
                return -EDQUOT;
        }
        user->n[kind]++;
        user->bytes += bytes;
        *charge = (Charge){ .charges = charges, .uid = uid, .kind = kind, .bytes = bytes };
        return 0;
}

void charge_release(Charge *charge) {
        Charges *charges = charge->charges;
        UserCharges *user;

        if (!charges)
                return;
        user = find_user(charges, charge->uid);
        assert(user && user->n[charge->kind] > 0);
        user->n[charge->kind]--;
        user->bytes -= charge->bytes;
        forget_idle(charges, user);
        *charge = (Charge){};
}

void charges_done(Charges *charges) {
        free(charges->users);
        *charges = (Charges){};
}
