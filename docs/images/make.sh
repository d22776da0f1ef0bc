#!/usr/bin/env bash
# Makes the pictures of the README anew from the sample page: docs/images/make.sh (needs chromium and ImageMagick).
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
.venv/bin/factcheck scan data/demo/clinic.html --quiet --output "html:$work/report.html" >/dev/null || test $? -eq 1
for theme in light dark; do
    chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update \
        --user-data-dir="$work/$theme" --blink-settings=preferredColorScheme=$([ $theme = dark ] && echo 0 || echo 1) \
        --hide-scrollbars --window-size=1240,900 --screenshot="$work/$theme.png" "file://$work/report.html" 2>/dev/null
    convert "$work/$theme.png" -strip -colors 64 "PNG8:docs/images/report-$theme.png"
done
ls -l docs/images/*.png
