#!/bin/sh
# Debian packages that the whole suite uses, and those that are named after the script: Pango and a font for PDF, poppler to look at it, MariaDB, PostgreSQL, RabbitMQ, Chromium.
# Elsewhere, or without the right to install, it prints what to do; the tests then say what they lack.
set -eu
packages="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core poppler-utils mariadb-server-core mariadb-client-core rabbitmq-server postgresql chromium-headless-shell $*"

if ! command -v apt-get >/dev/null 2>&1; then
  echo "no apt-get here: for the PDF, MariaDB and event tests install Pango, poppler, MariaDB, PostgreSQL and RabbitMQ (macOS: brew install pango poppler mariadb postgresql rabbitmq)"
  exit 0
fi
missing=""
for package in $packages; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

install="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then sudo=""; elif sudo -n true 2>/dev/null; then sudo="sudo"; else
  echo "missing for the whole suite: sudo $install"
  exit 0
fi
echo "installing$missing"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get -qq update
$sudo env DEBIAN_FRONTEND=noninteractive $install -qq >/dev/null
