#!/bin/sh
# The line for CI: starts the receiver on a port of this machine, and judges it. What else is given
# goes to certify-receiver: sh examples/receiver/check.sh --strict --format json,junit
set -eu
port=${PORT:-8123}
here=$(dirname "$0")
CALLBACK_KEY=${CALLBACK_KEY:-8923ab8c2dcef4538923ab8c2dcef453}
export CALLBACK_KEY
flask --app "$here/receiver.py" run --port "$port" >/dev/null 2>&1 &
receiver=$!
trap 'kill $receiver' EXIT
until curl -s -o /dev/null "http://127.0.0.1:$port/files"; do
    kill -0 "$receiver"
    sleep 0.1
done
sparkrtc-conformance certify-receiver "http://127.0.0.1:$port/events" --key "$CALLBACK_KEY" "$@"
