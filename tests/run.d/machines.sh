# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables of the program that sources this
#
# Part of tests/run, sourced by it: the steps that boot a machine, and how integration tests run in one.

integration_deadline=2400 chaos_seconds=180 user_chaos_seconds=40

# The machine that the tests of this step are for.
boot() {
        (( EUID == 0 )) || {
                echo 'The machine needs root.'
                return 1
        }
        build_gcc
        boot_machine build/gcc
}

# boot_machine BUILD_DIR [OPTION]…: with options of the build, if it is not there yet.
boot_machine() {
        export BUILD_DIR=$1 BUILD_OPTIONS="-Dwerror=true ${*:2}"
        if [[ ! $keep ]]; then
                trap 'tests/machine halt' EXIT
                tests/machine halt
        fi
        run tests/machine boot
}

# test_in_machine RESULTS ARGUMENT…: pytest of tests/integration.
test_in_machine() {
        local status name=$1
        shift
        if [[ $night ]]; then export RESULTS_FILE=$night/$name.jsonl; fi
        # Interrupted rather than terminated, pytest still says what it knows. (SIGINT is ignored in the
        # background.)
        run env --default-signal=INT timeout --signal=INT --kill-after=20 "$integration_deadline" \
                "$python" -m pytest -p no:cacheprovider -o faulthandler_timeout=60 --tb=short --durations=5 -ra \
                --junitxml="$results/$name.xml" "$@" tests/integration || {
                status=$?
                (( status != 124 )) || echo "tests/run: Not done after $integration_deadline s."
                return $status
        }
}

# test_features NAME ARGUMENT…: the same, and whether docs/features.md has what they found.
test_features() {
        local failed=0
        export FEATURES_FILE=build/features/$1.json
        mkdir -p build/features
        rm -f "$FEATURES_FILE"
        test_in_machine "$@" -k "$expression" || failed=1
        if [[ ! $expression ]]; then
                report "features-$1" tests/features check "$FEATURES_FILE" || failed=1
        fi
        return $failed
}

step_integration() {
        local tests
        tests=(tests/integration/test*.py)
        [[ -e ${tests[0]} ]] || {
                echo 'There are no tests in tests/integration.'
                return 1
        }
        boot
        test_features integration -m 'not slow and not kernels'
}

# chaos NAME OPTION…: one test.
chaos() {
        local name=$1
        shift
        run tests/chaos "$@" || return
        echo "<testsuite><testcase classname=\"chaos\" name=\"$name\"/></testsuite>" > "$results/chaos-$name.xml"
}

step_chaos() {
        local failed=0
        boot
        test_in_machine steps -m slow || failed=1
        chaos system --duration=$chaos_seconds || failed=1
        chaos user --user --duration=$user_chaos_seconds || failed=1
        return $failed
}

step_quickstart() {
        run ./quickstart --machine
        echo '<testsuite><testcase classname="quickstart" name="quickstart"/></testsuite>' > "$results/quickstart.xml"
}

# Boots a machine whose manager and keepers tell what the sanitizers find in the journal, and end with it.
# What systemd stops, it lets continue, too (SIGCONT), which loses the SIGSTOP that the search for leaks
# waits for; so another sends SIGTERM.
boot_sanitized() {
        set_up "${sanitized[@]}"
        boot_machine build/sanitize
        # shellcheck disable=SC2016 # its own variables
        run tests/machine run -u root -- sh -euc '
                for bus in system user; do
                        for unit in compute-sessiond compute-keeper-; do
                                mkdir -p "/etc/systemd/$bus/$unit.service.d"
                                {
                                        echo "[Service]"
                                        echo "Environment=ASAN_OPTIONS=halt_on_error=1:detect_leaks=1:quarantine_size_mb=1:malloc_context_size=8"
                                        echo "Environment=UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1"
                                        echo "SystemCallFilter="
                                        echo "MemoryDenyWriteExecute=no"
                                        echo "ExecStop=/bin/sh -c \"kill \$MAINPID && exec tail --sleep-interval=0.1 --pid=\$MAINPID -f /dev/null\""
                                } > "/etc/systemd/$bus/$unit.service.d/50-sanitize.conf"
                        done
                done
                systemctl daemon-reload
                systemctl try-restart compute-sessiond'
}

# A leak is told when the manager ends.
no_findings() {
        run tests/machine run -u root -- sh -euc '
                systemctl stop compute-sessiond
                ! journalctl --quiet --no-pager --identifier=compute-sessiond --identifier=compute-session-keeper |
                        grep -E "Sanitizer|runtime error"'
}

step_sanitize() {
        local failed=0
        integration_deadline=3600
        boot_sanitized
        test_in_machine sanitize -m 'not slow and not kernels' -k "${expression:-not idle and not exposure}" || failed=1
        report findings no_findings || failed=1
        return $failed
}

step_busfuzz() {
        local failed=0
        integration_deadline=3600
        export BUS_FUZZ_CALLS=${BUS_FUZZ_CALLS:-200000}
        boot_sanitized
        test_in_machine busfuzz -s -k test_bus_fuzz || failed=1
        report findings no_findings || failed=1
        return $failed
}

step_trixie() {
        local failed=0
        export MACHINE=trixie
        boot_machine build/trixie
        run tests/machine in-root meson test -C build/trixie --suite unit --logbase unit --print-errorlogs ||
                failed=1
        cp build/trixie/meson-logs/unit.junit.xml "$results/unit-trixie.xml" || failed=1
        test_features trixie -m 'not slow and not kernels' || failed=1
        compare_notebooks || failed=1
        return $failed
}

# Has virtual machines built with the compiler and the libraries of their release, which are not all that
# this system has.
boot_virtual() {
        export MACHINE=$1
        boot_machine "build/${1%-vm}" -Dunit-tests=false
}

# What needs cgroup v2, and what docs/features.md tells of. All else takes an hour and more when it is
# emulated: it is for tests/run night.
step_virtual() {
        boot_virtual "$1"
        test_features "$1" -m '(v2 or feature) and not slow and not kernels and not v1'
}

# The part of it that every change has to pass: stock Debian 12 boots with cgroup v2.
step_features() {
        boot_virtual bookworm-vm
        test_features features -m 'feature and not slow and not kernels and not v1'
}

# step_suite MACHINE PART: a part of the whole suite, as "2/3".
step_suite() {
        integration_deadline=$lane_deadline
        export RESULTS_PART=$2
        boot_virtual "$1"
        test_in_machine "$1" -m 'not kernels'
}

step_kernels() {
        tests/packages --kernels
        boot
        test_in_machine kernels -m kernels -k "$expression"
}
