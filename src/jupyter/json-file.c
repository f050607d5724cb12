/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* JSON from files of users. */

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jupyter/json-file.h"

#define DEPTH_MAX 64

static void tokener_free_pointer(json_tokener **tokener) {
        if (*tokener)
                json_tokener_free(*tokener);
}

static const char *describe(enum json_tokener_error error) {
        switch (error) {
        case json_tokener_continue:
        case json_tokener_error_parse_eof:
                return "it ends too early";
        case json_tokener_error_parse_null: /* the library guesses by the first letter */
        case json_tokener_error_parse_boolean:
                return "a word in it is no JSON";
        default:
                return json_tokener_error_desc(error);
        }
}

static int parse(const char *text, size_t size, int flags, json_object **ret, const char **ret_reason) {
        _cleanup_(tokener_free_pointer) json_tokener *tokener = NULL;
        _cleanup_json_ json_object *object = NULL;
        enum json_tokener_error error;

        tokener = json_tokener_new_ex(DEPTH_MAX);
        if (!tokener)
                return -ENOMEM;
        json_tokener_set_flags(tokener, flags);
        object = json_tokener_parse_ex(tokener, text, (int) size);
        error = json_tokener_get_error(tokener);
        /* A number ends only at what follows it: say that nothing does. */
        if (error == json_tokener_continue) {
                object = json_tokener_parse_ex(tokener, "", 1);
                error = json_tokener_get_error(tokener);
        }
        if (error != json_tokener_success) {
                if (ret_reason)
                        *ret_reason = describe(error);
                return -EBADMSG;
        }

        *ret = TAKE_PTR(object);
        return 0;
}

static int file_read(int fd, size_t size, char **ret, size_t *ret_size) {
        _cleanup_free_ char *text = NULL;
        size_t filled = 0;

        text = malloc(size + 1);
        if (!text)
                return -ENOMEM;
        while (filled < size) {
                ssize_t n;

                n = read(fd, text + filled, size - filled);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                filled += (size_t) n;
        }
        text[filled] = 0;

        *ret = TAKE_PTR(text);
        *ret_size = filled;
        return 0;
}

int json_file_read(const char *path, size_t max, json_object **ret, const char **ret_reason) {
        _cleanup_free_ char *text = NULL;
        _cleanup_close_ int fd = -EBADF;
        struct stat st;
        size_t size = 0;
        int r;

        /* Without O_NONBLOCK a FIFO would stop us. */
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd < 0 || fstat(fd, &st) < 0)
                return -errno;
        if (S_ISDIR(st.st_mode))
                return -EISDIR;
        if (!S_ISREG(st.st_mode))
                return -EINVAL;
        if (st.st_size < 0 || (uint64_t) st.st_size > max)
                return -EFBIG;
        r = file_read(fd, (size_t) st.st_size, &text, &size);
        if (r < 0)
                return r;
        return json_read(text, size, ret, ret_reason);
}

int json_get_string(json_object *object, const char *key, const char **ret) {
        json_object *value;
        const char *s;

        if (!json_object_object_get_ex(object, key, &value))
                return 0;
        if (!json_object_is_type(value, json_type_string))
                return -EBADMSG;
        s = json_object_get_string(value);
        if (strlen(s) != (size_t) json_object_get_string_len(value))
                return -EBADMSG;
        *ret = s;
        return 1;
}

/* Strict, json-c 0.18 takes every byte of a character beyond ASCII for a control character, and refuses it.
 * So the grammar is looked at without these, which it allows only in strings, as any other character
 * there. */
static int check_grammar(const char *text, size_t size, const char **ret_reason) {
        _cleanup_free_ char *ascii = NULL;
        _cleanup_json_ json_object *ignored = NULL;

        ascii = malloc(size);
        if (!ascii)
                return -ENOMEM;
        for (size_t i = 0; i < size; i++)
                ascii[i] = text[i] & 0x80 ? 'x' : text[i];
        return parse(ascii, size, JSON_TOKENER_STRICT, &ignored, ret_reason);
}

int json_read(const char *text, size_t size, json_object **ret, const char **ret_reason) {
        int strict = JSON_TOKENER_STRICT;

        if (size > INT_MAX - 1)
                return -EFBIG;
        if (memchr(text, 0, size)) {
                if (ret_reason)
                        *ret_reason = "it has a NUL byte";
                return -EBADMSG;
        }
        for (size_t i = 0; i < size && strict; i++)
                if (text[i] & 0x80)
                        strict = 0;
        if (!strict) {
                int r = check_grammar(text, size, ret_reason);
                if (r < 0)
                        return r;
        }
        return parse(text, size, strict | JSON_TOKENER_VALIDATE_UTF8, ret, ret_reason);
}
