/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a caller may ask for: every option, every refusal with its error name and a sentence, every limit. */

#include "manager/base/start-request.h"
#include "shared/names.h"
#include "shared/strv.h"
#include "shared/text.h"
#include "tests/unit/message.h"
#include "tests/unit/test-main.h"

static StartRequest *read_good(RequestKind kind, sd_bus_message *call) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        StartRequest *request = NULL;
        int r;

        r = start_request_read(kind, call, &request, &error);
        ck_assert_msg(r >= 0, "refused: %s", strempty(error.message));
        ck_assert_int_eq(request->kind, kind);
        sd_bus_message_unref(call);
        return request;
}

static void assert_refused(RequestKind kind, sd_bus_message *call, const char *name, const char *says) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        StartRequest *request = NULL;

        ck_assert_msg(
                start_request_read(kind, call, &request, &error) < 0, "accepted, but should say: %s", says);
        ck_assert_ptr_null(request);
        ck_assert_msg(error.name && streq(error.name, name), "%s: %s", strempty(error.name),
                strempty(error.message));
        ck_assert_msg(strstr(error.message, says), "says: %s", error.message);
        sd_bus_error_free(&error);
        sd_bus_message_unref(call);
}

TEST(terminal_with_nothing_said) {
        StartRequest *request = read_good(REQUEST_TERMINAL, message_make("a{sv}", 0));

        ck_assert_int_eq(request->type, SESSION_TERMINAL);
        ck_assert_ptr_null(request->name);
        ck_assert_ptr_null(request->command);
        ck_assert_uint_eq(request->rows, 0);
        ck_assert_ptr_null(start_request_free(request));
        message_bus_done();
}

TEST(terminal_with_everything_said) {
        StartRequest *request = read_good(REQUEST_TERMINAL,
                message_make("a{sv}", 6, "Name", "s", "work", "Command", "as", 2, "/bin/sleep", "5",
                        "WorkingDirectory", "s", "/tmp", "Environment", "as", 1, "A=b", "Rows", "u", 1,
                        "Columns", "u", 10000));

        ck_assert_str_eq(request->name, "work");
        ck_assert_uint_eq(strv_length(request->command), 2);
        ck_assert_str_eq(request->command[1], "5");
        ck_assert_str_eq(request->directory, "/tmp");
        ck_assert_str_eq(strv_env_get(request->environment, "A"), "b");
        ck_assert_uint_eq(request->rows, 1);
        ck_assert_uint_eq(request->columns, 10000);
        (void) start_request_free(request);
        message_bus_done();
}

TEST(notebook) {
        StartRequest *request = read_good(REQUEST_NOTEBOOK,
                message_make("ssa{sv}", "/home/a/b c.ipynb", "python3", 1, "Transport", "s", "ipc"));

        ck_assert_int_eq(request->type, SESSION_NOTEBOOK);
        ck_assert_str_eq(request->notebook, "/home/a/b c.ipynb");
        ck_assert_str_eq(request->kernel, "python3");
        ck_assert_str_eq(request->transport, "ipc");
        ck_assert(!request->has_record_outputs);
        (void) start_request_free(request);
        request = read_good(
                REQUEST_NOTEBOOK, message_make("ssa{sv}", "/a", "", 1, "RecordOutputs", "b", (int) false));
        ck_assert(request->has_record_outputs && !request->record_outputs);
        (void) start_request_free(request);
        (void) start_request_free(read_good(
                REQUEST_NOTEBOOK, message_make("ssa{sv}", "/a", "/usr/share/jupyter/kernels/x", 0)));
        (void) start_request_free(read_good(REQUEST_NOTEBOOK, message_make("ssa{sv}", "/a", "", 0)));
        message_bus_done();
}

TEST(registered_process) {
        StartRequest *request = read_good(REQUEST_REGISTER,
                message_make("ssa{sv}", "notebook", "mine", 4, "Notebook", "s", "/a.ipynb", "KernelName",
                        "s", "ir", "ConnectionFile", "s", "/run/a.json", "Command", "as", 1, "R"));

        ck_assert_int_eq(request->type, SESSION_NOTEBOOK);
        ck_assert_str_eq(request->name, "mine");
        ck_assert_str_eq(request->notebook, "/a.ipynb");
        ck_assert_str_eq(request->kernel, "ir");
        ck_assert_str_eq(request->connection_file, "/run/a.json");
        (void) start_request_free(request);
        assert_refused(REQUEST_REGISTER, message_make("ssa{sv}", "kernel", "a", 0), ERROR_INVALID_ARGUMENT,
                "'notebook' or 'terminal'");
        assert_refused(REQUEST_REGISTER, message_make("ssa{sv}", "terminal", "", 0), ERROR_INVALID_ARGUMENT,
                "printable");
        assert_refused(REQUEST_REGISTER, message_make("ssa{sv}", "terminal", "a", 1, "Notebook", "s", "/a"),
                ERROR_INVALID_ARGUMENT, "no notebook");
        assert_refused(REQUEST_REGISTER,
                message_make("ssa{sv}", "terminal", "a", 1, "RecordOutputs", "b", (int) true),
                ERROR_INVALID_ARGUMENT, "RecordOutputs is for notebooks");
        message_bus_done();
}

