#!/bin/sh
# Clients of curl and a shell, as a shell makes one write them: `sh clients.sh NAME`. The mistakes are
# those of the language; the right ones are unusual.
set -u
base=$SPARKRTC_BASE_URL
app=$SPARKRTC_APP_ID
users="$base/v1/$SPARKRTC_PROJECT_ID/rtc/users"
jobs="$base/v2/apps/$app/individual-stream-jobs"
job='{"room_id": "room-1", "user_id": "teacher", "is_record_audio": true, "max_idle_time": 60}'

ask() { curl --silent --output answer --header "X-Auth-Token: $SPARKRTC_TOKEN" "$@"; }
json() { ask --header "Content-Type: application/json" "$@"; }
stage() {
    curl --silent --fail --header "Content-Type: application/json" --output /dev/null --data "{\"operation\": \"$1\", \"situation\": \"$2\"}" "$SPARKRTC_SITUATION_URL" || exit 65
}
login() {
    body="{\"auth\": {\"identity\": {\"methods\": [\"password\"], \"password\": {\"user\": {\"name\":
        \"$SPARKRTC_USERNAME\", \"password\": \"$SPARKRTC_PASSWORD\", \"domain\": {\"name\":
        \"$SPARKRTC_DOMAIN\"}}}}, \"scope\": {\"project\": {\"name\": \"$SPARKRTC_PROJECT_NAME\"}}}}"
    curl --silent --dump-header - --output /dev/null --header "Content-Type: application/json" \
        --data "$body" "$base/v3/auth/tokens" | tr -d '\r' | sed -n 's/^[Xx]-[Ss]ubject-[Tt]oken: //p'
}
token_in() { sed -n 's/^[Xx]-[Ss]ubject-[Tt]oken: //p'; }

case $1 in
# wrong
empty-variable) json --request DELETE "$base/v2/apps/" ;;
form-by-default) ask --data '{"app_name": "a"}' "$base/v2/apps" ;;
single-quotes) json --data "{'app_name': 'a'}" "$base/v2/apps" ;;
raw-utf-8) json --request POST --request-target "/v2/apps/$app/rooms/教室/dismiss" "$base" ;;
quoted-limit) json "$base/v2/apps?limit=%2210%22" ;;
body-with-get) json --request GET --data '{"limit": 10}' "$base/v2/apps" ;;
cut-at-ampersand) eval "json $base/v2/rtc-ops/buckets/objects?bucket=rtc-records\\&type=objects&location=cn-north-4; wait" ;;
retry-option)
    stage CreateIndividualStreamJob unavailable
    json --retry 1 --data "$job" "$jobs"
    ;;
short-max-time)
    stage CreateIndividualStreamJob slow
    json --max-time 0.1 --data "$job" "$jobs"
    json --data "$job" "$jobs"
    ;;
token-each-time)
    for path in "" "?limit=1" "/$app"; do
        curl --silent --output /dev/null --header "Content-Type: application/json" \
            --header "X-Auth-Token: $(login)" "$base/v2/apps$path"
    done
    ;;
local-date)
    json --get --data "app=$app" --data "start_time=$(TZ=Asia/Shanghai date +%Y-%m-%dT%H:%M:%SZ)" "$users"
    ;;
date-with-offset) json --get --data "app=$app" --data-urlencode "start_time=$(date -u -Iseconds)" "$users" ;;
basic-auth)
    curl --silent --output /dev/null --user "$SPARKRTC_USERNAME:$SPARKRTC_PASSWORD" \
        --header "Content-Type: application/json" "$base/v2/apps"
    ;;
token-in-query)
    curl --silent --output /dev/null --header "Content-Type: application/json" --header "X-Auth-Token: $SPARKRTC_TOKEN" \
        "$base/v2/apps?X-Auth-Token=$SPARKRTC_TOKEN"
    ;;
head-request) json --head "$base/v2/apps" ;;
unexpanded) json --data '{"app_name": "$name"' "$base/v2/apps" ;;
put-by-upload) printf '{}' | json --upload-file - "$base/v2/apps/$app/enable" ;;
# right, and unusual
http-1.0) json --http1.0 "$base/v2/apps" ;;
compressed) json --compressed "$base/v2/apps?limit=1" ;;
header-in-small-letters)
    curl --silent --output /dev/null --header "x-auth-token: $SPARKRTC_TOKEN" \
        --header "content-type: application/json" "$base/v2/apps"
    ;;
query-by-urlencode)
    json --get --data-urlencode "app=$app" --data-urlencode "start_time=$(date -u +%Y-%m-%dT%H:00:00Z)" "$users"
    ;;
body-of-many-lines) printf '{\n  "app_name":\n    "many lines"\n}\n' | json --data-binary @- "$base/v2/apps" ;;
reads-after-503)
    stage ListApps unavailable
    json --retry 1 "$base/v2/apps"
    ;;
pause-kept)
    stage ListApps throttled
    json --retry 1 "$base/v2/apps"
    ;;
*) exit 64 ;;
esac
exit 0
