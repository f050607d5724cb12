# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of the program that sources this
#
# Part of tests/machine, sourced by it: the machine's cgroups. It gets one of its own in each hierarchy, at
# the top, so that a limit or the end of the caller's own cgroup does not matter and we know where to look
# for what is
# left.

has_cgroup_v2_only() {
        [[ -e /sys/fs/cgroup/cgroup.controllers ]]
}

# A host with systemd wants to be asked for a cgroup (v1 has no delegation worth the name).
needs_host_scope() {
        has_cgroup_v2_only && [[ -d /run/systemd/system ]]
}

# Sets cgroups to the directories of the machine, whether they are there or not.
list_cgroups() {
        local hierarchy
        cgroups=()
        if needs_host_scope; then
                cgroups=("/sys/fs/cgroup/system.slice/$name.scope/payload")
        elif has_cgroup_v2_only; then
                cgroups=("/sys/fs/cgroup/$name")
        else
                for hierarchy in /sys/fs/cgroup/*; do
                        if [[ -e $hierarchy/cgroup.procs && ! -L $hierarchy ]]; then cgroups+=("$hierarchy/$name"); fi
                done
        fi
        (( ${#cgroups[@]} )) || fail 'There is no cgroup file system below /sys/fs/cgroup.'
}

# In cgroup v2 a child has only the controllers that its parent hands out.
hand_out_controllers() {
        local controller
        for controller in $(< "$1/cgroup.controllers"); do
                echo "+$controller" > "$1/cgroup.subtree_control" ||
                        echo "The machine will lack the cgroup controller $controller: $1 does not hand it out."
        done
}

create_cgroups() {
        local cgroup mask
        list_cgroups
        mkdir -p "${cgroups[@]}"
        for cgroup in "${cgroups[@]}"; do
                # Without its masks a cpuset of v1 takes no process.
                for mask in cpuset.cpus cpuset.mems; do
                        if [[ $cgroup == */cpuset/* ]]; then cat "${cgroup%/*}/$mask" > "$cgroup/$mask"; fi
                done
        done
        if needs_host_scope; then
                # A cgroup with processes of its own hands out nothing, so we move down beside the machine.
                mkdir -p "${cgroups[0]%/*}/supervisor"
                echo $$ > "${cgroups[0]%/*}/supervisor/cgroup.procs"
        fi
        if has_cgroup_v2_only; then
                hand_out_controllers "${cgroups[0]%/*}"
        fi
}

# Kills what is in a cgroup and below, and removes it; fails while something is left.
remove_cgroup() {
        local pids
        [[ -d $1 ]] || return 0
        mapfile -t pids < <(find "$1" -name cgroup.procs -exec cat {} + 2>/dev/null)
        if (( ${#pids[@]} )); then kill -KILL "${pids[@]}" 2>/dev/null || :; fi
        find "$1" -depth -type d -exec rmdir {} + 2>/dev/null || :
        [[ ! -d $1 ]]
}
