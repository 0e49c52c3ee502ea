#!/bin/bash
# The S3 server of the tests: Ceph's RADOS gateway on a one-node cluster in memory, loopback only.
#
#   s3-server.sh start [PID]   starts it, or joins the one that runs; PID (default: the caller) uses it
#   s3-server.sh stop [PID]    PID no longer uses it; the last user's stop ends it
#   s3-server.sh status        0 when it runs
#   s3-server.sh stop-all      ends it whoever uses it
#
# Endpoints http://127.0.0.1:7480 and https://127.0.0.1:7443 (certificate /tmp/agentbay-s3/cert.pem, also for *.s3.localhost),
# keys testaccess / testsecret. Exit code 3: it cannot be installed here, and the reason is on stderr.
# A watcher ends it when all users are gone, so that killed tests leave nothing behind.
set -eu
umask 077

R=/tmp/agentbay-s3            # Short: Unix sockets are below it. Fixed, as the ports are: one a machine.
LOCK=/tmp/agentbay-s3.lock
export CEPH_CONF=$R/ceph.conf
PACKAGES="radosgw ceph-mon ceph-osd ceph-common openssl curl"

say() { echo "s3-server: $*" >&2; }

answers() { curl -fs -o /dev/null --max-time 10 http://127.0.0.1:7480/; }

alive() { [ -f "$1" ] && kill -0 "$(cat "$1")" 2>/dev/null; }

wait_for() { # seconds command…
    local until=$((SECONDS + $1)); shift
    until "$@"; do
        [ $SECONDS -lt $until ] || return 1
        sleep 0.05
    done
}

install_packages() {
    command -v radosgw >/dev/null && command -v ceph-mon >/dev/null && command -v ceph-osd >/dev/null && command -v ceph >/dev/null \
        && command -v openssl >/dev/null && command -v curl >/dev/null && return
    local log; log=$(mktemp) sudo=
    if [ "$(id -u)" != 0 ]; then
        sudo -n true 2>/dev/null || { say "radosgw is not installed, and installing needs root: apt-get install $PACKAGES"; exit 3; }
        sudo="sudo -n"
    fi
    command -v apt-get >/dev/null || { say "radosgw is not installed and there is no apt-get; install: $PACKAGES"; exit 3; }
    say "installing $PACKAGES"
    { $sudo apt-get update && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y --no-install-recommends $PACKAGES; } >"$log" 2>&1 \
        || { tail -3 "$log" >&2; rm -f "$log"; say "apt-get could not install $PACKAGES"; exit 3; }
    rm -f "$log"
}

write_config() {
    cat >$R/ceph.conf <<CONF
[global]
debug rgw = 0
debug osd = 0
debug mon = 0
debug paxos = 0
debug ms = 0
fsid = $(cat /proc/sys/kernel/random/uuid)
mon initial members = a
mon host = [v2:127.0.0.1:3300,v1:127.0.0.1:6789]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
auth allow insecure global id reclaim = false
keyring = $R/keyring
run dir = $R/run
admin socket = $R/run/\$name.asok
pid file = $R/run/\$name.pid
log file = $R/log/\$name.log
log to stderr = false
err to stderr = true
crash dir = $R/log
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon warn on pool no redundancy = false
mon max pg per osd = 1000
ms type = async+posix
[mon]
paxos propose interval = 0.02
paxos min wait = 0.01
mon data = $R/mon
mon data avail crit = 1
mon data avail warn = 1
[osd]
osd data = $R/osd
osd objectstore = memstore
memstore device bytes = 12884901888
osd class update on start = false
osd memory target = 1610612736
osd min pg log entries = 10
osd max pg log entries = 100
osd pg log dups tracked = 100
[client.rgw]
rgw data = $R/rgw
rgw frontends = beast endpoint=127.0.0.1:7480 ssl_endpoint=127.0.0.1:7443 ssl_certificate=$R/cert.pem ssl_private_key=$R/key.pem tcp_nodelay=1
rgw dns name = s3.localhost
rgw enable usage log = false
rgw enable ops log = false
rgw lc debug interval = 10
rgw thread pool size = 128
rgw gc obj min wait = 10
rgw gc processor period = 10
rgw dynamic resharding = false
CONF
}

make_cluster() {
    rm -rf $R
    mkdir -p $R/mon $R/osd $R/rgw $R/run $R/log $R/users
    write_config
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=s3.localhost \
        -addext 'subjectAltName=DNS:s3.localhost,DNS:*.s3.localhost,IP:127.0.0.1' -keyout $R/key.pem -out $R/cert.pem
    ceph-authtool -C $R/keyring -g -n mon. --cap mon 'allow *'
    ceph-authtool $R/keyring -g -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
    ceph-authtool $R/keyring -g -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' --cap mgr 'allow profile osd'
    ceph-authtool $R/keyring -g -n client.rgw --cap mon 'allow rw' --cap osd 'allow rwx'
    ceph-mon -i a --mkfs --keyring $R/keyring
    ceph-mon -i a
    local osd; osd=$(cat /proc/sys/kernel/random/uuid)
    ceph --connect-timeout 20 osd new "$osd" 0
    ceph-osd -i 0 --mkfs --osd-uuid "$osd"      # Without the uuid the monitor ignores it.
    ceph-osd -i 0
    radosgw -n client.rgw
    radosgw-admin user create --uid=t --display-name=t --access-key=testaccess --secret-key=testsecret
    wait_for 120 answers
}

end_cluster() {
    local pid file
    for file in $R/run/client.rgw.pid $R/run/osd.0.pid $R/run/mon.a.pid; do
        alive "$file" || continue
        pid=$(cat "$file")
        kill "$pid" 2>/dev/null || true
        wait_for 5 eval "! kill -0 $pid 2>/dev/null" || kill -9 "$pid" 2>/dev/null || true
    done
    rm -rf $R
}

forget_dead_users() {
    local file
    for file in "$R"/users/*; do
        [ -e "$file" ] && ! kill -0 "${file##*/}" 2>/dev/null && rm -f "$file"
    done
    return 0
}

