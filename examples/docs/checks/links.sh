#!/bin/sh
# Fails when a relative link in a page leads to no file. Anchors and addresses are not looked at.
cd "$(dirname "$0")/../pages" || exit 1
failed=0
for page in *.md; do
  for target in $(sed -n 's/.*](\([^):#]*\)[^)]*).*/\1/p' "$page"); do
    if [ ! -e "$target" ]; then
      echo "$page: $target does not exist"
      failed=1
    fi
  done
done
exit "$failed"
