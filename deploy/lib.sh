# shellcheck shell=bash
# Shared by the scripts of this folder: messages, system packages, the Swift toolchain, and a curl that shows what it does.
# To be sourced, after `set -euo pipefail`.

# What the program is built from and linked with (Debian 12 names), and what the scripts themselves use.
# shellcheck disable=SC2034  # for those who source this
BUILD_PACKAGES=(
    libdnnl-dev libssl-dev zlib1g-dev libarchive-dev libsqlite3-dev
    libjpeg-dev libspng-dev libtiff-dev libwebp-dev
    pkg-config git ca-certificates
)
SCRIPT_PACKAGES=(curl jq)

PROJECT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

# Colour only where a person looks at it.
if [[ -t 1 && -z ${NO_COLOR:-} ]]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; else bold='' dim='' plain=''; fi

heading() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# need_packages NAME...: names those that are missing, then installs them when that is allowed; never silently.
need_packages() {
    local -a missing=() become=()
    local package
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "This is not Debian or Ubuntu, so nothing is installed here. Needed, under the names of Debian: $*"
        return 0
    fi
    for package in "$@"; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
    done
    [[ ${#missing[@]} -gt 0 ]] || return 0

    say "System packages that are missing: ${missing[*]}"
    if [[ $EUID -ne 0 ]]; then
        if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
            become=(sudo)
        else
            die "neither root nor sudo is at hand. Please have this run, then start again: apt-get install ${missing[*]}"
        fi
    fi
    say "Installing them: ${become[*]:+${become[*]} }apt-get install -y --no-install-recommends ${missing[*]}"
    "${become[@]}" apt-get update -q
    "${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
}

need_swift() {
    command -v swift >/dev/null || die "no Swift toolchain on the PATH. Install Swift 6.2 or later (https://www.swift.org/install/linux/) and start again."
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    [[ -n $version ]] || die "'swift --version' names no version"
    if [[ $(printf '%s\n6.2\n' "$version" | sort -V | head -n 1) != 6.2 ]]; then die "Swift $version is too old: 6.2 or later is needed"; fi
}

# Prints a command as a line that can be pasted into a shell.
show_command() {
    local word line=''
    for word in "$@"; do
        if [[ $word =~ ^[A-Za-z0-9_./:=@%+,?-]+$ && $word != *'?'* ]]; then
            line+=" $word"
        else
            line+=" '${word//\'/\'\\\'\'}'"
        fi
    done
    printf '%s$%s%s\n' "$dim" "$line" "$plain" >&2
}

# show_curl ARGUMENTS...: prints the call, runs it, gives its answer to standard output.
# An HTTP error is printed in the service's own words and ends the script.
show_curl() {
    show_command curl -sS "$@"
    curl_quietly "$@"
}

# The same without the printed line: for asking the same thing again and again.
curl_quietly() {
    local answer status
    answer=$(curl -sS --fail-with-body "$@") || {
        status=$?
        printf '%s\n' "$answer" | jq . >&2 2>/dev/null || printf '%s\n' "$answer" >&2
        die "that call failed (curl status $status): curl -sS $*"
    }
    printf '%s\n' "$answer"
}

# Lines with tabs between the cells, as aligned columns.
table() {
    awk -F '\t' '
        { for (i = 1; i <= NF; i++) { cell[NR, i] = $i; if (length($i) > width[i]) width[i] = length($i) } fields[NR] = NF }
        END { for (r = 1; r <= NR; r++) { line = ""; for (i = 1; i <= fields[r]; i++) line = line sprintf("%-" width[i] + 2 "s", cell[r, i]); sub(/ +$/, "", line); print line } }'
}