in_use() { [ -n "$(ls -A $R/users 2>/dev/null)" ]; }

# Everything that changes who uses it or whether it runs is under one lock. The daemons must not inherit it.
locked() { ( flock 9; "$@" 9>&- ) 9>$LOCK; }

start() {
    # One that others keep busy may be slow to answer: only one that is dead is made anew under them.
    if [ -d $R/users ] && alive $R/run/mon.a.pid && alive $R/run/osd.0.pid && alive $R/run/client.rgw.pid; then
        if wait_for 120 answers; then
            : >"$R/users/$1"
            return
        fi
        forget_dead_users
        ! in_use || { say "the server that others use does not answer"; exit 1; }
    fi
    local log; log=$(mktemp)
    [ -d $R ] && end_cluster
    if ! make_cluster </dev/null >"$log" 2>&1; then
        tail -20 "$log" >&2
        rm -f "$log"
        end_cluster
        say "the cluster did not start"
        exit 1
    fi
    rm -f "$log"
    : >"$R/users/$1"
    setsid "$0" watch </dev/null >/dev/null 2>&1 &
}

stop() {
    rm -f "$R/users/$1"
    end_if_unused
}

end_if_unused() {
    [ -d $R ] || return 0
    forget_dead_users
    in_use || end_cluster
}

watch() {
    while [ -d $R ]; do
        sleep 2
        locked end_if_unused
    done
}

user=${2:-$PPID}
case ${1:-} in
    start) locked install_packages; locked start "$user"; echo http://127.0.0.1:7480 ;;
    stop) locked stop "$user" ;;
    stop-all) locked end_cluster ;;
    status) answers ;;
    watch) watch ;;
    *) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
