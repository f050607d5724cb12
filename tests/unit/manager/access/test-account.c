/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What PAM has against a user, as the files say it that its modules look at. */

#include <sys/stat.h>

#include "manager/access/account.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

#define DAY   (24 * 60 * 60)
#define TODAY 20000

static char *root;

static void put(const char *path, const char *text) {
        free(scratch_file(root, path, text, 0600));
}

static void begin(const char *shadow) {
        root = scratch_make();
        put("etc/passwd",
                "root:x:0:0::/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/bash\nbob:x:1001:1001::/:\n"
                "www:x:33:33::/:/usr/sbin/nologin\nlong:x:1002:1002::/:/bin/bash2\n");
        put("etc/shells", "# shells\n/bin/sh\n/bin/bash\n");
        put("etc/shadow", shadow);
}

/* expected: a part of the sentence; NULL: there is none. */
static void assert_problem(uid_t uid, const char *expected) {
        char *sentence = account_problem(root, uid, (time_t) TODAY * DAY + 3600);

        if (!expected)
                ck_assert_msg(!sentence, "says: %s", sentence);
        else {
                ck_assert_ptr_nonnull(sentence);
                ck_assert_msg(strstr(sentence, expected), "says: %s", sentence);
        }
        free(sentence);
}

static void end(void) {
        scratch_remove(root);
}

TEST(nothing_is_wrong) {
        begin("ann:!:19000:0:99999:7:::\nbob:!:19000::::::\n");
        assert_problem(0, NULL);
        assert_problem(1000, NULL);
        assert_problem(1001, NULL); /* no shell is /bin/sh */
        assert_problem(4711, NULL); /* of another place */
        end();
}

TEST(logins_are_off) {
        begin("");
        put("etc/nologin", "Back at\x1b[2J noon.\nNot shown.\n");
        assert_problem(1000, "/etc/nologin): Back at");
        assert_problem(4711, "Logins are off");
        assert_problem(0, NULL);
        put("run/nologin", "");
        assert_problem(1000, "/run/nologin); wait");
        end();
}

TEST(shells) {
        begin("");
        assert_problem(33, "/usr/sbin/nologin");
        assert_problem(1002, "/bin/bash2");
        end();
}

TEST(expiry) {
        static const struct {
                const char *shadow, *says;
        } cases[] = {
                { "ann:!:19000:0:99999:7::20001:\n", NULL },
                { "ann:!:19000:0:99999:7::20000:\n", "account has expired" },
                { "ann:!:19000:0:99999:7::0:\n", "account has expired" },
                { "ann:!:0:0:99999:7:::\n", "has to be changed" },
                { "ann:!:19990:0:10:7:::\n", NULL },
                { "ann:!:19989:0:10:7:::\n", "password has expired" },
                { "ann:!:19989:0:10:7:5::\n", "password has expired" },
                { "ann:!:19980:0:10:7:5::\n", "locked" },
                { "other:!:0:0:99999:7:::\nann:!::::::\n", NULL },
                { "garbage\nann:!:19000:0:99999:7::20000:\n", "account has expired" },
        };

        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                begin(cases[i].shadow);
                assert_problem(1000, cases[i].says);
                end();
        }
}

TEST(without_files) {
        root = scratch_make();
        assert_problem(1000, NULL);
        end();
}

TEST_MAIN(nothing_is_wrong, logins_are_off, shells, expiry, without_files);
