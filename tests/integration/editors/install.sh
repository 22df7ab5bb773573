#!/bin/sh
# Installs the editors that the tests drive: as root on Debian and its kin. Elsewhere the tests of what is missing are skipped.
set -eu
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  if ! command -v nvim >/dev/null 2>&1 || ! command -v emacs >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -qq -y --no-install-recommends neovim emacs-nox
  fi
  # Part of Emacs from 29 on.
  emacs --batch -q --eval "(require 'eglot)" 2>/dev/null || apt-get install -qq -y --no-install-recommends elpa-eglot
else
  echo "SKIPPED: Neovim and Emacs are installed by root on Debian only; what is missing is not tested" >&2
fi
