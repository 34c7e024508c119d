"""What a UNet predicts with ControlNets, by diffusers: test/fixtures/controlnet.json.

usage: controlnet.py CHECKPOINT OUT    (CHECKPOINT: test/golden/checkpoints/tiny-unclip-l)

The nets are those of test/support/tiny-controlnet.ts: the UNet's own way down, and random numbers of the same generator.
"""
import json
import math
import sys

import numpy as np
import torch
from diffusers import ControlNetModel, UNet2DConditionModel, __version__

checkpoint, out = sys.argv[1:3]
HINT = [4, 8, 8, 8]
H, W, T, TIMESTEP = 5, 6, 5, 301


def random_tensor(shape, seed):
    state, values = seed & 0xFFFFFFFF, []
    for _ in range(math.prod(shape)):
        total = 0.0
        for _ in range(3):
            state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
            total += state / 2**32
        values.append(2 * (total - 1.5))
    fan_in = math.prod(shape[1:])
    drawn = np.array(values, dtype=np.float32).astype(np.float64) / math.sqrt(fan_in)
    return torch.from_numpy(drawn.astype(np.float32)).reshape(shape)


unet = UNet2DConditionModel.from_pretrained(f"{checkpoint}/unet").eval()


def net_of(seed, **changes):
    config = unet.config
    net = ControlNetModel(
        in_channels=4, conditioning_channels=3, block_out_channels=config.block_out_channels,
        down_block_types=config.down_block_types, layers_per_block=config.layers_per_block,
        attention_head_dim=config.attention_head_dim, cross_attention_dim=config.cross_attention_dim,
        norm_num_groups=config.norm_num_groups, use_linear_projection=config.use_linear_projection,
        conditioning_embedding_out_channels=HINT, **changes,
    ).eval()
    state = net.state_dict()
    names = ["controlnet_cond_embedding.conv_in"]
    names += [f"controlnet_cond_embedding.blocks.{i}" for i in range(2 * len(HINT) - 2)]
    names += ["controlnet_cond_embedding.conv_out"]
    names += [f"controlnet_down_blocks.{i}" for i in range(len(net.controlnet_down_blocks))] + ["controlnet_mid_block"]
    for i, name in enumerate(names):
        state[f"{name}.weight"] = random_tensor(list(state[f"{name}.weight"].shape), 100 * seed + i)
        state[f"{name}.bias"] = random_tensor(list(state[f"{name}.bias"].shape), 100 * seed + 50 + i)
    own = unet.state_dict()
    state.update({key: own[key] for key in state if not key.startswith("controlnet_")})
    net.load_state_dict(state)
    return net


def ramp(shape, step=0.7, scale=1.0, shift=0.0):
    values = np.sin(step * np.arange(math.prod(shape), dtype=np.float64)) * scale + shift
    return torch.from_numpy(values.astype(np.float32)).reshape(shape)


sample = ramp([1, 4, H, W])
states = ramp([1, T, unet.config.cross_attention_dim])
labels = ramp([1, unet.config.projection_class_embeddings_input_dim])
hints = [ramp([1, 3, 8 * H, 8 * W], 0.3, 0.5, 0.5), ramp([1, 3, 8 * H, 8 * W], 0.011, 0.5, 0.5)]


def predict(controls):
    down, mid = None, None
    for net, hint, scale, guess in controls:
        added, added_mid = net(sample, torch.tensor(TIMESTEP), states, hint, scale, guess_mode=guess, return_dict=False)
        down = added if down is None else [a + b for a, b in zip(down, added)]
        mid = added_mid if mid is None else mid + added_mid
    return unet(
        sample, torch.tensor(TIMESTEP), states, class_labels=labels,
        down_block_additional_residuals=down, mid_block_additional_residual=mid,
    ).sample


with torch.no_grad():
    first, second = net_of(1), net_of(2)
    outputs = {
        "one": predict([(first, hints[0], 0.8, False)]),
        "guess": predict([(first, hints[0], 1.2, True)]),
        "two": predict([(first, hints[0], 0.7, False), (second, hints[1], -0.5, False)]),
        # Its pipeline asks it in guess mode.
        "pooled": predict([(net_of(3, global_pool_conditions=True), hints[0], 1.0, True)]),
    }
made = (
    f"ControlNetModel and UNet2DConditionModel of diffusers {__version__} on torch {torch.__version__} (CPU, float32), "
    "by tools/reference/controlnet.py"
)
golden = {
    "made": made, "h": H, "w": W, "t": T, "timestep": TIMESTEP, "atol": 5e-05,
    "outputs": {name: [float(f"{x:.7g}") for x in value.flatten().tolist()] for name, value in outputs.items()},
}
with open(out, "w") as file:
    json.dump(golden, file)
    file.write("\n")
