/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads sessiond.conf and its drop-ins with libinih.
 *
 * libinih 55 delivers over-long lines cut and says so only afterwards, calls the handler again for
 * continuation lines, and reports only the first error, without its reason. So a reader of our own looks at
 * each line first, names what is wrong with it, and hands an empty line on instead. */

#include <dirent.h>
#include <ini.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>

#include "manager/base/config.h"
#include "manager/base/trust.h"
#include "shared/keeper-protocol.h"
#include "shared/log.h"
#include "shared/parse.h"
#include "shared/strv.h"
#include "shared/text.h"

#define USER_SECTION "User "

typedef struct Setting {
        const char *section;
        const char *key;
        int (*parse)(const char *value, uint64_t *ret);
        size_t offset; /* of a uint64_t in Config, or in UserConfig */
        uint64_t lowest, highest;
        const char *expects;
} Setting;

static int parse_switch(const char *value, uint64_t *ret) {
        bool parsed;
        int r;

        r = parse_boolean(value, &parsed);
        if (r >= 0)
                *ret = parsed;
        return r;
}

/* Nothing: not said. */
static int parse_user_switch(const char *value, uint64_t *ret) {
        *ret = UINT64_MAX;
        return isempty(value) ? 0 : parse_switch(value, ret);
}

static int parse_keep_user(const char *value, uint64_t *ret) {
        if (!streq(value, "linger") && !streq(value, "off"))
                return -EINVAL;
        *ret = streq(value, "linger") ? KEEP_USER_LINGER : KEEP_USER_OFF;
        return 0;
}

static const Setting settings[] = {
        { "Sessions", "RecommendedSessions", parse_uint64, offsetof(Config, recommended_sessions), 0,
                UINT32_MAX, "a number" },
        { "Sessions", "SessionsMax", parse_uint64, offsetof(Config, sessions_max), 1, 65536,
                "a number from 1 to 65536" },
        { "Sessions", "SessionsMaxPerUser", parse_uint64, offsetof(Config, sessions_max_per_user), 1, 65536,
                "a number from 1 to 65536" },
        { "Sessions", "StartsMaxPerUser", parse_uint64, offsetof(Config, starts_max_per_user), 1, 1024,
                "a number from 1 to 1024" },
        { "Sessions", "StartTimeoutSec", parse_time_span, offsetof(Config, start_timeout), USEC_PER_SEC,
                USEC_PER_HOUR, "a time span from 1s to 1h" },
        { "Sessions", "StopTimeoutSec", parse_time_span, offsetof(Config, stop_timeout), USEC_PER_SEC,
                USEC_PER_HOUR, "a time span from 1s to 1h" },
        { "Sessions", "KeepUser", parse_keep_user, offsetof(Config, keep_user), KEEP_USER_OFF,
                KEEP_USER_LINGER, "'linger' or 'off'" },
        { "Sessions", "ThawOnAttach", parse_switch, offsetof(Config, thaw_on_attach), 0, 1,
                "'yes' or 'no'" },
        { "Sessions", "ExitIdleSec", parse_time_span, offsetof(Config, exit_idle), USEC_PER_SEC,
                USEC_INFINITY, "a time span of at least 1s, or 'infinity'" },
        { "Terminal", "OnDetach", parse_on_detach, offsetof(Config, on_detach), 0, USEC_INFINITY,
                "'keep', 'stop' or a time span" },
        { "Terminal", "OutputBufferSize", parse_size, offsetof(Config, output_buffer_size),
                OUTPUT_BUFFER_SIZE_MIN, OUTPUT_BUFFER_SIZE_MAX, "a size from 256K to 256M" },
        { "Terminal", "Clipboard", parse_switch, offsetof(Config, clipboard), 0, 1, "'yes' or 'no'" },
        { "Notebook", "RestartOnCrash", parse_switch, offsetof(Config, restart_on_crash), 0, 1,
                "'yes' or 'no'" },
        { "Notebook", "RecordOutputs", parse_switch, offsetof(Config, record_outputs), 0, 1,
                "'yes' or 'no'" },
        { "Notebook", "OutputLogSize", parse_size, offsetof(Config, output_log_size), OUTPUT_LOG_SIZE_MIN,
                OUTPUT_LOG_SIZE_MAX, "a size from 1M to 1G" },
        { "Notebook", "EndedOutputsMax", parse_size, offsetof(Config, ended_outputs_max), 0,
                ENDED_OUTPUTS_MAX, "a size from 0 to 1T" },
        { "Notebook", "KernelStartTimeoutSec", parse_time_span, offsetof(Config, kernel_start_timeout),
                USEC_PER_SEC, USEC_PER_HOUR, "a time span from 1s to 1h" },
        { "Notebook", "KernelShutdownTimeoutSec", parse_time_span, offsetof(Config, kernel_shutdown_timeout),
                100 * USEC_PER_MSEC, USEC_PER_HOUR, "a time span from 100ms to 1h" },
        { "Notebook", "BusyWithoutCPUSec", parse_time_span, offsetof(Config, busy_without_cpu),
                USEC_PER_MINUTE, USEC_INFINITY, "a time span of at least 1min, or 'infinity'" },
};

