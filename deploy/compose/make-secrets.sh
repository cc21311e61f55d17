#!/usr/bin/env bash
# Makes the secrets that docker-compose.yml reads, each 256 bits from the kernel, where they are not there yet.
# The folder can be entered by its owner alone; the files can be read by the users inside the containers they are given to.
# Before that it looks whether containers can read what docker-compose.yml mounts of deploy/: checked out under umask 027 or 077 they cannot.
set -euo pipefail
folder="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/secrets"
deploy="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
unreadable="$(find "$deploy" -path "$folder" -prune -o \( -type d ! -perm -005 -o -type f ! -perm -004 \) -print)"
if [[ -n "$unreadable" ]]; then
  {
    echo "คอนเทนเนอร์อ่านไฟล์เหล่านี้ไม่ได้ (umask ตอนดาวน์โหลด) · Containers cannot read these (the umask when they were checked out):"
    echo "$unreadable" | head -n 10
    echo "สั่งนี้แล้วลองใหม่ · Run this, then try again:"
    echo "  find '$deploy' -path '$folder' -prune -o -exec chmod a+rX {} +"
  } >&2
  exit 1
fi
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
