/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A message bus with everybody on it but the manager. */

#include "tests/unit/manager/fakes/fake-bus.h"

#include <check.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "shared/macros.h"
#include "shared/time-span.h"

#define BUS_DRIVER   "org.freedesktop.DBus"
#define MANAGERS_OWN ":1.1" /* the manager's unique name */
#define PEERS_MAX    8
#define CALLERS_MAX  512
#define RULES_MAX    16
#define HELD_MAX     512
#define NOTES_MAX    4096
#define NOTE_SIZE    256

typedef struct Note {
        char text[NOTE_SIZE];
        sd_bus_message *message;
} Note;

static struct {
        int listen_fd;
        sd_bus *bus;
        sd_event *event; /* the manager's, in which it serves; NULL: not yet */
        pthread_t thread;
        int stop_fd; /* eventfd: the thread is to end */
        struct {
                const char *name;
                FakePeer peer;
        } peers[PEERS_MAX];
        struct {
                const char *name;
                uid_t uid;
                pid_t pid;
        } callers[CALLERS_MAX];
        struct {
                const char *call, *error, *message; /* error NULL: it is held */
                unsigned times;
        } rules[RULES_MAX];
        sd_bus_message *held[HELD_MAX];
        Note notes[NOTES_MAX];
        FakeCall *calls;
        size_t n_peers, n_callers, n_rules, n_held, n_notes;
} fake = { .listen_fd = -EBADF, .stop_fd = -EBADF };

/* Notes */

/* Appends the arguments of basic types. */
static void describe_arguments(sd_bus_message *m, char *text) {
        size_t n = strlen(text);
        const char *contents;
        char type;

        while (n < NOTE_SIZE - 1 && sd_bus_message_peek_type(m, &type, &contents) > 0) {
                union {
                        const char *s;
                        uint32_t u;
                        int32_t i;
                        uint64_t t;
                } value;
                int length;

                if (!strchr("soguibt", type) || sd_bus_message_read_basic(m, type, &value) < 0)
                        break;
                if (strchr("sog", type))
                        length = snprintf(text + n, NOTE_SIZE - n, " %s", value.s);
                else if (type == 't')
                        length = snprintf(text + n, NOTE_SIZE - n, " %" PRIu64, value.t);
                else if (type == 'u')
                        length = snprintf(text + n, NOTE_SIZE - n, " %" PRIu32, value.u);
                else
                        length = snprintf(text + n, NOTE_SIZE - n, " %" PRIi32, value.i);
                n = MIN(n + (size_t) length, (size_t) NOTE_SIZE - 1);
        }
        (void) sd_bus_message_rewind(m, /* complete = */ true);
}

static const char *note(sd_bus_message *m) {
        Note *n = &fake.notes[fake.n_notes++];

        ck_assert_uint_lt(fake.n_notes, NOTES_MAX);
        (void) snprintf(n->text, sizeof(n->text), "%s", strempty(sd_bus_message_get_member(m)));
        describe_arguments(m, n->text);
        /* With it a keeper's listening socket would stay, and connections to it that nobody will ever
         * take. */
        n->message = startswith(n->text, "StartTransientUnit ") ? NULL : sd_bus_message_ref(m);
        return n->text;
}

/* Whole words. */
static bool begins_with(const char *text, const char *beginning) {
        const char *rest = startswith(text, beginning);

        return rest && (*rest == 0 || *rest == ' ');
}

unsigned fake_bus_heard(const char *text) {
        unsigned n = 0;

        for (size_t i = 0; i < fake.n_notes; i++)
                n += begins_with(fake.notes[i].text, text);
        return n;
}

sd_bus_message *fake_bus_last(const char *text) {
        for (size_t i = fake.n_notes; i > 0; i--)
                if (fake.notes[i - 1].message && begins_with(fake.notes[i - 1].text, text)) {
                        ck_assert_int_ge(sd_bus_message_rewind(fake.notes[i - 1].message, true), 0);
                        return fake.notes[i - 1].message;
                }
        return NULL;
}

void fake_bus_forget(void) {
        while (fake.n_notes > 0)
                sd_bus_message_unref(fake.notes[--fake.n_notes].message);
}

