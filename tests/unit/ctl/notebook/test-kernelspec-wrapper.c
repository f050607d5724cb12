/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Kernelspecs that wrap others: what is kept, what is ours, what is removed. */

#include <unistd.h>

#include "ctl/notebook/kernel-output.h"
#include "ctl/notebook/kernelspec-wrapper.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

static const WrapperOptions options = { .program = "/usr/bin/computectl" };

static json_object *object(const char *text) {
        json_object *o = NULL;

        ck_assert_int_eq(json_read(text, strlen(text), &o, NULL), 0);
        return o;
}

static int make(const char *text, const char *directory, const WrapperOptions *o, json_object **ret) {
        FoundKernelspec original = {
                .name = (char *) "name", .directory = (char *) directory, .spec = object(text)
        };
        int r = wrapper_make(&original, o, ret);

        (void) json_object_put(original.spec);
        return r;
}

static void check(const char *text, const WrapperOptions *o, const char *expected) {
        _cleanup_json_ json_object *made = NULL, *wanted = object(expected);

        ck_assert_int_eq(make(text, "/k/name", o, &made), 0);
        ck_assert_msg(json_object_equal(made, wanted), "%s", json_object_to_json_string(made));
        ck_assert_str_eq(wrapper_original(made), "/k/name");
}

TEST(all_but_the_command_is_kept) {
        check("{\"argv\":[\"k\",\"-f\",\"{connection_file}\"],\"display_name\":\"K\",\"language\":\"l\","
              "\"interrupt_mode\":\"message\",\"env\":{\"A\":\"${B}\"},\"metadata\":{\"debugger\":true,"
              "\"compute_sessions\":{\"transport\":\"ipc\"}},\"unknown\":[1]}",
                &options,
                "{\"argv\":[\"/usr/bin/computectl\",\"run\",\"--type=notebook\",\"--kernel=name\",\"--\",\"k\",\"-f\","
                "\"{connection_file}\"],\"display_name\":\"K [compute session]\",\"language\":\"l\","
                "\"interrupt_mode\":\"message\",\"env\":{\"A\":\"${B}\"},\"metadata\":{\"debugger\":true,"
                "\"compute_sessions\":{\"transport\":\"ipc\",\"wraps\":\"/k/name\"}},\"unknown\":[1]}");
}

TEST(templates_of_the_folder_and_the_users_service) {
        check("{\"argv\":[\"{resource_dir}/run\",\"a={resource_dir};{resource_dir}\",\"{prefix}\"]}",
                &(WrapperOptions){ .program = "/c", .user = true },
                "{\"argv\":[\"/c\",\"--user\",\"run\",\"--type=notebook\",\"--kernel=name\",\"--\",\"/k/name/run\","
                "\"a=/k/name;/k/name\",\"{prefix}\"],\"display_name\":\"name [compute session]\","
                "\"metadata\":{\"compute_sessions\":{\"wraps\":\"/k/name\"}}}");
}

static const char *command_of(const char *directory, const char *environment, char ret[256]) {
        _cleanup_json_ json_object *made = NULL;
        json_object *arguments;

        ck_assert_int_eq(make("{\"argv\":[\"python\",\"python\"]}", directory,
                                 &(WrapperOptions){ .program = "/c", .environment = environment }, &made),
                0);
        arguments = json_member(made, "argv", json_type_array);
        ck_assert_str_eq(json_object_get_string(json_object_array_get_idx(arguments, 6)), "python");
        snprintf(ret, 256, "%s", json_object_get_string(json_object_array_get_idx(arguments, 5)));
        return ret;
}

TEST(python_is_the_environments) {
        char *root = scratch_make(), found[256];
        _cleanup_free_ char *own = scratch_file(root, "own/bin/python3", "", 0755),
                            *active = scratch_file(root, "active/bin/python3", "", 0755),
                            *environment = scratch_path(root, "active"),
                            *folder = scratch_path(root, "own/share/jupyter/kernels/python3");

        ck_assert_str_eq(command_of(folder, environment, found), own);
        ck_assert_str_eq(command_of("/k/python3", environment, found), active);
        ck_assert_str_eq(command_of("/k/python3", NULL, found), "python");
        scratch_remove(root);
}

