/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Session ids, and the unit names and bus paths that are made of them. */

#include <inttypes.h>
#include <stdio.h>

#include "shared/ids.h"
#include "shared/names.h"
#include "shared/parse.h"

#define SCOPE_PREFIX  "compute-"
#define SCOPE_SUFFIX  ".scope"
#define KEEPER_PREFIX "compute-keeper-"
#define KEEPER_SUFFIX ".service"

static const char type_letter[SESSION_TYPE_MAX] = {
        [SESSION_NOTEBOOK] = 'n',
        [SESSION_TERMINAL] = 't',
};

int session_id_parse(const char *id, SessionType *ret_type, uint64_t *ret_number) {
        SessionType type;
        uint64_t number;
        int r;

        if (isempty(id))
                return -EINVAL;
        for (type = 0; type < SESSION_TYPE_MAX; type++)
                if (type_letter[type] == id[0])
                        break;
        if (type == SESSION_TYPE_MAX || id[1] == '0')
                return -EINVAL;
        r = parse_uint64(id + 1, &number);
        if (r < 0)
                return -EINVAL;

        if (ret_type)
                *ret_type = type;
        if (ret_number)
                *ret_number = number;
        return 0;
}

void session_id_format(SessionType type, uint64_t number, char ret[SESSION_ID_MAX]) {
        assert(type >= 0 && type < SESSION_TYPE_MAX);

        snprintf(ret, SESSION_ID_MAX, "%c%" PRIu64, type_letter[type], number);
}

bool session_id_is_valid(const char *id) {
        return session_id_parse(id, NULL, NULL) >= 0;
}

void session_scope_name(const char *id, char ret[UNIT_NAME_SIZE]) {
        snprintf(ret, UNIT_NAME_SIZE, SCOPE_PREFIX "%s" SCOPE_SUFFIX, id);
}

void session_keeper_name(const char *id, char ret[UNIT_NAME_SIZE]) {
        snprintf(ret, UNIT_NAME_SIZE, KEEPER_PREFIX "%s" KEEPER_SUFFIX, id);
}

void session_slice_name(uid_t uid, char ret[UNIT_NAME_SIZE]) {
        snprintf(ret, UNIT_NAME_SIZE, "compute-%" PRIu32 ".slice", (uint32_t) uid);
}

void session_bus_path(const char *id, char ret[BUS_PATH_SIZE]) {
        snprintf(ret, BUS_PATH_SIZE, SESSION_PATH "/%s", id);
}

static int id_between(const char *s, const char *prefix, const char *suffix, char ret[SESSION_ID_MAX]) {
        char id[SESSION_ID_MAX];
        size_t length, suffix_length = strlen(suffix);
        const char *p;

        p = startswith(s, prefix);
        if (!p)
                return -EINVAL;
        length = strlen(p);
        if (length <= suffix_length || !streq(p + length - suffix_length, suffix))
                return -EINVAL;
        length -= suffix_length;
        if (length >= sizeof(id))
                return -EINVAL;
        memcpy(id, p, length);
        id[length] = 0;
        if (!session_id_is_valid(id))
                return -EINVAL;

        memcpy(ret, id, length + 1);
        return 0;
}

int session_id_from_scope(const char *unit, char ret[SESSION_ID_MAX]) {
        return id_between(unit, SCOPE_PREFIX, SCOPE_SUFFIX, ret);
}

int session_id_from_keeper(const char *unit, char ret[SESSION_ID_MAX]) {
        return id_between(unit, KEEPER_PREFIX, KEEPER_SUFFIX, ret);
}

int session_id_from_bus_path(const char *path, char ret[SESSION_ID_MAX]) {
        return id_between(path, SESSION_PATH "/", "", ret);
}