/* Unknown is also what another method knows; the error lists what is known. */
TEST(unknown_options_are_refused) {
        assert_refused(REQUEST_TERMINAL, message_make("a{sv}", 1, "NoSuchOption", "s", "a"),
                ERROR_UNKNOWN_OPTION, "'NoSuchOption'");
        assert_refused(REQUEST_TERMINAL, message_make("a{sv}", 1, "name", "s", "a"), ERROR_UNKNOWN_OPTION,
                "Name, Command, ");
        assert_refused(REQUEST_TERMINAL, message_make("a{sv}", 1, "Transport", "s", "ipc"),
                ERROR_UNKNOWN_OPTION, "Transport");
        assert_refused(REQUEST_NOTEBOOK, message_make("ssa{sv}", "/a", "", 1, "Command", "as", 1, "a"),
                ERROR_UNKNOWN_OPTION, "Transport");
        assert_refused(REQUEST_REGISTER, message_make("ssa{sv}", "terminal", "a", 1, "Name", "s", "b"),
                ERROR_UNKNOWN_OPTION, "Name");
        assert_refused(REQUEST_TERMINAL, message_make("a{sv}", 1, "a\nb\033", "s", "a"),
                ERROR_UNKNOWN_OPTION, "'a?b?'");
        message_bus_done();
}

TEST(options_of_the_wrong_type_are_refused) {
        assert_refused(REQUEST_TERMINAL, message_make("a{sv}", 1, "Name", "u", 1), ERROR_INVALID_ARGUMENT,
                "type 's', not 'u'");
        assert_refused(REQUEST_TERMINAL, message_make("a{sv}", 1, "Rows", "i", 1), ERROR_INVALID_ARGUMENT,
                "type 'u', not 'i'");
        assert_refused(REQUEST_TERMINAL, message_make("a{sv}", 1, "Command", "s", "a"),
                ERROR_INVALID_ARGUMENT, "type 'as'");
        assert_refused(REQUEST_TERMINAL, message_make("a{sv}", 1, "Environment", "a{ss}", 1, "A", "b"),
                ERROR_INVALID_ARGUMENT, "type 'as'");
        assert_refused(REQUEST_TERMINAL, message_make("a{sv}", 1, "Name", "v", "s", "a"),
                ERROR_INVALID_ARGUMENT, "type 's', not 'v'");
        message_bus_done();
}

TEST(bad_values_are_refused) {
        static const char *const paths[] = { "", "a", "~", "/a/../b", "/a\nb", "/." };

        assert_refused(REQUEST_TERMINAL, message_make("a{sv}", 1, "Name", "s", ""), ERROR_INVALID_ARGUMENT,
                "printable");
        assert_refused(REQUEST_TERMINAL, message_make("a{sv}", 1, "Name", "s", "a\nb"),
                ERROR_INVALID_ARGUMENT, "printable");
        assert_refused(
                REQUEST_TERMINAL, message_make("a{sv}", 1, "Rows", "u", 0), ERROR_INVALID_ARGUMENT, "10000");
        assert_refused(REQUEST_TERMINAL, message_make("a{sv}", 1, "Columns", "u", 10001),
                ERROR_INVALID_ARGUMENT, "10000");
        assert_refused(REQUEST_TERMINAL, message_make("a{sv}", 1, "Command", "as", 0),
                ERROR_INVALID_ARGUMENT, "login shell");
        assert_refused(REQUEST_TERMINAL, message_make("a{sv}", 1, "Command", "as", 2, "", "a"),
                ERROR_INVALID_ARGUMENT, "login shell");
        assert_refused(REQUEST_TERMINAL, message_make("a{sv}", 1, "Environment", "as", 1, "A"),
                ERROR_INVALID_ARGUMENT, "NAME=VALUE");
        assert_refused(REQUEST_TERMINAL, message_make("a{sv}", 1, "Environment", "as", 2, "A=b", "1=b"),
                ERROR_INVALID_ARGUMENT, "NAME=VALUE");
        assert_refused(REQUEST_NOTEBOOK, message_make("ssa{sv}", "/a", "", 1, "Transport", "s", "udp"),
                ERROR_INVALID_ARGUMENT, "'tcp'");
        assert_refused(REQUEST_NOTEBOOK, message_make("ssa{sv}", "/a", "../x", 0), ERROR_INVALID_ARGUMENT,
                "kernelspec list");
        assert_refused(REQUEST_NOTEBOOK, message_make("ssa{sv}", "/a", "/x/../y", 0), ERROR_INVALID_ARGUMENT,
                "kernelspec list");
        assert_refused(REQUEST_NOTEBOOK, message_make("ssa{sv}", "/a", "a\nb", 0), ERROR_INVALID_ARGUMENT,
                "printable");
        assert_refused(REQUEST_NOTEBOOK, message_make("ssa{sv}", "/", "", 0), ERROR_INVALID_ARGUMENT,
                "root folder");
        for (size_t i = 0; i < ELEMENTSOF(paths); i++) {
                assert_refused(REQUEST_TERMINAL, message_make("a{sv}", 1, "WorkingDirectory", "s", paths[i]),
                        ERROR_INVALID_ARGUMENT, "absolute");
                assert_refused(REQUEST_NOTEBOOK, message_make("ssa{sv}", paths[i], "", 0),
                        ERROR_INVALID_ARGUMENT, "absolute");
        }
        message_bus_done();
}