/* What a section [User …] has beside limits. */
static const Setting user_settings[] = {
        { "User", "RecordOutputs", parse_user_switch, offsetof(UserConfig, record_outputs), 0, UINT64_MAX,
                "'yes' or 'no'" },
};

/* One file being read. */
typedef struct Reading {
        Config *config;
        FILE *stream;
        const char *path;
        unsigned line;
        int skipped;
} Reading;

void config_init(Config *c) {
        *c = (Config){
                .recommended_sessions = 6,
                .sessions_max = 8192,
                .sessions_max_per_user = 256,
                .starts_max_per_user = 32,
                .start_timeout = 30 * USEC_PER_SEC,
                .stop_timeout = 10 * USEC_PER_SEC,
                .exit_idle = 30 * USEC_PER_SEC,
                .keep_user = KEEP_USER_LINGER,
                .thaw_on_attach = true,
                .on_detach = USEC_INFINITY,
                .output_buffer_size = OUTPUT_BUFFER_SIZE_DEFAULT,
                .clipboard = true,
                .restart_on_crash = false,
                .record_outputs = true,
                .output_log_size = OUTPUT_LOG_SIZE_DEFAULT,
                .ended_outputs_max = ENDED_OUTPUTS_DEFAULT,
                .kernel_start_timeout = 60 * USEC_PER_SEC,
                .kernel_shutdown_timeout = 5 * USEC_PER_SEC,
                .busy_without_cpu = USEC_PER_HOUR,
        };
        for (SessionType type = 0; type < SESSION_TYPE_MAX; type++)
                limits_init(&c->limits[type]);
}

bool config_records_outputs(const Config *c, uid_t uid) {
        for (size_t i = 0; i < c->n_users; i++)
                if (c->users[i].uid == uid && c->users[i].record_outputs != UINT64_MAX)
                        return c->users[i].record_outputs;
        return c->record_outputs;
}

static const Setting *find_setting(const char *section, const char *key) {
        for (size_t i = 0; i < ELEMENTSOF(settings); i++)
                if (streq(settings[i].section, section) && streq(settings[i].key, key))
                        return &settings[i];
        for (size_t i = 0; i < ELEMENTSOF(user_settings) && startswith(section, USER_SECTION); i++)
                if (streq(user_settings[i].key, key))
                        return &user_settings[i];
        return NULL;
}

/* The user of a section [User NAME] or [User UID]. Asking who that is may wait for others, so it is for
 * start-up. */
static int parse_user(const char *section, uid_t *ret) {
        const char *name = startswith(section, USER_SECTION);
        const struct passwd *pw;
        uint32_t uid;

        if (!name)
                return -ENOENT;
        if (parse_uint32(name, &uid) >= 0) {
                *ret = uid;
                return uid < UINT32_MAX ? 0 : -EINVAL;
        }
        pw = getpwnam(name);
        if (!pw)
                return -ESRCH;
        *ret = pw->pw_uid;
        return 0;
}

static bool section_is_known(const char *section) {
        if (startswith(section, USER_SECTION))
                return true;
        for (size_t i = 0; i < ELEMENTSOF(settings); i++)
                if (streq(settings[i].section, section))
                        return true;
        return false;
}

/* Logs a line that is skipped. Its text may be anything, and is made fit to be shown. */
static void _printf_(2, 3) skip(Reading *reading, const char *format, ...) {
        char problem[2 * CONFIG_LINE_MAX];
        _cleanup_free_ char *shown = NULL;
        va_list arguments;

        reading->skipped++;
        va_start(arguments, format);
        (void) vsnprintf(problem, sizeof(problem), format, arguments);
        va_end(arguments);
        shown = text_sanitize(problem, sizeof(problem));
        log_warning("%s:%u: %s", reading->path, reading->line, strempty(shown));
}

