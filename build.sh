#!/usr/bin/env bash
# Builds, tests, mounts and installs AgentBay.Fs on Linux. "./build.sh help" lists the verbs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly ARTIFACTS="$PWD/artifacts"
readonly PROGRAM="$ARTIFACTS/agentbay-mount"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# The SDK wants a home for its caches; CI may have none.
export HOME="${HOME:-${TMPDIR:-/tmp}/agentbay-home}"
[ -d "$HOME" ] || mkdir -p "$HOME"
# Build servers would outlive this script.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false

usage() {
    cat <<'END'
usage: ./build.sh VERB

  build [--aot]               artifacts/agentbay-mount, one file; prints size, start-up time, memory
                              (--aot: NativeAOT, where its package restores)
  test [PROJECT...]           all test projects in tests/, or those named (Fs, Mount...)
  churn [MINUTES]             programs at work in a mount whose daemon and store fail all the time (15)
  mount CTX PATH [OPTION...]  builds if needed and mounts context CTX on PATH
  check                       formatting and analyzers
  bench [ARGUMENT...]         the benchmarks in bench/
  install [DIR]               the program to DIR (/usr/local/bin), mount helpers to /sbin
  clean                       everything that was built
  help                        this
END
}

say() { printf '%s\n' "$*" >&2; }
die() { say "build.sh: $*"; exit 1; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        return 1
    fi
}

need_sdk() {
    command -v dotnet >/dev/null ||
        die "the .NET 10 SDK is missing: https://dotnet.microsoft.com/download/dotnet/10.0 (or apt install dotnet-sdk-10.0)"
    dotnet --version >/dev/null 2>&1 ||
        die "a .NET 10 SDK is needed (global.json); installed: $(dotnet --list-sdks 2>/dev/null | tr '\n' ' ')"
}

# install_packages WHAT PACKAGE...: tries apt; says what to run where that does not work. Never fails.
install_packages() {
    local what=$1
    shift
    if command -v apt-get >/dev/null; then
        say "installing $* ($what)"
        if as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >/dev/null 2>&1 </dev/null; then
            return 0
        fi
        as_root env DEBIAN_FRONTEND=noninteractive apt-get update >/dev/null 2>&1 </dev/null || true
        if as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >/dev/null 2>&1 </dev/null; then
            return 0
        fi
        say "could not install what $what needs; run: sudo apt-get update && sudo apt-get install -y $*"
    else
        say "$what needs: $* (names of Debian's packages); install them with this system's package manager"
    fi
}

