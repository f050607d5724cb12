#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Starts a program on a new terminal, and connects this terminal to it. Ctrl-] leaves, and the session goes
# on. Usage: start-and-attach.sh [--user] COMMAND [ARGUMENT]…

set -euo pipefail

bus=()
if [[ ${1-} == --user ]]; then
        bus=(--user)
        shift
fi
(( $# )) || {
        echo "Usage: $0 [--user] COMMAND [ARGUMENT]…" >&2
        exit 2
}

# Options are pairs of a name and a value with its type: here the size, and the command, an array of $#
# strings.
read -r rows columns < <(stty size)
id=$(busctl "${bus[@]}" --json=short -- call org.computesession1 /org/computesession1 org.computesession1.Manager \
        StartTerminal 'a{sv}' 3 Rows u "$rows" Columns u "$columns" Command as $# "$@" | jq --raw-output '.data[0]')

# The stream is a descriptor, which busctl cannot hand to a shell. computectl takes it.
exec computectl "${bus[@]}" attach "$id"
