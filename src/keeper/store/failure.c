/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Errors with a sentence for the user. */

#include <stdarg.h>
#include <stdio.h>

#include "keeper/store/failure.h"
#include "shared/text.h"

int failure_set(Failure *f, KeeperError error, const char *format, ...) {
        _cleanup_free_ char *text = NULL;
        va_list arguments;
        int length;

        assert(error > KEEPER_ERROR_NONE && error < _KEEPER_ERROR_MAX);

        if (f->error != KEEPER_ERROR_NONE)
                return (int) f->error;
        f->error = error;
        va_start(arguments, format);
        length = vasprintf(&text, format, arguments);
        va_end(arguments);
        if (length < 0)
                text = NULL;
        else
                f->message = text_sanitize(text, MESSAGE_TEXT_MAX);
        return (int) error;
}

const char *failure_message(const Failure *f) {
        return f->message ? f->message
                          : "The session could not be started for want of memory. Try again later.";
}

void failure_done(Failure *f) {
        free(f->message);
        *f = (Failure){};
}