# need WHAT COMMAND:PACKAGE...: installs the packages of the commands that are missing.
need() {
    local what=$1 pair missing=()
    shift
    for pair in "$@"; do
        command -v "${pair%%:*}" >/dev/null || [ -x "/usr/sbin/${pair%%:*}" ] || missing+=("${pair#*:}")
    done
    [ ${#missing[@]} -eq 0 ] || install_packages "$what" "${missing[@]}"
}

need_fuse() { need "mounting" fusermount3:fuse3; }

need_test_tools() {
    need_fuse
    need "the tests" git:git sqlite3:sqlite3 tar:tar rsync:rsync rclone:rclone s3cmd:s3cmd setpriv:util-linux setfattr:attr gcc:gcc curl:curl openssl:openssl mkfs.ext4:e2fsprogs npm:npm
    [ -e /usr/include/linux/fuse.h ] || install_packages "the tests of struct layouts" libc6-dev linux-libc-dev
    need "the tests on a real S3 server" radosgw:radosgw ceph-mon:ceph-mon ceph-osd:ceph-osd ceph:ceph-common
}

# The mount is judged by what it does to programs, so it is built as it is shipped.
publish() {
    local rid=linux-x64 mode=(-p:PublishSingleFile=true -p:PublishReadyToRun=true -p:PublishTrimmed=true --self-contained)
    [ "$(uname -m)" = aarch64 ] && rid=linux-arm64
    [ "${1:-}" = --aot ] && mode=(-p:PublishAot=true)
    rm -rf "$ARTIFACTS/publish"
    dotnet publish src/AgentBay.Mount -c Release -r "$rid" -o "$ARTIFACTS/publish" -v quiet -p:SingleProgram=true "${mode[@]}" </dev/null
    # A running daemon keeps its own file: replace the name, do not write into it.
    mv -f "$ARTIFACTS/publish/agentbay-mount" "$PROGRAM"
    rm -rf "$ARTIFACTS/publish"
}

milliseconds() { awk -v ns="$1" 'BEGIN { printf "%.0f", ns / 1e6 }'; }

# Of "status", which reads the mount table and would ask every mount.
report() {
    local best='' start took rss
    for _ in 1 2 3 4 5; do
        start=$(date +%s%N)
        "$PROGRAM" status >/dev/null
        took=$(($(date +%s%N) - start))
        if [ -z "$best" ] || [ "$took" -lt "$best" ]; then best=$took; fi
    done
    rss='?'
    if [ -x /usr/bin/time ]; then
        rss=$(/usr/bin/time -f %M "$PROGRAM" status 2>&1 >/dev/null | tail -1 | awk '{ printf "%.0f", $1 / 1024 }')
    fi
    say "$PROGRAM: $(du -m "$PROGRAM" | cut -f1) MB; \"status\" takes $(milliseconds "$best") ms (best of 5) and $rss MB of memory"
}

build() {
    need_sdk
    need "the report of memory" /usr/bin/time:time
    mkdir -p "$ARTIFACTS"
    publish "$@"
    report
}

# sources_newer: the program is missing or older than what it is made of.
sources_newer() {
    [ ! -x "$PROGRAM" ] || [ -n "$(find src Directory.Build.props Directory.Packages.props -newer "$PROGRAM" \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' -o -name '*.txt' \) -not -path '*/obj/*' -not -path '*/bin/*' -print -quit)" ]
}

count_of() { sed -n "s/^ *$1: *\([0-9][0-9]*\).*/\1/p" "$2" | tail -1; }

# No project takes half of this. At the first limit the tests are told to end, at the second the project is killed.
readonly TEST_LIMIT=28m KILL_LIMIT=30m

# Each project is a program of its own (Microsoft.Testing.Platform); its summary has the lines "failed: N", "succeeded: N", "skipped: N".
run_projects() {
    local name code
    for name in "$@"; do
        say "== $name"
        code=0
        timeout --foreground --signal=KILL "$KILL_LIMIT" \
            "tests/$name/bin/Release/net10.0/$name" --results-directory "$ARTIFACTS/tests" --report-xunit-trx --report-xunit-trx-filename "$name.trx" \
            --timeout "$TEST_LIMIT" --no-progress --no-ansi >"$ARTIFACTS/tests/$name.log" 2>&1 </dev/null || code=$?
        printf '%s\n' "$code" >"$ARTIFACTS/tests/$name.code"
    done
}

# Those that mostly wait for a server run beside those that compute. Mount.Tests runs alone: it keeps the machine busy by itself.
run_tests() {
    local name log code passed=0 failed=0 skipped=0 bad=0 waiting=() computing=() alone=()
    for name in "$@"; do
        case $name in
            AgentBay.ObjectStore.Tests | AgentBay.Sdk.Tests) waiting+=("$name") ;;
            AgentBay.Mount.Tests) alone+=("$name") ;;
            *) computing+=("$name") ;;
        esac
    done
    run_projects ${waiting[@]+"${waiting[@]}"} &
    run_projects ${computing[@]+"${computing[@]}"}
    wait $!
    run_projects ${alone[@]+"${alone[@]}"}
    for name in "$@"; do
        log="$ARTIFACTS/tests/$name.log"
        code=$(cat "$ARTIFACTS/tests/$name.code")
        if [ "$code" -ne 0 ]; then
            bad=1
            cat "$log"
            say "$name ended with code $code"
            [ "$code" -ne 137 ] || say "$name was killed: after $KILL_LIMIT (then the last long running tests above hang), or for want of memory"
        fi
        passed=$((passed + $(count_of succeeded "$log" | grep . || echo 0)))
        failed=$((failed + $(count_of failed "$log" | grep . || echo 0)))
        skipped=$((skipped + $(count_of skipped "$log" | grep . || echo 0)))
        grep -E '^skipped ' "$log" >&2 || true
        # What tests say of their runs; the log has it of failed ones only.
        grep -oE '\<counts: [^<]*' "$ARTIFACTS/tests/$name.trx" >&2 || true
    done
    [ $((passed + failed)) -gt 0 ] || { bad=1; say "no test ran"; }
    local line="$passed passed, $failed failed"
    [ "$skipped" -eq 0 ] || line="$line, $skipped skipped"
    printf '%s\n' "$line"
    [ "$bad" -eq 0 ] && [ "$failed" -eq 0 ]
}