/* What a section [User …] sets; NULL, and logged, if it is of no user. */
static UserConfig *find_user(Reading *reading, const char *section) {
        Config *c = reading->config;
        uid_t uid;

        if (parse_user(section, &uid) < 0) {
                skip(reading, "There is no user '%s', ignoring it.", section + strlen(USER_SECTION));
                return NULL;
        }
        for (size_t i = 0; i < c->n_users; i++)
                if (c->users[i].uid == uid)
                        return &c->users[i];
        if (c->n_users == CONFIG_USERS_MAX) {
                skip(reading, "There are more than %d users with settings of their own, ignoring it.",
                        CONFIG_USERS_MAX);
                return NULL;
        }
        c->users[c->n_users] = (UserConfig){ .uid = uid, .record_outputs = UINT64_MAX };
        limits_init(&c->users[c->n_users].limits);
        return &c->users[c->n_users++];
}

/* Limits can be set in [Terminal], [Notebook] and [User …]. Returns false if this is none. */
static bool on_limit(Reading *reading, const char *section, const char *key, const char *value) {
        LimitKind kind = limit_kind_from_name(key);
        Limits *limits = NULL;
        UserConfig *user;
        uint64_t parsed = LIMIT_NONE;

        if (kind < 0)
                return false;
        if (streq(section, "Terminal"))
                limits = &reading->config->limits[SESSION_TERMINAL];
        else if (streq(section, "Notebook"))
                limits = &reading->config->limits[SESSION_NOTEBOOK];
        else if (!startswith(section, USER_SECTION))
                return false;
        if (!isempty(value) && limit_parse_here(kind, value, &parsed) < 0) {
                skip(reading, "%s= must be %s; not '%s', ignoring.", key, limit_expects(kind), value);
                return true;
        }
        if (!limits) {
                user = find_user(reading, section);
                if (!user)
                        return true;
                limits = &user->limits;
        }
        if (isempty(value))
                limits_unset(limits, kind);
        else
                limits_set(limits, kind, parsed);
        return true;
}

/* The libinih handler: 1 always, since what is wrong was logged and is skipped. */
static int on_setting(void *userdata, const char *section, const char *key, const char *value) {
        Reading *reading = userdata;
        const Setting *setting = find_setting(section, key);
        void *target = reading->config;
        uint64_t parsed;
        int r;

        if (!setting) {
                if (on_limit(reading, section, key, value))
                        return 1;
                if (section_is_known(section))
                        skip(reading, "Unknown setting '%s' in section [%s], ignoring.", key, section);
                else if (isempty(section))
                        skip(reading, "Setting '%s' is outside of any section, ignoring.", key);
                else
                        skip(reading, "Unknown section [%s] with setting '%s', ignoring.", section, key);
                return 1;
        }
        r = setting->parse(value, &parsed);
        if (r < 0 || parsed < setting->lowest || parsed > setting->highest) {
                skip(reading, "%s= must be %s, not '%s', ignoring.", key, setting->expects, value);
                return 1;
        }
        if (startswith(section, USER_SECTION))
                target = find_user(reading, section);
        if (target)
                memcpy((uint8_t *) target + setting->offset, &parsed, sizeof(parsed));
        return 1;
}

/* Where libinih takes the rest of the line for a comment; NULL: nowhere. */
static const char *find_comment(const char *text) {
        for (const char *p = text; *p; p++)
                if (*p == ';' && p > text && (p[-1] == ' ' || p[-1] == '\t'))
                        return p;
        return NULL;
}

/* What is wrong with a line that libinih should not see; NULL if nothing is. */
static const char *line_problem(const char *line, size_t length, size_t room) {
        const char *text = line + strspn(line, " \t");
        const char *end, *equals, *comment = find_comment(text);

        if (strlen(line) != length)
                return "Line has a NUL byte";
        if (length >= room)
                return "Line is too long";
        if (strchr("#;\r\n", text[0])) /* finds the terminating NUL too */
                return NULL;
        if (text != line)
                return "Line starts with a space (continuation lines are not supported)";
        if (text[0] == '[') {
                end = strchr(text, ']');
                return end && strspn(end + 1, " \t\r\n") == strlen(end + 1) ? NULL
                                                                            : "Section header is broken";
        }
        equals = strchr(text, '=');
        return equals && !(comment && comment < equals) ? NULL : "Line is not an assignment";
}

