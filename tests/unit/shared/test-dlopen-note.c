/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Notes of libraries that are loaded later, as whoever reads an ELF file finds them. */

#include <link.h>

#include "shared/dlopen-note.h"
#include "tests/unit/test-main.h"

DLOPEN_NOTE(first_note, "a", "First one", "recommended", "liba.so.1");
DLOPEN_NOTE(second_note, "bc", "Second", "required", "libbc.so.22");

typedef struct Found {
        unsigned n;
        char texts[4][256];
} Found;

static size_t padded(size_t size) {
        return (size + 3) / 4 * 4;
}

/* Takes the notes of one segment of this program. */
static void find_notes(const char *at, size_t size, Found *found) {
        while (size >= sizeof(ElfW(Nhdr))) {
                const ElfW(Nhdr) *note = (const void *) at;
                const char *owner = at + sizeof(*note), *text = owner + padded(note->n_namesz);
                size_t all = sizeof(*note) + padded(note->n_namesz) + padded(note->n_descsz);

                ck_assert_uint_le(all, size);
                if (note->n_type == DLOPEN_NOTE_TYPE) {
                        ck_assert_uint_eq(note->n_namesz, 4);
                        ck_assert_str_eq(owner, "FDO");
                        ck_assert_uint_lt(found->n, ELEMENTSOF(found->texts));
                        ck_assert_uint_lt(note->n_descsz, sizeof(found->texts[0]));
                        memcpy(found->texts[found->n++], text, note->n_descsz);
                }
                at += all;
                size -= all;
        }
}

/* The first object is the program. */
static int on_object(struct dl_phdr_info *info, size_t size, void *userdata) {
        (void) size;
        for (size_t i = 0; i < info->dlpi_phnum; i++)
                if (info->dlpi_phdr[i].p_type == PT_NOTE && info->dlpi_phdr[i].p_align == 4)
                        find_notes((const char *) info->dlpi_addr + info->dlpi_phdr[i].p_vaddr,
                                info->dlpi_phdr[i].p_memsz, userdata);
        return 1;
}

static bool has(const Found *found, const char *text) {
        for (unsigned i = 0; i < found->n; i++)
                if (streq(found->texts[i], text))
                        return true;
        return false;
}

TEST(notes) {
        Found found = {};

        (void) dl_iterate_phdr(on_object, &found);
        ck_assert_uint_eq(found.n, 2);
        ck_assert(has(&found,
                "[{\"feature\":\"a\",\"description\":\"First one\",\"priority\":\"recommended\","
                "\"soname\":[\"liba.so.1\"]}]"));
        ck_assert(has(&found,
                "[{\"feature\":\"bc\",\"description\":\"Second\",\"priority\":\"required\","
                "\"soname\":[\"libbc.so.22\"]}]"));
}
END_TEST

TEST_MAIN(notes);
