"""Image variations by diffusers on the bundled checkpoint: the other side of `npm run bench -- engine`.

    python3 diffusers_variations.py CHECKPOINT PICTURE OUT          # four variations as PNG files, then leaves
    python3 diffusers_variations.py CHECKPOINT PICTURE OUT --serve  # one set for each seed read from stdin, answered in ms

Needs torch, diffusers, transformers and Pillow, on the CPU, float32.
"""
import sys
import time

import torch
from diffusers import StableUnCLIPImg2ImgPipeline
from diffusers.utils import load_image

checkpoint, picture, out = sys.argv[1:4]
pipe = StableUnCLIPImg2ImgPipeline.from_pretrained(checkpoint, torch_dtype=torch.float32)
pipe.set_progress_bar_config(disable=True)


def variations(seed: int) -> None:
    images = pipe(
        image=load_image(picture),
        prompt="",
        noise_level=0,
        guidance_scale=3.0,
        num_inference_steps=20,
        num_images_per_prompt=4,
        generator=torch.Generator().manual_seed(seed),
    ).images
    for i, image in enumerate(images):
        image.save(f"{out}/diffusers-{seed}-{i}.png", compress_level=1)


if sys.argv[4:] == ["--serve"]:
    print("ready", flush=True)
    for line in sys.stdin:
        started = time.perf_counter()
        variations(int(line))
        print((time.perf_counter() - started) * 1000, flush=True)
else:
    variations(42)
