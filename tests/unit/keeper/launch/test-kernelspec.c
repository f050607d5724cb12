/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Kernelspecs: what is found where, and that a broken one gives a sentence and nothing else. */

#include "keeper/launch/kernelspec.h"
#include "shared/strv.h"
#include "shared/text.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

#define GOOD "{\"argv\": [\"python3\", \"-m\", \"x\", \"{connection_file}\"], \"display_name\": \"Good\"}"

static int parse(const char *text, KernelSpec *ret, Failure *failure) {
        return kernelspec_parse(text, strlen(text), "/k/some", ret, failure);
}

TEST(full) {
        static const char text[] =
                "{\"argv\": [\"R\", \"{connection_file}\"], \"display_name\": \"R \\u001b[1m\", \"language\": \"R\","
                " \"env\": {\"A\": \"${HOME}/x\", \"B.C\": \"\"}, \"interrupt_mode\": \"message\","
                " \"metadata\": {\"compute_sessions\": {\"transport\": \"ipc\"}}, \"unknown\": [1]}";
        _cleanup_kernelspec_ KernelSpec k = {};
        _cleanup_failure_ Failure f = {};

        ck_assert_int_eq(parse(text, &k, &f), 0);
        ck_assert_str_eq(k.name, "some");
        ck_assert_str_eq(k.directory, "/k/some");
        ck_assert_str_eq(k.title, "R ?[1m");
        ck_assert_str_eq(k.language, "R");
        ck_assert_uint_eq(strv_length(k.arguments), 2);
        ck_assert_str_eq(strv_env_get(k.environment, "A"), "${HOME}/x");
        ck_assert_str_eq(strv_env_get(k.environment, "B.C"), "");
        ck_assert_int_eq(k.interrupt_mode, INTERRUPT_MESSAGE);
        ck_assert(k.can_ipc);
}
END_TEST

TEST(minimal) {
        _cleanup_kernelspec_ KernelSpec k = {};
        _cleanup_failure_ Failure f = {};

        ck_assert_int_eq(parse("{\"argv\": [\"x\"]}", &k, &f), 0);
        ck_assert_str_eq(k.title, "some");
        ck_assert_str_eq(k.language, "");
        ck_assert_int_eq(k.interrupt_mode, INTERRUPT_SIGNAL);
        ck_assert(!k.can_ipc);
        ck_assert_ptr_null(k.environment);
}
END_TEST

TEST(transport) {
        static const struct {
                const char *text;
                bool can_ipc;
        } cases[] = {
                { "{\"argv\": [\"python\", \"-m\", \"ipykernel_launcher\"]}", true },
                { "{\"argv\": [\"python\", \"-m\", \"ipykernel\"]}", true },
                { "{\"argv\": [\"ir\"]}", false },
                { "{\"argv\": [\"ir\"], \"metadata\": {\"compute_sessions\": {\"transport\": \"tcp\"}}}",
                        false },
                { "{\"argv\": [\"ipykernel\"], \"metadata\": {\"compute_sessions\": {\"transport\": \"tcp\"}}}",
                        false },
                { "{\"argv\": [\"ir\"], \"metadata\": [1]}", false },
                { "{\"argv\": [\"ir\"], \"metadata\": {\"compute_sessions\": null}}", false },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_kernelspec_ KernelSpec k = {};
                _cleanup_failure_ Failure f = {};

                ck_assert_int_eq(parse(cases[i].text, &k, &f), 0);
                ck_assert_msg(k.can_ipc == cases[i].can_ipc, "%s", cases[i].text);
        }
}
END_TEST

