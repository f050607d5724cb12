/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads the journal. */

#include <inttypes.h>
#include <unistd.h>

#include "ctl/sessions/journal.h"
#include "ctl/text/format.h"
#include "ctl/text/output.h"
#include "shared/ids.h"
#include "shared/text.h"

#define FIELD_MAX 4096U
#define MATCH_MAX 256

int journal_check_access(bool user) {
        static const char *const folders[] = { "/var/log/journal", "/run/log/journal" };
        bool exists = false;
        sd_id128_t machine;
        char path[128], own[64];
        int r;

        r = sd_id128_get_machine(&machine);
        if (r < 0)
                return r;
        snprintf(own, sizeof(own), "user-%" PRIu32 ".journal", (uint32_t) geteuid());
        for (size_t i = 0; i < ELEMENTSOF(folders); i++) {
                const char *const files[] = { "system.journal", own };

                for (size_t k = 0; k < (user ? 2U : 1U); k++) {
                        snprintf(path, sizeof(path), "%s/" SD_ID128_FORMAT_STR "/%s", folders[i],
                                SD_ID128_FORMAT_VAL(machine), files[k]);
                        if (access(path, R_OK) >= 0)
                                return 0;
                        exists = exists || errno == EACCES;
                }
        }
        return exists ? -EACCES : -ENOENT;
}

static int add_match(sd_journal *j, const char *field, const char *value) {
        char match[MATCH_MAX];
        int length = snprintf(match, sizeof(match), "%s=%s", field, value);

        return length < 0 || (size_t) length >= sizeof(match) ? -EINVAL : sd_journal_add_match(j, match, 0);
}

static int add_uid_match(sd_journal *j, uid_t uid) {
        char value[NUMBER_SIZE];

        return add_match(j, "_UID", number_format(uid, value));
}

int journal_match_service(sd_journal *j, bool user) {
        return add_uid_match(j, user ? geteuid() : 0);
}

int journal_get_field(sd_journal *j, const char *name, char **ret) {
        size_t size, prefix = strlen(name) + 1;
        const void *data;
        char *value;
        int r;

        r = sd_journal_get_data(j, name, &data, &size);
        if (r < 0)
                return r;
        value = size >= prefix ? strndup((const char *) data + prefix, size - prefix) : NULL;
        if (!value)
                return -ENOMEM;
        *ret = value;
        return 0;
}

/* What a unit wrote, and what its service manager wrote about it. */
static int match_unit(sd_journal *j, bool user, const char *unit) {
        int r;

        r = add_match(j, user ? "_SYSTEMD_USER_UNIT" : "_SYSTEMD_UNIT", unit);
        if (r >= 0 && user)
                r = add_uid_match(j, geteuid());
        if (r >= 0)
                r = sd_journal_add_disjunction(j);
        if (r >= 0)
                r = add_match(j, user ? "USER_UNIT" : "UNIT", unit);
        if (r >= 0)
                r = user ? add_uid_match(j, geteuid()) : add_match(j, "_PID", "1");
        if (r >= 0)
                r = sd_journal_add_disjunction(j);
        return r;
}

static int match_session(sd_journal *j, bool user, const char *id) {
        char scope[UNIT_NAME_SIZE], keeper[UNIT_NAME_SIZE], boot_id[SD_ID128_STRING_MAX];
        sd_id128_t boot;
        int r;

        session_scope_name(id, scope);
        session_keeper_name(id, keeper);
        r = match_unit(j, user, scope);
        if (r >= 0)
                r = match_unit(j, user, keeper);
        if (r >= 0)
                r = add_match(j, "SESSION_ID", id);
        /* The keepers' lines have the id too, also those of the other mode. */
        if (r >= 0)
                r = add_match(j, "SYSLOG_IDENTIFIER", "compute-sessiond");
        if (r >= 0)
                r = journal_match_service(j, user);
        if (r >= 0)
                r = sd_journal_add_conjunction(j);
        if (r >= 0)
                r = sd_id128_get_boot(&boot);
        if (r >= 0)
                r = add_match(j, "_BOOT_ID", sd_id128_to_string(boot, boot_id));
        return r;
}

/* "Oct 24 10:00:00 host program[pid]: message" */
static int print_entry(FILE *f, sd_journal *j, size_t width) {
        _cleanup_free_ char *message = NULL, *identifier = NULL, *pid = NULL, *host = NULL, *line = NULL,
                            *clean = NULL, *cut = NULL;
        char when[32] = "";
        uint64_t usec;
        time_t seconds;
        struct tm tm;

        if (journal_get_field(j, "MESSAGE", &message) < 0)
                return 0;
        if (journal_get_field(j, "SYSLOG_IDENTIFIER", &identifier) < 0)
                (void) journal_get_field(j, "_COMM", &identifier);
        (void) journal_get_field(j, "_PID", &pid);
        (void) journal_get_field(j, "_HOSTNAME", &host);
        if (sd_journal_get_realtime_usec(j, &usec) >= 0) {
                seconds = (time_t) (usec / USEC_PER_SEC);
                if (localtime_r(&seconds, &tm))
                        (void) strftime(when, sizeof(when), "%b %d %H:%M:%S", &tm);
        }
        if (asprintf(&line, "%s %s %s%s%s%s: %s", when, strempty(host), identifier ? identifier : "unknown",
                    pid ? "[" : "", strempty(pid), pid ? "]" : "", message) < 0)
                return -ENOMEM;
        clean = text_sanitize(line, FIELD_MAX);
        cut = clean ? text_ellipsize(clean, width) : NULL;
        if (!cut)
                return -ENOMEM;
        fprintf(f, "%s\n", cut);
        return 0;
}

int journal_print_session(FILE *f, const Arguments *a, const char *id, uint64_t lines, size_t width) {
        _cleanup_journal_ sd_journal *j = NULL;
        int r;

        if (lines == 0 || a->host || journal_check_access(a->user) < 0)
                return 0;
        r = sd_journal_open(&j, SD_JOURNAL_LOCAL_ONLY);
        if (r >= 0)
                r = match_session(j, a->user, id);
        if (r >= 0)
                r = sd_journal_seek_tail(j);
        if (r >= 0)
                r = sd_journal_previous_skip(j, lines);
        if (r <= 0)
                return r;
        fputc('\n', f);
        do {
                r = print_entry(f, j, width);
                if (r < 0)
                        return r;
                r = sd_journal_next(j);
        } while (r > 0);
        return r;
}
