/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The descriptors that systemd keeps for us while we are dead. */

#include <stdio.h>
#include <systemd/sd-daemon.h>

#include "keeper/store/descriptor-store.h"
#include "shared/strv.h"

static const char *const names[_STORED_MAX] = {
        [STORED_LISTEN] = "listen",
        [STORED_STATE] = "state",
        [STORED_ACTIVITY] = "activity",
        [STORED_PTY] = "pty",
        [STORED_LEADER] = "leader",
        [STORED_RING] = "ring",
        [STORED_CHECKPOINT] = "checkpoint",
        [STORED_OUTPUTS] = "outputs",
        [STORED_IOPUB] = "iopub",
        [STORED_IOPUB_BUFFER] = "iopub-buffer",
        [STORED_PROCESS_OUT] = "process-out",
        [STORED_PROCESS_IN] = "process-in",
        [STORED_PROCESS_BUFFER] = "process-buffer",
        [STORED_START] = "start",
};

int descriptor_store_take(DescriptorStore *ret) {
        _cleanup_strv_ char **found = NULL;
        int n;

        *ret = DESCRIPTOR_STORE_NULL;
        n = sd_listen_fds_with_names(true, &found);
        if (n < 0)
                return n;
        for (int i = 0; i < n; i++) {
                int fd = SD_LISTEN_FDS_START + i;
                size_t which;

                for (which = 0; which < _STORED_MAX; which++)
                        if (streq(found[i], names[which]))
                                break;
                if (which == _STORED_MAX) {
                        (void) safe_close(fd);
                        continue;
                }
                /* Several with one name are left by attempts to start that were killed; none of them is
                 * used. */
                (void) safe_close(ret->fds[which]);
                ret->fds[which] = fd;
        }
        return 0;
}

void descriptor_store_done(DescriptorStore *s) {
        for (size_t i = 0; i < _STORED_MAX; i++)
                s->fds[i] = safe_close(s->fds[i]);
}

int descriptor_store_put(StoredDescriptor which, int fd) {
        char text[64];
        int r;

        /* FDPOLL=0: a descriptor that reports a hang-up, as a pidfd and a PTY do at the end, is what we want
         * back. */
        snprintf(text, sizeof(text), "FDSTORE=1\nFDNAME=%s\nFDPOLL=0", names[which]);
        r = sd_pid_notify_with_fds(0, false, text, &fd, 1);
        return r < 0 ? r : 0;
}

int descriptor_store_remove(StoredDescriptor which) {
        char text[64];
        int r;

        snprintf(text, sizeof(text), "FDSTOREREMOVE=1\nFDNAME=%s", names[which]);
        r = sd_notify(false, text);
        return r < 0 ? r : 0;
}
