#!/bin/sh
# Starts Temporal's pages; the address at which they have payloads opened holds a token.
set -eu

TEMPORAL_CODEC_ENDPOINT="$CODEC_URL/$(cat /run/secrets/codec_token)"
export TEMPORAL_CODEC_ENDPOINT
exec ./start-ui-server.sh
