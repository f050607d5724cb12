/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Keepers, in the case's own process: each does by itself what keeper-protocol.h says, but for those
 * messages that the case keeps it from answering. Their payloads are processes. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "shared/ids.h"
#include "shared/keeper-protocol.h"
#include "shared/wire.h"

#define FAKE_KEEPERS_MAX 8
#define FAKE_OPCODES_MAX 128

typedef struct FakeKeeper {
        char id[SESSION_ID_MAX]; /* of its session; "": there is none */
        int listen_fd, fd;
        sd_event_source *listening, *talking, *waiting; /* for the payload's end */
        KeeperPhase phase;
        bool awaited; /* the kernel runs, and has not answered yet */
        pid_t payload;
        int exit_code, exit_status; /* of the payload */
        unsigned heard[FAKE_OPCODES_MAX];
        uint32_t serials[FAKE_OPCODES_MAX]; /* of the last request of each kind */
        int received_fd;                    /* that came with the last message, if one did */
        char text[256];                     /* its NOTEBOOK, CLIENT, or first ARGUMENT */
        uint64_t flags;                     /* its FLAGS */
} FakeKeeper;

/* In which loop they talk, and of whom their payloads are. */
void fake_keepers_attach(sd_event *event, uid_t uid);
/* Nothing is heard until they are attached again. */
void fake_keepers_detach(void);
/* Ends all, with their payloads. */
void fake_keepers_end(void);

/* One with this listening socket, which becomes its own. */
FakeKeeper *fake_keeper_start(const char *id, int listen_fd);
/* NULL: there is none. */
FakeKeeper *fake_keeper_get(const char *id);
/* It ends for good, and with it a payload at its gate; one that runs goes on. */
void fake_keeper_end(FakeKeeper *k);

/* All keepers, those to come too, leave so many messages of this kind to the case. */
void fake_keepers_mute(KeeperOpcode opcode, unsigned times);

/* What it would do by itself. */
void fake_keeper_tell_status(FakeKeeper *k);
void fake_keeper_fork(FakeKeeper *k);                    /* another payload, which says AT_GATE itself */
void fake_keeper_open_gate(FakeKeeper *k);               /* STARTED */
void fake_keeper_end_payload(FakeKeeper *k, int signal); /* by this signal; 0: exit(0). ENDED */
/* The same without a word, although it is told otherwise when the payload ends by itself. */
void fake_keeper_lose_payload(FakeKeeper *k, int signal);
void fake_keeper_answer(FakeKeeper *k, KeeperOpcode request); /* REPLY */
void fake_keeper_refuse(FakeKeeper *k, KeeperOpcode request, KeeperError error, const char *message);
void fake_keeper_fail(FakeKeeper *k, KeeperError error, const char *message);

/* Sends what the case made, and frees it. */
void fake_keeper_send(FakeKeeper *k, WireWriter *w);
void fake_keeper_send_opcode(FakeKeeper *k, uint16_t opcode);
/* Something that is no message. */
void fake_keeper_babble(FakeKeeper *k);
/* The connection ends; it takes the next one. */
void fake_keeper_hang_up(FakeKeeper *k);