/* The bus itself */

static void answer_credentials(sd_bus_message *call) {
        const char *name;

        ck_assert_int_gt(sd_bus_message_read(call, "s", &name), 0);
        for (size_t i = 0; i < fake.n_callers; i++)
                if (streq(fake.callers[i].name, name)) {
                        (void) sd_bus_reply_method_return(call, "a{sv}", 2, "UnixUserID", "u",
                                (uint32_t) fake.callers[i].uid, "ProcessID", "u",
                                (uint32_t) fake.callers[i].pid);
                        return;
                }
        (void) sd_bus_reply_method_errorf(
                call, SD_BUS_ERROR_NAME_HAS_NO_OWNER, "Nobody is called %s.", name);
}

static void serve_driver(sd_bus_message *call) {
        const char *member = sd_bus_message_get_member(call);

        if (streq(member, "Hello"))
                (void) sd_bus_reply_method_return(call, "s", MANAGERS_OWN);
        else if (streq(member, "GetConnectionCredentials"))
                answer_credentials(call);
        else if (streq(member, "RequestName") || streq(member, "ReleaseName"))
                (void) sd_bus_reply_method_return(call, "u", UINT32_C(1));
        else
                (void) sd_bus_reply_method_return(
                        call, NULL); /* AddMatch, RemoveMatch: it gets all signals */
}

static void dispatch(sd_bus_message *call) {
        const char *name = strempty(sd_bus_message_get_destination(call));

        if (streq(name, BUS_DRIVER)) {
                serve_driver(call);
                return;
        }
        for (size_t i = 0; i < fake.n_peers; i++)
                if (streq(fake.peers[i].name, name) && fake.peers[i].peer) {
                        fake.peers[i].peer(call);
                        return;
                }
        (void) sd_bus_reply_method_errorf(
                call, SD_BUS_ERROR_SERVICE_UNKNOWN, "The name %s has no owner.", name);
}

static void hold(sd_bus_message *call) {
        ck_assert_uint_lt(fake.n_held, HELD_MAX);
        fake.held[fake.n_held++] = sd_bus_message_ref(call);
}

/* The case has settled what becomes of it. */
static bool follow_rule(sd_bus_message *call, const char *text) {
        for (size_t i = 0; i < fake.n_rules; i++) {
                if (fake.rules[i].times == 0 || !begins_with(text, fake.rules[i].call))
                        continue;
                fake.rules[i].times--;
                if (fake.rules[i].error)
                        (void) sd_bus_reply_method_errorf(
                                call, fake.rules[i].error, "%s", fake.rules[i].message);
                else
                        hold(call);
                return true;
        }
        return false;
}

static int on_message(sd_bus_message *m, void *userdata _unused_, sd_bus_error *error _unused_) {
        const char *text;
        uint8_t type;

        ck_assert_int_ge(sd_bus_message_get_type(m, &type), 0);
        if (type != SD_BUS_MESSAGE_METHOD_CALL && type != SD_BUS_MESSAGE_SIGNAL)
                return 0;
        text = note(m);
        if (type == SD_BUS_MESSAGE_METHOD_CALL && !follow_rule(m, text))
                dispatch(m);
        return 1;
}

static void add_rule(const char *call, unsigned times, const char *error, const char *message) {
        size_t i = 0;

        while (i < fake.n_rules && fake.rules[i].times > 0)
                i++;
        ck_assert_uint_lt(i, RULES_MAX);
        fake.n_rules = MAX(fake.n_rules, i + 1);
        fake.rules[i].call = call;
        fake.rules[i].times = times;
        fake.rules[i].error = error;
        fake.rules[i].message = message;
}

void fake_bus_hold(const char *call, unsigned times) {
        add_rule(call, times, NULL, NULL);
}

void fake_bus_refuse(const char *call, unsigned times, const char *name, const char *message) {
        add_rule(call, times, name, message);
}

