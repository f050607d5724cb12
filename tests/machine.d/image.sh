# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables of the program that sources this
#
# Part of tests/machine, sourced by it: a Debian of another release than the host's, to build and boot in its place. It is
# made once from the host's own Debian mirror and kept outside of the checkout; a changed recipe (what is in make_image()
# and the list of packages) makes a new one. Nothing ever writes to it: the machine, and every command that runs
# in it, gets an overlay in memory. With its kernel and sshd it is what the disk of a
# virtual machine is made of, too, and with its qemu what runs that.
#
# Kept in $COMPUTE_MACHINE_IMAGES (default: /var/cache/compute-machine), about 1 GB each; remove what is old by hand.

images=${COMPUTE_MACHINE_IMAGES:-/var/cache/compute-machine}
packages_program=$checkout/tests/packages

# Sets image to where the root of the release is, and packages to what is in it.
name_image() {
        local recipe
        mapfile -t packages < <("$packages_program" --list)
        (( ${#packages[@]} )) || fail 'tests/packages lists nothing.'
        packages+=(linux-image-cloud-amd64 openssh-server qemu-system-x86 systemd-oomd)
        recipe=$(printf '%s\n' "$release" "${packages[@]}" "$(declare -f make_image)" | sha256sum)
        image=$images/$release-${recipe:0:12}
}

# The mirrors that the host's packages come from, without those that only hold fixes of the host's release.
list_mirrors() {
        local codename
        codename=$(sed --quiet 's/^VERSION_CODENAME=//p' /etc/os-release)
        # shellcheck disable=SC2016 # the format is apt-get's
        apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $codename" | sort --unique
}

# make_image DIRECTORY
make_image() {
        local mirrors
        mapfile -t mirrors < <(list_mirrors)
        (( ${#mirrors[@]} )) || fail 'The host has no Debian mirror in its package sources: see sources.list(5).'
        mmdebstrap --quiet --variant=minbase --include="$(IFS=,; echo "${packages[*]}")" \
                --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Retries "3"' \
                --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
                "$release" "$1" "${mirrors[@]}"
}

# make_once PATH COMMAND…: has the command make what is at PATH.new if there is no PATH. Whoever comes meanwhile, from
# whichever checkout, waits for it.
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
        ) 8> "$images/lock"
}

require_image() {
        command -v mmdebstrap > /dev/null || fail 'mmdebstrap is missing: run tests/packages.'
        make_once "$image" make_image
}

# Mounts an overlay of the image, in memory, at DIRECTORY/root. For a mount namespace of one's own, which takes it away.
mount_image() {
        mount -t tmpfs -o mode=755 tmpfs "$1"
        mkdir "$1/upper" "$1/work" "$1/root"
        mount -t overlay -o "lowerdir=$image,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
}

# Goes into an overlay of the image, with the checkout writable at its own path, and executes a command there.
enter_image() {
        local tree=$state/build/root path
        mount_image "$state/build"
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
