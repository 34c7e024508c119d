#!/bin/sh
# Lets schemathesis (pip install schemathesis) try the API by its own OpenAPI document: no 500, no answer beside the
# schema. Needs a built server; starts one of its own with an empty data folder.
#
#   tools/check-api.sh [further options of `schemathesis run`]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
UNCLIP_TOKEN=${UNCLIP_TOKEN:-check-api-$(od -An -tx1 -N24 /dev/urandom | tr -d ' \n')}
export UNCLIP_TOKEN
node "$root/packages/server/bin/unclip.mjs" serve --port 0 --data-dir "$folder/data" --dev-nodes --log-level error \
  --max-changes 1000000 \
  >"$folder/address" &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
until [ -s "$folder/address" ]; do
  kill -0 "$server"
  sleep 0.2
done
origin=$(sed 's|/#t=.*||' "$folder/address")
# It leaves notes of its own where it runs.
cd "$folder"
schemathesis --config-file "$root/tools/check-api.toml" run "$origin/api/openapi.json" --url "$origin" \
  --header "Authorization: Bearer $UNCLIP_TOKEN" "$@"
