/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the keeper of one session has. keeper.h says what a keeper does; each of the other files of this
 * object does a part. */

#include <systemd/sd-event.h>

#include "keeper/kernel/kernel.h"
#include "keeper/launch/gate.h"
#include "keeper/outputs/output-reader.h"
#include "keeper/outputs/process-output.h"
#include "keeper/store/activity.h"
#include "keeper/store/control.h"
#include "keeper/store/failure.h"
#include "keeper/store/keeper-state.h"
#include "keeper/terminal/answering.h"
#include "keeper/terminal/audience.h"
#include "keeper/terminal/recording.h"
#include "keeper/terminal/terminal.h"

typedef struct Keeper {
        sd_event *event;
        char **environment; /* what the keeper was started with */

        KeeperState state;
        int state_fd; /* its record */
        Activity activity;
        Control *control;

        Gate gate;
        sd_event_source
                *gate_source; /* of gate.error_fd; until it is gone, nobody knows whether exec went well */
        sd_event_source *gate_timer;

        int leader_fd;     /* pidfd */
        bool was_taken_up; /* an earlier keeper forked the payload, and may not have come to let it go */
        sd_event_source *leader_source;
        sd_event_source *end_timer;
        unsigned exit_attempts; /* to learn how the leader ended */

        Terminal *terminal; /* NULL: a notebook, or none any more */
        Recording *recording;
        Audience audience;
        Answering answering;
        uint32_t title_serial; /* of the title that was told last */
        char *foreground, *foreground_directory;
        sd_event_source
                *description_timer;  /* what is told of the terminal is looked up a while after output */
        sd_event_source *rest_timer; /* when nobody looks at the terminal any more */

        /* Of a notebook; see keeper-kernel.c. */
        OutputLog *outputs;                 /* NULL: a terminal, or not started */
        struct KernelRecord *kernel_record; /* in the log's annex */
        OutputReaders *readers;
        uint64_t
                kept_until; /* the next entry's number when outputs were kept last; 0 = not by this keeper */
        StreamBuffer *iopub_buffer;
        ProcessOutput *process_output; /* NULL: somebody else started the kernel */
        size_t unrecorded;             /* how much of the last that the process printed is not in the log */
        Kernel *kernel;                /* NULL: it does not run */
        int start_fd;                  /* of start-record.h */
        sd_event_source *ready_timer;
        sd_event_source *tell_timer; /* until then no change is told */
        bool untold;
} Keeper;
