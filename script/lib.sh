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

# Make the virtual environment $1 with a Python of at least 3.11. Names are of the whole script: none of the caller's is used.
make_venv() {
    [ -x "$1/bin/python" ] && return 0
    its_python=$(command -v python3 || true)
    [ -n "$its_python" ] || { apt_install python3 python3-venv; its_python=$(command -v python3); }
    "$its_python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        { say "Python 3.11 or newer is needed; $its_python is $("$its_python" -V)"; exit 3; }
    say "making the environment $1"
    "$its_python" -m venv "$1" 2>/dev/null || { rm -rf "$1"; apt_install python3-venv && "$its_python" -m venv "$1"; }
}

# Install into environment $1, quietly, the rest.
pip_install() {
    its_venv=$1
    shift
    "$its_venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}
