# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables of the program that sources this
#
# Part of tests/machine, sourced by it: a virtual machine, for what namespaces cannot have, above all a
# kernel with cgroup v2. namespaces.sh has the same functions for these.
#
#   host      qemu-system-x86_64 (the supervisor)  software emulation, which works everywhere and is slow
#                |- disk        made once of the image (image.sh), read-only: what is written is in memory
#                |- swap        what `swapon /dev/vdb` takes; off, as elsewhere
#                '- commands    a virtio serial port, on the host a Unix socket
#             ssh (the master)  holds that socket; every `tests/machine run` is a channel of its connection
#   machine   compute-machine.service  sshd on the other side of the port. There is no network but lo.
#
# The kernel has no file system to share the checkout by, so the machine gets a copy of it at every
# `tests/machine boot`.

boot_deadline=300
disk_size=3G swap_size=512M memory=2048

# What a disk has besides the image: configure_machine(), create_users() and this. Runs in a root of its own.
configure_vm() {
        # Of the image's packages: a server on the network, and one on whatever else it finds.
        ln -s /dev/null /etc/systemd/system/ssh.service
        ln -s /dev/null /etc/systemd/system/ssh.socket
        mkdir -p /etc/systemd/system/multi-user.target.wants /etc/ssh
        printf '%s\n' 'UsePAM no' 'AuthorizedKeysFile /etc/ssh/machine_key.pub' 'HostKey /etc/ssh/machine_key' \
                'PermitUserEnvironment no' 'MaxSessions 1000' 'Subsystem sftp /bin/false' > /etc/ssh/machine_config
        ssh-keygen -q -t ed25519 -N '' -C compute-machine -f /etc/ssh/machine_key
        # When the host lets go of the port, sshd ends; another waits for who comes next.
        printf '%s\n' '[Unit]' 'Description=Commands from the host' 'StartLimitIntervalSec=0' \
                '[Service]' 'ExecStart=/usr/sbin/sshd -i -f /etc/ssh/machine_config' 'RuntimeDirectory=sshd' \
                'StandardInput=file:/dev/virtio-ports/commands' 'StandardOutput=file:/dev/virtio-ports/commands' \
                'StandardError=journal' 'Restart=always' 'RestartSec=1' 'KillMode=process' \
                > /etc/systemd/system/compute-machine.service
        ln -s ../compute-machine.service /etc/systemd/system/multi-user.target.wants/
        # systemd-oomd runs when a test starts it, not because users do.
        mkdir -p /etc/systemd/system/user@.service.d
        ln -s /dev/null /etc/systemd/system/user@.service.d/10-oomd-user-service-defaults.conf
        # A kernel takes half a minute to start where all is emulated and busy. (Tests have files of higher
        # numbers.)
        mkdir -p /usr/lib/compute-sessions/sessiond.conf.d
        printf '%s\n' '[Sessions]' StartTimeoutSec=3min '[Notebook]' KernelStartTimeoutSec=6min KernelShutdownTimeoutSec=30s \
                > /usr/lib/compute-sessions/sessiond.conf.d/10-emulated.conf
        # IOWeight= is for schedulers that know cgroups.
        printf '%s\n' 'ACTION=="add|change", KERNEL=="vd[a-z]", ATTR{queue/scheduler}="bfq"' \
                > /etc/udev/rules.d/60-machine.rules
}

# Sets disk to the directory of what qemu takes: disk, swap, kernel, initrd, key, passwd.
name_disk() {
        local recipe
        recipe=$(printf '%s\n' "$image" "$disk_size" "$swap_size" \
                "$(declare -f make_disk make_disk_here configure_machine create_users configure_vm)" | sha256sum)
        disk=$images/$release-vm-${recipe:0:12}
}