/* The libinih reader: as fgets(), a line at a time. */
static char *read_line(char *buffer, int size, void *userdata) {
        Reading *reading = userdata;
        _cleanup_free_ char *line = NULL;
        const char *problem;
        size_t allocated = 0;
        ssize_t length;

        length = getline(&line, &allocated, reading->stream);
        if (length < 0)
                return NULL;
        reading->line++;
        problem = line_problem(line, (size_t) length, (size_t) size);
        if (problem) {
                log_warning("%s:%u: %s, ignoring it.", reading->path, reading->line, problem);
                reading->skipped++;
                strcpy(buffer, "\n");
        } else
                memcpy(buffer, line, (size_t) length + 1);
        return buffer;
}

int config_read(Config *c, FILE *f, const char *path) {
        Config scratch = *c;
        Reading reading = { .config = &scratch, .stream = f, .path = path };
        int r;

        r = ini_parse_stream(read_line, &reading, on_setting, &reading);
        if (r < 0)
                return -ENOMEM;
        if (ferror(f))
                return -EIO;
        if (r > 0) {
                log_warning("%s:%d: Line cannot be understood, ignoring it.", path, r);
                reading.skipped++;
        }
        *c = scratch;
        return reading.skipped;
}

static int read_path(Config *c, const char *path) {
        FILE *f;
        int r;

        r = trust_open_configuration(path, &f);
        if (r < 0)
                return r;
        r = config_read(c, f, path);
        (void) fclose(f);
        return r;
}

static int compare_names(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

static bool strv_contains(char *const *strv, const char *s) {
        STRV_FOREACH(one, strv)
                if (streq(*one, s))
                        return true;
        return false;
}

/* Adds the names of a folder's drop-ins that are not there yet. */
static int list_drop_ins(const char *folder, char ***names) {
        struct dirent *entry;
        DIR *d;
        int r = 0;

        d = opendir(folder);
        if (!d)
                return -errno;
        while (r >= 0 && (entry = readdir(d))) {
                const char *suffix = strrchr(entry->d_name, '.');

                if (entry->d_name[0] == '.' || !suffix || !streq(suffix, ".conf"))
                        continue;
                if (!strv_contains(*names, entry->d_name))
                        r = strv_extend(names, entry->d_name);
        }
        (void) closedir(d);
        return r;
}

/* Reads folder/name from the first of the folders that has it. */
static void read_first(Config *c, char *const *folders, const char *name) {
        STRV_FOREACH(folder, folders) {
                _cleanup_free_ char *path = NULL;
                int r;

                if (asprintf(&path, "%s/%s", *folder, name) < 0) {
                        (void) log_oom();
                        return;
                }
                r = read_path(c, path);
                if (r == -ENOENT)
                        continue;
                if (r == -EPERM)
                        log_warning(
                                "%s can be changed by others than its owner and root, ignoring it.", path);
                else if (r == -EBADFD)
                        log_warning("%s is not a regular file, ignoring it.", path);
                else if (r < 0)
                        (void) log_warning_errno(r, "Cannot read %s, ignoring it: %m", path);
                return;
        }
}

/* Those of the directories, each with what is below it, that are there and that nobody else can change. */
static int list_folders(const char *const *dirs, const char *below, char ***ret) {
        _cleanup_strv_ char **folders = NULL;

        for (const char *const *dir = dirs; *dir; dir++) {
                _cleanup_free_ char *folder = NULL;
                struct stat st;
                int r;

                if (asprintf(&folder, "%s%s", *dir, below) < 0)
                        return -ENOMEM;
                if (stat(folder, &st) < 0) {
                        if (errno != ENOENT)
                                (void) log_warning_errno(
                                        errno, "Cannot look at %s, ignoring it: %m", folder);
                        continue;
                }
                if (!trust_configuration(&st)) {
                        log_warning(
                                "%s can be changed by others than its owner and root, ignoring it.", folder);
                        continue;
                }
                r = strv_consume(&folders, TAKE_PTR(folder));
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(folders);
        return 0;
}

void config_load(Config *c, const char *const *dirs) {
        _cleanup_strv_ char **folders = NULL, **drop_ins = NULL, **names = NULL;
        int r;

        if (list_folders(dirs, "", &folders) < 0) {
                (void) log_oom();
                return;
        }
        read_first(c, folders, "sessiond.conf");
        if (folders && list_folders((const char *const *) folders, "/sessiond.conf.d", &drop_ins) < 0) {
                (void) log_oom();
                return;
        }
        STRV_FOREACH(folder, drop_ins) {
                r = list_drop_ins(*folder, &names);
                if (r < 0)
                        (void) log_warning_errno(r, "Cannot list %s, ignoring it: %m", *folder);
        }
        if (names)
                qsort(names, strv_length(names), sizeof(char *), compare_names);
        STRV_FOREACH(name, names)
                read_first(c, drop_ins, *name);
}
