#!/usr/bin/env bash
# Measures the HTTP side over loopback and prints one line a figure: Tests/Load/http.sh PROGRAM [PICTURE_100KB.jpg] [SECONDS]
# Needs wrk, curl, jq, tar. The data folder is a temporary one in $TMPDIR: its disk is the disk that is measured.
set -euo pipefail
program=$(realpath -e "${1:?the built aliquot}")
seconds=${3:-10}
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
service=''
# shellcheck disable=SC2329  # called by the trap
finish() {
    if [[ -n $service ]]; then
        kill -TERM "$service" 2>/dev/null || true
        wait "$service" || true
    fi
    rm -rf "$work"
}
trap finish EXIT

# A drawing of 912² pixels has some 100 KB; it is taken where no picture is named.
"$program" sample "$work/large" --labelled 1 --unlabelled 0 --test 0 --side 912 >/dev/null
picture=$(realpath -e "${2:-$(find "$work/large" -name '*.jpg' | sort | head -n 1)}")
"$program" sample "$work/few" --labelled 8 --unlabelled 1000 --test 4 --side 96 >/dev/null
"$program" sample "$work/many" --labelled 1 --unlabelled 10000 --test 0 --side 96 >/dev/null
tar -C "$work" -cf "$work/many.tar" many
tar -C "$work" -cf "$work/few.tar" few

"$program" serve --port 0 --data "$work/data" --log-level warning >"$work/log" 2>&1 &
service=$!
for _ in $(seq 100); do
    base=$(grep -o 'http://127.0.0.1:[0-9]*' "$work/log" | head -n 1) && curl -sf "$base/readyz" >/dev/null && break
    sleep 0.1
done
dataset() { curl -sf -o "$work/answer" -H 'Content-Type: application/json' -d "{\"name\":\"$1\"}" "$base/v1/datasets"; }
job() { # waits for a job's end, prints its state
    local state=running
    while [[ $state != succeeded && $state != failed ]]; do state=$(curl -sf "$base/v1/jobs/$1?wait=30" | jq -r .state); done
    printf '%s\n' "$state"
}
now() { date +%s.%N; }
rate() { jq -n --argjson n "$1" --argjson a "$2" --argjson b "$3" '[($b - $a), $n / ($b - $a)] | map(. * 10 | round / 10) | "\(.[0]) s, \(.[1]) pictures/s"' -r; }

dataset load
printf 'GET /livez, 1 and 64 clients:\n'
for clients in 1 64; do wrk -t1 -c$clients -d"${seconds}s" -s "$here/get.lua" "$base/livez" | grep RESULT; done
printf 'PUT of %s bytes, 1 and 8 clients:\n' "$(stat -c %s "$picture")"
for clients in 1 8; do wrk -t1 -c$clients -d"${seconds}s" -s "$here/put.lua" "$base" -- "$picture" "$clients" | grep RESULT; done

dataset form
find "$work/few/unlabelled" -name '*.jpg' | head -n 1000 | sed 's/.*/form = "file=@&"/' >"$work/form"
start=$(now)
stored=$(curl -sf -K "$work/form" "$base/v1/datasets/form/images" | jq .stored)
printf 'multipart of 1,000 files: stored %s, %s\n' "$stored" "$(rate "$stored" "$start" "$(now)")"

dataset archive
start=$(now)
id=$(curl -sf -T "$work/many.tar" -X POST "$base/v1/datasets/archive/archives" | jq -r .id)
printf 'archive of 10,000 pictures: %s, ' "$(job "$id")"
rate "$(curl -sf "$base/v1/datasets/archive" | jq .counts.images)" "$start" "$(now)"

dataset few
job "$(curl -sf -T "$work/few.tar" -X POST "$base/v1/datasets/few/archives" | jq -r .id)" >/dev/null
id=$(curl -sf -H 'Content-Type: application/json' -d '{"type":"train","dataset":"few","network":"mobilenet_v2","epochs":1,"image_size":224,"batch_size":8}' "$base/v1/jobs" | jq -r .id)
printf 'a model of one epoch: %s\n' "$(job "$id")"
for precision in int8 float; do
    printf 'classify, mobilenet_v2 at 224², %s, 1 and 8 clients:\n' "$precision"
    for clients in 1 8; do
        wrk -t1 -c$clients -d"${seconds}s" -s "$here/classify.lua" "$base/v1/models/few/classify?precision=$precision" -- "$picture" | grep RESULT
    done
done
printf 'peak memory of the service: %s\n' "$(grep VmHWM "/proc/$service/status")"
