#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Lists all sessions. Usage: list.sh [--user]

set -euo pipefail

busctl "${1:---system}" --json=short call org.computesession1 /org/computesession1 org.computesession1.Manager ListSessions |
        jq --raw-output '.data[0][] | . as [$id, $type, $uid, $name, $state] | "\($id) \($type) \($uid) \($state) \($name)"'
