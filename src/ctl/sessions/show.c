/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Shows the properties of objects, whatever they are. */

#include <inttypes.h>
#include <stdio.h>

#include "ctl/sessions/resolve.h"
#include "ctl/sessions/show.h"
#include "ctl/text/format.h"
#include "shared/dictionary.h"
#include "shared/limit.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/strv.h"
#include "shared/text.h"

#define VALUE_MAX 65536U

static bool ends_with(const char *s, const char *suffix) {
        size_t n = strlen(s), m = strlen(suffix);

        return n >= m && streq(s + n - m, suffix);
}

/* As systemctl shows it. */
static void show_limit(FILE *f, LimitKind kind, uint64_t value) {
        char text[LIMIT_SIZE];

        if (value != LIMIT_NONE)
                fprintf(f, "%" PRIu64, value);
        else
                fputs(limit_format(kind, value, text)[0] ? text : "[not set]", f);
}

static void format_uint64(FILE *f, const char *name, uint64_t value) {
        char timestamp[TIMESTAMP_SIZE];

        if (ends_with(name, "Timestamp")) {
                if (value != 0 && value != UINT64_MAX)
                        fputs(timestamp_format(value, timestamp), f);
        } else if (limit_kind_from_property(name) >= 0)
                show_limit(f, limit_kind_from_property(name), value);
        else if (value != UINT64_MAX)
                fprintf(f, "%" PRIu64, value);
        else
                fputs(startswith(name, "SessionsMax") ? "infinity" : "[not set]", f);
}

