# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables of the program that sources this
#
# Part of tests/machine, sourced by it: a machine of namespaces, over the root of the host or an image's.
# What it is made of, from the outside in, is drawn at the top of tests/machine. vm.sh has the same functions
# for a virtual
# machine.

is_gone() {
        ! process_pid supervisor && ! process_pid leader
}

# A machine whose boot was interrupted never gets ready: before, its root may still be the host's.
is_ready() {
        process_pid leader && [[ -e $state/ready ]] || return 1
        leader=$REPLY
}

# For our own short commands: as root, in the machine's namespaces, but not yet in a cgroup of it.
in_machine() {
        nsenter --target "$leader" --all -- "$@" 9<&-
}

# The same in our own place: no shell of ours stays in between, so what happens to the command happens to
# nsenter, which our caller sees.
exec_in_machine() {
        exec nsenter --target "$leader" --all -- "$@"
}

machine_accounts() {
        cat "/proc/$leader/root/etc/passwd"
}

# The checkout is mounted.
copy_checkout() {
        :
}

power_off() {
        # systemd takes this signal for "systemctl poweroff".
        kill -s SIGRTMIN+4 "$leader" 2>/dev/null || :
        wait_for "$halt_deadline" is_gone || echo "tests/machine: Not off after $halt_deadline s, killing it." >&2
}

kill_machine() {
        local process cgroup
        for process in supervisor leader; do
                if process_pid "$process"; then kill -KILL "$REPLY" 2>/dev/null || :; fi
        done
        list_cgroups
        for cgroup in "${cgroups[@]}"; do
                wait_for "$clear_deadline" remove_cgroup "$cgroup" || fail "Cannot remove $cgroup."
        done
        wait_for "$clear_deadline" is_gone || fail 'Processes of the machine outlive SIGKILL.'
}

launch() {
        local launcher=(setsid)
        if needs_host_scope; then
                launcher=(setsid systemd-run --scope --quiet --collect --unit="$name" --slice=system.slice
                          --property=Delegate=yes --)
        fi
        "${launcher[@]}" "$program" _supervise < /dev/null &> "$state/log" 9<&- &
        supervisor=$!
        disown
        wait_for "$boot_deadline" is_listening || fail "systemd does not answer after $boot_deadline s."
}

# True once systemd takes questions. Ends the program if it never will.
is_listening() {
        kill -0 "$supervisor" 2>/dev/null || exit 1
        process_pid leader || return 1
        leader=$REPLY
        # Before it is systemd, its root may still be the host's, which may have a systemd of its own.
        [[ $(readlink "/proc/$REPLY/exe") == */systemd && -S /proc/$REPLY/root/run/systemd/private ]]
}

#
# The way in, one step each: these run as `tests/machine _STEP`, each in the place of the one before.
#

# On the host: the process that stays there for as long as the machine lives.
step_supervise() {
        close_descriptors
        process_identity $$
        echo "$REPLY" > "$state/supervisor"
        create_cgroups
        exec unshare --fork --kill-child --pid --mount --uts --ipc --net -- "$program" _enter
}

# PID 1 of the new pid namespace, with all mounts of the host still there, above all its /proc and its
# cgroups.
step_enter() {
        local cgroup
        process_identity self
        echo "$REPLY" > "$state/leader"
        list_cgroups
        for cgroup in "${cgroups[@]}"; do
                echo 0 > "$cgroup/cgroup.procs"
        done
        exec unshare --cgroup -- "$program" _init
}

# In all new namespaces: make the root, go there, become systemd.
step_init() {
        local root=$state/tree/root
        mkdir "$state/tree"
        mount_image "$image" "$state/tree"
        cd "$root" || exit
        mount_file_systems
        mount_devices
        mount_cgroups
        mkdir -p "./$checkout"
        mount --bind -o ro "$checkout" "./$checkout"

        mkdir run/host
        pivot_root . run/host
        umount --lazy /run/host
        rmdir /run/host
        configure_machine
        create_users
        exec env -i container=other PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
                /lib/systemd/systemd "${systemd_arguments[@]}" --unit=multi-user.target
}
