/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl notebook: starts the kernel of a notebook, or re-opens the one that lives. */

#include <stdio.h>
#include <strings.h>

#include "ctl/bus/properties.h"
#include "ctl/notebook/moved-notebooks.h"
#include "ctl/notebook/notebook-path.h"
#include "ctl/options/limit-arguments.h"
#include "ctl/sessions/environment.h"
#include "ctl/sessions/resolve.h"
#include "ctl/text/json.h"
#include "ctl/text/shell-word.h"
#include "ctl/verbs/verbs.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/strv.h"
#include "shared/text.h"

static int append_arguments(sd_bus_message *m, const Arguments *a, const char *path) {
        _cleanup_strv_ char **environment = NULL;
        _cleanup_free_ char *directory = NULL;
        int r;

        r = working_directory_option(a, NULL, &directory);
        if (r < 0)
                return r;
        r = environment_for_session(a, SESSION_NOTEBOOK, &environment);
        if (r < 0)
                return r;
        r = sd_bus_message_append(m, "ss", path, strempty(a->kernel));
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r >= 0)
                r = append_string_option(m, "Name", a->name);
        if (r >= 0)
                r = append_string_option(m, "WorkingDirectory", directory);
        if (r >= 0)
                r = append_strv_option(m, "Environment", environment);
        if (r >= 0)
                r = append_string_option(m, "Transport", a->transport);
        if (r >= 0)
                r = append_limit_options(m, a->properties);
        if (r >= 0)
                r = append_true_option(m, "RestartOnCrash", a->restart_on_crash);
        if (r >= 0)
                r = append_switch_option(m, "RecordOutputs", a->record_outputs);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        return r < 0 ? log_error_errno(r, "Failed to describe the notebook: %m") : 0;
}

static void tell_in_json(const Arguments *a, const SessionProperties *p, bool started) {
        Json json = { .stream = stdout, .pretty = a->json == JSON_PRETTY };

        json_begin_object(&json, NULL);
        json_string(&json, "id", p->id);
        json_boolean(&json, "started", started);
        json_string(&json, "notebook", p->notebook);
        json_string(&json, "kernel", p->kernel_name);
        json_string(&json, "connection_file", p->connection_file);
        json_end_object(&json);
}

/* Kernels are named in any case; a kernel that is given by its folder has the folder's name. */
static bool is_other_kernel(const Arguments *a, const SessionProperties *p) {
        size_t length = a->kernel ? strlen(a->kernel) : 0;
        const char *name;

        while (length > 1 && a->kernel[length - 1] == '/')
                length--;
        name = length > 0 ? memrchr(a->kernel, '/', length) : NULL;
        if (length == 0 || isempty(p->kernel_name))
                return false;
        name = name ? name + 1 : a->kernel;
        length -= (size_t) (name - a->kernel);
        return strlen(p->kernel_name) != length || strncasecmp(name, p->kernel_name, length) != 0;
}

static int refuse_other_kernel(const Arguments *a, const SessionProperties *p) {
        _cleanup_free_ char *wanted = text_sanitize(a->kernel, 256),
                            *has = text_sanitize(p->kernel_name, 256);

        log_error(
                "The notebook is open in %s with the kernel %s, not %s. Re-open it without --kernel=, or stop it "
                "first: 'computectl%s stop %s'.",
                p->id, strempty(has), strempty(wanted), a->user ? " --user" : "", p->id);
        return -EBUSY;
}

/* Who wants nothing kept is not to believe that it is so. */
static int refuse_recording(const Arguments *a, const SessionProperties *p) {
        log_error(
                "The notebook is open in %s, whose outputs are kept. Re-open it without --record-outputs=no, or stop it "
                "first: 'computectl%s stop %s'.",
                p->id, a->user ? " --user" : "", p->id);
        return -EBUSY;
}

static int tell(const Arguments *a, const SessionProperties *p, bool started) {
        _cleanup_free_ char *notebook = text_sanitize(strempty(p->notebook), OPTION_PATH_MAX),
                            *kernel = text_sanitize(strempty(p->kernel_name), 256),
                            *file = text_sanitize(strempty(p->connection_file), OPTION_PATH_MAX),
                            *word = file ? shell_word(file) : NULL;

        if (!notebook || !kernel || !word)
                return log_oom();
        if (a->json != JSON_OFF) {
                tell_in_json(a, p, started);
                return 0;
        }
        if (a->quiet) {
                puts(p->id);
                return 0;
        }
        printf("%s %s (%s) for %s\n", started ? "Started" : "Re-opened", p->id, kernel, notebook);
        if (!isempty(file))
                printf("Connection file: %s\nConnect with: jupyter console --existing %s\n", file, word);
        return 0;
}

int verb_notebook(Client *c, char **operands) {
        _cleanup_bus_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL, *get = NULL, *properties = NULL;
        _cleanup_session_properties_ SessionProperties p = SESSION_PROPERTIES_NULL;
        _cleanup_free_ char *path = NULL;
        const char *id, *object;
        int started, r;

        r = limit_assignments_check(c->arguments->properties);
        if (r < 0)
                return r;
        r = notebook_path(c->arguments, operands[0], &path);
        if (r < 0)
                return r;
        r = client_connect(c);
        if (r < 0)
                return r;
        r = manager_message(c, "StartNotebook", &m);
        if (r < 0)
                return client_report(c, r, NULL, "start the notebook");
        r = append_arguments(m, c->arguments, path);
        if (r < 0)
                return r;
        r = sd_bus_call(c->bus, m, START_TIMEOUT_USEC, &error, &reply);
        if (r >= 0)
                r = sd_bus_message_read(reply, "sob", &id, &object, &started);
        if (r >= 0 && !session_id_is_valid(id))
                r = -EBADMSG;
        if (r < 0)
                return client_report(c, r, &error, "start the notebook");

        r = properties_message(c, object, SESSION_INTERFACE, &get);
        if (r >= 0)
                r = sd_bus_call(c->bus, get, CALL_TIMEOUT_USEC, &error, &properties);
        if (r >= 0)
                r = session_properties_read(&p, properties);
        if (r >= 0)
                r = replace_string(&p.id, id);
        if (r < 0)
                return client_report(c, r, &error, "learn about %s", id);
        if (!started && is_other_kernel(c->arguments, &p))
                return refuse_other_kernel(c->arguments, &p);
        if (!started && c->arguments->record_outputs == 0 && p.record_outputs)
                return refuse_recording(c->arguments, &p);
        if (started) {
                notebook_tell_new(c->arguments, path);
                moved_notebooks_tell(c, id, path);
        }
        return tell(c->arguments, &p, started);
}
