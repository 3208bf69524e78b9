#!/bin/sh
# A client made of curl: it makes an application, looks at it, and deletes it.
set -eu

call() {
    curl --silent --show-error --fail \
        --header "X-Auth-Token: $SPARKRTC_TOKEN" \
        --header "Content-Type: application/json" "$@"
}

made=$(call --data '{"app_name": "from-a-shell"}' "$SPARKRTC_BASE_URL/v2/apps")
app=$(printf '%s' "$made" | sed 's/.*"app_id": *"\([^"]*\)".*/\1/')
call "$SPARKRTC_BASE_URL/v2/apps/$app"
call "$SPARKRTC_BASE_URL/v2/apps?limit=10"
call --request DELETE "$SPARKRTC_BASE_URL/v2/apps/$app"