/* A call with one option that is a list of n strings of this length. */
static sd_bus_message *make_list(const char *option, size_t n, size_t length) {
        _cleanup_free_ char *text = malloc(length + 1);
        sd_bus_message *call = message_new();

        memset(text, 'A', length);
        text[length] = 0;
        if (length > 2)
                text[2] = '=';
        ck_assert_int_ge(sd_bus_message_open_container(call, 'a', "{sv}"), 0);
        ck_assert_int_ge(sd_bus_message_open_container(call, 'e', "sv"), 0);
        ck_assert_int_ge(sd_bus_message_append(call, "s", option), 0);
        ck_assert_int_ge(sd_bus_message_open_container(call, 'v', "as"), 0);
        ck_assert_int_ge(sd_bus_message_open_container(call, 'a', "s"), 0);
        for (size_t i = 0; i < n; i++)
                ck_assert_int_ge(sd_bus_message_append(call, "s", text), 0);
        for (size_t i = 0; i < 4; i++)
                ck_assert_int_ge(sd_bus_message_close_container(call), 0);
        return message_seal(call);
}

TEST(limits) {
        static const char *const options[] = { "Command", "Environment" };

        for (size_t i = 0; i < ELEMENTSOF(options); i++) {
                (void) start_request_free(read_good(REQUEST_TERMINAL, make_list(options[i], 1024, 10)));
                assert_refused(
                        REQUEST_TERMINAL, make_list(options[i], 1025, 10), ERROR_INVALID_ARGUMENT, "1024");
                (void) start_request_free(
                        read_good(REQUEST_TERMINAL, make_list(options[i], 1, REQUEST_TEXT_MAX - 8)));
                assert_refused(REQUEST_TERMINAL, make_list(options[i], 1, REQUEST_TEXT_MAX - 7),
                        ERROR_INVALID_ARGUMENT, "128 KiB");
                assert_refused(REQUEST_TERMINAL, make_list(options[i], 1000, 1000), ERROR_INVALID_ARGUMENT,
                        "128 KiB");
        }
        message_bus_done();
}

TEST(option_given_twice_is_refused) {
        assert_refused(REQUEST_TERMINAL, message_make("a{sv}", 2, "Name", "s", "a", "Name", "s", "b"),
                ERROR_INVALID_ARGUMENT, "twice");
        message_bus_done();
}

TEST(limits_of_the_session) {
        StartRequest *request = read_good(REQUEST_TERMINAL,
                message_make("a{sv}", 3, "MemoryMax", "t", UINT64_C(4096), "Name", "s", "a", "TasksMax", "t",
                        UINT64_MAX));

        ck_assert_uint_eq(request->limits.values[LIMIT_MEMORY_MAX], 4096);
        ck_assert(limits_have(&request->limits, LIMIT_TASKS_MAX));
        ck_assert(!limits_have(&request->limits, LIMIT_MEMORY_HIGH));
        (void) start_request_free(request);
        (void) start_request_free(read_good(
                REQUEST_NOTEBOOK, message_make("ssa{sv}", "/a", "", 1, "MemoryHighScale", "u", 1000)));
        (void) start_request_free(read_good(REQUEST_REGISTER,
                message_make("ssa{sv}", "terminal", "a", 1, "CPUWeight", "t", UINT64_C(1))));
        assert_refused(REQUEST_TERMINAL, message_make("a{sv}", 1, "MemoryMax", "t", UINT64_C(0)),
                ERROR_INVALID_ARGUMENT, "MemoryMax cannot be 0");
        assert_refused(REQUEST_TERMINAL, message_make("a{sv}", 1, "MemoryMax", "s", "2G"),
                ERROR_INVALID_ARGUMENT, "type 't', not 's'");
        assert_refused(REQUEST_TERMINAL, message_make("a{sv}", 1, "MemoryMin", "t", UINT64_C(1)),
                ERROR_UNKNOWN_OPTION, "CPUQuotaPerSecUSec");
        message_bus_done();
}

TEST_MAIN(terminal_with_nothing_said, terminal_with_everything_said, notebook, registered_process,
        unknown_options_are_refused, options_of_the_wrong_type_are_refused, bad_values_are_refused, limits,
        option_given_twice_is_refused, limits_of_the_session);
