/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What manager and keeper say to each other, in the format of wire.h, over the keeper's SOCK_SEQPACKET
 * socket. The manager connects; the keeper accepts only the uid that made the listening socket, and only one
 * connection at a time: a new one replaces the old one, since only a new manager makes it.
 *
 *      manager                                     keeper
 *         | HELLO ------------------------------------> |
 *         | <------------- STATUS (what it has, phase)  |
 *         | START (what to run) ----------------------> |   makes PTY or connection file, forks the payload
 *         | <----- AT_GATE, sent by the payload itself, |   which waits at the gate
 *         |        so that its credentials name it      |
 *         |   (the manager makes the scope)             |
 *         | OPEN_GATE --------------------------------> |   the payload executes its program
 *         | <--------------------------------- STARTED  |
 *         | <--- CHANGED (clients, …)                   |
 *         | ATTACH + descriptor, RESIZE --------------> |
 *         | <---------------------------------- REPLY   |
 *         | SHUTDOWN, INTERRUPT, … -------------------> |   notebooks: what to say to the kernel
 *         | <---------------------------------- REPLY   |
 *         | <----------------------------------- ENDED  |   and again in every later STATUS
 *         | RESTART ----------------------------------> |   instead of its dismissal: once more from AT_GATE
 *         |                                             |   on, with all that START said
 *
 * STARTED of a notebook means that its kernel answered a kernel_info_request. WATCH instead of START is for
 * a kernel that is somebody else's child: the keeper only follows it through its connection file, is in
 * phase RUNNING from its REPLY on, and has neither gate nor end to tell.
 *
 * FAILED instead of AT_GATE or STARTED ends the attempt. What goes wrong later is learnt by systemd and
 * pidfd. A keeper that lost its manager keeps the payload, waits for the next connection, and answers HELLO
 * with all that a new manager needs. A payload at the gate whose manager went away is not released: a gate
 * that nobody opened within KEEPER_GATE_TIMEOUT_SEC is given up.
 *
 * Bump WIRE_VERSION if the meaning of anything here changes; new opcodes and tags may be added without. */

#include <stdint.h>

#define KEEPER_GATE_TIMEOUT_SEC 60
#define KEEPER_STRINGS_MAX      4096 /* arguments or environment entries in a message */
#define KEEPER_CLIENTS_MAX      32   /* of a terminal, at once */

/* How many bytes of a terminal's output are kept. */
#define OUTPUT_BUFFER_SIZE_MIN     (256U * 1024U)
#define OUTPUT_BUFFER_SIZE_DEFAULT (4U * 1024U * 1024U)
#define OUTPUT_BUFFER_SIZE_MAX     (256U * 1024U * 1024U)

/* How many bytes of what a kernel said are kept. */
#define OUTPUT_LOG_SIZE_MIN     (1024U * 1024U)
#define OUTPUT_LOG_SIZE_DEFAULT (64U * 1024U * 1024U)
#define OUTPUT_LOG_SIZE_MAX     (1024U * 1024U * 1024U)

/* How many bytes of the outputs of all ended sessions a user keeps. */
#define ENDED_OUTPUTS_DEFAULT (UINT64_C(256) << 20)
#define ENDED_OUTPUTS_MAX     (UINT64_C(1) << 40)

/* What the keeper's program writes when it has removed them. */
#define KEPT_OUTPUTS_REMOVED "+"

