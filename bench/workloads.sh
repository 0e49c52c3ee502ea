#!/usr/bin/env bash
# The same small-file and large-file work on a local folder, in our mount and in bindfs, one after the other in one run.
# Prints seconds and, for the mounts, the ratio to the local folder. Ratios are what to quote: machines are noisy.
#   bench/workloads.sh [FOLDER]     a folder on the disk to measure (default: a temporary one)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PROGRAM=${AGENTBAY_MOUNT_PROGRAM:-$PWD/artifacts/agentbay-mount}
BASE=$(mktemp -d -p "${1:-/tmp}" agentbay-bench-XXXXXX)
mkdir "$BASE"/{local,mnt,bind,under,store}

finish() {
    AGENTBAY_STORE="$BASE/store" "$PROGRAM" unmount "$BASE/mnt" >/dev/null 2>&1 || true
    umount -q "$BASE/bind" 2>/dev/null || true
    rm -rf --one-file-system "$BASE"
}
trap finish EXIT

AGENTBAY_STORE="$BASE/store" "$PROGRAM" bench "$BASE/mnt" --cache-dir "$BASE/cache" --write-back off --fsync local --prefetch off >/dev/null
targets=(local mnt)
if command -v bindfs >/dev/null && bindfs "$BASE/under" "$BASE/bind"; then targets+=(bind); fi

mkdir "$BASE/sample"
for d in $(seq 40); do mkdir "$BASE/sample/d$d"; for f in $(seq 100); do echo "file $f of $d" >"$BASE/sample/d$d/f$f"; done; done
tar cf "$BASE/sample.tar" -C "$BASE/sample" .

work_create() { mkdir c; for i in $(seq 100); do mkdir "c/$i"; done; for i in $(seq 10000); do echo x >"c/$((i % 100 + 1))/$i"; done; }
work_untar() { mkdir u; tar xf "$BASE/sample.tar" -C u; }
work_cat() { find u -type f -print0 | xargs -0 cat >/dev/null; }
work_stat() { find u c -printf '%s %T@\n' >/dev/null; }
work_remove() { rm -rf c; }
work_write1g() { head -c 1G /dev/zero >big; }
work_read1g() { cat big >/dev/null; }

printf '%-10s' work; printf '%12s' "${targets[@]}"; echo
for work in create untar cat stat remove write1g read1g; do
    printf '%-10s' "$work"
    first=
    for target in "${targets[@]}"; do
        start=$(date +%s%N)
        (cd "$BASE/$target" && "work_$work")
        took=$(($(date +%s%N) - start))
        first=${first:-$took}
        awk -v t="$took" -v f="$first" 'BEGIN { printf "%7.2fs%4.1f", t / 1e9, t / f }'
    done
    echo
done
