/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The configuration: what is wrong in it is named with file and line and skipped, and the rest stays in
 * force. */

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "manager/base/config.h"
#include "shared/keeper-protocol.h"
#include "tests/unit/capture.h"
#include "tests/unit/test-main.h"

/* Reads text as the file "FILE". Returns what config_read() does; what it logged is in c. */
static int read_bytes(Config *config, const char *text, size_t size, Capture *c) {
        FILE *f = fmemopen((void *) text, size, "r");
        int r;

        ck_assert_ptr_nonnull(f);
        capture_begin(c);
        r = config_read(config, f, "FILE");
        (void) capture_end(c);
        fclose(f);
        return r;
}

static int read_text(Config *config, const char *text, Capture *c) {
        return read_bytes(config, text, strlen(text), c);
}

/* One bad line, between two good ones: it alone is skipped, and named. */
static void assert_skipped(const char *bad_line, const char *complaint) {
        _cleanup_free_ char *text = NULL;
        Config config;
        Capture c;

        config_init(&config);
        ck_assert_int_ge(
                asprintf(&text, "[Sessions]\nSessionsMax=11\n%s\n[Sessions]\nSessionsMaxPerUser=12\n",
                        bad_line),
                0);
        ck_assert_msg(read_text(&config, text, &c) == 1, "accepts '%.60s'", bad_line);
        ck_assert_msg(startswith(c.text, strchr(bad_line, '\n') ? "FILE:4: " : "FILE:3: "),
                "for '%.60s' it says: %s", bad_line, c.text);
        ck_assert_msg(strstr(c.text, complaint), "for '%.60s' it says: %s", bad_line, c.text);
        ck_assert_uint_eq(count_lines(c.text), 1);
        ck_assert_uint_eq(config.sessions_max, 11);
        ck_assert_uint_eq(config.sessions_max_per_user, 12);
}

TEST(reads_settings) {
        Config config;
        Capture c;

        config_init(&config);
        ck_assert_int_eq(
                read_text(&config,
                        "# comment\n; comment\n\n[Sessions]\nRecommendedSessions=3\nSessionsMax = 40 \n"
                        "StartTimeoutSec=1min 30s\nStopTimeoutSec=7 ; comment\nStartsMaxPerUser=5",
                        &c),
                0);
        ck_assert_str_eq(c.text, "");
        ck_assert_uint_eq(config.recommended_sessions, 3);
        ck_assert_uint_eq(config.sessions_max, 40);
        ck_assert_uint_eq(config.start_timeout, 90 * USEC_PER_SEC);
        ck_assert_uint_eq(config.stop_timeout, 7 * USEC_PER_SEC);
        ck_assert_uint_eq(config.starts_max_per_user, 5);
}

TEST(reads_settings_of_terminals) {
        static const char *const wrong[] = { "255K", "257M", "4X", "-1", "", "infinity", "1.5M" };
        char text[128];
        Config config;
        Capture c;

        config_init(&config);
        ck_assert_int_eq(read_text(&config, "[Terminal]\nOutputBufferSize=1M\nOnDetach=5min\n", &c), 0);
        ck_assert_str_eq(c.text, "");
        ck_assert_uint_eq(config.output_buffer_size, 1024 * 1024);
        ck_assert_uint_eq(config.on_detach, 5 * USEC_PER_MINUTE);
        for (size_t i = 0; i < ELEMENTSOF(wrong); i++) {
                snprintf(text, sizeof(text), "[Terminal]\nOutputBufferSize=%s\n", wrong[i]);
                ck_assert_int_eq(read_text(&config, text, &c), 1);
                ck_assert_ptr_nonnull(
                        strstr(c.text, "FILE:2: OutputBufferSize= must be a size from 256K to 256M"));
                ck_assert_uint_eq(config.output_buffer_size, 1024 * 1024);
        }
        ck_assert_int_eq(
                read_text(&config, "[Terminal]\nOutputBufferSize=262144\nOutputBufferSize=256M\n", &c), 0);
        ck_assert_uint_eq(config.output_buffer_size, 256 * 1024 * 1024);
}