TEST(broken_originals) {
        static const char *const texts[] = { "{}", "{\"argv\":[]}", "{\"argv\":\"k\"}", "{\"argv\":[1]}" };
        FoundKernelspec unreadable = { .name = (char *) "n", .directory = (char *) "/k" };
        json_object *made = NULL;

        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                ck_assert_int_eq(make(texts[i], "/k", &options, &made), -EBADMSG);
        ck_assert_int_eq(wrapper_make(&unreadable, &options, &made), -EBADMSG);
}

TEST(whose_is_it) {
        static const char *const others[] = { "{}", "[]", "{\"metadata\":1}",
                "{\"metadata\":{\"compute_sessions\":{}}}",
                "{\"metadata\":{\"compute_sessions\":{\"wraps\":1}}}",
                "{\"metadata\":{\"compute_sessions\":{\"wraps\":\"relative\"}}}" };

        ck_assert_ptr_null(wrapper_original(NULL));
        for (size_t i = 0; i < ELEMENTSOF(others); i++) {
                _cleanup_json_ json_object *o = object(others[i]);

                ck_assert_ptr_null(wrapper_original(o));
        }
}

static bool exists(const char *folder, const char *name) {
        _cleanup_free_ char *path = scratch_path(folder, name);

        return access(path, F_OK) >= 0;
}

TEST(written_once_and_removed_without_a_trace) {
        char *root = scratch_make();
        _cleanup_free_ char *logo = scratch_file(root, "k/original/logo.png", "L", 0644),
                            *original = scratch_path(root, "k/original"),
                            *wrapper = scratch_path(root, "deep/er/original-session"),
                            *parent = scratch_path(root, "deep/er");
        _cleanup_json_ json_object *made = NULL, *changed = NULL;

        free(scratch_file(root, "k/original/kernel.json", "{\"argv\":[\"k\"]}", 0644));
        ck_assert_int_eq(make("{\"argv\":[\"k\"]}", original, &options, &made), 0);
        ck_assert_int_eq(make("{\"argv\":[\"changed\"]}", original, &options, &changed), 0);
        ck_assert_int_eq(wrapper_write(wrapper, made), 1);
        ck_assert_int_eq(wrapper_write(wrapper, made), 0);
        ck_assert_int_eq(wrapper_write(wrapper, changed), 1);
        ck_assert_int_eq(wrapper_write(wrapper, changed), 0);
        ck_assert(exists(wrapper, "logo.png"));
        ck_assert(exists(wrapper, "kernel.json"));
        ck_assert(!exists(wrapper, "kernel.json.new"));
        ck_assert_int_eq(wrapper_remove(wrapper), 0);
        ck_assert(!exists(parent, "original-session"));
        ck_assert(exists(original, "kernel.json"));
        ck_assert(access(logo, F_OK) >= 0);
        ck_assert_int_eq(wrapper_remove(wrapper), -ENOENT);
        scratch_remove(root);
}

TEST(what_is_not_ours_stays) {
        char *root = scratch_make();
        _cleanup_free_ char *original = scratch_folder(root, "k/original"),
                            *other = scratch_folder(root, "other"), *ours = scratch_path(root, "ours");
        _cleanup_json_ json_object *made = NULL;

        ck_assert_int_eq(make("{\"argv\":[\"k\"]}", original, &options, &made), 0);
        free(scratch_file(root, "other/kernel.json", "{\"argv\":[\"o\"]}", 0644));
        ck_assert_int_eq(wrapper_write(other, made), -EEXIST);
        ck_assert_int_eq(wrapper_remove(other), -EPERM);
        ck_assert(exists(other, "kernel.json"));
        /* What somebody put beside ours. */
        ck_assert_int_eq(wrapper_write(ours, made), 1);
        free(scratch_file(root, "ours/kernel.css", "", 0644));
        ck_assert_int_eq(wrapper_remove(ours), -ENOTEMPTY);
        ck_assert(exists(ours, "kernel.css"));
        ck_assert(!exists(ours, "kernel.json"));
        scratch_remove(root);
}

TEST_MAIN(all_but_the_command_is_kept, templates_of_the_folder_and_the_users_service,
        python_is_the_environments, broken_originals, whose_is_it, written_once_and_removed_without_a_trace,
        what_is_not_ours_stays);
