/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Tells packagers of a library that is loaded while a program runs, in a note of its ELF file, as no other
 * header of the file names it: https://uapi-group.org/specifications/specs/elf_dlopen_metadata/. Tools that
 * make dependencies of packages read it, and `systemd-analyze dlopen-metadata FILE` shows it. */

#include <stdint.h>

#define DLOPEN_NOTE_OWNER "FDO"
#define DLOPEN_NOTE_TYPE  0x407c0c0aU

/* Puts a note into the object file, under a name that is free there. feature and description are for people;
 * priority is "required", "recommended" or "suggested"; soname is what dlopen() is given. All are string
 * literals without characters that JSON escapes. */
#define DLOPEN_NOTE(name, feature, description, priority, soname)              \
        DLOPEN_NOTE_JSON(name,                                                 \
                "[{\"feature\":\"" feature "\",\"description\":\"" description \
                "\",\"priority\":\"" priority "\",\"soname\":[\"" soname "\"]}]")

#define DLOPEN_NOTE_JSON(name, json)                                                            \
        __attribute__((used, section(".note.dlopen"))) _Alignas(uint32_t) static const struct { \
                uint32_t owner_size, text_size, type;                                           \
                char owner[sizeof(DLOPEN_NOTE_OWNER)];                                          \
                _Alignas(uint32_t) char text[sizeof(json)];                                     \
        } name = { sizeof(DLOPEN_NOTE_OWNER), sizeof(json), DLOPEN_NOTE_TYPE, DLOPEN_NOTE_OWNER, json }
