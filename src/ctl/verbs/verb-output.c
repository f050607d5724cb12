/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl output: what a notebook's kernel said, whether or not anybody was connected.
 *
 * The keeper writes into a socket until there is no more. Its end says nothing about why: the keeper may
 * have been killed in between. So we ask again for what comes behind the last line that we have, until
 * nothing comes that was there when we began; with --follow until the session is gone. What was not read by
 * then, and the outputs of a session that ended before, are asked for once more: they are kept for a day. */

#include <stdio.h>
#include <unistd.h>

#include "ctl/attach/attach-request.h"
#include "ctl/bus/properties.h"
#include "ctl/notebook/kernel-text.h"
#include "ctl/notebook/notebook-writer.h"
#include "ctl/sessions/environment.h"
#include "ctl/sessions/resolve.h"
#include "ctl/text/line-reader.h"
#include "ctl/text/output.h"
#include "ctl/text/since.h"
#include "ctl/text/text-filter.h"
#include "ctl/verbs/verbs.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/parse.h"

#define RETRY_USEC       (200 * 1000) /* before asking again when nothing came */
#define KEEPER_WAIT_USEC (30 * USEC_PER_SEC)

typedef struct Reading {
        Client *client;
        const char *id;
        const char *path;
        usec_t begun;
        usec_t from;            /* what is older is skipped */
        uint64_t sequence;      /* the last that we have */
        usec_t keeper_deadline; /* CLOCK_MONOTONIC: until then a killed keeper may come back */
        bool has_ended;         /* what is left of the session is read */
        bool is_retrying;       /* whoever died meanwhile comes back */
        uint64_t n_skipped;     /* lines that could not be understood */
        KernelText text;
        NotebookDocument document;
} Reading;

static int write_line(const char *line, size_t size) {
        int r = 0;

        /* JSON escapes control characters, but not those beyond ASCII. */
        if (isatty(STDOUT_FILENO))
                r = text_filter(line, size, STYLES_REPLACED, stdout);
        else
                (void) fwrite(line, 1, size, stdout);
        (void) fputc('\n', stdout);
        return r < 0 ? r : output_error(stdout);
}

/* Returns 1 if it was there when we began, 0 otherwise, or -errno. */
static int take(Reading *g, const char *line, size_t size) {
        _cleanup_kernel_output_ KernelOutput o = {};
        int r;

        r = kernel_output_parse(line, size, &o);
        if (r == -EBADMSG)
                g->n_skipped++;
        if (r <= 0)
                return r == -EBADMSG ? 0 : r;
        if (o.sequence > 0 && o.sequence <= g->sequence)
                return 0;
        g->sequence = MAX(g->sequence, o.sequence);
        if (o.time < g->from)
                return o.time < g->begun;
        switch (g->client->arguments->format) {
        case FORMAT_TEXT:
                r = kernel_text_write(&g->text, &o);
                break;
        case FORMAT_JSONL:
                r = write_line(line, size);
                break;
        default:
                r = notebook_document_add(&g->document, &o);
        }
        return r < 0 ? r : o.time < g->begun;
}

/* As take(), for all that comes. */
static int read_stream(Reading *g, int fd) {
        _cleanup_line_reader_ LineReader reader = { .fd = fd };
        int r, news = 0;
        size_t size;
        char *line;

        while ((r = line_read(&reader, &line, &size)) > 0) {
                r = take(g, line, size);
                if (r < 0)
                        return r;
                news |= r;
                if (g->client->arguments->follow && fflush(stdout) != 0)
                        return -errno;
        }
        return r < 0 ? r : news;
}

static int outputs_message(const Reading *g, sd_bus_message **ret) {
        _cleanup_message_ sd_bus_message *m = NULL;
        int r;

        if (g->has_ended) {
                r = manager_message(g->client, "GetEndedOutputs", ret);
                return r < 0 ? r : sd_bus_message_append(*ret, "st", g->id, g->sequence);
        }
        r = object_message(g->client, g->path, SESSION_INTERFACE, "GetOutputs", &m);
        if (r >= 0)
                r = sd_bus_message_append(m, "t", g->sequence);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r >= 0)
                r = append_true_option(m, "Follow", g->client->arguments->follow);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(m);
        return 0;
}

/* The stream of what comes behind what we have. -ENXIO: the session is gone, and nothing is left of it that
 * we do not have. -ESTALE: it is gone. -EAGAIN: its keeper or the manager is, but another is to come. */
static int open_stream(Reading *g, bool first) {
        _cleanup_bus_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        bool passes;
        int r;

        r = outputs_message(g, &m);
        if (r >= 0)
                r = client_call(g->client, m, CALL_TIMEOUT_USEC, &error, &reply);
        if (r < 0 && !g->has_ended && client_error_is_gone(&error))
                return -ESTALE;
        if (r < 0 && !first && client_error_is_gone(&error))
                return -ENXIO;
        /* What is in the way of the first call is told at once, unless the manager died of something
         * else. */
        passes = first && !g->has_ended && !g->is_retrying
                ? sd_bus_error_has_name(&error, SD_BUS_ERROR_NO_REPLY)
                : client_error_is_passing(&error);
        if (r < 0 && passes && now_usec(CLOCK_MONOTONIC) < g->keeper_deadline)
                return -EAGAIN;
        if (r >= 0)
                r = attach_read_stream(reply);
        return r < 0 ? client_report(g->client, r, &error, "read the outputs of %s", g->id) : r;
}

