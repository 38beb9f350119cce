#!/bin/sh
# Makes sure that a Chromium is there for the browser tests: through apt where that may be done, else says how.
set -eu
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then as_root=''; elif sudo -n true 2>/dev/null; then as_root='sudo -n'; else as_root='no'; fi
    if [ "$as_root" != no ]; then
        echo 'Installing Chromium for the browser tests …'
        $as_root apt-get update -qq >/dev/null
        DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
        exit 0
    fi
fi
echo 'The browser tests need Chromium. On Debian or Ubuntu: sudo apt-get install chromium' >&2
exit 1
