/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* bus-fuzz SEED CALLS: an ordinary user who calls everything that the introspection of the service names, on
 * objects of all kinds, with random and boundary values of the right and the wrong types, many calls under
 * way at a time.
 *
 * Prints what came back. Exit status 1: a call was not answered, or the service is another process than
 * before. What it may not have done to others, and what it may not have cost, is for test_bus_fuzz.py to
 * look at. */

#include <inttypes.h>
#include <stdio.h>

#include "shared/strv.h"
#include "shared/time-span.h"
#include "tests/fuzz/bus-members.h"
#include "tests/fuzz/bus-values.h"

#define NAME            "org.computesession1"
#define ROOT            "/org/computesession1"
#define MANAGER         NAME ".Manager"
#define SESSION         NAME ".Session"
#define PROPERTIES      "org.freedesktop.DBus.Properties"
#define WINDOW          64
#define WORDS_MAX       32
#define REFRESH_CALLS   500
#define ANSWER_USEC     (120 * USEC_PER_SEC)
#define ERRORS_MAX      64
#define WORD_LENGTH_MAX 128

typedef struct Fuzzer {
        sd_bus *bus;
        Dice dice;
        Members members;
        size_t oldest_word;
        uint64_t calls, sent, under_way, returned, unanswered;
        struct {
                char *name;
                uint64_t n;
        } errors[ERRORS_MAX];
} Fuzzer;

static void fail(const char *what, int r) {
        fprintf(stderr, "bus-fuzz: %s: %s\n", what, strerror(-r));
        exit(EXIT_FAILURE);
}

/* Words are ids and paths of sessions, the newest among them; older ones have ended. */
static void remember(Fuzzer *f, const char *word) {
        Dice *d = &f->dice;
        char *copy;

        if (strlen(word) > WORD_LENGTH_MAX)
                return;
        for (size_t i = 0; i < d->n_words; i++)
                if (streq(d->words[i], word))
                        return;
        copy = strdup(word);
        if (!copy)
                fail("words", -ENOMEM);
        if (d->n_words < WORDS_MAX)
                d->words[d->n_words++] = copy;
        else {
                free(d->words[f->oldest_word]);
                d->words[f->oldest_word] = copy;
                f->oldest_word = (f->oldest_word + 1) % WORDS_MAX;
        }
}

static void count_error(Fuzzer *f, const char *name) {
        for (size_t i = 0; i < ERRORS_MAX; i++) {
                if (!f->errors[i].name)
                        f->errors[i].name = strdup(name);
                if (f->errors[i].name && streq(f->errors[i].name, name)) {
                        f->errors[i].n++;
                        return;
                }
        }
}

static int on_answer(sd_bus_message *answer, void *userdata, sd_bus_error *ret _unused_) {
        const sd_bus_error *error = sd_bus_message_get_error(answer);
        Fuzzer *f = userdata;

        f->under_way--;
        if (!error) {
                f->returned++;
                return 0;
        }
        count_error(f, error->name);
        if (sd_bus_error_has_names(error, SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_TIMEOUT,
                    SD_BUS_ERROR_DISCONNECTED, SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NAME_HAS_NO_OWNER))
                f->unanswered++;
        return 0;
}

static int on_list(sd_bus_message *answer, void *userdata, sd_bus_error *ret _unused_) {
        const char *id, *path;
        Fuzzer *f = userdata;

        f->under_way--;
        if (sd_bus_message_is_method_error(answer, NULL) ||
                sd_bus_message_enter_container(answer, 'a', "(ssusso)") < 0)
                return 0;
        while (sd_bus_message_read(answer, "(ssusso)", &id, NULL, NULL, NULL, NULL, &path) > 0) {
                remember(f, id);
                remember(f, path);
        }
        return 0;
}

/* Mostly an object that has the interface. */
static const char *choose_path(Fuzzer *f, const char *interface) {
        static const char *const paths[] = { ROOT, "/", ROOT "/session", ROOT "/session/t0",
                ROOT "/session/n999999", ROOT "/session/t18446744073709551615", ROOT "/session/_74_31",
                ROOT "/session/t1/below", "/org" };
        static char deep[2 * 30000 + 1]; /* sd-bus sends no longer ones */
        const char *word;

        if (dice_roll(&f->dice, 1000) == 0) {
                for (size_t i = 0; i < sizeof(deep) - 1; i++)
                        deep[i] = i % 2 == 0 ? '/' : 'a';
                return deep;
        }
        if (dice_roll(&f->dice, 8) == 0)
                return paths[dice_roll(&f->dice, ELEMENTSOF(paths))];
        if (!streq(interface, SESSION))
                return ROOT;
        do
                word = f->dice.words[dice_roll(&f->dice, f->dice.n_words)];
        while (word[0] != '/');
        return word;
}

/* Starting costs more than all the rest, and one that registers itself would be stopped by its own calls. */
static const Member *choose_member(Fuzzer *f) {
        for (;;) {
                const Member *member = &f->members.items[dice_roll(&f->dice, f->members.n)];

                if (startswith(member->name, "Start") && dice_roll(&f->dice, 8) > 0)
                        continue;
                return member;
        }
}

static int append_arguments(Fuzzer *f, sd_bus_message *m, const Member *member) {
        int r;

        if (streq(member->name, "RegisterSession")) {
                r = sd_bus_message_append(m, "s", "neither");
                return r < 0 ? r : values_append(&f->dice, m, "sa{sv}");
        }
        return values_append(
                &f->dice, m, dice_roll(&f->dice, 4) > 0 ? member->signature : values_signature(&f->dice));
}

