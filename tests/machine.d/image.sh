# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables of the program that sources this
#
# Part of tests/machine, sourced by it: a Debian of another release than the host's, to build and boot in its place. It is
# made once from the host's own Debian mirror and kept outside of the checkout; a changed recipe (what is in make_image()
# and the list of packages) makes a new one. Nothing ever writes to it: the machine, and every command that runs
# in it, gets an overlay in memory.
#
# Kept in $COMPUTE_MACHINE_IMAGES (default: /var/cache/compute-machine), about 1.2 GB each; remove what is old by hand.

images=${COMPUTE_MACHINE_IMAGES:-/var/cache/compute-machine}
packages_program=$checkout/tests/packages

# Sets image to where the root of a release (trixie, …) is, and packages to what is in it.
name_image() {
        local recipe
        mapfile -t packages < <("$packages_program" --list)
        (( ${#packages[@]} )) || fail 'tests/packages lists nothing.'
        recipe=$(printf '%s\n' "$1" "${packages[@]}" "$(declare -f make_image)" | sha256sum)
        image=$images/$1-${recipe:0:12}
}

# The mirrors that the host's packages come from, without those that only hold fixes of the host's release.
list_mirrors() {
        local codename
        codename=$(sed --quiet 's/^VERSION_CODENAME=//p' /etc/os-release)
        # shellcheck disable=SC2016 # the format is apt-get's
        apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $codename" | sort --unique
}

# make_image RELEASE DIRECTORY
make_image() {
        local mirrors
        mapfile -t mirrors < <(list_mirrors)
        (( ${#mirrors[@]} )) || fail 'The host has no Debian mirror in its package sources: see sources.list(5).'
        mmdebstrap --quiet --variant=minbase --include="$(IFS=,; echo "${packages[*]}")" \
                --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Retries "3"' \
                --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
                "$1" "$2" "${mirrors[@]}"
}

# Makes the image if it is not there. Whoever comes meanwhile, from whichever checkout, waits for it.
require_image() {
        name_image "$1"
        [[ ! -d $image ]] || return 0
        command -v mmdebstrap > /dev/null || fail "mmdebstrap is missing: run tests/packages."
        mkdir -p "$images"
        (
                flock 8
                [[ ! -d $image ]] || exit 0
                echo "Making $image, which takes some minutes."
                rm -rf --one-file-system -- "$image.new"
                make_image "$1" "$image.new" || fail "A root of Debian $1 could not be made."
                mv "$image.new" "$image"
        ) 8> "$images/lock"
}

# Goes into an overlay of the image, with the checkout writable at its own path, and executes a command there. In a mount
# namespace of its own, which takes all of it away.
enter_image() {
        local tree=$state/build path
        mount -t tmpfs -o mode=755 tmpfs "$tree"
        mkdir "$tree/upper" "$tree/work" "$tree/root"
        mount -t overlay -o "lowerdir=$image,upperdir=$tree/upper,workdir=$tree/work" overlay "$tree/root"
        tree=$tree/root
        for path in /proc /sys /dev; do
                mount --rbind "$path" "$tree$path"
        done
        mount -t tmpfs -o mode=1777 tmpfs "$tree/tmp"
        mount -t tmpfs -o mode=755 tmpfs "$tree/run"
        for path in "$checkout" "$state"; do
                mkdir -p "$tree$path"
                mount --bind "$path" "$tree$path"
        done
        exec chroot "$tree" env -C "$checkout" HOME=/root LANG=C.UTF-8 \
                PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}
