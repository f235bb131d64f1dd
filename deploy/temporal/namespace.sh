#!/bin/sh
# Makes the namespace, how long it keeps closed histories, and the search attributes. Safe to
# repeat.
set -eu

NAMESPACE=default
RETENTION=2160h
ATTRIBUTES="RepriseWorkspace RepriseSequence RepriseMailbox RepriseStatus RepriseCode"

tries=0
until temporal operator cluster health; do # The port opens before the server answers.
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] || exit 1
  sleep 1
done

if temporal operator namespace describe --namespace "$NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace update --namespace "$NAMESPACE" --retention "$RETENTION"
else
  temporal operator namespace create --namespace "$NAMESPACE" --retention "$RETENTION"
fi

tries=0
for name in $ATTRIBUTES; do # A new namespace is known to the whole server after some seconds.
  until temporal operator search-attribute create \
    --namespace "$NAMESPACE" --name "$name" --type Keyword; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || exit 1
    sleep 1
  done
done
