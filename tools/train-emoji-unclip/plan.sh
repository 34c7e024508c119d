#!/bin/bash
# What train.sh starts by default: the stages one after the other, each up to its number of steps; those that are done
# end at once.  $TRAIN_HOME holds work/ and state/; with $INIT_FROM (a shipped model) parts without a state begin there.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${TRAIN_HOME:-$(dirname "$here")}
python=${PYTHON:-$home/venv/bin/python}
common=(--work "$home/work" --state "$home/state" --minutes 0 --init-from "${INIT_FROM:-}")
export OMP_WAIT_POLICY=PASSIVE TOKENIZERS_PARALLELISM=false
cd "$here"

# one thread each: two threads of one process would wait for each other most of the time
OMP_NUM_THREADS=1 "$python" train_vae.py "${common[@]}" --threads 1 --latent 8 --steps "${VAE_STEPS:-15000}" --decay-from "${VAE_DECAY:-11000}" & vae=$!
OMP_NUM_THREADS=1 "$python" train_clip.py "${common[@]}" --threads 1 --steps "${CLIP_STEPS:-5000}" --decay-from "${CLIP_DECAY:-3500}" & clip=$!
wait $vae && wait $clip || exit 1
if [ ! -e "$home/work/encoded" ]; then
  OMP_NUM_THREADS=2 "$python" encode.py --work "$home/work" --threads 2 && touch "$home/work/encoded" || exit 1
fi
if [ -n "${INIT_FROM:-}" ] && [ ! -e "$home/state/unet_state.pt" ]; then # its UNet knows other latents
  "$python" grow_unet.py "$INIT_FROM" "$home/work" "$home/work/grown" && common+=(--init-from "$home/work/grown") || exit 1
fi
OMP_NUM_THREADS=2 exec "$python" train_unet.py "${common[@]}" --threads 2 --batch 32 ${UNET_OPTIONS:-}