typedef enum KeeperOpcode {
        /* Manager to keeper. */
        KEEPER_HELLO = 1, /* CREATED ENDED_OUTPUTS_MAX, a descriptor: the activity page */
        /* TYPE ARGUMENT* ENVIRONMENT* DIRECTORY ROWS COLUMNS OUTPUT_BUFFER_SIZE SESSION_ID; of notebooks
         * also NOTEBOOK KERNEL TRANSPORT KERNEL_START_TIMEOUT OUTPUT_LOG_SIZE UNRECORDED */
        KEEPER_START = 2,
        KEEPER_OPEN_GATE = 3,
        /* In phase ENDED only: forks the payload again, with what START said and the same connection file.
         * RESTARTS; answered as START. */
        KEEPER_RESTART = 4,
        /* SESSION_ID NOTEBOOK KERNEL CONNECTION_FILE OUTPUT_LOG_SIZE UNRECORDED: a kernel that is not
         * our child. REPLY. */
        KEEPER_WATCH = 5,

        /* Each of these is answered by REPLY. */
        /* CLIENT WITHIN ROWS COLUMNS SCROLLBACK FLAGS SIZE_POLICY, a descriptor: SOCK_STREAM */
        KEEPER_ATTACH = 10,
        KEEPER_RESIZE = 11,   /* CLIENT ROWS COLUMNS */
        KEEPER_SNAPSHOT = 12, /* SCROLLBACK FLAGS, a descriptor: a memfd that the text is written into */
        /* SINCE FLAGS, a descriptor: a SOCK_STREAM socket that entries are written to; REPLY comes before
         * them. */
        KEEPER_OUTPUTS = 13,
        KEEPER_INTERRUPT = 14, /* by the kernelspec's interrupt_mode */
        /* FLAGS: interrupt, then shutdown_request. REPLY says that it was sent; ENDED that the kernel
         * ended. */
        KEEPER_SHUTDOWN = 15,
        KEEPER_SET_NOTEBOOK =
                16, /* NOTEBOOK, checked as at START; with REPLY comes NOTEBOOK, links resolved */
        KEEPER_PURGE_OUTPUTS = 17, /* forgets what is kept of them; REPLY says that it is gone */

        /* Keeper to manager; never with a descriptor. */
        KEEPER_STATUS = 100, /* PHASE FLAGS, and what is known: as AT_GATE, ENDED, CHANGED */
        KEEPER_AT_GATE =
                101, /* ARGUMENT* DIRECTORY ROWS COLUMNS; NOTEBOOK KERNEL KERNEL_TITLE CONNECTION_FILE */
        KEEPER_STARTED = 102,
        KEEPER_FAILED = 103, /* ERROR MESSAGE */
        KEEPER_ENDED = 104,  /* EXIT_CODE EXIT_STATUS */
        /* Any of CLIENTS (and then WITHIN*) ROWS COLUMNS TITLE FOREGROUND FOREGROUND_DIRECTORY KERNEL_STATE
         * KERNEL_STATE_SINCE EXECUTION_COUNT KERNEL_LANGUAGE. */
        KEEPER_CHANGED = 105,
        KEEPER_REPLY = 106, /* the request's serial; ERROR MESSAGE if it failed */
} KeeperOpcode;

typedef enum KeeperTag {
        KEEPER_TAG_TYPE = 1,     /* string: session_type_to_string() */
        KEEPER_TAG_ARGUMENT = 2, /* string, repeated; none = the user's login shell, or the kernelspec's */
        KEEPER_TAG_ENVIRONMENT = 3,      /* string NAME=VALUE, repeated; added to the keeper's environment */
        KEEPER_TAG_DIRECTORY = 4,        /* string, absolute; absent = the notebook's folder, or home */
        KEEPER_TAG_ROWS = 5,             /* number */
        KEEPER_TAG_COLUMNS = 6,          /* number */
        KEEPER_TAG_NOTEBOOK = 7,         /* string, absolute; from the keeper: with links resolved */
        KEEPER_TAG_KERNEL = 8,           /* string: kernelspec name, or absolute path of its folder */
        KEEPER_TAG_TRANSPORT = 9,        /* string: "auto", "ipc" or "tcp" */
        KEEPER_TAG_KERNEL_TITLE = 10,    /* string: the kernelspec's display_name */
        KEEPER_TAG_CONNECTION_FILE = 11, /* string, absolute */
        KEEPER_TAG_SESSION_ID = 12,      /* string */
        KEEPER_TAG_PHASE = 20,           /* number: KeeperPhase */
        KEEPER_TAG_ERROR = 21,           /* number: KeeperError */
        KEEPER_TAG_MESSAGE = 22,         /* string: one sentence for the user */
        KEEPER_TAG_EXIT_CODE = 23,   /* number: CLD_EXITED, CLD_KILLED, CLD_DUMPED; 0 = nobody could tell */
        KEEPER_TAG_EXIT_STATUS = 24, /* number: exit status or signal */
        KEEPER_TAG_CLIENTS = 25,     /* number: attached now */
        KEEPER_TAG_LEADER = 26,      /* number: the payload's PID, in STATUS; a hint, never trusted */
        KEEPER_TAG_CLIENT = 30,      /* string: who attaches or resizes, the same for both */
        KEEPER_TAG_SCROLLBACK = 31,  /* number: lines */
        KEEPER_TAG_FLAGS = 32,       /* number: KeeperFlags */
        KEEPER_TAG_SIZE_POLICY = 33, /* string: "latest", "largest", "smallest", "manual" */
        KEEPER_TAG_TITLE = 34,       /* string, "" for none */
        KEEPER_TAG_FOREGROUND = 35,  /* string: name of the program, "" for unknown */
        KEEPER_TAG_FOREGROUND_DIRECTORY = 36, /* string, "" for unknown */
        KEEPER_TAG_OUTPUT_BUFFER_SIZE = 37,   /* number: bytes; absent = OUTPUT_BUFFER_SIZE_DEFAULT */
        KEEPER_TAG_KERNEL_STATE = 40,         /* string: "starting", "idle", "busy", "dead" */
        KEEPER_TAG_KERNEL_STATE_SINCE = 41,   /* number: µs, CLOCK_REALTIME */
        KEEPER_TAG_EXECUTION_COUNT = 42,      /* number: of the last execution that the kernel counted */
        KEEPER_TAG_KERNEL_LANGUAGE = 43,      /* string: language_info.name of kernel_info_reply */
        KEEPER_TAG_SINCE = 44,                /* number: entries after this one; 0 = all that are kept */
        KEEPER_TAG_KERNEL_START_TIMEOUT = 45, /* number: µs from OPEN_GATE to the kernel_info_reply; START */
        KEEPER_TAG_OUTPUT_LOG_SIZE = 46,      /* number: bytes; START, WATCH */
        KEEPER_TAG_RESTARTS = 47,             /* number: restarts so far; RESTART, STATUS */
        KEEPER_TAG_CREATED =
                48, /* number: the session's start, µs, CLOCK_REALTIME: names what is left of it */
        KEEPER_TAG_ENDED_OUTPUTS_MAX = 49, /* number: bytes of ended sessions' outputs that the user keeps */
        KEEPER_TAG_WITHIN =
                50, /* number, repeated: of a session that a client is in; what the manager said of it */
        KEEPER_TAG_UNRECORDED =
                51, /* number: 1 = nothing that the kernel puts out is kept; START, WATCH, STATUS */
} KeeperTag;

