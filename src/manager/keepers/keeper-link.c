/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The manager's end of a session's connection to its keeper.
 *
 * The socket that a keeper listens on is bound by the manager and lives in systemd's fd store for as long as
 * the keeper's unit does. So connecting works at once before the first start, while a keeper is being
 * restarted, and after a restart of the manager; and a refused connection means that there is no keeper and
 * none will come. */

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "manager/base/start-request.h"
#include "manager/base/watchdog.h"
#include "manager/keepers/keeper-link.h"
#include "manager/keepers/keeper-message.h"
#include "manager/keepers/keeper-request.h"
#include "manager/keepers/keeper-socket.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/registry/session-table.h"
#include "shared/log.h"

#define LISTEN_BACKLOG 4
/* At most so many messages of a keeper are taken in an interval. An honest keeper sends a few when something
 * happens. */
#define LINK_INTERVAL_USEC (250 * USEC_PER_MSEC)
#define LINK_BURST         64

struct KeeperLink {
        const KeeperHandlers *handlers;
        int fd;
        sd_event_source *event;
        bool greeted; /* STATUS came, so the keeper is there, not only its socket */
};

static int keeper_address(Manager *m, const Session *s, struct sockaddr_un *ret) {
        int n;

        *ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
        n = snprintf(ret->sun_path, sizeof(ret->sun_path), "%s/" KEEPERS_DIR "/%s", m->runtime_dir, s->id);
        return n < 0 || (size_t) n >= sizeof(ret->sun_path) ? -ENAMETOOLONG : 0;
}

int keeper_link_listen(Manager *m, const Session *s) {
        _cleanup_close_ int fd = -EBADF;
        struct sockaddr_un address;
        int r;

        r = keeper_address(m, s, &address);
        if (r < 0)
                return r;
        if (mkdirat(m->runtime_fd, KEEPERS_DIR, 0700) < 0 && errno != EEXIST)
                return -errno;
        fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return -errno;
        if (bind(fd, (struct sockaddr *) &address, sizeof(address)) < 0 || listen(fd, LISTEN_BACKLOG) < 0)
                return -errno;
        return TAKE_FD(fd);
}

void keeper_link_forget(Manager *m, const Session *s) {
        struct sockaddr_un address;

        if (keeper_address(m, s, &address) >= 0)
                (void) unlink(address.sun_path);
}