/* Strings of a vector, with a space between. */
static int format_strv(FILE *f, sd_bus_message *m) {
        const char *s, *separator = "";
        int r;

        r = sd_bus_message_enter_container(m, 'a', "s");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read_basic(m, 's', &s)) > 0) {
                fprintf(f, "%s%s", separator, s);
                separator = " ";
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int json_strv(Json *j, const char *name, sd_bus_message *m) {
        const char *s;
        int r;

        r = sd_bus_message_enter_container(m, 'a', "s");
        if (r < 0)
                return r;
        json_begin_array(j, name);
        while ((r = sd_bus_message_read_basic(m, 's', &s)) > 0)
                json_string(j, NULL, s);
        json_end_array(j);
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

/* A basic value of any type that is used in the interface; 1 if it was one, 0 if it was skipped. */
static int show_basic(sd_bus_message *m, char type, const char *name, FILE *f, Json *j) {
        union {
                const char *s;
                uint32_t u;
                int32_t i;
                uint64_t t;
                int b;
        } value;
        int r;

        if (!strchr("soutib", type)) {
                const char contents[] = { type, 0 };

                r = sd_bus_message_skip(m, contents);
                return r < 0 ? r : 0;
        }
        r = sd_bus_message_read_basic(m, type, &value);
        if (r < 0)
                return r;
        switch (type) {
        case 's':
        case 'o':
                j ? json_string(j, name, value.s) : (void) fputs(value.s, f);
                break;
        case 'u':
                j ? json_unsigned(j, name, value.u) : (void) fprintf(f, "%" PRIu32, value.u);
                break;
        case 'i':
                j ? json_signed(j, name, value.i) : (void) fprintf(f, "%" PRIi32, value.i);
                break;
        case 't':
                j ? json_unsigned(j, name, value.t) : format_uint64(f, name, value.t);
                break;
        default:
                j ? json_boolean(j, name, value.b) : (void) fputs(value.b ? "yes" : "no", f);
        }
        return 1;
}

/* The variant that m stands at: as text to f, or as JSON if j is not NULL. Returns 1, or 0 if it was
 * skipped. */
static int show_variant(sd_bus_message *m, const char *name, FILE *f, Json *j) {
        const char *contents;
        int r, shown = 1;

        r = sd_bus_message_peek_type(m, NULL, &contents);
        if (r < 0)
                return r;
        r = sd_bus_message_enter_container(m, 'v', contents);
        if (r < 0)
                return r;
        if (streq(contents, "as"))
                r = j ? json_strv(j, name, m) : format_strv(f, m);
        else if (contents[1] == 0)
                r = shown = show_basic(m, contents[0], name, f, j);
        else {
                r = sd_bus_message_skip(m, contents);
                shown = 0;
        }
        if (r < 0)
                return r;
        r = sd_bus_message_exit_container(m);
        return r < 0 ? r : shown;
}

static int show_line(sd_bus_message *m, const char *name, const Arguments *a, FILE *f) {
        _cleanup_free_ char *raw = NULL, *text = NULL;
        size_t size;
        FILE *value;
        int r;

        value = open_memstream(&raw, &size);
        if (!value)
                return -ENOMEM;
        r = show_variant(m, name, value, NULL);
        if (fclose(value) != 0)
                return -ENOMEM;
        if (r <= 0)
                return r;
        if (isempty(raw) && !a->all && !a->properties)
                return 0;
        text = text_sanitize(raw, VALUE_MAX);
        if (!text)
                return -ENOMEM;
        fprintf(f, "%s%s%s\n", a->value ? "" : name, a->value ? "" : "=", text);
        return 1;
}

typedef struct Shown {
        const char *wanted; /* NULL: all */
        const Arguments *arguments;
        FILE *out;
        Json *json; /* NULL: as text */
        int n;
} Shown;

static int show_property(sd_bus_message *m, const char *name, void *userdata) {
        Shown *shown = userdata;
        int r;

        if (shown->wanted && !streq(name, shown->wanted))
                return 0;
        shown->n++;
        r = shown->json ? show_variant(m, name, NULL, shown->json)
                        : show_line(m, name, shown->arguments, shown->out);
        return r < 0 ? r : 1;
}

/* Shows the one property of this name, or all of them (NULL) in the order in which they come. Returns how
 * many. */
static int show_matching(sd_bus_message *m, const char *wanted, const Arguments *a, FILE *f, Json *j) {
        Shown shown = { .wanted = wanted, .arguments = a, .out = f, .json = j };
        int r;

        r = sd_bus_message_rewind(m, true);
        if (r >= 0)
                r = dictionary_read(m, show_property, &shown);
        return r < 0 ? r : shown.n;
}

static int show_properties(sd_bus_message *m, const Arguments *a, FILE *f, Json *j) {
        int r = 0;

        if (j)
                json_begin_object(j, NULL);
        if (!a->properties)
                r = show_matching(m, NULL, a, f, j);
        STRV_FOREACH(name, a->properties) {
                r = show_matching(m, *name, a, f, j);
                if (r == 0)
                        log_debug("There is no property \"%s\".", *name);
                if (r < 0)
                        break;
        }
        if (j)
                json_end_object(j);
        return r;
}

int show_object(Client *c, const char *path, const char *interface, FILE *f, Json *j) {
        _cleanup_bus_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        int r;

        r = client_connect(c);
        if (r < 0)
                return r;
        r = properties_message(c, path, interface, &m);
        if (r >= 0)
                r = sd_bus_call(c->bus, m, CALL_TIMEOUT_USEC, &error, &reply);
        if (r >= 0)
                r = show_properties(reply, c->arguments, f, j);
        if (r < 0)
                return client_report(c, r, &error, "show %s",
                        streq(interface, SESSION_INTERFACE) ? path_file_name(path) : "the service");
        return 0;
}

int show_sessions(Client *c, char **words, FILE *f) {
        Json json = { .stream = f, .pretty = c->arguments->json == JSON_PRETTY };
        Json *j = c->arguments->json == JSON_OFF ? NULL : &json;
        bool several = strv_length(words) > 1;
        int result = 0, r;

        if (j && several)
                json_begin_array(j, NULL);
        STRV_FOREACH(word, words) {
                char id[SESSION_ID_MAX], path[BUS_PATH_SIZE];

                r = session_resolve(c, *word, id);
                if (r >= 0) {
                        session_bus_path(id, path);
                        if (!j && word != words)
                                fputc('\n', f);
                        r = show_object(c, path, SESSION_INTERFACE, f, j);
                }
                if (r < 0)
                        result = r;
        }
        if (j && several)
                json_end_array(j);
        return result;
}
