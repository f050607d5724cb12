/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What computectl reads of others and shows: fields of the journal, texts of sessions, what programs print,
 * what was typed. Nothing that is shown has a control character that the session chose. The input is which
 * reader, and the text. */

#include <locale.h>

#include "ctl/attach/screen-modes.h"
#include "ctl/options/detach-key.h"
#include "ctl/sessions/history.h"
#include "ctl/text/escapes.h"
#include "ctl/text/format.h"
#include "ctl/text/json.h"
#include "ctl/text/since.h"
#include "ctl/text/text-filter.h"
#include "shared/text.h"
#include "tests/fuzz/input.h"

#define NOW (1729756800 * USEC_PER_SEC)

/* Opens a stream to memory. The text is there once it is closed. */
static FILE *stream_begin(char **text, size_t *size) {
        FILE *f = open_memstream(text, size);

        promise(f);
        return f;
}

static void filter_text(Input *in) {
        bool styles = input_byte(in) & 1;
        char *text = NULL;
        size_t size = 0;
        FILE *f = stream_begin(&text, &size);

        promise(text_filter((const char *) in->data, in->size, styles, f) == 0 && fclose(f) == 0);
        for (size_t i = 0; i < size; i++) {
                unsigned char c = (unsigned char) text[i];

                promise(c >= 0x20 || c == '\n' || c == '\t' ||
                        (styles && c == '\033' && text[i + 1] == '['));
                promise(c != 0x7f);
        }
        free(text);
}

static void write_json(Input *in) {
        _cleanup_free_ char *s = input_string(in);
        char *text = NULL;
        size_t size = 0;
        FILE *f = stream_begin(&text, &size);
        Json j = { .stream = f };

        json_begin_object(&j, NULL);
        json_string(&j, "text", s);
        json_unsigned(&j, "number", input_number(in, 8));
        json_end_object(&j);
        promise(fclose(f) == 0);
        text[strcspn(text, "\n")] = 0;
        promise(text_is_printable(text));
        free(text);
}

/* Fields as journal_get_field() gives them: printable. */
static void describe_history(Input *in) {
        static const char *const events[] = { "started", "ended", "stop requested", "refused",
                "start failed", "keeper lost", "unknown" };
        HistoryEntry e = { .event = events[input_byte(in) % ELEMENTSOF(events)],
                .time = input_number(in, 8) };
        _cleanup_free_ char *detail = NULL, *text = NULL;
        char user[USER_NAME_SIZE];
        size_t size = 0;
        Json j = {};

        for (size_t i = 0; i < _HISTORY_FIELD_MAX && in->size > 0; i++) {
                _cleanup_free_ char *raw = input_string(in);

                e.fields[i] = isempty(raw) ? NULL : text_sanitize(raw, MESSAGE_TEXT_MAX);
        }
        detail = history_entry_detail(&e);
        promise(detail && text_is_printable(detail));
        (void) history_entry_user(&e, HISTORY_UID, user, sizeof(user));
        j.stream = stream_begin(&text, &size);
        history_entry_json(&e, &j);
        promise(fclose(j.stream) == 0);
        history_entry_done(&e);
}

static void cut_text(Input *in) {
        size_t columns = input_byte(in);
        _cleanup_free_ char *s = input_string(in), *cut = text_ellipsize(s, columns);

        promise(cut && (columns == 0 || text_columns(cut) <= columns));
}

static void read_typed(Input *in) {
        _cleanup_free_ char *s = input_string(in);
        DetachKey key;
        size_t length = 0;
        usec_t when;
        ssize_t n;

        (void) since_parse(s, NOW, &when);
        if (detach_key_parse(s, &key) >= 0) {
                n = detach_key_find(&key, (const char *) in->data, in->size, &length);
                promise(n >= -1 && (n < 0 || (length > 0 && (size_t) n + length <= in->size)));
        }
        n = (ssize_t) strlen(s);
        promise(escapes_replace(s) <= n);
}

static void follow_modes(Input *in) {
        size_t columns = input_byte(in) + 1U, split = in->size / 2;
        ScreenModes one = {}, two = {};
        char *first = NULL, *second = NULL;
        size_t first_size = 0, second_size = 0;
        FILE *f;

        screen_modes_feed(&one, (const char *) in->data, in->size);
        screen_modes_feed(&two, (const char *) in->data, split);
        screen_modes_feed(&two, (const char *) in->data + split, in->size - split);
        f = stream_begin(&first, &first_size);
        (void) screen_modes_undo(&one, (uint32_t) columns, f);
        promise(fclose(f) == 0);
        f = stream_begin(&second, &second_size);
        (void) screen_modes_undo(&two, (uint32_t) columns, f);
        promise(fclose(f) == 0);
        promise(first_size == second_size && memcmp(first, second, first_size) == 0);
        free(first);
        free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static void (*const readers[])(Input * in) = { filter_text, write_json, describe_history, cut_text,
                read_typed, follow_modes };
        Input in = { data, size };

        (void) setlocale(LC_CTYPE, "C.UTF-8");
        readers[input_byte(&in) % ELEMENTSOF(readers)](&in);
        return 0;
}