TEST(broken) {
        static const char *const cases[] = { "", "{", "[]", "\"x\"", "{}", "{\"argv\": []}",
                "{\"argv\": \"x\"}", "{\"argv\": [1]}", "{\"argv\": [\"\"]}", "{\"argv\": [\"a\\u0000b\"]}",
                "{\"argv\": [null]}", "{\"argv\": [\"x\"], \"env\": []}",
                "{\"argv\": [\"x\"], \"env\": {\"A\": 1}}", "{\"argv\": [\"x\"], \"env\": {\"\": \"x\"}}",
                "{\"argv\": [\"x\"], \"env\": {\"A=B\": \"x\"}}", "{\"argv\": [\"x\"], \"display_name\": 7}",
                "{\"argv\": [\"x\"], \"language\": {}}",
                "{\"argv\": [\"x\"], \"interrupt_mode\": \"prayer\"}", "{\"argv\": [\"x\"]} trailing",
                "{\"argv\": [\"\xff\"]}" };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                KernelSpec k = {};
                _cleanup_failure_ Failure f = {};

                ck_assert_msg(parse(cases[i], &k, &f) == KEEPER_ERROR_INVALID_KERNELSPEC, "%s", cases[i]);
                ck_assert(text_is_printable(failure_message(&f)));
                ck_assert_ptr_nonnull(strstr(failure_message(&f), "/k/some/kernel.json"));
                ck_assert_ptr_null(k.name);
        }
}
END_TEST

/* Loads with JUPYTER_PATH=folder/one:folder/two. */
static int load(const char *folder, const char *name, KernelSpec *ret, Failure *failure) {
        _cleanup_free_ char *search = NULL, *home = NULL;
        char *environment[3] = {};

        ck_assert_int_gt(asprintf(&search, "JUPYTER_PATH=%s/one:%s/two", folder, folder), 0);
        ck_assert_int_gt(asprintf(&home, "HOME=%s", folder), 0);
        environment[0] = search;
        environment[1] = home;
        return kernelspec_load(name, environment, ret, failure);
}

static void check_found(const char *folder, const char *name, const char *directory) {
        _cleanup_free_ char *expected = scratch_path(folder, directory);
        _cleanup_kernelspec_ KernelSpec k = {};
        _cleanup_failure_ Failure f = {};

        ck_assert_msg(load(folder, name, &k, &f) == 0, "%s", failure_message(&f));
        ck_assert_str_eq(k.directory, expected);
}

static void check_failure(const char *folder, const char *name, KeeperError error) {
        KernelSpec k = {};
        _cleanup_failure_ Failure f = {};

        ck_assert_msg(load(folder, name, &k, &f) == (int) error, "%s", name);
        ck_assert(text_is_printable(failure_message(&f)));
}

TEST(search) {
        char *folder = scratch_make();
        _cleanup_free_ char *absolute = scratch_path(folder, "elsewhere");

        free(scratch_folder(folder, "one/kernels/both"));
        free(scratch_file(folder, "two/kernels/both/kernel.json", GOOD, 0644));
        free(scratch_file(folder, "one/kernels/Mixed.Case/kernel.json", GOOD, 0644));
        free(scratch_file(folder, "two/kernels/mixed.case/kernel.json", GOOD, 0644));
        free(scratch_file(folder, ".local/share/jupyter/kernels/mine/kernel.json", GOOD, 0644));
        free(scratch_file(folder, "elsewhere/kernel.json", GOOD, 0644));

        check_found(folder, "both", "two/kernels/both"); /* a folder without kernel.json is none */
        check_found(folder, "MIXED.case", "one/kernels/Mixed.Case");
        check_found(folder, "mine", ".local/share/jupyter/kernels/mine");
        check_found(folder, absolute, "elsewhere");
        check_failure(folder, "nonesuch", KEEPER_ERROR_NO_KERNEL);
        check_failure(folder, "..", KEEPER_ERROR_NO_KERNEL);
        check_failure(folder, "../../elsewhere", KEEPER_ERROR_NO_KERNEL);
        check_failure(folder, "a b\033", KEEPER_ERROR_NO_KERNEL);
        check_failure(folder, folder, KEEPER_ERROR_NO_KERNEL);
        scratch_remove(folder);
}
END_TEST