require_disk() {
        local tool missing=()
        for tool in ssh mke2fs; do
                command -v "$tool" > /dev/null || missing+=("$tool")
        done
        (( ${#missing[@]} == 0 )) || fail "Missing here: ${missing[*]}. Run tests/packages --vm."
        name_disk
        make_once "$disk" make_disk
        require_emulator
}

# make_disk DIRECTORY
make_disk() {
        mkdir -p "$1/tree" && unshare --mount -- "$program" _make_disk "$1" && rmdir "$1/tree"
}

# In a mount namespace of its own.
make_disk_here() {
        local root=$1/tree/root
        mount_image "$image" "$1/tree"
        mount --rbind /dev "$root/dev"
        chroot "$root" bash -euc "name=compute-machine users=(${users[*]})
                $(declare -f configure_machine create_users configure_vm)
                configure_machine
                create_users
                configure_vm"
        umount --lazy "$root/dev"
        cp "$root"/boot/vmlinuz-* "$1/kernel"
        cp "$root"/boot/initrd.img-* "$1/initrd"
        cp "$root/etc/passwd" "$1/passwd"
        (umask 077 && cp "$root/etc/ssh/machine_key" "$1/key")
        rm -rf "${root:?}"/boot/*
        # Nothing of it is to outlive a crash.
        mke2fs -q -t ext4 -O ^has_journal -d "$root" "$1/disk" $disk_size
        truncate --size=$swap_size "$1/swap"
        mkswap --quiet "$1/swap"
}

is_gone() {
        ! process_pid supervisor
}

# A machine whose boot was interrupted never gets ready.
is_ready() {
        process_pid supervisor && [[ -e $state/ready ]] || return 1
        leader=$REPLY
}

# Sets in to the words that a command of the machine's follows.
ssh_command() {
        in=(ssh -F none -S "$state/ssh" -o ControlMaster=no -o ProxyCommand=false -o LogLevel=ERROR -e none "$@"
            root@machine --)
}

in_machine() {
        local in
        ssh_command -T
        "${in[@]}" "${*@Q}" 9<&-
}

exec_in_machine() {
        local in terminal=-T
        if [[ -t 0 && -t 1 ]]; then terminal=-t; fi
        ssh_command $terminal
        exec "${in[@]}" "exec ${*@Q}"
}

machine_accounts() {
        cat "$state/passwd"
}

# Without what is built in it, but for what tests load into the services.
copy_checkout() {
        in_machine rm -rf "$checkout"
        in_machine mkdir -p "$checkout"
        {
                cd "$checkout" || exit
                find . -path './build*' -prune -o -name .git -prune -o ! -type d -print0
                find "./${build_dir#"$checkout"/}" -path '*/tests/integration/*.so' -print0
        } | tar -C "$checkout" -c --null --no-recursion --owner=root --group=root -T - |
                in_machine tar -C "$checkout" -x
}

# What it writes goes with it, so there is nothing that it could do before.
power_off() {
        :
}

kill_machine() {
        if process_pid supervisor; then kill -KILL "$REPLY" 2>/dev/null || :; fi
        wait_for "$clear_deadline" is_gone || fail 'The virtual machine outlives SIGKILL.'
}

# An emulated processor can make the kernel panic at boot, when the host is too busy to run it for a long
# time; that is no news about what is tested, so there is a second try.
launch() {
        local try
        name_disk
        cp "$disk/passwd" "$state/passwd"
        for try in first second; do
                setsid "$program" _supervise < /dev/null &> "$state/log" 9<&- &
                supervisor=$!
                disown
                wait_for "$boot_deadline" is_waiting || fail "qemu does not answer after $boot_deadline s."
                if connect; then
                        leader=$supervisor
                        return
                fi
                echo "tests/machine: The $try boot did not come to take commands in $boot_deadline s. Its end:" >&2
                tail -n 20 "$state/log" >&2
                kill_machine
                rm -f "$state/commands" "$state/ssh"
        done
        fail 'The machine takes no commands.'
}

# True once there is the port. Ends the program if it never will be.
is_waiting() {
        kill -0 "$supervisor" 2>/dev/null || exit 1
        [[ -S $state/commands ]]
}

# What is sent into the port waits there for sshd. The master goes to the background once it is logged in.
#
# A busy host may make the port miss that it was written to, until somebody writes again: each second ssh
# does.
connect() {
        timeout $boot_deadline ssh -F none -M -S "$state/ssh" -N -f -T -i "$disk/key" \
                -o ProxyUseFdpass=yes -o ProxyCommand="$program _connect" \
                -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o IdentitiesOnly=yes \
                -o ConnectTimeout=$boot_deadline -o ServerAliveInterval=1 -o ServerAliveCountMax=100000 \
                root@machine < /dev/null >> "$state/log" 2>&1 9<&-
}

# Hands a connection to the port to ssh, which is our standard output.
step_connect() {
        exec /usr/bin/python3 -c '
import socket, sys
port = socket.socket(socket.AF_UNIX)
port.connect(sys.argv[1])
socket.send_fds(socket.socket(fileno=1), [b"\0"], [port.fileno()])' "$state/commands"
}

step_supervise() {
        local drive=format=raw,if=virtio,snapshot=on,cache=unsafe kernel_arguments
        # What takes time at boot and has nothing to do here is off.
        kernel_arguments='root=/dev/vda rw console=ttyS0 quiet panic=-1 nowatchdog mitigations=off'
        kernel_arguments+=' module_blacklist=kvm_amd,kvm_intel,powernow_k8 systemd.unit=multi-user.target'
        close_descriptors
        process_identity $$
        echo "$REPLY" > "$state/supervisor"
        name_disk
        mkdir -p "$state/build"
        exec unshare --mount -- "$program" _in_emulator \
                qemu-system-x86_64 -name "$name" -nodefaults -no-user-config -display none -no-reboot \
                -accel tcg,thread=multi -cpu max -smp 2 -m $memory \
                -kernel "$disk/kernel" -initrd "$disk/initrd" \
                -append "$kernel_arguments" -serial stdio \
                -drive "$drive,file=$disk/disk" -drive "$drive,file=$disk/swap" \
                -device virtio-serial-pci -chardev "socket,id=commands,path=$state/commands,server=on,wait=off" \
                -device virtserialport,chardev=commands,name=commands
}
