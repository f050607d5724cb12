# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables of the program that sources this
#
# Part of tests/machine, sourced by it: Debian of another release than the host's, to build and boot in its
# place. It is made once from the host's own Debian mirror and kept outside of the checkout; a changed recipe
# (what is in make_image() and the list of packages) makes a new one. Nothing ever writes to it: the machine,
# and every command that runs in it, gets an overlay in memory. With its kernel and sshd it is what the disk
# of a virtual machine is made of, too.
#
# What runs virtual machines is an image of its own, the same for all of them: the qemu of Debian 13, as that
# of Debian 12 (7.2) gets flags wrong at interrupts, and every third boot was a panic.
#
# Kept in $COMPUTE_MACHINE_IMAGES (default: /var/cache/compute-machine), about 1 GB each; remove what is old
# by hand.

images=${COMPUTE_MACHINE_IMAGES:-/var/cache/compute-machine}
packages_program=$checkout/tests/packages

# image_path NAME RELEASE PACKAGE…: sets REPLY to where an image is that is made of these.
image_path() {
        local recipe
        recipe=$(printf '%s\n' "${@:2}" "$(declare -f make_image)" | sha256sum)
        REPLY=$images/$1-${recipe:0:12}
}

# Sets image to where the root of the release is, and packages to what is in it; emulator and
# emulator_packages to the same of what has qemu.
name_image() {
        mapfile -t packages < <("$packages_program" --list "$release")
        (( ${#packages[@]} )) || fail "tests/packages lists nothing for $release."
        packages+=(linux-image-cloud-amd64 openssh-server systemd-oomd)
        emulator_packages=(qemu-system-x86)
        image_path "$release" "$release" "${packages[@]}"
        image=$REPLY
        image_path emulator trixie "${emulator_packages[@]}"
        emulator=$REPLY
}

# The mirrors that the host's packages come from, without those that only hold fixes of the host's release.
list_mirrors() {
        local codename
        codename=$(sed --quiet 's/^VERSION_CODENAME=//p' /etc/os-release)
        # shellcheck disable=SC2016 # the format is apt-get's
        apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $codename" | sort --unique
}

# make_image RELEASE PACKAGE… DIRECTORY
#
# The lists of testing say that they are valid for a week, and a mirror may be behind; they are signed all
# the same.
make_image() {
        local mirrors options=()
        local release=$1 directory=${*: -1} include=("${@:2:$#-2}")
        mapfile -t mirrors < <(list_mirrors)
        (( ${#mirrors[@]} )) || fail 'The host has no Debian mirror in its package sources: see sources.list(5).'
        if [[ $release == testing ]]; then options=(--aptopt='Acquire::Check-Valid-Until "false"'); fi
        mmdebstrap --quiet --variant=minbase --include="$(IFS=,; echo "${include[*]}")" "${options[@]}" \
                --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Retries "3"' \
                --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
                "$release" "$directory" "${mirrors[@]}"
}

# make_once PATH COMMAND…: has the command make what is at PATH.new if there is no PATH. Whoever comes
# meanwhile, from whichever checkout, waits for it.
make_once() {
        local path=$1
        shift
        [[ ! -d $path ]] || return 0
        mkdir -p "$images" || fail "$images cannot be made: set COMPUTE_MACHINE_IMAGES to where there are 3 GB."
        (
                flock 8
                [[ ! -d $path ]] || exit 0
                echo "Making $path, which takes some minutes."
                rm -rf --one-file-system -- "$path.new"
                "$@" "$path.new" || fail "$path could not be made, see above. It needs the Debian mirror of this \
system's own packages (apt-get update) and 3 GB in $images."
                mv "$path.new" "$path"
        ) 8> "$path.lock"
}

require_image() {
        command -v mmdebstrap > /dev/null || fail 'mmdebstrap is missing: run tests/packages.'
        make_once "$image" make_image "$release" "${packages[@]}"
}

# For what only virtual machines need.
require_emulator() {
        make_once "$emulator" make_image trixie "${emulator_packages[@]}"
}

# mount_image IMAGE DIRECTORY: mounts an overlay of it, in memory, at DIRECTORY/root. For a mount namespace
# of one's own, which takes it away.
mount_image() {
        mount -t tmpfs -o mode=755 tmpfs "$2"
        mkdir "$2/upper" "$2/work" "$2/root"
        mount -t overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" overlay "$2/root"
}

# enter_image IMAGE COMMAND…: goes into an overlay of it, with the checkout writable at its own path, and
# executes a command there.
enter_image() {
        local tree=$state/build/root path
        mount_image "$1" "$state/build"
        shift
        for path in /proc /sys /dev; do
                mount --rbind "$path" "$tree$path"
        done
        mount -t tmpfs -o mode=1777 tmpfs "$tree/tmp"
        mount -t tmpfs -o mode=755 tmpfs "$tree/run"
        for path in "$checkout" "$state" "$images"; do
                mkdir -p "$tree$path"
                mount --bind "$path" "$tree$path"
        done
        exec chroot "$tree" env -C "$checkout" HOME=/root LANG=C.UTF-8 \
                PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}