typedef enum KeeperFlags {
        KEEPER_FLAG_READ_ONLY = 1 << 0, /* attach */
        KEEPER_FLAG_RAW = 1 << 1,       /* attach */
        KEEPER_FLAG_STYLES = 1 << 2,    /* snapshot: with SGR sequences */
        KEEPER_FLAG_FOLLOW = 1 << 3,    /* outputs: go on with what comes */
        KEEPER_FLAG_RESTART = 1 << 4,   /* shutdown: the kernel will be started again */
        KEEPER_FLAG_AWAITED =
                1 << 5, /* status: the kernel runs, and has not answered yet; STARTED or FAILED follows */
        KEEPER_FLAG_INPUT_ONLY = 1 << 6, /* attach, together with RAW */
        KEEPER_FLAG_FOREIGN = 1 << 7,    /* attach: somebody else than the session's user */
        KEEPER_FLAG_CLIPBOARD = 1 << 8,  /* attach: the program may set the client's clipboard */
} KeeperFlags;

typedef enum KeeperPhase {
        KEEPER_PHASE_IDLE,    /* waits for START */
        KEEPER_PHASE_GATE,    /* the payload waits at the gate */
        KEEPER_PHASE_RUNNING, /* it runs */
        KEEPER_PHASE_ENDED,   /* it ended; the keeper waits to be stopped */
} KeeperPhase;

typedef enum KeeperError {
        KEEPER_ERROR_NONE,
        KEEPER_ERROR_FAILED,             /* anything else; the message says what */
        KEEPER_ERROR_NO_COMMAND,         /* not found, not executable */
        KEEPER_ERROR_NO_DIRECTORY,       /* working directory gone or not accessible */
        KEEPER_ERROR_NO_NOTEBOOK,        /* notebook or its folder not accessible */
        KEEPER_ERROR_NO_KERNEL,          /* no such kernelspec */
        KEEPER_ERROR_INVALID_KERNELSPEC, /* kernel.json is broken */
        KEEPER_ERROR_NOT_ATTACHABLE,     /* not a terminal, or not running */
        KEEPER_ERROR_LIMIT,              /* too many of something */
        KEEPER_ERROR_KERNEL_NOT_READY,   /* it exited, or gave no kernel_info_reply in time */
        KEEPER_ERROR_NOT_SUPPORTED,      /* not for this type of session, or not in this phase */
        KEEPER_ERROR_NOT_RECORDED,       /* nothing that this session puts out is kept */
        _KEEPER_ERROR_MAX,
} KeeperError;

/* The activity page: a memfd of the manager's, handed over with HELLO, that the keeper writes without
 * telling anybody and the manager reads with pread() when asked. So a busy session costs the manager
 * nothing. Its size is sealed. Little-endian, CLOCK_REALTIME in µs, 0 = never. A keeper has a page of its
 * own too, that it keeps for its successor, and copies it to each new manager's. */
typedef struct KeeperActivity {
        uint64_t last_input;
        uint64_t last_output;
} KeeperActivity;