/* Both ends are what a keeper makes of them. */
TEST(reads_sizes_of_output_logs) {
        static const char *const wrong[] = { "1023K", "1025M", "4G" };
        char text[128];
        Config config;
        Capture c;

        config_init(&config);
        ck_assert_uint_eq(config.output_log_size, 64 * 1024 * 1024);
        for (size_t i = 0; i < ELEMENTSOF(wrong); i++) {
                snprintf(text, sizeof(text), "[Notebook]\nOutputLogSize=%s\n", wrong[i]);
                ck_assert_int_eq(read_text(&config, text, &c), 1);
                ck_assert_ptr_nonnull(strstr(c.text, "FILE:2: OutputLogSize= must be a size from 1M to 1G"));
        }
        ck_assert_int_eq(read_text(&config, "[Notebook]\nOutputLogSize=1M\nOutputLogSize=1G\n", &c), 0);
        ck_assert_uint_eq(config.output_log_size, OUTPUT_LOG_SIZE_MAX);
}

TEST(reads_whether_outputs_are_recorded) {
        Config config;
        Capture c;

        config_init(&config);
        ck_assert(config_records_outputs(&config, 1000));
        ck_assert_int_eq(read_text(&config,
                                 "[Notebook]\nRecordOutputs=no\n[User 1000]\nRecordOutputs=yes\n"
                                 "[User 1001]\nTasksMax=1\n[User 1002]\nRecordOutputs=yes\nRecordOutputs=\n",
                                 &c),
                0);
        ck_assert_str_eq(c.text, "");
        ck_assert(config_records_outputs(&config, 1000));
        for (uid_t other = 1001; other < 1004; other++)
                ck_assert(!config_records_outputs(&config, other));
        assert_skipped("[User 1000]\nRecordOutputs=maybe", "RecordOutputs= must be 'yes' or 'no'");
        assert_skipped("[User no such user]\nRecordOutputs=no", "There is no user 'no such user'");
        assert_skipped("[Terminal]\nRecordOutputs=no", "Unknown setting 'RecordOutputs'");
}

TEST(reads_limits) {
        static const char text[] =
                "[Terminal]\nMemoryMax=2G\nTasksMax=10\nTasksMax=\n[Notebook]\nCPUQuota=50%\n"
                "[User 1000]\nCPUWeight=idle\nIOWeight=10\n[User root]\nMemoryMax=infinity\n"
                "[User 0]\nMemoryHigh=1M\n";
        Config config;
        Capture c;

        config_init(&config);
        ck_assert_int_eq(read_text(&config, text, &c), 0);
        ck_assert_str_eq(c.text, "");
        ck_assert_uint_eq(config.limits[SESSION_TERMINAL].values[LIMIT_MEMORY_MAX], UINT64_C(2) << 30);
        ck_assert(!limits_have(&config.limits[SESSION_TERMINAL], LIMIT_TASKS_MAX));
        ck_assert(!limits_have(&config.limits[SESSION_TERMINAL], LIMIT_CPU_QUOTA));
        ck_assert_uint_eq(config.limits[SESSION_NOTEBOOK].values[LIMIT_CPU_QUOTA], 500000);
        ck_assert_uint_eq(config.n_users, 2);
        ck_assert_uint_eq(config.users[0].uid, 1000);
        ck_assert_uint_eq(config.users[0].limits.values[LIMIT_CPU_WEIGHT], LIMIT_WEIGHT_IDLE);
        ck_assert_uint_eq(config.users[0].limits.values[LIMIT_IO_WEIGHT], 10);
        ck_assert_uint_eq(config.users[1].uid, 0); /* by name and by number */
        ck_assert(limits_have(&config.users[1].limits, LIMIT_MEMORY_MAX));
        ck_assert(limits_have(&config.users[1].limits, LIMIT_MEMORY_HIGH));
}

TEST(bad_limits_are_skipped) {
        assert_skipped("[Terminal]\nMemoryMax=2GB3", "MemoryMax= must be a number of bytes");
        assert_skipped("[Notebook]\nCPUQuota=50", "not '50'");
        assert_skipped("[Sessions]\nMemoryMax=2G", "Unknown setting 'MemoryMax' in section [Sessions]");
        assert_skipped("[User 1000]\nOnDetach=keep", "Unknown setting 'OnDetach' in section [User 1000]");
        assert_skipped("[User no such user]\nTasksMax=1", "There is no user 'no such user'");
        assert_skipped("[User 4294967295]\nTasksMax=1", "There is no user");
        assert_skipped("[User]\nTasksMax=1", "Unknown section [User]");
}

