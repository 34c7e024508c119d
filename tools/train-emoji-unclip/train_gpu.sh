#!/bin/bash
# The whole training within one short lease of a GPU.  usage: train_gpu.sh WORK OUT [MINUTES] [DEVICE]
# WORK holds drawings/ (stage 0 needs Node: do it before) and whatever parts and states there are to go on with.
# OUT gets the states (averaged weights alone; pieces of at most 15 MB: cat unet_state.pt.part-* > unet_state.pt), the parts and the logs.
# MINUTES: for all of it (9 by default): a third for VAE and CLIP at once, half for the UNet, the rest around them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$1 out=$2 minutes=${3:-9} device=${4:-cuda}
share() { awk "BEGIN { print $minutes * $1 }"; }
python=${PYTHON:-python3}
processes=$(nproc)
step() { echo "== $(date +%T) $*"; }
mkdir -p "$work" "$out"
export PYTHONUNBUFFERED=1 OMP_NUM_THREADS=${OMP_NUM_THREADS:-4} TOKENIZERS_PARALLELISM=false
if [ "$device" = cuda ]; then big=(--batch 256 --bf16 --lr 1.2e-3) vae=(--batch 48 --lr 8e-4) clip=(--batch 128 --lr 1e-3); else big=() vae=() clip=(); fi

step pool
[ -e "$work/pool.npy" ] || "$python" "$here/make_pool.py" --work "$work" --processes "$processes" --pictures "${PICTURES:-40000}"
[ -d "$work/tokenizer" ] || "$python" "$here/tokenizer.py" --work "$work"

step VAE, CLIP and judge
"$python" "$here/train_vae.py" --work "$work" --device "$device" --minutes "$(share 0.33)" --every 60 --cool 0.4 "${vae[@]}" > "$out/vae.out" 2>&1 & a=$!
"$python" "$here/train_clip.py" --work "$work" --device "$device" --minutes "$(share 0.31)" --every 60 --cool 0.4 "${clip[@]}" > "$out/clip.out" 2>&1 & b=$!
[ -e "$work/judge.pt" ] || "$python" "$here/judge.py" --work "$work" --device "$device" --minutes "$(share 0.2)" > "$out/judge.out" 2>&1 & c=$!
for p in $a $b $c; do wait $p || { cat "$out"/*.out; exit 1; }; done
tail -n 2 "$work/vae_log.txt" "$work/clip_log.txt"

step encode
"$python" "$here/encode.py" --work "$work" --device "$device"

step UNet and prior
"$python" "$here/train_prior.py" --work "$work" --device "$device" --minutes "$(share 0.15)" > "$out/prior.out" 2>&1 & a=$!
"$python" "$here/train_unet.py" --work "$work" --device "$device" --minutes "$(share 0.47)" --every 60 --cool 0.35 "${big[@]}" > "$out/unet.out" 2>&1 || { cat "$out/unet.out"; exit 1; }
wait $a || cat "$out/prior.out"
tail -n 3 "$work/unet_log.txt"

step decoder
"$python" "$here/train_vae.py" --work "$work" --device "$device" --minutes "$(share 0.08)" --every 60 --cool 0.5 --freeze-encoder --noise 0.3 --through 0.5 "${vae[@]}" > "$out/decoder.out" 2>&1 || cat "$out/decoder.out"

step pack
for name in vae clip unet; do
  "$python" "$here/keep.py" "$work/${name}_state.pt" "$work/slim.pt" && split -b 15000000 "$work/slim.pt" "$out/${name}_state.pt.part-"
done
tar -C "$work" -cf - prior normalizer.pt judge.pt tokenizer ./*_log.txt 2>/dev/null | split -b 15000000 - "$out/rest.tar.part-" || true
rm -f "$out"/*.out
ls -l "$out"
