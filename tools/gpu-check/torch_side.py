"""The models of Stable Diffusion 2.1 unCLIP in full size with random weights, and what PyTorch makes of them.

usage: torch_side.py make DIR                    UNet and VAE in half precision, as diffusers saves them
       torch_side.py run DIR INPUTS SIDE...      each at latents of these sides; float32 results go to INPUTS/MODEL-SIDE.f32

Prints JSON lines: milliseconds of the middle run, how far from float32, and the memory of the card. On the CPU float32 only.
"""
import json
import sys
import time

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
ROUNDS = 8 if DEVICE == "cuda" else 1
KINDS = (("float32", torch.float32, False), ("float32 with TF32", torch.float32, True), ("float16", torch.float16, False))


def say(**row):
    print(json.dumps({"check": "torch", **row}), flush=True)


def make(folder):
    torch.manual_seed(0)
    with torch.device(DEVICE):
        unet = UNet2DConditionModel(
            sample_size=96, in_channels=4, out_channels=4, block_out_channels=(320, 640, 1280, 1280), layers_per_block=2,
            attention_head_dim=(5, 10, 20, 20), cross_attention_dim=1024, use_linear_projection=True,
            class_embed_type="projection", projection_class_embeddings_input_dim=2048,
            down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
            up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3)
        vae = AutoencoderKL(
            block_out_channels=(128, 256, 512, 512), layers_per_block=2, latent_channels=4, sample_size=768,
            down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4)
    for name, model in (("unet", unet), ("vae", vae)):
        with torch.no_grad():
            for key, parameter in model.named_parameters():
                if "norm" in key:
                    noise = torch.randn_like(parameter)
                    parameter.copy_(1 + 0.1 * noise if key.endswith("weight") else 0.05 * noise)
                elif parameter.ndim >= 2:
                    # PyTorch's own start makes values shrink from layer to layer.
                    parameter.mul_(1.6)
        model.half().save_pretrained(f"{folder}/{name}", variant="fp16")
    say(made=folder)


def run(folder, inputs, sides):
    say(torch=torch.__version__, card=torch.cuda.get_device_name() if DEVICE == "cuda" else "cpu")
    models = {
        "unet": UNet2DConditionModel.from_pretrained(f"{folder}/unet", variant="fp16", torch_dtype=torch.float16).eval(),
        "vae": AutoencoderKL.from_pretrained(f"{folder}/vae", variant="fp16", torch_dtype=torch.float16).eval(),
    }

    def read(name, shape, dtype):
        return torch.from_numpy(np.fromfile(f"{inputs}/{name}.f32", dtype=np.float32)).reshape(shape).to(DEVICE, dtype)

    def evaluate(name, model, side, dtype):
        if name == "vae":
            return model.decode(read(f"latent-{side}", (1, 4, side, side), dtype)).sample
        context, labels = read("context", (2, 77, 1024), dtype), read("labels", (2, 2048), dtype)
        return model(read(f"sample-{side}", (2, 4, side, side), dtype), 481, context, class_labels=labels).sample

    right = {}
    for precision, dtype, allows_tf32 in KINDS if DEVICE == "cuda" else KINDS[:1]:
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = allows_tf32
        for name, half in models.items():
            model = half.to(DEVICE, dtype)
            for side in sides:
                found, times = measured(lambda: evaluate(name, model, side, dtype))
                if precision == "float32":
                    found.tofile(f"{inputs}/{name}-{side}.f32")
                    right[name, side] = found
                off = found - right[name, side]
                say(model=name, side=side, precision=precision, ms=round(times[len(times) // 2], 1),
                    ofLargest=float(abs(off).max() / abs(right[name, side]).max()),
                    rms=float(((off**2).sum() / (right[name, side] ** 2).sum()) ** 0.5),
                    memoryMB=round(torch.cuda.max_memory_allocated() / 1e6) if DEVICE == "cuda" else None)
            models[name] = model.half().cpu()


def measured(act):
    times = []
    with torch.no_grad():
        for _ in range(ROUNDS):
            if DEVICE == "cuda":
                torch.cuda.synchronize()
            started = time.perf_counter()
            found = act()
            if DEVICE == "cuda":
                torch.cuda.synchronize()
            times.append((time.perf_counter() - started) * 1000)
    return found.float().cpu().numpy(), sorted(times[2:] or times)


if sys.argv[1] == "make":
    make(sys.argv[2])
else:
    run(sys.argv[2], sys.argv[3], [int(side) for side in sys.argv[4:]])
