"""A whole variation by diffusers: the other side of `npm run bench -- full-size-variation`.

usage: full_size_variation.py CHECKPOINT PICTURE OUT SIDE STEPS (float32 | bfloat16)

Prints milliseconds from the start of Python to the first step, and to the saved picture, and the peak memory in MiB.
"""
import resource
import sys
import time

started = time.perf_counter()

import torch
from diffusers import StableUnCLIPImg2ImgPipeline
from PIL import Image

checkpoint, picture, out, side, steps, dtype = sys.argv[1:7]
pipeline = StableUnCLIPImg2ImgPipeline.from_pretrained(checkpoint, variant="fp16", torch_dtype=getattr(torch, dtype))
pipeline.set_progress_bar_config(disable=True)
first_ms = None


def on_step(_step, _timestep, _latents):
    global first_ms
    if first_ms is None:
        first_ms = (time.perf_counter() - started) * 1000


image = pipeline(
    Image.open(picture).convert("RGB"), prompt="", num_inference_steps=int(steps), guidance_scale=5.0, noise_level=0,
    height=int(side), width=int(side), generator=torch.Generator().manual_seed(42), callback=on_step).images[0]
image.save(out)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
print(first_ms, (time.perf_counter() - started) * 1000, peak)