TEST(odd_files) {
        char *folder = scratch_make();
        _cleanup_free_ char *fifo_folder = scratch_folder(folder, "one/kernels/fifo");
        _cleanup_free_ char *fifo = scratch_path(fifo_folder, "kernel.json"), *large = NULL;
        FILE *file;

        ck_assert_int_eq(mkfifo(fifo, 0600), 0);
        free(scratch_folder(folder, "one/kernels/folder/kernel.json"));
        large = scratch_file(folder, "one/kernels/large/kernel.json", GOOD, 0644);
        file = fopen(large, "ae");
        for (size_t i = 0; i < KERNELSPEC_FILE_MAX; i++)
                fputc(' ', file);
        fclose(file);

        check_failure(folder, "fifo", KEEPER_ERROR_INVALID_KERNELSPEC);
        check_failure(folder, "folder", KEEPER_ERROR_INVALID_KERNELSPEC);
        check_failure(folder, "large", KEEPER_ERROR_INVALID_KERNELSPEC);
        scratch_remove(folder);
}
END_TEST

/* What "computectl kernelspec install" made would make the kernel another session: what it wraps is
 * taken. */
TEST(wrapped) {
        char *folder = scratch_make();
        _cleanup_free_ char *original = scratch_path(folder, "one/kernels/original"), *wrapper = NULL,
                            *chain = NULL;
        _cleanup_kernelspec_ KernelSpec k = {};
        _cleanup_failure_ Failure f = {};

        free(scratch_file(folder, "one/kernels/original/kernel.json", GOOD, 0644));
        ck_assert_int_gt(
                asprintf(&wrapper,
                        "{\"argv\":[\"computectl\"],\"metadata\":{\"compute_sessions\":{\"wraps\":\"%s\"}}}",
                        original),
                0);
        free(scratch_file(folder, "one/kernels/wrapper/kernel.json", wrapper, 0644));
        ck_assert_int_eq(load(folder, "wrapper", &k, &f), 0);
        ck_assert_str_eq(k.name, "wrapper");
        ck_assert_str_eq(k.directory, original);
        ck_assert_str_ne(k.arguments[0], "computectl");
        /* One that wraps itself ends somewhere. */
        free(original);
        original = scratch_path(folder, "one/kernels/self");
        ck_assert_int_gt(
                asprintf(&chain, "{\"argv\":[\"x\"],\"metadata\":{\"compute_sessions\":{\"wraps\":\"%s\"}}}",
                        original),
                0);
        free(scratch_file(folder, "one/kernels/self/kernel.json", chain, 0644));
        check_found(folder, "self", "one/kernels/self");
        free(original);
        original = scratch_path(folder, "gone");
        free(chain);
        ck_assert_int_gt(
                asprintf(&chain, "{\"argv\":[\"x\"],\"metadata\":{\"compute_sessions\":{\"wraps\":\"%s\"}}}",
                        original),
                0);
        free(scratch_file(folder, "one/kernels/stale/kernel.json", chain, 0644));
        check_failure(folder, "stale", KEEPER_ERROR_NO_KERNEL);
        scratch_remove(folder);
}
END_TEST

/* Who mistypes a name is told which there are. */
TEST(names_others) {
        char *folder = scratch_make();
        KernelSpec k = {};
        _cleanup_failure_ Failure f = {};

        free(scratch_file(folder, "one/kernels/alpha/kernel.json", GOOD, 0644));
        free(scratch_file(folder, "two/kernels/beta/kernel.json", GOOD, 0644));
        ck_assert_int_eq(load(folder, "alhpa", &k, &f), KEEPER_ERROR_NO_KERNEL);
        ck_assert_ptr_nonnull(strstr(failure_message(&f), "alpha, beta"));
        scratch_remove(folder);
}
END_TEST

TEST_MAIN(full, minimal, transport, broken, search, odd_files, wrapped, names_others);
