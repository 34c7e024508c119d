"""What diffusers draws with a list of generators and with given latents: test/fixtures/image-seeds.json.

    python3 tools/reference/image_seeds.py              # from the repository's root

The latents after the last step of StableDiffusionPipeline and StableDiffusionImg2ImgPipeline, with the checkpoints of
test/fixtures/plain-sd (see plain_sd.py). Needs diffusers 0.42.1, transformers 5.23 and torch 2.13, on the CPU, float32.
"""
import json

import diffusers
import torch
from PIL import Image

ROOT = "test/fixtures/plain-sd"
PROMPTS = ["a red heart", "blue"]
ETA = 0.3


def generators(seeds):
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def run(kind, checkpoint, scheduler, **call):
    pipe = getattr(diffusers, kind).from_pretrained(f"{ROOT}/{checkpoint}", safety_checker=None, torch_dtype=torch.float32)
    pipe.scheduler = getattr(diffusers, scheduler).from_config(pipe.scheduler.config)
    pipe.set_progress_bar_config(disable=True)
    latents = pipe(num_inference_steps=4, guidance_scale=3.0, output_type="latent", **call).images
    return {"shape": list(latents.shape), "latents": [float(f"{value:.7g}") for value in latents.flatten().tolist()]}


def ramp(rows):
    return torch.sin(0.7 * torch.arange(rows * 64, dtype=torch.float64)).float().reshape(rows, 4, 4, 4)


torch.set_num_threads(1)
size = {"height": 8, "width": 8}
picture = Image.open(f"{ROOT}/picture.png").convert("RGB").crop((0, 0, 8, 8))
cases = {
    "seeds.euler_a": run("StableDiffusionPipeline", "tiny-sd1", "EulerAncestralDiscreteScheduler", prompt=PROMPTS[0],
                         num_images_per_prompt=2, generator=generators([5, 6]), **size),
    "seeds.tcd": run("StableDiffusionPipeline", "tiny-sd1", "TCDScheduler", prompt=PROMPTS[0], num_images_per_prompt=2,
                     generator=generators([5, 6]), eta=ETA, **size),
    "latents.euler": run("StableDiffusionPipeline", "tiny-sd2", "EulerDiscreteScheduler", prompt=PROMPTS, latents=ramp(2), height=32, width=32),
    "image.seeds.lcm": run("StableDiffusionImg2ImgPipeline", "tiny-sd1", "LCMScheduler", prompt=PROMPTS, image=picture,
                           strength=0.5, generator=generators([5, 6])),
}
with open("test/fixtures/image-seeds.json", "w", encoding="utf-8") as file:
    json.dump(cases, file)
    file.write("\n")
