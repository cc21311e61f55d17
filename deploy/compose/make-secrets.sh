#!/usr/bin/env bash
# Makes the secrets that docker-compose.yml reads, each 256 bits from the kernel, where they are not there yet.
# The folder can be entered by its owner alone; the files can be read by the users inside the containers they are given to.
set -euo pipefail
folder="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/secrets"
mkdir -p "$folder"
chmod 700 "$folder"
for name in service-token grafana-admin-password; do
  if [[ -s "$folder/$name" ]]; then
    echo "$name: kept as it is"
    continue
  fi
  od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$folder/$name.new"
  chmod 444 "$folder/$name.new"
  mv "$folder/$name.new" "$folder/$name"
  echo "$name: made"
done
