/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* MESSAGE_ID= of the journal entries. Each constant has an entry in conf/compute-sessions.catalog; a test holds the
 * two against each other. */

#define MESSAGE_SESSION_START      "afa8e47964e34aba9f0b3ae05414626f"
#define MESSAGE_SESSION_END        "0ed936a61f964ccc943a44800bbd70cd"
#define MESSAGE_STOP_REQUESTED     "1b04946c4c2f4024bf3b8b660444e15c"
#define MESSAGE_REQUEST_REFUSED    "9b3ebc3710d84ac398d6d821c4f0dfa8"
#define MESSAGE_REQUEST_AUTHORIZED "a029bcace09742c99cb69f7531446649"
#define MESSAGE_START_FAILED       "fd4ddf729d244aaba589af11be3e8b93"
#define MESSAGE_KEEPER_LOST        "4969115b61a342b69448058dced6e443"
#define MESSAGE_RESTART_REQUESTED  "543629fedc0844398de03f3c5cbec804"
#define MESSAGE_KERNEL_INTERRUPTED "95d8c695942a40c1b54650c1f085c6a9"
#define MESSAGE_KERNEL_CRASHED     "b00e19d73fea474f8fed428e6a7c05e1"
#define MESSAGE_KERNEL_RESTARTED   "b7122ad7e44d4dbfa828a251fd7c70ca"
#define MESSAGE_KERNEL_WATCHED     "fa619edee3e7425184efdcc03fbe8b66"
#define MESSAGE_ENTRIES_LOST       "ac1b7ed46e4a4bfc9b4ba1be2b7a3d52"
#define MESSAGE_OOM_KILLED         "6f627a6c566447438579889f6f7acace"
#define MESSAGE_MEMORY_PRESSURE    "2bd129ce7a95459294f1960b50082a35"
#define MESSAGE_SESSION_FROZEN     "ec956232b00e48779c6198695ebfe2f9"
#define MESSAGE_SESSION_THAWED     "dad7200e6c1941e2bd173a21336d89c9"
#define MESSAGE_LIMITS_CHANGED     "3cc69fde58ba475fabdcb1c2629c1a24"