bool fake_bus_release(const char *call) {
        for (size_t i = 0; i < fake.n_held; i++) {
                sd_bus_message *m = fake.held[i];
                char text[NOTE_SIZE];

                (void) snprintf(text, sizeof(text), "%s", strempty(sd_bus_message_get_member(m)));
                describe_arguments(m, text);
                if (!begins_with(text, call))
                        continue;
                memmove(fake.held + i, fake.held + i + 1, (--fake.n_held - i) * sizeof(fake.held[0]));
                dispatch(m);
                sd_bus_message_unref(m);
                return true;
        }
        return false;
}

void fake_bus_set_peer(const char *name, FakePeer peer) {
        size_t i = 0;

        while (i < fake.n_peers && !streq(fake.peers[i].name, name))
                i++;
        ck_assert_uint_lt(i, PEERS_MAX);
        fake.n_peers = MAX(fake.n_peers, i + 1);
        fake.peers[i].name = name;
        fake.peers[i].peer = peer;
}

void fake_bus_set_caller(const char *name, uid_t uid, pid_t pid) {
        size_t i = 0;

        while (i < fake.n_callers && !streq(fake.callers[i].name, name))
                i++;
        ck_assert_uint_lt(i, CALLERS_MAX);
        fake.n_callers = MAX(fake.n_callers, i + 1);
        fake.callers[i].name = name;
        fake.callers[i].uid = uid;
        fake.callers[i].pid = pid;
}

/* Serving */

void fake_bus_open(const char *path) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };

        ck_assert_uint_lt(strlen(path), sizeof(address.sun_path));
        strcpy(address.sun_path, path);
        fake.listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ck_assert_int_eq(bind(fake.listen_fd, (struct sockaddr *) &address, sizeof(address)), 0);
        ck_assert_int_eq(listen(fake.listen_fd, 4), 0);
        fake.stop_fd = eventfd(0, EFD_CLOEXEC);
        ck_assert_int_ge(fake.stop_fd, 0);
}

static void take_connection(void) {
        sd_id128_t id;
        int fd;

        fd = accept4(fake.listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        ck_assert_int_ge(fd, 0);
        ck_assert_int_ge(sd_id128_randomize(&id), 0);
        ck_assert_int_ge(sd_bus_new(&fake.bus), 0);
        ck_assert_int_ge(sd_bus_set_fd(fake.bus, fd, fd), 0);
        ck_assert_int_ge(sd_bus_set_server(fake.bus, true, id), 0);
        ck_assert_int_ge(sd_bus_negotiate_fds(fake.bus, true), 0);
        ck_assert_int_ge(sd_bus_start(fake.bus), 0);
        ck_assert_int_ge(sd_bus_add_filter(fake.bus, NULL, on_message, NULL), 0);
}

static void *serve(void *userdata _unused_) {
        for (;;) {
                struct pollfd p[] = {
                        { .fd = fake.stop_fd, .events = POLLIN },
                        { .fd = fake.listen_fd, .events = POLLIN },
                };
                uint64_t until = UINT64_MAX;
                int timeout = -1;

                if (fake.bus) {
                        while (sd_bus_process(fake.bus, NULL) > 0)
                                ;
                        if (sd_bus_is_open(fake.bus) <= 0) /* only to be told to end is left */
                                p[1].fd = -EBADF;
                }
                if (fake.bus && p[1].fd >= 0) {
                        p[1].fd = sd_bus_get_fd(fake.bus);
                        p[1].events = (short) sd_bus_get_events(fake.bus);
                        if (sd_bus_get_timeout(fake.bus, &until) >= 0 && until != UINT64_MAX)
                                timeout = 10;
                }
                ck_assert_int_ge(poll(p, ELEMENTSOF(p), timeout), 0);
                if (p[0].revents)
                        return NULL;
                if (!fake.bus && p[1].revents)
                        take_connection();
        }
}

void fake_bus_serve(void) {
        if (fake.event)
                ck_assert_int_ge(sd_bus_detach_event(fake.bus), 0);
        ck_assert_int_eq(pthread_create(&fake.thread, NULL, serve, NULL), 0);
}

void fake_bus_serve_end(void) {
        uint64_t n = 1;

        ck_assert_int_eq(write(fake.stop_fd, &n, sizeof(n)), sizeof(n));
        ck_assert_int_eq(pthread_join(fake.thread, NULL), 0);
        ck_assert_int_eq(read(fake.stop_fd, &n, sizeof(n)), sizeof(n));
        if (fake.event)
                fake_bus_attach(fake.event);
}

void fake_bus_attach(sd_event *event) {
        ck_assert_ptr_nonnull(fake.bus);
        if (fake.event && !event)
                ck_assert_int_ge(sd_bus_detach_event(fake.bus), 0);
        fake.event = event;
        if (event)
                ck_assert_int_ge(sd_bus_attach_event(fake.bus, event, SD_EVENT_PRIORITY_NORMAL), 0);
}

void fake_bus_detach(void) {
        fake_bus_forget();
        while (fake.n_held > 0)
                sd_bus_message_unref(fake.held[--fake.n_held]);
        while (fake.calls) {
                FakeCall *call = fake.calls;

                fake.calls = call->next;
                sd_bus_slot_unref(call->slot);
                sd_bus_message_unref(call->answer);
                free(call);
        }
        sd_bus_close_unref(fake.bus);
        fake.bus = NULL;
}

void fake_bus_break(void) {
        sd_bus_close(fake.bus);
}

void fake_bus_close(void) {
        fake_bus_detach();
        fake.listen_fd = safe_close(fake.listen_fd);
        fake.stop_fd = safe_close(fake.stop_fd);
}

/* Speaking to the manager */

void fake_bus_signal(const char *sender, const char *path, const char *interface, const char *member,
        const char *types, ...) {
        sd_bus_message *m = NULL;
        va_list arguments;

        ck_assert_int_ge(sd_bus_message_new_signal(fake.bus, &m, path, interface, member), 0);
        ck_assert_int_ge(sd_bus_message_set_sender(m, sender), 0);
        va_start(arguments, types);
        ck_assert_int_ge(sd_bus_message_appendv(m, types, arguments), 0);
        va_end(arguments);
        ck_assert_int_ge(sd_bus_send(fake.bus, m, NULL), 0);
        sd_bus_message_unref(m);
}

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *error _unused_) {
        FakeCall *call = userdata;

        ck_assert_ptr_null(call->answer);
        call->answer = sd_bus_message_ref(m);
        return 0;
}

