/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads the lines that Session.GetOutputs() gives. They are the word of a user's kernel: nothing in them has
 * to be there. */

#include "ctl/notebook/kernel-output.h"

static const char *const type_names[_OUTPUT_MAX] = {
        [OUTPUT_EXECUTE_INPUT] = "execute_input",
        [OUTPUT_STREAM] = "stream",
        [OUTPUT_DISPLAY_DATA] = "display_data",
        [OUTPUT_UPDATE_DISPLAY_DATA] = "update_display_data",
        [OUTPUT_EXECUTE_RESULT] = "execute_result",
        [OUTPUT_ERROR] = "error",
        [OUTPUT_CLEAR_OUTPUT] = "clear_output",
        [OUTPUT_COMM_OPEN] = "comm_open",
        [OUTPUT_COMM_MSG] = "comm_msg",
        [OUTPUT_COMM_CLOSE] = "comm_close",
        [OUTPUT_SESSION] = "session",
};

const char *kernel_output_type_to_string(KernelOutputType type) {
        return type_names[type];
}

static KernelOutputType type_from_string(const char *s) {
        for (KernelOutputType i = 0; i < _OUTPUT_MAX; i++)
                if (streq(type_names[i], s))
                        return i;
        return _OUTPUT_INVALID;
}

json_object *json_member(json_object *object, const char *key, json_type type) {
        json_object *value;

        if (!json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, type))
                return NULL;
        return value;
}

const char *json_text_of(json_object *object, const char *key, size_t *ret_size) {
        json_object *value = json_member(object, key, json_type_string);

        if (ret_size)
                *ret_size = value ? (size_t) json_object_get_string_len(value) : 0;
        return value ? json_object_get_string(value) : "";
}

static uint64_t unsigned_of(json_object *object, const char *key) {
        json_object *value = json_member(object, key, json_type_int);

        return value ? json_object_get_uint64(value) : 0;
}

int kernel_output_parse(const char *line, size_t size, KernelOutput *ret) {
        _cleanup_json_ json_object *object = NULL;
        KernelOutputType type;
        json_object *content;
        int r;

        r = json_read(line, size, &object, NULL);
        if (r < 0)
                return r == -ENOMEM ? r : -EBADMSG;
        content = json_member(object, "content", json_type_object);
        if (!content || !json_member(object, "type", json_type_string))
                return -EBADMSG;
        type = type_from_string(json_text_of(object, "type", NULL));
        if (type < 0)
                return 0;

        *ret = (KernelOutput){
                .type = type,
                .sequence = unsigned_of(object, "seq"),
                .time = unsigned_of(object, "time"),
                .parent = json_text_of(object, "parent", NULL),
                .content = content,
                .line = object,
        };
        object = NULL;
        return 1;
}

void kernel_output_done(KernelOutput *o) {
        (void) json_object_put(o->line);
        *o = (KernelOutput){};
}

const char *kernel_output_event(const KernelOutput *o) {
        return json_text_of(o->content, "event", NULL);
}

bool kernel_output_is_start_or_end(const KernelOutput *o) {
        const char *event = kernel_output_event(o);

        return o->type == OUTPUT_SESSION &&
                (streq(event, "started") || streq(event, "restarted") || streq(event, "ended"));
}
