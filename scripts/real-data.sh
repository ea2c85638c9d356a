#!/usr/bin/env bash
# real-data.sh [DIR]: imports the four crm_* files of DIR into a fresh database over the REST API and prints, as its last line, the figures
# read back from it. Another folder with files of the same shape works as well.
. "$(dirname "$0")/lib.sh"
dir=${1:-../shared/data}
cd "$ROOT"
for file in crm_sales_pipeline crm_accounts crm_products crm_sales_teams; do
  [ -e "$dir/$file.csv" ] || die "there is no $dir/$file.csv; say where with: make real-data DIR=…"
done
without_settings
need_server
exec scripts/serve-with.sh sqlite node scripts/real-data.mjs "$(cd "$dir" && pwd)"
