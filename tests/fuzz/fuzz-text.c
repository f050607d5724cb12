/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The readers of src/shared: ids, numbers, time spans, signals, text. What is accepted means the same when
 * it is written and read again; what is made printable is. */

#include "shared/ids.h"
#include "shared/limit.h"
#include "shared/parse.h"
#include "shared/text.h"
#include "tests/fuzz/input.h"

static void check_ids(const char *s) {
        char id[SESSION_ID_MAX], unit[UNIT_NAME_SIZE], path[BUS_PATH_SIZE], back[SESSION_ID_MAX];
        SessionType type;
        uint64_t number;

        if (session_id_parse(s, &type, &number) >= 0) {
                session_id_format(type, number, id);
                promise(streq(id, s));
                session_scope_name(id, unit);
                promise(session_id_from_scope(unit, back) >= 0 && streq(back, id));
                session_keeper_name(id, unit);
                promise(session_id_from_keeper(unit, back) >= 0 && streq(back, id));
                session_bus_path(id, path);
                promise(session_id_from_bus_path(path, back) >= 0 && streq(back, id));
        }
        if (session_id_from_scope(s, back) >= 0) {
                promise(session_id_is_valid(back));
                session_scope_name(back, unit);
                promise(streq(unit, s));
        }
        if (session_id_from_keeper(s, back) >= 0) {
                promise(session_id_is_valid(back));
                session_keeper_name(back, unit);
                promise(streq(unit, s));
        }
        if (session_id_from_bus_path(s, back) >= 0) {
                promise(session_id_is_valid(back));
                session_bus_path(back, path);
                promise(streq(path, s));
        }
}

/* A limit that is written exactly is the same when it is read again. */
static void check_limits(const char *s) {
        char text[LIMIT_SIZE];
        LimitText limit, again;

        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++) {
                if (limit_parse(kind, s, &limit) < 0 || limit.relative)
                        continue;
                promise(limit_is_valid(kind, limit.value));
                (void) limit_format(kind, limit.value, text);
                promise(limit_parse(kind, text, &again) >= 0 && !again.relative &&
                        again.value == limit.value);
        }
}

static void check_numbers(const char *s) {
        char text[32], span[TIME_SPAN_SIZE];
        uint64_t number, again;
        uint32_t small;
        bool yes;

        if (parse_uint64(s, &number) >= 0) {
                (void) snprintf(text, sizeof(text), "%" PRIu64, number);
                promise(parse_uint64(text, &again) >= 0 && again == number);
                promise(parse_uint32(s, &small) < 0 ? number > UINT32_MAX : small == number);
        } else
                promise(parse_uint32(s, &small) < 0);
        (void) parse_size(s, &number);
        (void) parse_percent(s, &number);
        (void) parse_boolean(s, &yes);
        (void) parse_on_detach(s, &number);
        if (parse_time_span(s, &number) >= 0) {
                (void) format_time_span(number, span);
                /* "4.2s" is for people; fractions are not read. */
                promise(strchr(span, '.') || (parse_time_span(span, &again) >= 0 && again <= number));
        }
        promise(parse_signal(s) != 0);
}

static void check_text(const char *s, size_t max) {
        _cleanup_free_ char *text = text_sanitize(s, max);

        promise(text && strlen(text) <= max && text_is_printable(text));
        if (text_is_printable(s) && strlen(s) <= max)
                promise(streq(text, s));
        if (session_name_is_valid(s))
                promise(text_is_printable(s) && strlen(s) <= SESSION_NAME_MAX && s[0] != 0);
        if (path_is_normalized(s))
                promise(s[0] == '/' && !strstr(s, "/../") && !strstr(s, "/./"));
        if (env_assignment_is_valid(s))
                promise(strchr(s, '=') > s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Input in = { data, size };
        size_t max = input_byte(&in);
        _cleanup_free_ char *s = input_string(&in);

        check_ids(s);
        check_numbers(s);
        check_limits(s);
        check_text(s, max < 255 ? max : SIZE_MAX);
        return 0;
}
