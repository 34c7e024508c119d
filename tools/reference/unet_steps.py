"""Steps of a UNet by diffusers: the other side of `npm run bench -- full-size`.

usage: unet_steps.py CHECKPOINT CELLS INPUTS OUT (float32 | bfloat16 | float32-compiled)

Reads the inputs as raw float32, runs a step for each line of stdin (the decoder of the VAE for "decode"), writes what it
predicted to OUT, and answers with
the milliseconds the step took, the processor time it took on all cores in milliseconds, and its peak memory in MiB.
"""
import resource
import sys
import time

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel

checkpoint, cells, inputs, out, kind = sys.argv[1:6]
h = int(cells)
dtype = getattr(torch, kind.removesuffix("-compiled"))
unet = UNet2DConditionModel.from_pretrained(f"{checkpoint}/unet", variant="fp16", torch_dtype=dtype).eval()
# Compiled at the first step, which takes minutes.
predict = torch.compile(unet) if kind.endswith("-compiled") else unet


def read(name, *shape):
    with open(f"{inputs}/{name}.bin", "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=torch.float32).view(*shape).to(dtype)


sample = read(f"sample-{h}", 2, 4, h, h)
states = read("states", 2, 77, unet.config.cross_attention_dim)
labels = read("labels", 2, unet.config.projection_class_embeddings_input_dim)
vae = None
for line in sys.stdin:
    if line.strip() == "decode" and vae is None:
        vae = AutoencoderKL.from_pretrained(f"{checkpoint}/vae", variant="fp16", torch_dtype=dtype).eval()
    started, started_cpu = time.perf_counter(), time.process_time()
    with torch.no_grad():
        if line.strip() == "decode":
            predicted = vae.decode(sample[:1]).sample
        else:
            predicted = predict(sample, torch.tensor(481.0), states, class_labels=labels).sample
    ms = (time.perf_counter() - started) * 1000
    cpu_ms = (time.process_time() - started_cpu) * 1000
    if line.strip() != "decode":
        predicted.float().numpy().tofile(out)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
    print(ms, cpu_ms, peak, flush=True)
