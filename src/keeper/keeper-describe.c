/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the manager is told of a terminal.
 *
 * Who is in the foreground changes without anybody being told. But a shell that starts a program, or takes
 * the terminal back, nearly always shows something: the line that was typed, the next prompt. So it is
 * looked up a moment after there was output, once for however much there was. */

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "keeper/keeper-describe.h"
#include "keeper/keeper-requests.h"
#include "shared/log.h"
#include "shared/text.h"
#include "shared/time-span.h"

#define DESCRIBE_USEC (250 * USEC_PER_MSEC)

/* The name of a process; NULL if it is gone. The caller's. */
static char *process_name(pid_t pid) {
        _cleanup_close_ int fd = -EBADF;
        char path[64], name[64];
        ssize_t n;

        snprintf(path, sizeof(path), "/proc/%" PRIi32 "/comm", (int32_t) pid);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return NULL;
        n = read(fd, name, sizeof(name) - 1);
        if (n <= 0)
                return NULL;
        name[n] = 0;
        name[strcspn(name, "\n")] = 0;
        return text_sanitize(name, SESSION_NAME_MAX);
}

/* Where a process is; NULL if it is gone, or not to be asked. The caller's. */
static char *process_directory(pid_t pid) {
        char path[64], target[PATH_MAX];
        ssize_t n;

        snprintf(path, sizeof(path), "/proc/%" PRIi32 "/cwd", (int32_t) pid);
        n = readlink(path, target, sizeof(target) - 1);
        if (n <= 0)
                return NULL;
        target[n] = 0;
        return text_sanitize(target, OPTION_PATH_MAX);
}

static bool describe_foreground(Keeper *k) {
        pid_t group = tcgetpgrp(terminal_master(k->terminal));
        _cleanup_free_ char *name = NULL, *directory = NULL;
        bool changed = false;

        if (group <= 0)
                return false;
        name = process_name(group);
        directory = process_directory(group);
        if (name)
                changed = replace_string(&k->foreground, name) > 0;
        if (directory)
                changed = replace_string(&k->foreground_directory, directory) > 0 || changed;
        return changed;
}

static int on_describe(sd_event_source *source, uint64_t usec, void *userdata) {
        Keeper *k = userdata;
        uint32_t serial;
        bool changed;

        (void) source;
        (void) usec;
        if (!k->terminal || k->state.phase != KEEPER_PHASE_RUNNING)
                return 0;
        serial = screen_title_serial(k->recording->screen);
        changed = describe_foreground(k) || serial != k->title_serial;
        k->title_serial = serial;
        if (changed)
                keeper_tell_changed(k);
        return 0;
}

void keeper_describe_later(Keeper *k) {
        int enabled = SD_EVENT_OFF, r = 0;

        if (k->description_timer)
                (void) sd_event_source_get_enabled(k->description_timer, &enabled);
        if (enabled != SD_EVENT_OFF)
                return;
        if (!k->description_timer)
                r = sd_event_add_time_relative(
                        k->event, &k->description_timer, CLOCK_MONOTONIC, DESCRIBE_USEC, 0, on_describe, k);
        else {
                (void) sd_event_source_set_time_relative(k->description_timer, DESCRIBE_USEC);
                r = sd_event_source_set_enabled(k->description_timer, SD_EVENT_ONESHOT);
        }
        if (r < 0)
                log_debug_errno(r, "Cannot set a timer: %m");
}

void keeper_put_description(const Keeper *k, WireWriter *w) {
        const char *title = k->recording ? screen_title(k->recording->screen) : NULL;
        _cleanup_free_ char *shown = title ? text_sanitize(title, MESSAGE_TEXT_MAX) : NULL;

        wire_put_string(w, KEEPER_TAG_TITLE, strempty(shown));
        wire_put_string(w, KEEPER_TAG_FOREGROUND, strempty(k->foreground));
        wire_put_string(w, KEEPER_TAG_FOREGROUND_DIRECTORY, strempty(k->foreground_directory));
}