TEST(users_are_bounded) {
        _cleanup_free_ char *text = NULL;
        size_t size;
        FILE *f = open_memstream(&text, &size);
        Config config;
        Capture c;

        for (unsigned i = 0; i <= CONFIG_USERS_MAX; i++)
                fprintf(f, "[User %u]\nTasksMax=1\n", 1000 + i);
        ck_assert_int_eq(fclose(f), 0);
        config_init(&config);
        ck_assert_int_eq(read_text(&config, text, &c), 1);
        ck_assert_ptr_nonnull(strstr(c.text, "more than 256 users"));
        ck_assert_uint_eq(config.n_users, CONFIG_USERS_MAX);
}

TEST(last_assignment_counts) {
        Config config;
        Capture c;

        config_init(&config);
        ck_assert_int_eq(
                read_text(&config, "[Sessions]\nSessionsMax=4\nSessionsMax=5\n[Sessions]\nSessionsMax=6\n",
                        &c),
                0);
        ck_assert_uint_eq(config.sessions_max, 6);
}

TEST(empty_files_are_fine) {
        Config config, before;
        Capture c;

        config_init(&before);
        config_init(&config);
        ck_assert_int_eq(read_text(&config, "\n", &c), 0);
        ck_assert_int_eq(read_text(&config, "[Sessions]", &c), 0);
        ck_assert_int_eq(read_text(&config, "[Sessions]\r\nSessionsMax=8192\r\n", &c), 0);
        ck_assert_mem_eq(&config, &before, sizeof(config));
}

TEST(unknown_names_are_skipped) {
        assert_skipped("NoSuchSetting=1", "NoSuchSetting");
        assert_skipped("sessionsmax=1", "sessionsmax");
        assert_skipped("=1", "''");
}

TEST(unknown_sections_are_skipped) {
        Config config;
        Capture c;

        config_init(&config);
        ck_assert_int_eq(read_text(&config,
                                 "SessionsMax=2\n[Session]\nSessionsMax=3\n[sessions]\nSessionsMax=4\n", &c),
                3);
        ck_assert_uint_eq(config.sessions_max, 8192);
        ck_assert_uint_eq(count_lines(c.text), 3);
        ck_assert_ptr_nonnull(strstr(c.text, "FILE:1: "));
        ck_assert_ptr_nonnull(strstr(c.text, "FILE:3: "));
        ck_assert_ptr_nonnull(strstr(c.text, "[Session]"));
        ck_assert_ptr_nonnull(strstr(c.text, "FILE:5: "));
}

TEST(bad_values_are_skipped) {
        assert_skipped("RecommendedSessions=many", "'many'");
        assert_skipped("RecommendedSessions=-1", "RecommendedSessions=");
        assert_skipped("RecommendedSessions=4294967296", "RecommendedSessions=");
        assert_skipped("RecommendedSessions=", "RecommendedSessions=");
        assert_skipped("SessionsMax=0", "from 1 to");
        assert_skipped("SessionsMax=65537", "from 1 to");
        assert_skipped("SessionsMax=99999999999999999999999999", "from 1 to");
        assert_skipped("SessionsMax=5 # not a comment", "from 1 to");
        assert_skipped("StartTimeoutSec=0", "from 1s to 1h");
        assert_skipped("StartTimeoutSec=infinity", "from 1s to 1h");
        assert_skipped("StopTimeoutSec=1.5s", "from 1s to 1h");
}

TEST(broken_lines_are_skipped) {
        assert_skipped("just words", "not an assignment");
        assert_skipped("[Sessions", "header");
        assert_skipped("[Sessions] x", "header");
        assert_skipped(" StopTimeoutSec=5", "continuation");
        assert_skipped("\tStopTimeoutSec=5", "continuation");
}

/* libinih ends the name at the comment, and finds no value; each such line is to be named, not the first
 * alone. */