sd_bus_message *fake_bus_call_new(
        const char *sender, const char *path, const char *interface, const char *member) {
        sd_bus_message *m = NULL;

        ck_assert_int_ge(
                sd_bus_message_new_method_call(fake.bus, &m, MANAGERS_OWN, path, interface, member), 0);
        ck_assert_int_ge(sd_bus_message_set_sender(m, sender), 0);
        return m;
}

FakeCall *fake_bus_call_send(sd_bus_message *m) {
        FakeCall *call = calloc(1, sizeof(FakeCall));

        ck_assert_ptr_nonnull(call);
        call->next = fake.calls;
        fake.calls = call;
        ck_assert_int_ge(sd_bus_call_async(fake.bus, &call->slot, m, on_answer, call, UINT64_MAX), 0);
        sd_bus_message_unref(m);
        return call;
}

FakeCall *fake_bus_call(const char *sender, const char *path, const char *interface, const char *member,
        const char *types, ...) {
        sd_bus_message *m = fake_bus_call_new(sender, path, interface, member);
        va_list arguments;

        va_start(arguments, types);
        ck_assert_int_ge(sd_bus_message_appendv(m, types, arguments), 0);
        va_end(arguments);
        return fake_bus_call_send(m);
}

const char *fake_call_error(const FakeCall *call) {
        const sd_bus_error *error;

        ck_assert_ptr_nonnull(call->answer);
        error = sd_bus_message_get_error(call->answer);
        return error ? error->name : "";
}

const char *fake_call_message(const FakeCall *call) {
        const sd_bus_error *error;

        ck_assert_ptr_nonnull(call->answer);
        error = sd_bus_message_get_error(call->answer);
        return error ? strempty(error->message) : "";
}

void fake_bus_dump(void) {
        for (size_t i = 0; i < fake.n_notes; i++)
                fprintf(stderr, "%s\n", fake.notes[i].text);
}