# At once, so that what they share is looked at once.
build_tests() {
    local filter=$ARTIFACTS/tests.slnf
    {
        printf '{ "solution": { "path": "../AgentBay.Fs.sln", "projects": ['
        local name separator=''
        for name in "$@"; do
            printf '%s"tests/%s/%s.csproj"' "$separator" "$name" "$name"
            separator=', '
        done
        printf '] } }\n'
    } >"$filter"
    dotnet build "$filter" -c Release -v quiet </dev/null
}

run_all_tests() {
    need_sdk
    need_test_tools
    local projects=() project
    if [ $# -gt 0 ]; then
        for project in "$@"; do projects+=("AgentBay.${project#AgentBay.}"); done
        projects=("${projects[@]/%/.Tests}")
        projects=("${projects[@]/%.Tests.Tests/.Tests}")
    else
        for project in tests/*.Tests/; do projects+=("$(basename "$project")"); done
    fi
    for project in "${projects[@]}"; do [ -d "tests/$project" ] || die "there is no test project tests/$project"; done

    rm -rf "$ARTIFACTS/tests"
    mkdir -p "$ARTIFACTS/tests"
    if [[ " ${projects[*]} " == *" AgentBay."@(Mount|Sdk)".Tests "* ]] && sources_newer; then build; fi
    build_tests "${projects[@]}"
    AGENTBAY_MOUNT_PROGRAM="$PROGRAM" run_tests "${projects[@]}"
}

# The tests run two minutes of this.
churn() {
    need_sdk
    need_test_tools
    if sources_newer; then build; fi
    dotnet build tests/AgentBay.Mount.Tests -c Release -v quiet </dev/null
    AGENTBAY_MOUNT_PROGRAM="$PROGRAM" AGENTBAY_CHURN_MINUTES="${1:-15}" \
        tests/AgentBay.Mount.Tests/bin/Release/net10.0/AgentBay.Mount.Tests --filter-class '*ChurnTests' --output detailed --no-progress --no-ansi </dev/null
}

mount_context() {
    [ $# -ge 2 ] || die "usage: ./build.sh mount CTX PATH [OPTION...]"
    local path=$2
    need_fuse
    if sources_newer; then build; fi
    mkdir -p "$path"
    "$PROGRAM" mount "$@"
    say "Work in $path with any program. When you are done: $PROGRAM unmount $path"
}

check() {
    need_sdk
    need "checking this script" shellcheck:shellcheck
    # Solution and projects are built with warnings as errors: analyzers and code style speak there.
    dotnet build AgentBay.Fs.sln -c Release -v quiet </dev/null
    dotnet format AgentBay.Fs.sln --verify-no-changes --no-restore --severity warn </dev/null
    if command -v shellcheck >/dev/null; then git ls-files '*.sh' .ci/run | xargs -r shellcheck -S warning; fi
}

bench() {
    need_sdk
    local project
    project=$(find bench -name '*.csproj' -print -quit)
    [ -n "$project" ] || die "there is no project in bench/ yet"
    dotnet run --project "$project" -c Release -- "$@"
}

install_program() {
    local target=${1:-/usr/local/bin} helper type
    need_fuse
    if sources_newer; then build; fi
    as_root install -D -m 755 "$PROGRAM" "$target/agentbay-mount" || die "run as root: install -m 755 $PROGRAM $target/"
    for helper in mount umount; do
        for type in fuse.agentbay agentbay; do
            printf '#!/bin/sh\nexec "%s/agentbay-mount" %s-helper "$@"\n' "$target" "$helper" |
                as_root tee "/sbin/$helper.$type" >/dev/null
            as_root chmod 755 "/sbin/$helper.$type"
        done
    done
    say "installed $target/agentbay-mount and /sbin/{mount,umount}.{fuse.agentbay,agentbay}"
}

clean() {
    rm -rf "$ARTIFACTS"
    find src tests bench -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
}

verb=${1:-help}
[ $# -eq 0 ] || shift
case $verb in
    build) build "$@" ;;
    test) run_all_tests "$@" ;;
    churn) churn "$@" ;;
    mount) mount_context "$@" ;;
    check) check ;;
    bench) bench "$@" ;;
    install) install_program "$@" ;;
    clean) clean ;;
    help | -h | --help) usage ;;
    *) usage >&2; exit 2 ;;
esac