TEST(assignments_in_comments_are_skipped) {
        Config config;
        Capture c;

        assert_skipped("SessionsMax ; = 5", "");
        config_init(&config);
        ck_assert_int_eq(
                read_text(&config, "[Sessions]\nSessionsMax ; = 5\nSessionsMaxPerUser ; = 6\n", &c), 2);
        ck_assert_ptr_nonnull(strstr(c.text, "FILE:2: "));
        ck_assert_ptr_nonnull(strstr(c.text, "FILE:3: "));
}

/* Around the limit of libinih, of our own, and beyond any buffer: skipped whole, never cut, and the next
 * line counts. */
TEST(long_lines_are_skipped) {
        static const size_t lengths[] = { 200, 201, 255, 256, 1023, 1024, 1025, 4096, 100000 };

        for (size_t i = 0; i < ELEMENTSOF(lengths); i++) {
                _cleanup_free_ char *line = malloc(lengths[i] + 1);

                memset(line, '0', lengths[i]);
                memcpy(line, "StopTimeoutSec=", 15);
                line[lengths[i] - 1] = '5';
                line[lengths[i]] = 0;
                assert_skipped(line, "too long");
        }
}

/* What fits is never cut: the last digit counts. */
TEST(lines_that_fit_are_whole) {
        for (size_t length = 20; length < 190; length++) {
                char text[256];
                Config config;
                Capture c;
                int n;

                config_init(&config);
                n = snprintf(
                        text, sizeof(text), "[Sessions]\nStopTimeoutSec=%0*d\n", (int) (length - 15), 7);
                ck_assert_int_eq(n, (int) length + 12);
                ck_assert_int_eq(read_text(&config, text, &c), 0);
                ck_assert_uint_eq(config.stop_timeout, 7 * USEC_PER_SEC);
        }
}

TEST(nul_bytes_are_skipped) {
        static const char text[] = "[Sessions]\nSessionsMax=5\0"
                                   "6\nSessionsMaxPerUser=7\n";
        Config config;
        Capture c;

        config_init(&config);
        ck_assert_int_eq(read_bytes(&config, text, sizeof(text) - 1, &c), 1);
        ck_assert_ptr_nonnull(strstr(c.text, "FILE:2: "));
        ck_assert_uint_eq(config.sessions_max, 8192);
        ck_assert_uint_eq(config.sessions_max_per_user, 7);
}

TEST(every_problem_is_named) {
        Config config;
        Capture c;

        config_init(&config);
        ck_assert_int_eq(
                read_text(&config, "[Sessions]\na=1\nb\n  c=2\nSessionsMax=x\n[broken\nSessionsMax=9\n", &c),
                5);
        ck_assert_uint_eq(count_lines(c.text), 5);
        for (unsigned line = 2; line <= 6; line++) {
                char place[16];

                snprintf(place, sizeof(place), "FILE:%u: ", line);
                ck_assert_msg(strstr(c.text, place), "line %u is not named: %s", line, c.text);
        }
        ck_assert_uint_eq(config.sessions_max, 9);
}

TEST(unreadable_changes_nothing) {
        Config config, before;
        Capture c;
        FILE *f;

        config_init(&before);
        config = before;
        f = fopen("/", "re");
        ck_assert_ptr_nonnull(f);
        capture_begin(&c);
        ck_assert_int_lt(config_read(&config, f, "/"), 0);
        (void) capture_end(&c);
        fclose(f);
        ck_assert_mem_eq(&config, &before, sizeof(config));
}

/* The file that is shipped shows what is in force without it. */
TEST(shipped_file_shows_the_defaults) {
        _cleanup_free_ char *line = NULL;
        char text[16384] = "";
        size_t allocated = 0, length = 0;
        Config config = {}, defaults;
        unsigned shown = 0;
        Capture c;
        FILE *f;

        f = fopen(SOURCE_ROOT "/conf/sessiond.conf", "re");
        ck_assert_msg(f, "there is no conf/sessiond.conf");
        while (getline(&line, &allocated, f) >= 0) {
                bool setting = line[0] == '#' && line[1] >= 'A' && line[1] <= 'Z' && strchr(line, '=');

                length += (size_t) snprintf(text + length, sizeof(text) - length, "%s", line + setting);
                ck_assert_uint_lt(length, sizeof(text));
                shown += setting;
        }
        fclose(f);

        config_init(&defaults);
        ck_assert_int_eq(read_text(&config, text, &c), 0);
        ck_assert_str_eq(c.text, "");
        ck_assert_uint_ge(shown, 6);
        ck_assert_mem_eq(&config, &defaults, sizeof(config));
}

