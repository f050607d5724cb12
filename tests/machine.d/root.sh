# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables of the program that sources this
#
# Part of tests/machine: makes the root of the machine, from inside of its namespaces. Sourced by it;
# $checkout, $name, $users and the rest are its variables.

mount_file_systems() {
        mkdir -p proc sys run tmp dev home root
        mount -t proc proc proc
        # What is global to the kernel stays the host's: no sysctl.d is applied, and no udev replays its
        # events.
        mount --bind -o ro proc/sys proc/sys
        if [[ -e proc/sysrq-trigger ]]; then mount --bind -o ro proc/sysrq-trigger proc/sysrq-trigger; fi
        mount -t sysfs -o ro sysfs sys
        mount -t tmpfs -o mode=755,nosuid,nodev tmpfs run
        mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs tmp
        # Homes without the host's dot files; open, as the checkout may be below one.
        mount -t tmpfs -o mode=755 tmpfs home
        mount -t tmpfs -o mode=755 tmpfs root
}

mount_devices() {
        local device
        mount -t tmpfs -o mode=755,nosuid tmpfs dev
        for device in null zero full random urandom tty fuse; do
                [[ -e /dev/$device ]] || continue
                touch "dev/$device"
                mount --bind "/dev/$device" "dev/$device"
        done
        mkdir dev/pts dev/shm
        mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
        mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs dev/shm
        ln -s pts/ptmx dev/ptmx
        ln -s /proc/self/fd dev/fd
        ln -s fd/0 dev/stdin
        ln -s fd/1 dev/stdout
        ln -s fd/2 dev/stderr
}

# Mounted from within the cgroup namespace, so that the machine's cgroups are the roots of what it sees.
mount_cgroups() {
        local cgroup hierarchy joined=cpuacct
        systemd_arguments=()
        if has_cgroup_v2_only; then
                mount -t cgroup2 cgroup2 sys/fs/cgroup
                return
        fi
        mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup
        list_cgroups
        for cgroup in "${cgroups[@]}"; do
                hierarchy=${cgroup%/*}
                hierarchy=${hierarchy##*/}
                [[ $hierarchy != cpu* || $hierarchy == cpuset ]] || continue
                mkdir "sys/fs/cgroup/$hierarchy"
                case $hierarchy in
                systemd) mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd ;;
                unified) mount -t cgroup2 cgroup2 sys/fs/cgroup/unified ;;
                *) mount -t cgroup -o "$hierarchy" cgroup "sys/fs/cgroup/$hierarchy" ;;
                esac
        done
        # systemd takes cpu and cpuacct for one joined v1 hierarchy. Where the host has them apart, cpuacct
        # stands for both: CPUUsageNSec= then works; CPUWeight= and CPUQuota= do nothing.
        if [[ -d /sys/fs/cgroup/cpu,cpuacct ]]; then joined=cpu,cpuacct; fi
        mkdir sys/fs/cgroup/cpu,cpuacct
        mount -t cgroup -o "$joined" cgroup sys/fs/cgroup/cpu,cpuacct
        ln -s cpu,cpuacct sys/fs/cgroup/cpu
        ln -s cpu,cpuacct sys/fs/cgroup/cpuacct
        # Since 256 systemd wants to be told that v1 is meant.
        systemd_arguments=(systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1)
}

# Makes the copy of the host's root another machine: nothing that the host's administrator enabled starts
# here, only what systemd and the other packages start everywhere.
configure_machine() {
        local unit generator
        sha256sum <<< "$name" | head -c 32 > /etc/machine-id
        echo compute-machine > /etc/hostname
        printf '127.0.0.1 localhost compute-machine\n::1 localhost\n' > /etc/hosts

        rm -rf /etc/systemd/system /etc/systemd/user /etc/systemd/system-generators /var/lib/systemd/linger
        mkdir -p /etc/systemd/system /etc/systemd/user /etc/systemd/system-generators /etc/systemd/journald.conf.d
        # Generators make units of fstab, init.d, partitions, the console.
        for generator in /usr/lib/systemd/system-generators/* /usr/local/lib/systemd/system-generators/*; do
                ln -sf /dev/null "/etc/systemd/system-generators/${generator##*/}"
        done
        # What is started everywhere, but has nothing to do here.
        for unit in getty.target systemd-tmpfiles-clean.timer systemd-firstboot.service \
                    systemd-modules-load.service systemd-random-seed.service systemd-binfmt.service \
                    proc-sys-fs-binfmt_misc.automount dev-hugepages.mount sys-fs-fuse-connections.mount \
                    sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount; do
                ln -s /dev/null "/etc/systemd/system/$unit"
        done
        # No "first boot after an update": it rebuilds caches that are the host's and up to date.
        touch -r /usr /etc/.updated /var/.updated

        printf '%s\n' '[Journal]' Storage=persistent RateLimitIntervalSec=0 RateLimitBurst=0 ReadKMsg=no Audit=no \
                > /etc/systemd/journald.conf.d/zz-machine.conf
}

# They replace the host's users of the same names, if any; useradd chooses free uids.
create_users() {
        local user
        mkdir -p /var/lib/systemd/linger
        for user in "${users[@]}"; do
                if id "$user" &>/dev/null; then userdel --force "$user"; fi
                useradd --create-home --shell /bin/bash "$user"
                touch "/var/lib/systemd/linger/$user"
        done
}
