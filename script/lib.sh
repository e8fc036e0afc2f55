# Shared by the scripts beside it: finding Python, making an environment, installing what Debian lacks.

say() { printf '\n== %s\n' "$*" >&2; }

# Install Debian packages, where this is Debian and we may.
apt_install() {
    command -v apt-get >/dev/null 2>&1 || { say "please install: $*"; return 1; }
    sudo=""
    [ "$(id -u)" = 0 ] || sudo="sudo"
    say "installing $* with apt-get"
    $sudo apt-get update -qq && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Make the virtual environment $1 with a Python of at least 3.11.
make_venv() {
    [ -x "$1/bin/python" ] && return 0
    python=$(command -v python3 || true)
    [ -n "$python" ] || { apt_install python3 python3-venv; python=$(command -v python3); }
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        { say "Python 3.11 or newer is needed; $python is $("$python" -V)"; exit 3; }
    say "making the environment $1"
    "$python" -m venv "$1" 2>/dev/null || { rm -rf "$1"; apt_install python3-venv && "$python" -m venv "$1"; }
}

# Install into environment $1, quietly, the rest.
pip_install() {
    venv=$1
    shift
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}