/* Folders to read from, in a temporary one. */

static char root[] = "/tmp/test-config.XXXXXX";

static int remove_one(
        const char *path, const struct stat *st _unused_, int type _unused_, struct FTW *ftw _unused_) {
        return remove(path);
}

static void root_done(void) {
        (void) nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void root_init(void) {
        static const char *const folders[] = { "etc", "etc/sessiond.conf.d", "run", "run/sessiond.conf.d",
                "lib", "lib/sessiond.conf.d" };

        ck_assert_ptr_nonnull(mkdtemp(root));
        for (size_t i = 0; i < ELEMENTSOF(folders); i++) {
                char path[128];

                snprintf(path, sizeof(path), "%s/%s", root, folders[i]);
                ck_assert_int_eq(mkdir(path, 0755), 0);
        }
}

static void put(const char *name, const char *text) {
        char path[128];
        FILE *f;

        snprintf(path, sizeof(path), "%s/%s", root, name);
        f = fopen(path, "we");
        ck_assert_ptr_nonnull(f);
        ck_assert_int_ge(fprintf(f, "[Sessions]\n%s\n", text), 0);
        ck_assert_int_eq(fclose(f), 0);
}

static void load(Config *config, Capture *c) {
        char etc[64], run[64], lib[64], none[64];
        const char *const dirs[] = { etc, none, run, lib, NULL };

        snprintf(etc, sizeof(etc), "%s/etc", root);
        snprintf(none, sizeof(none), "%s/none", root);
        snprintf(run, sizeof(run), "%s/run", root);
        snprintf(lib, sizeof(lib), "%s/lib", root);
        config_init(config);
        capture_begin(c);
        config_load(config, dirs);
        (void) capture_end(c);
}

TEST(nothing_there_is_fine) {
        Config config, defaults;
        Capture c;

        root_init();
        config_init(&defaults);
        load(&config, &c);
        ck_assert_str_eq(c.text, "");
        ck_assert_mem_eq(&config, &defaults, sizeof(config));
        root_done();
}

/* The main file comes from one folder, the most important that has it; drop-ins from all, by name, after
 * it. */
/* Not even a folder: nobody installed or made one. */
TEST(no_folders_are_fine) {
        const char *const dirs[] = { "/nonexistent/etc", "/nonexistent/lib", NULL };
        Config config, defaults;

        config_init(&config);
        config_init(&defaults);
        config_load(&config, dirs);
        ck_assert_mem_eq(&config, &defaults, sizeof(Config));
}

TEST(drop_ins_in_their_order) {
        Config config;
        Capture c;

        root_init();
        put("lib/sessiond.conf", "SessionsMax=1\nRecommendedSessions=1");
        put("run/sessiond.conf", "SessionsMax=2");
        put("etc/sessiond.conf.d/10-a.conf", "SessionsMax=10\nSessionsMaxPerUser=10\nStartsMaxPerUser=10");
        put("lib/sessiond.conf.d/20-b.conf", "SessionsMaxPerUser=20\nStartsMaxPerUser=20");
        put("run/sessiond.conf.d/30-c.conf", "StartsMaxPerUser=30");
        load(&config, &c);
        ck_assert_str_eq(c.text, "");
        ck_assert_uint_eq(config.recommended_sessions, 6);
        ck_assert_uint_eq(config.sessions_max, 10);
        ck_assert_uint_eq(config.sessions_max_per_user, 20);
        ck_assert_uint_eq(config.starts_max_per_user, 30);
        root_done();
}

/* The same name in a more important folder hides the other, so a link to /dev/null turns a drop-in off. */
TEST(drop_ins_hide_each_other) {
        char from[128];
        Config config;
        Capture c;

        root_init();
        put("lib/sessiond.conf.d/10-a.conf", "SessionsMax=1\nRecommendedSessions=1");
        put("run/sessiond.conf.d/10-a.conf", "SessionsMax=2");
        put("lib/sessiond.conf.d/20-b.conf", "StartsMaxPerUser=20");
        snprintf(from, sizeof(from), "%s/etc/sessiond.conf.d/20-b.conf", root);
        ck_assert_int_eq(symlink("/dev/null", from), 0);
        load(&config, &c);
        ck_assert_uint_eq(config.sessions_max, 2);
        ck_assert_uint_eq(config.recommended_sessions, 6);
        ck_assert_uint_eq(config.starts_max_per_user, 32);
        root_done();
}

TEST(other_files_are_no_drop_ins) {
        Config config;
        Capture c;

        root_init();
        put("etc/sessiond.conf.d/a.conf~", "SessionsMax=1");
        put("etc/sessiond.conf.d/a.conf.dpkg-new", "SessionsMax=1");
        put("etc/sessiond.conf.d/.a.conf", "SessionsMax=1");
        put("etc/sessiond.conf.d/conf", "SessionsMax=1");
        put("etc/sessiond.conf.d/README", "SessionsMax=1");
        load(&config, &c);
        ck_assert_uint_eq(config.sessions_max, 8192);
        ck_assert_str_eq(c.text, "");
        root_done();
}

/* What others can change, nobody believes; a folder that they can change, with all that is in it. */
TEST(what_others_can_change_is_not_read) {
        static const char *const changeable[] = { "etc/sessiond.conf", "run", "lib/sessiond.conf.d" };
        char path[128];
        Config config;
        Capture c;

        root_init();
        put("etc/sessiond.conf", "SessionsMax=1");
        put("etc/sessiond.conf.d/10-a.conf", "SessionsMaxPerUser=10");
        put("run/sessiond.conf.d/20-b.conf", "SessionsMaxPerUser=20");
        put("lib/sessiond.conf.d/30-c.conf", "SessionsMaxPerUser=30");
        for (size_t i = 0; i < ELEMENTSOF(changeable); i++) {
                snprintf(path, sizeof(path), "%s/%s", root, changeable[i]);
                ck_assert_int_eq(chmod(path, 0777), 0);
        }
        load(&config, &c);
        ck_assert_uint_eq(config.sessions_max, 8192);
        ck_assert_uint_eq(config.sessions_max_per_user, 10);
        for (size_t i = 0; i < ELEMENTSOF(changeable); i++) {
                snprintf(path, sizeof(path), "%s/%s can be changed", root, changeable[i]);
                ck_assert_ptr_nonnull(strstr(c.text, path));
        }
        root_done();
}

/* A broken one is named by its path, and the others count. */
TEST(problems_in_drop_ins_are_named) {
        char place[128], path[128];
        Config config;
        Capture c;

        root_init();
        put("etc/sessiond.conf.d/10-a.conf", "SessionsMax=x");
        put("etc/sessiond.conf.d/20-b.conf", "SessionsMax=2");
        snprintf(path, sizeof(path), "%s/etc/sessiond.conf.d/30-c.conf", root);
        ck_assert_int_eq(mkdir(path, 0755), 0);
        load(&config, &c);
        snprintf(place, sizeof(place), "%s/etc/sessiond.conf.d/10-a.conf:2: ", root);
        ck_assert_ptr_nonnull(strstr(c.text, place));
        ck_assert_ptr_nonnull(strstr(c.text, path));
        ck_assert_uint_eq(config.sessions_max, 2);
        root_done();
}

TEST_MAIN(reads_settings, reads_settings_of_terminals, reads_sizes_of_output_logs, last_assignment_counts,
        empty_files_are_fine, unknown_names_are_skipped, unknown_sections_are_skipped,
        bad_values_are_skipped, broken_lines_are_skipped, assignments_in_comments_are_skipped,
        long_lines_are_skipped, lines_that_fit_are_whole, nul_bytes_are_skipped, every_problem_is_named,
        reads_whether_outputs_are_recorded, reads_limits, bad_limits_are_skipped, users_are_bounded,
        unreadable_changes_nothing, shipped_file_shows_the_defaults, nothing_there_is_fine,
        no_folders_are_fine, drop_ins_in_their_order, drop_ins_hide_each_other, other_files_are_no_drop_ins,
        what_others_can_change_is_not_read, problems_in_drop_ins_are_named);
