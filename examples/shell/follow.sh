#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Prints what happens to sessions, one line of JSON for each signal, until it is interrupted.
# Usage: follow.sh [--user]. On the system's bus only root may monitor.

set -euo pipefail

sender="type='signal',sender='org.computesession1'"
busctl "${1:---system}" --json=short --match="$sender,interface='org.computesession1.Manager'" \
        --match="$sender,member='PropertiesChanged',arg0='org.computesession1.Session'" monitor |
        jq --unbuffered --monochrome-output --compact-output '[.member, .path, .payload.data]'