int keeper_link_sweep(Manager *m) {
        struct dirent *entry;
        DIR *d;
        int fd;

        fd = openat(m->runtime_fd, KEEPERS_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return errno == ENOENT ? 0 : -errno;
        d = fdopendir(fd);
        if (!d) {
                (void) safe_close(fd);
                return -ENOMEM;
        }
        while ((entry = readdir(d)))
                if (session_id_is_valid(entry->d_name) &&
                        !session_table_get_by_id(&m->sessions, entry->d_name))
                        (void) unlinkat(dirfd(d), entry->d_name, 0);
        (void) closedir(d);
        return 0;
}

void keeper_link_close(Session *s) {
        KeeperLink *link = TAKE_PTR(s->keeper.link);

        if (!link)
                return;
        sd_event_source_disable_unref(link->event);
        (void) keeper_socket_close(&s->manager->closings, s->uid, link->fd);
        free(link);
}

bool keeper_link_is_greeted(const KeeperLink *link) {
        return link && link->greeted;
}

/* Sending */

/* Sends a message. A keeper that does not take the little that we send is as good as gone, so the connection
 * is closed. */
static int send_message(Session *s, const WireWriter *w, const int *fds, size_t n_fds) {
        int r;

        if (!s->keeper.link)
                return -ENOTCONN;
        r = wire_send(s->keeper.link->fd, w, fds, n_fds);
        if (r < 0)
                log_debug_errno(r, "Cannot send to the keeper of %s: %m", s->id);
        return r;
}

static int send_plain(Session *s, KeeperOpcode opcode) {
        _cleanup_(wire_writer_done) WireWriter w = {};

        wire_begin(&w, opcode, 0);
        return send_message(s, &w, NULL, 0);
}

int keeper_link_open_gate(Session *s) {
        return send_plain(s, KEEPER_OPEN_GATE);
}

int keeper_link_restart(Session *s) {
        _cleanup_(wire_writer_done) WireWriter w = {};

        wire_begin(&w, KEEPER_RESTART, 0);
        wire_put_u64(&w, KEEPER_TAG_RESTARTS, s->restart.count + 1U);
        return send_message(s, &w, NULL, 0);
}

int keeper_link_start(Session *s) {
        const StartRequest *request = s->request;
        _cleanup_(wire_writer_done) WireWriter w = {};

        wire_begin(&w, KEEPER_START, 0);
        wire_put_string(&w, KEEPER_TAG_SESSION_ID, s->id);
        wire_put_string(&w, KEEPER_TAG_TYPE, session_type_to_string(s->type));
        wire_put_strv(&w, KEEPER_TAG_ARGUMENT, request->command);
        wire_put_strv(&w, KEEPER_TAG_ENVIRONMENT, request->environment);
        if (request->directory)
                wire_put_string(&w, KEEPER_TAG_DIRECTORY, request->directory);
        if (request->rows > 0)
                wire_put_u64(&w, KEEPER_TAG_ROWS, request->rows);
        if (request->columns > 0)
                wire_put_u64(&w, KEEPER_TAG_COLUMNS, request->columns);
        if (s->type == SESSION_TERMINAL)
                wire_put_u64(&w, KEEPER_TAG_OUTPUT_BUFFER_SIZE, s->manager->config.output_buffer_size);
        if (request->notebook)
                wire_put_string(&w, KEEPER_TAG_NOTEBOOK, request->notebook);
        if (request->kernel)
                wire_put_string(&w, KEEPER_TAG_KERNEL, request->kernel);
        if (s->type == SESSION_NOTEBOOK) {
                wire_put_u64(&w, KEEPER_TAG_KERNEL_START_TIMEOUT, s->manager->config.kernel_start_timeout);
                wire_put_u64(&w, KEEPER_TAG_OUTPUT_LOG_SIZE, s->manager->config.output_log_size);
                wire_put_u64(&w, KEEPER_TAG_UNRECORDED, s->unrecorded);
        }
        if (request->transport)
                wire_put_string(&w, KEEPER_TAG_TRANSPORT, request->transport);
        return send_message(s, &w, NULL, 0);
}

int keeper_link_send_request(Session *s, const KeeperRequest *request) {
        /* All requests are sent when the keeper greets us; one that was sent before would be sent twice. */
        if (!keeper_link_is_greeted(s->keeper.link))
                return -ENOTCONN;
        return send_message(s, &request->message, &request->keepers_end, request->keepers_end >= 0 ? 1 : 0);
}

/* Receiving */

static int handle_message(Session *s, const void *data, size_t size, const struct ucred *sender) {
        _cleanup_(keeper_message_done) KeeperMessage message = {};
        const KeeperHandlers *handlers = s->keeper.link->handlers;
        int r;

        r = keeper_message_parse(data, size, &message);
        if (r < 0)
                return r;
        switch (message.opcode) {
        case KEEPER_STATUS:
                s->keeper.link->greeted = true;
                keeper_requests_send(s);
                return handlers->on_status(s, &message);
        case KEEPER_AT_GATE:
                return handlers->on_gate(s, &message, sender);
        case KEEPER_STARTED:
                handlers->on_started(s);
                return 0;
        case KEEPER_FAILED:
                handlers->on_failed(s, &message);
                return 0;
        case KEEPER_ENDED:
                handlers->on_ended(s, &message);
                return 0;
        case KEEPER_CHANGED:
                handlers->on_changed(s, &message);
                return 0;
        case KEEPER_REPLY:
                keeper_requests_answer(s, &message);
                return 0;
        default:
                return 0; /* of a newer keeper; it can wait until we are newer, too */
        }
}

static int on_link_readable(
        sd_event_source *source _unused_, int fd, uint32_t revents _unused_, void *userdata) {
        Session *s = userdata;
        Manager *m = s->manager;
        const KeeperHandlers *handlers = s->keeper.link->handlers;
        struct ucred sender;
        bool misbehaved;
        ssize_t n;
        int r;

        watchdog_touch(&m->watchdog);
        n = keeper_socket_receive(fd, m->receive_buffer, WIRE_MESSAGE_MAX, &sender);
        if (n == -EAGAIN)
                return 0;
        r = n <= 0 ? (int) n : handle_message(s, m->receive_buffer, (size_t) n, &sender);
        if (n > 0 && r >= 0)
                return 0;
        misbehaved = (n > 0 && r != -EPIPE && r != -ECONNRESET) || n == -EBADMSG;
        if (r < 0 && !misbehaved)
                log_debug_errno(r, "Keeper of %s hung up, connecting anew: %m", s->id);
        else if (r < 0)
                log_info_errno(r, "Keeper of %s sent what it should not, connecting anew: %m", s->id);
        keeper_link_close(s);
        handlers->on_lost(s, misbehaved);
        return 0;
}

/* Makes the activity page, once, to be given to each keeper of the session. Until one has written to it,
 * activity is unknown. */
static int make_activity(Session *s) {
        const KeeperActivity unknown = { .last_input = UINT64_MAX, .last_output = UINT64_MAX };
        _cleanup_close_ int fd = -EBADF;

        if (s->keeper.activity_fd >= 0)
                return 0;
        fd = memfd_create("compute-session-activity", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (fd < 0)
                return -errno;
        if (write(fd, &unknown, sizeof(unknown)) != sizeof(unknown))
                return -EIO;
        if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
                return -errno;
        s->keeper.activity_fd = TAKE_FD(fd);
        return 0;
}

static int say_hello(Session *s) {
        _cleanup_(wire_writer_done) WireWriter w = {};

        wire_begin(&w, KEEPER_HELLO, 0);
        wire_put_u64(&w, KEEPER_TAG_CREATED, s->created);
        wire_put_u64(&w, KEEPER_TAG_ENDED_OUTPUTS_MAX, s->manager->config.ended_outputs_max);
        return send_message(s, &w, &s->keeper.activity_fd, 1);
}

int keeper_link_connect(Session *s, const KeeperHandlers *handlers) {
        _cleanup_(sd_event_source_unrefp) sd_event_source *event = NULL;
        _cleanup_close_ int fd = -EBADF;
        struct sockaddr_un address;
        KeeperLink *link;
        int r;

        assert(!s->keeper.link);

        r = keeper_address(s->manager, s, &address);
        if (r < 0)
                return r;
        r = make_activity(s);
        if (r < 0)
                return r;
        fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return -errno;
        keeper_socket_refuse_descriptors(fd);
        /* With this, every message names its sender: that is how the payload at the gate introduces
         * itself. */
        if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &(int){ true }, sizeof(int)) < 0)
                return -errno;
        if (connect(fd, (struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;
        r = sd_event_add_io(s->manager->event, &event, fd, EPOLLIN, on_link_readable, s);
        if (r < 0)
                return r;

        /* A keeper takes turns with the bus: behind it, the keeper of a start would not be heard while
         * somebody floods the bus. A keeper that floods us waits. */
        (void) sd_event_source_set_ratelimit(event, LINK_INTERVAL_USEC, LINK_BURST);
        link = calloc(1, sizeof(KeeperLink));
        if (!link)
                return -ENOMEM;
        link->handlers = handlers;
        link->fd = TAKE_FD(fd);
        link->event = TAKE_PTR(event);
        s->keeper.link = link;
        r = say_hello(s);
        if (r < 0)
                keeper_link_close(s);
        return r;
}