static int make_property_call(Fuzzer *f, const Member *member, sd_bus_message **ret) {
        static const char *const calls[] = { "Get", "Get", "GetAll", "Set" };
        const char *call = calls[dice_roll(&f->dice, ELEMENTSOF(calls))];
        int r;

        r = sd_bus_message_new_method_call(
                f->bus, ret, NAME, choose_path(f, member->interface), PROPERTIES, call);
        if (r < 0)
                return r;
        if (dice_roll(&f->dice, 8) == 0)
                return values_append(&f->dice, *ret, values_signature(&f->dice));
        if (streq(call, "GetAll"))
                return sd_bus_message_append(*ret, "s", member->interface);
        r = sd_bus_message_append(*ret, "ss", member->interface, member->name);
        return r < 0 || streq(call, "Get") ? r : values_append(&f->dice, *ret, "v");
}

static int make_call(Fuzzer *f, sd_bus_message **ret) {
        const Member *member = choose_member(f);
        int r;

        if (!member->signature)
                return make_property_call(f, member, ret);
        r = sd_bus_message_new_method_call(
                f->bus, ret, NAME, choose_path(f, member->interface), member->interface, member->name);
        if (r < 0)
                return r;
        if (dice_roll(&f->dice, 20) == 0)
                (void) sd_bus_message_set_allow_interactive_authorization(*ret, true);
        return append_arguments(f, *ret, member);
}

static void send_one(Fuzzer *f) {
        sd_bus_message *m = NULL;
        int r;

        if (f->sent % REFRESH_CALLS == 0) {
                r = sd_bus_call_method_async(
                        f->bus, NULL, NAME, ROOT, MANAGER, "ListSessions", on_list, f, NULL);
                if (r < 0)
                        fail("ListSessions", r);
                f->under_way++;
        }
        r = make_call(f, &m);
        /* sd-bus itself refuses some values, early or late: then there is no call. */
        if (r >= 0)
                r = sd_bus_call_async(f->bus, NULL, m, on_answer, f, ANSWER_USEC);
        if (r >= 0) {
                f->under_way++;
                f->sent++;
        } else if (!sd_bus_is_open(f->bus))
                fail("lost the bus", r);
        sd_bus_message_unref(m);
}

static void run(Fuzzer *f) {
        int r;

        while (f->sent < f->calls || f->under_way > 0) {
                while (f->under_way < WINDOW && f->sent < f->calls)
                        send_one(f);
                r = sd_bus_process(f->bus, NULL);
                if (r < 0)
                        fail("lost the bus", r);
                if (r == 0 && (r = sd_bus_wait(f->bus, UINT64_MAX)) < 0)
                        fail("cannot wait", r);
        }
}

static void introspect(Fuzzer *f, const char *path) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *answer = NULL;
        const char *xml;
        int r;

        r = sd_bus_call_method(f->bus, NAME, path, "org.freedesktop.DBus.Introspectable", "Introspect",
                &error, &answer, NULL);
        if (r < 0 || (r = sd_bus_message_read(answer, "s", &xml)) < 0)
                fail(strempty(error.message), r);
        r = members_add_xml(&f->members, xml);
        if (r < 0)
                fail("introspection", r);
        sd_bus_message_unref(answer);
}

/* There has to be one to know what sessions can do. */
static void start_session(Fuzzer *f) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *answer = NULL;
        const char *id, *path;
        int r;

        r = sd_bus_call_method(f->bus, NAME, ROOT, MANAGER, "StartTerminal", &error, &answer, "a{sv}", 1,
                "Command", "as", 2, "sleep", "inf");
        if (r < 0 || (r = sd_bus_message_read(answer, "so", &id, &path)) < 0)
                fail(strempty(error.message), r);
        remember(f, id);
        remember(f, path);
        introspect(f, path);
        sd_bus_message_unref(answer);
}

/* The caller's. */
static char *owner(Fuzzer *f) {
        sd_bus_message *answer = NULL;
        char *copy = NULL;
        const char *name;

        if (sd_bus_call_method(f->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                    "org.freedesktop.DBus", "GetNameOwner", NULL, &answer, "s", NAME) >= 0 &&
                sd_bus_message_read(answer, "s", &name) >= 0)
                copy = strdup(name);
        sd_bus_message_unref(answer);
        return copy;
}

int main(int argc, char **argv) {
        _cleanup_free_ char *before = NULL, *after = NULL;
        char *words[WORDS_MAX];
        Fuzzer f = { .dice.words = words };
        usec_t began;
        int r;

        if (argc != 3) {
                fprintf(stderr, "Usage: bus-fuzz SEED CALLS\n");
                return 2;
        }
        f.dice.state = strtoull(argv[1], NULL, 10);
        f.calls = strtoull(argv[2], NULL, 10);
        r = sd_bus_open_system(&f.bus);
        if (r < 0)
                fail("no bus", r);
        introspect(&f, ROOT);
        start_session(&f);
        before = owner(&f);
        began = now_usec(CLOCK_MONOTONIC);
        run(&f);
        after = owner(&f);

        printf("seed %s: %" PRIu64 " calls of %zu members in %" PRIu64 " ms, %" PRIu64 " returned\n",
                argv[1], f.sent, f.members.n, (now_usec(CLOCK_MONOTONIC) - began) / USEC_PER_MSEC,
                f.returned);
        for (size_t i = 0; i < ERRORS_MAX && f.errors[i].name; i++) {
                printf("%8" PRIu64 " %s\n", f.errors[i].n, f.errors[i].name);
                free(f.errors[i].name);
        }
        for (size_t i = 0; i < f.dice.n_words; i++)
                free(words[i]);
        members_done(&f.members);
        sd_bus_flush_close_unref(f.bus);
        return f.unanswered == 0 && before && after && streq(before, after) ? EXIT_SUCCESS : EXIT_FAILURE;
}
