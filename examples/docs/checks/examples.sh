#!/bin/sh
# Runs every block of shell commands of every page, each in an empty folder; fails when one fails.
cd "$(dirname "$0")/../pages" || exit 1
pages=$(pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0
for page in *.md; do
  awk -v "to=$work/$page" '
    /^```sh$/ { inside = 1; n += 1; next }
    /^```$/ { inside = 0 }
    inside { print > (to "." n ".sh") }
  ' "$page"
done
for block in "$work"/*.sh; do
  [ -e "$block" ] || continue
  mkdir "$block.d" && cd "$block.d" || exit 1
  if ! sh -e "$block" >"$block.out" 2>&1; then
    echo "$(basename "$block") fails:"
    cat "$block.out"
    failed=1
  fi
  cd "$pages" || exit 1
done
exit "$failed"
