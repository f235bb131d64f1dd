#!/bin/sh
# Makes the namespace, keeps closed histories 90 days, and names the search attributes.
set -eu

tries=0
until temporal operator cluster health; do
  tries=$((tries + 1))
  [ "$tries" -lt 30 ] || { echo "Temporal did not become healthy."; exit 1; }
  sleep 2
done

temporal operator namespace describe -n default ||
  temporal operator namespace create -n default --retention 2160h
temporal operator namespace update -n default --retention 2160h

known=$(temporal operator search-attribute list -n default)
for name in RepriseWorkspace RepriseSequence RepriseMailbox RepriseStatus RepriseCode; do
  echo "$known" | grep -q "$name" ||
    temporal operator search-attribute create -n default --name "$name" --type Keyword
done
