# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of the program that sources this
#
# Part of tests/run, sourced by it: all that there is to test, in lanes of at most 90 minutes on 2 cores.
#
# What a lane found is kept in build/night/COMMIT/LANE: for each step its JUnit files, or how each
# integration test went (tests/integration/results.py), and STEP.done once all of it ran. So a lane that was
# stopped goes on where it was, and tests/run.d/table.py makes one table of all lanes of a commit.

declare -A lanes=(
        [bookworm]='build lint unit quickstart integration chaos coverage first-change'
        [trixie]='trixie'
        [bookworm-vm-1]='bookworm-vm:1/3' [bookworm-vm-2]='bookworm-vm:2/3' [bookworm-vm-3]='bookworm-vm:3/3'
        [trixie-vm-1]='trixie-vm:1/3' [trixie-vm-2]='trixie-vm:2/3' [trixie-vm-3]='trixie-vm:3/3'
        [testing-vm-1]='testing-vm:1/3' [testing-vm-2]='testing-vm:2/3' [testing-vm-3]='testing-vm:3/3'
        [analyze]='analyze valgrind'
        [sanitize]='sanitize'
        [fuzz]='fuzz busfuzz'
        [kernels]='kernels'
)
lane_order=(bookworm trixie bookworm-vm-{1..3} trixie-vm-{1..3} testing-vm-{1..3} analyze sanitize fuzz kernels)
lane_deadline=5400 # seconds

# Sets commit to what is tested. Fails if that is not what is committed.
name_commit() {
        commit=$(git rev-parse --verify HEAD) || fail_usage 'Results are kept under a commit, and this is no checkout of git.'
        [[ ! $(git status --porcelain) ]] ||
                fail_usage 'Results are kept under a commit, and there are changes in no commit: git status'
}

# night [LANE…]
night() {
        local lane commit status failed=0
        name_commit
        (( $# )) || set -- "${lane_order[@]}"
        for lane; do
                [[ ${lanes[$lane]-} ]] || fail_usage "Unknown lane: $lane. There are: ${lane_order[*]}"
        done
        for lane; do
                status=0
                echo
                echo "==== $lane, of $commit"
                mkdir -p "build/night/$commit/$lane"
                # shellcheck disable=SC2086 # they are words
                run env RUN_NIGHT="$PWD/build/night/$commit/$lane" FUZZ_SECONDS="${FUZZ_SECONDS:-240}" \
                        timeout --kill-after=60 $lane_deadline "$program" ${lanes[$lane]} || status=$?
                if (( status == 124 )); then
                        echo "tests/run: The lane $lane was stopped after $lane_deadline s. Run it again, and it goes on there."
                fi
                (( status == 0 )) || failed=1
        done
        "$python" tests/run.d/table.py "build/night/$commit" "${lane_order[@]}" || failed=1
        return $failed
}

# night_has STEP: did an earlier run of this lane do all of the step?
night_has() {
        [[ $night && -e $night/${1//[:\/]/-}.done ]]
}

# night_keep STEP STATUS: keeps what the step found, as all of it ran; unless something else is checked out
# by now.
night_keep() {
        local files=("$results"/*.xml) name=${1//[:\/]/-} commit
        [[ $night ]] || return 0
        name_commit
        [[ $night == */"$commit"/* ]] || fail_usage "$commit was checked out while $night was tested."
        mkdir -p "$night/$name"
        if [[ -e ${files[0]} ]]; then cp "${files[@]}" "$night/$name"; fi
        echo "$2" > "$night/$name.done"
}
