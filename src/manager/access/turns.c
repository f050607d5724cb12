/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Serves calls of users in turn. */

#include <malloc.h>
#include <sys/ioctl.h>

#include "manager/access/admission.h"
#include "manager/access/charges.h"
#include "manager/access/turns.h"
#include "manager/model/manager.h"

static bool bus_is_behind(Manager *m) {
        uint64_t n = 0;

        return sd_bus_get_n_queued_write(m->bus, &n) >= 0 && n >= TURNS_WRITE_MAX;
}

/* Have more messages come? They are read before calls are served, and calls among them are held: behind them
 * there may be messages that others wait for, such as systemd's answers. */
static bool more_has_come(Manager *m) {
        int n = 0;

        return ioctl(sd_bus_get_fd(m->bus), FIONREAD, &n) >= 0 && n > 0;
}

/* Is a call being dispatched again? sd-bus reads nothing meanwhile. It dispatches from a timer that it sets
 * anew in every iteration, so any other source that is always pending comes first: all turns would be
 * dispatched before. */
static bool is_dispatching(Manager *m) {
        uint64_t n = 0;

        return sd_bus_get_n_queued_read(m->bus, &n) >= 0 && n > 0;
}

static bool is_time_for_a_turn(Manager *m) {
        if (bus_is_behind(m) || is_dispatching(m))
                return false;
        return !more_has_come(m) || ++m->turns.reads % TURNS_READS == 0;
}

static UserTurn *find_user(Turns *turns, uid_t uid) {
        for (size_t i = 0; i < turns->n; i++)
                if (turns->users[i].uid == uid)
                        return &turns->users[i];
        return NULL;
}

static UserTurn *add_user(Turns *turns, uid_t uid) {
        UserTurn *grown;

        grown = reallocarray(turns->users, turns->n + 1, sizeof(UserTurn));
        if (!grown)
                return NULL;
        turns->users = grown;
        turns->users[turns->n] = (UserTurn){ .uid = uid };
        return &turns->users[turns->n++];
}

static int push(Manager *m, UserTurn *user, sd_bus_message *call, unsigned passed) {
        Charge charge = {};
        int r;

        if (user->n >= charge_limit(CHARGE_TURN)) /* root is charged without a limit */
                return -ENOBUFS;
        if (user->n == user->allocated) {
                size_t allocated = MAX((size_t) 16, 2 * user->allocated);
                TurnCall *grown = calloc(allocated, sizeof(TurnCall));

                if (!grown)
                        return -ENOMEM;
                for (size_t i = 0; i < user->n; i++)
                        grown[i] = user->calls[(user->first + i) % user->allocated];
                free(user->calls);
                user->calls = grown;
                user->first = 0;
                user->allocated = allocated;
        }
        r = charge_take(&charge, &m->charges, user->uid, CHARGE_TURN, m->admission.size);
        if (r < 0)
                return r;
        user->calls[(user->first + user->n++) % user->allocated] = (TurnCall){
                .call = sd_bus_message_ref(call),
                .passed = passed,
                .charge = charge,
        };
        return 0;
}

/* Takes the user's oldest call, which is held no longer. */
static TurnCall pop(UserTurn *user) {
        TurnCall held = user->calls[user->first];

        charge_release(&held.charge);
        user->first = (user->first + 1) % user->allocated;
        user->n--;
        return held;
}

static int on_post(sd_event_source *source, void *userdata);
static int on_turn(sd_event_source *source, void *userdata);

static void unwatch(Turns *turns) {
        if (turns->served >= TURNS_MANY)
                (void) malloc_trim(0);
        turns->served = 0;
        turns->post = sd_event_source_disable_unref(turns->post);
        turns->turn = sd_event_source_disable_unref(turns->turn);
}

static int watch(Manager *m) {
        Turns *turns = &m->turns;
        int r;

        if (turns->post)
                return 0;
        r = sd_event_add_defer(m->event, &turns->turn, on_turn, m);
        if (r >= 0)
                r = sd_event_source_set_enabled(turns->turn, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_event_add_post(m->event, &turns->post, on_post, m);
        if (r < 0)
                unwatch(turns);
        return r;
}

int turns_wait(Manager *m, uid_t uid, sd_bus_message *call, unsigned passed) {
        Turns *turns = &m->turns;
        UserTurn *user = find_user(turns, uid);
        int r;

        if (!user && !bus_is_behind(m) && !more_has_come(m))
                return 0;
        r = watch(m);
        if (r < 0)
                return r;
        if (!user)
                user = add_user(turns, uid);
        if (!user)
                return -ENOMEM;
        r = push(m, user, call, passed);
        /* A user without a held call has no turn; this one was added just now. */
        if (user->n == 0)
                free(turns->users[--turns->n].calls);
        return r < 0 ? r : 1;
}

/* Takes the oldest call of the first user, who goes behind the others. */
static TurnCall take_next(Turns *turns) {
        UserTurn user = turns->users[0];
        TurnCall held = pop(&user);

        memmove(turns->users, turns->users + 1, --turns->n * sizeof(UserTurn));
        if (user.n > 0)
                turns->users[turns->n++] = user;
        else
                free(user.calls);
        return held;
}

static int on_post(sd_event_source *source _unused_, void *userdata) {
        Manager *m = userdata;

        if (m->turns.n == 0)
                unwatch(&m->turns);
        else if (is_time_for_a_turn(m))
                (void) sd_event_source_set_enabled(m->turns.turn, SD_EVENT_ONESHOT);
        return 0;
}

static int on_turn(sd_event_source *source _unused_, void *userdata) {
        Manager *m = userdata;
        TurnCall held;

        if (m->turns.n == 0 || bus_is_behind(m) || is_dispatching(m))
                return 0;
        held = take_next(&m->turns);
        m->turns.served++;
        admission_dispatch_again(m, held.call, held.passed | ADMISSION_TURN);
        sd_bus_message_unref(held.call);
        return 0;
}

void turns_done(Turns *turns) {
        for (size_t i = 0; i < turns->n; i++) {
                while (turns->users[i].n > 0)
                        sd_bus_message_unref(pop(&turns->users[i]).call);
                free(turns->users[i].calls);
        }
        free(turns->users);
        unwatch(turns);
        *turns = (Turns){};
}
