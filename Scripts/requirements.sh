# Sourced by the other scripts in this folder: installs what they need if it is missing.

# Debian packages, by name. Only those that are missing are installed.
need_debian_packages() {
    local missing=() package
    for package in "$@"; do
        [ "$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null)" = 'install ok installed' ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "Installing ${missing[*]}" >&2
    local root=()
    [ "$(id -u)" -eq 0 ] || root=(sudo)
    "${root[@]}" apt-get update -qq >&2
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# The packages that every build needs.
need_build_packages() {
    need_debian_packages pkg-config libarchive-dev libisal-dev libsqlite3-dev libxlsxwriter-dev libxml2-dev libyaml-dev \
        nettle-dev
}

need_swift() {
    command -v swift >/dev/null && return 0
    echo 'Swift 6.3 or later is needed: https://www.swift.org/install/linux/' >&2
    exit 69
}