static int read_all(Reading *g) {
        for (bool first = true;;) {
                uint64_t before = g->sequence;
                _cleanup_close_ int fd = -EBADF;
                int r;

                fd = open_stream(g, first);
                if (fd == -ENXIO)
                        return 0;
                if (fd == -ESTALE) {
                        g->has_ended = true;
                        g->keeper_deadline = now_usec(CLOCK_MONOTONIC) + KEEPER_WAIT_USEC;
                        continue;
                }
                g->is_retrying = fd == -EAGAIN;
                if (g->is_retrying) {
                        (void) usleep(RETRY_USEC);
                        continue;
                }
                if (fd < 0)
                        return fd;
                first = false;
                r = read_stream(g, fd);
                g->keeper_deadline = now_usec(CLOCK_MONOTONIC) + KEEPER_WAIT_USEC;
                if (r < 0)
                        return log_error_errno(r, "Failed to %s the outputs of %s: %m",
                                ferror(stdout) ? "write" : "read", g->id);
                if ((!g->client->arguments->follow || g->has_ended) && r == 0)
                        return 0;
                if (g->sequence == before)
                        (void) usleep(RETRY_USEC);
        }
}

static int write_notebook(const Reading *g) {
        _cleanup_bus_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_session_properties_ SessionProperties p = SESSION_PROPERTIES_NULL;
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        int r;

        r = properties_message(g->client, g->path, SESSION_INTERFACE, &m);
        if (r >= 0)
                r = sd_bus_call(g->client->bus, m, CALL_TIMEOUT_USEC, &error, &reply);
        if (r >= 0)
                r = session_properties_read(&p, reply);
        /* One that ended meanwhile has its outputs, but no properties any more. */
        if (r < 0 && !client_error_is_gone(&error))
                return client_report(g->client, r, &error, "learn about %s", g->id);
        r = notebook_write(&g->document,
                &(NotebookMetadata){
                        .kernel = isempty(p.kernel_name) ? g->document.kernel : p.kernel_name,
                        .title = g->document.title,
                        .language = isempty(p.kernel_language) ? g->document.language : p.kernel_language,
                },
                stdout);
        return r < 0 ? log_error_errno(r, "Failed to write the notebook: %m") : 0;
}

/* Forgetting */

static int call_purge(Client *c, const char *id, const char *path, bool has_ended, sd_bus_error *error) {
        _cleanup_message_ sd_bus_message *m = NULL;
        int r;

        if (has_ended) {
                r = manager_message(c, "PurgeEndedOutputs", &m);
                if (r >= 0)
                        r = sd_bus_message_append(m, "s", id);
        } else
                r = object_message(c, path, SESSION_INTERFACE, "PurgeOutputs", &m);
        return r < 0 ? r : client_call(c, m, CALL_TIMEOUT_USEC, error, NULL);
}

static int purge(Client *c, const char *id, const char *path) {
        _cleanup_bus_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        int r;

        if (c->arguments->follow || c->arguments->since || c->arguments->format != FORMAT_TEXT) {
                log_error(
                        "--purge forgets all outputs and shows none: it goes with none of --follow, --since= and "
                        "--format=.");
                return -EINVAL;
        }
        r = call_purge(c, id, path, /* has_ended= */ false, &error);
        if (r < 0 && client_error_is_gone(&error)) {
                sd_bus_error_free(&error);
                r = call_purge(c, id, path, /* has_ended= */ true, &error);
        }
        return r < 0 ? client_report(c, r, &error, "forget the outputs of %s", id) : 0;
}

/* A number is that of a line, anything else a time. */
static int parse_since(Reading *g, const char *since) {
        if (!since || parse_uint64(since, &g->sequence) >= 0)
                return 0;
        if (since_parse(since, g->begun, &g->from) >= 0)
                return 0;
        log_error("Invalid value of --since=: expected a number, or a time like \"2h ago\" or \"10:00\".");
        return -EINVAL;
}

static int finish(Reading *g) {
        int r = 0;

        if (g->client->arguments->format == FORMAT_IPYNB)
                r = write_notebook(g);
        else if (g->client->arguments->format == FORMAT_TEXT)
                r = kernel_text_finish(&g->text);
        if (r >= 0 && fflush(stdout) != 0)
                r = log_error_errno(errno, "Failed to write the outputs: %m");
        if (g->has_ended && g->sequence == 0)
                log_notice(
                        "Nothing is left of the outputs of %s. They are kept for a day, as far as its user's home and "
                        "EndedOutputsMax= in sessiond.conf allow.",
                        g->id);
        if (g->n_skipped > 0)
                log_warning("%" PRIu64
                            " lines of the outputs of %s could not be understood and are left out.",
                        g->n_skipped, g->id);
        return r;
}

int verb_output(Client *c, char **operands) {
        char id[SESSION_ID_MAX], path[BUS_PATH_SIZE];
        Reading reading = {
                .client = c,
                .id = id,
                .path = path,
                .begun = now_usec(CLOCK_REALTIME),
                .keeper_deadline = now_usec(CLOCK_MONOTONIC) + KEEPER_WAIT_USEC,
                .text = { .out = stdout, .styles = output_has_colors(), .follow = c->arguments->follow },
        };
        int r;

        if (c->arguments->follow && c->arguments->format == FORMAT_IPYNB) {
                log_error(
                        "A notebook is written when all is there: --follow goes with text and jsonl only.");
                return -EINVAL;
        }
        r = parse_since(&reading, c->arguments->since);
        if (r < 0)
                return r;
        r = attach_check_host(c, "Outputs cannot be read");
        if (r < 0)
                return r;
        r = session_resolve_lately(c, operands[0], id);
        if (r < 0)
                return r;
        r = client_connect(c);
        if (r < 0)
                return r;
        session_bus_path(id, path);
        if (c->arguments->purge)
                return purge(c, id, path);

        notebook_document_init(&reading.document);
        r = read_all(&reading);
        if (r >= 0)
                r = finish(&reading);
        notebook_document_done(&reading.document);
        kernel_text_done(&reading.text);
        return r;
}
