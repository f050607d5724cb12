/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A small keeper while nothing happens.
 *
 * Starting needs much that waiting does not: of a lone keeper's memory half is code and constants, of itself
 * and of libraries, that were mapped for it, 64 KiB around each page that was touched. The kernel has them
 * from the file and charges them to whoever maps them; those that nobody maps it takes away first when
 * memory is scarce. */

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "keeper/store/footprint.h"
#include "shared/time-span.h"

#define DELAY_USEC   (2 * USEC_PER_SEC)
#define PAGE_SIZE    4096U
#define SEGMENTS_MAX 8U

/* Segments that cannot be written are as in the file: the linker relocates only those that can. */
static int unmap_pages(struct dl_phdr_info *info, size_t size, void *userdata) {
        struct iovec segments[SEGMENTS_MAX];
        size_t n = 0;

        (void) size;
        (void) userdata;
        /* All are listed before any is unmapped, since the list is in one of them. */
        for (size_t i = 0; i < info->dlpi_phnum && n < SEGMENTS_MAX; i++) {
                const ElfW(Phdr) *p = &info->dlpi_phdr[i];
                uintptr_t begin = (info->dlpi_addr + p->p_vaddr) / PAGE_SIZE * PAGE_SIZE;

                if (p->p_type == PT_LOAD && !(p->p_flags & PF_W))
                        segments[n++] = (struct iovec){
                                .iov_base = (void *) begin, /* NOLINT(performance-no-int-to-ptr) */
                                .iov_len = info->dlpi_addr + p->p_vaddr + p->p_memsz - begin,
                        };
        }
        /* The kernel's own (vdso) refuses, which is as good. */
        while (n-- > 0)
                (void) madvise(segments[n].iov_base, segments[n].iov_len, MADV_DONTNEED);
        return 0;
}

void footprint_shrink(void) {
        (void) malloc_trim(0);
        (void) dl_iterate_phdr(unmap_pages, NULL);
}

/* Here, since what it returns to is mapped again. */
static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        (void) source;
        (void) usec;
        (void) userdata;
        footprint_shrink();
        return 0;
}

int footprint_shrink_later(sd_event *event, sd_event_source **timer) {
        *timer = sd_event_source_disable_unref(*timer);
        return sd_event_add_time_relative(
                event, timer, CLOCK_MONOTONIC, DELAY_USEC, DELAY_USEC / 2, on_timer, NULL);
}
