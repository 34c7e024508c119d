#!/usr/bin/env bash
# Unpacks the kit that lies beside this file into a temporary folder and runs it; results go to gpu-check-results.
# usage: start.sh CHECKPOINT [options of the kit, such as --sides 64 --checks runtime,self-test]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
checkpoint=$1
shift
work=${UNCLIP_GPU_CHECK_WORK:-${TMPDIR:-/tmp}/unclip-gpu-check}
python3 "$here/unpack.py" "$here" "$work"
[ -d "$work/site" ] && export PYTHONPATH="$work/site${PYTHONPATH:+:$PYTHONPATH}"
if ! ldconfig -p 2>/dev/null | grep -q libvulkan.so.1; then
  export LD_LIBRARY_PATH="$work/vulkan/usr/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi
exec "$work/node" "$work/kit.mjs" --checkpoint "$checkpoint" "$@"
