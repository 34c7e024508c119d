"""What diffusers makes of a full-size checkpoint, stage by stage: the other side of `npm run bench -- full-size-equality`.

usage: full_size_stages.py CHECKPOINT OUT

Writes inputs and results to OUT as raw float32, int64 for ids, and the shapes to stages.json. Computes in float32 on the CPU,
one part after the other, so that the whole checkpoint is in memory only for the picture at the end.
"""
import gc
import json
import sys

import numpy as np
import torch
from diffusers import AutoencoderKL, StableUnCLIPImg2ImgPipeline, UNet2DConditionModel
from PIL import Image
from transformers import CLIPTextModel, CLIPTokenizer, CLIPVisionModelWithProjection

checkpoint, out = sys.argv[1:3]
shapes = {}


def keep(name, value):
    array = value.detach().cpu().numpy() if torch.is_tensor(value) else np.asarray(value)
    array = array.astype(np.int64 if array.dtype.kind == "i" else np.float32)
    array.tofile(f"{out}/{name}.bin")
    shapes[name] = list(array.shape)


def randn(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def load(kind, part):
    return kind.from_pretrained(f"{checkpoint}/{part}", variant="fp16", torch_dtype=torch.float32).eval()


@torch.no_grad()
def main():
    vision = load(CLIPVisionModelWithProjection, "image_encoder")
    pixels = randn(1, 1, 3, 224, 224)
    keep("vision-in", pixels)
    keep("vision-out", vision(pixels).image_embeds)
    del vision
    text = load(CLIPTextModel, "text_encoder")
    tokenizer = CLIPTokenizer.from_pretrained(f"{checkpoint}/tokenizer")
    ids = tokenizer("a photograph of a red heart", padding="max_length", max_length=77, return_tensors="pt").input_ids
    keep("text-in", ids)
    keep("text-out", text(ids)[0])
    del text
    gc.collect()
    vae = load(AutoencoderKL, "vae")
    latent = randn(2, 1, 4, 32, 32)
    keep("decoder-in", latent * vae.config.scaling_factor)
    keep("decoder-out", vae.decode(latent).sample)
    picture = torch.tanh(randn(3, 1, 3, 256, 256))
    keep("encoder-in", picture)
    keep("encoder-out", vae.encode(picture).latent_dist.parameters)
    del vae
    gc.collect()
    unet = load(UNet2DConditionModel, "unet")
    sample, states, labels = randn(4, 2, 4, 32, 32), randn(5, 2, 77, 1024), randn(6, 2, 2048)
    keep("unet-sample", sample)
    keep("unet-states", states)
    keep("unet-labels", labels)
    keep("unet-out", unet(sample, torch.tensor(481.0), states, class_labels=labels).sample)
    del unet
    gc.collect()
    levels = (np.random.default_rng(7).random((8, 8, 3)) * 255).astype(np.uint8)
    Image.fromarray(levels).resize((320, 256), Image.BICUBIC).save(f"{out}/picture.png")
    pipeline = StableUnCLIPImg2ImgPipeline.from_pretrained(
        checkpoint, variant="fp16", torch_dtype=torch.float32, safety_checker=None)
    pipeline.set_progress_bar_config(disable=True)
    image = pipeline(
        Image.open(f"{out}/picture.png").convert("RGB"), prompt="a red heart", num_inference_steps=2, guidance_scale=5.0,
        noise_level=100, height=256, width=256, generator=torch.Generator().manual_seed(42), output_type="np").images
    keep("pipeline-out", torch.from_numpy(image))
    with open(f"{out}/stages.json", "w") as file:
        json.dump(shapes, file)


main()
