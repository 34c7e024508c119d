"""Conditions of several pictures, each with a noise level and a strength, and their merger, computed apart from the product.

    python3 tools/reference/merge_conditions.py > test/fixtures/merge-conditions.json

After the description of ComfyUI's unclip_adm: every embedding is noised and labelled with its level, embedding and label are
multiplied by the strength, all are summed, and, if they are several, the embedding half is noised anew at level 50 of 0..999
(0.05 of the range) and labelled with that. In float64 with numpy; only the random numbers are torch's. The statistics of the
embeddings are those of diffusers' StableUnCLIPImageNormalizer, which ComfyUI takes as 0 and 1.
"""
import json
import math

import numpy as np
import torch

D = 6
MERGE = {"noiseLevel": 50, "seed": 30}


def alpha_bars(steps=1000, most=0.999):
    """squaredcos_cap_v2 of Nichol and Dhariwal 2021, https://arxiv.org/abs/2102.09672, equation (17)."""
    f = lambda t: math.cos((t + 0.008) / 1.008 * math.pi / 2) ** 2
    betas = [min(1 - f((i + 1) / steps) / f(i / steps), most) for i in range(steps)]
    return np.cumprod(1 - np.array(betas))


def sinusoid(level, width):
    frequencies = np.exp(-math.log(10000) * np.arange(width // 2) / (width // 2))
    return np.concatenate([np.cos(level * frequencies), np.sin(level * frequencies)])


def augment(embed, level, noise, mean, std):
    alpha = alpha_bars()[level]
    noised = math.sqrt(alpha) * (embed - mean) / std + math.sqrt(1 - alpha) * noise
    return np.concatenate([noised * std + mean, sinusoid(level, len(embed))])


def normal(seed):
    return torch.randn(1, D, generator=torch.Generator().manual_seed(seed)).double().numpy()[0]


def case(mean, std, pictures):
    parts = [p["strength"] * augment(np.array(p["embed"]), p["noiseLevel"], normal(p["seed"]), mean, std) for p in pictures]
    total = np.sum(parts, axis=0)
    merged = total if len(parts) == 1 else augment(total[:D], MERGE["noiseLevel"], normal(MERGE["seed"]), mean, std)
    return {"mean": mean.tolist(), "std": std.tolist(), "pictures": pictures, "merge": MERGE, "classLabels": merged.tolist()}


random = np.random.default_rng(5)
picture = lambda level, strength, seed: {"embed": random.normal(size=D).astype(np.float32).tolist(), "noiseLevel": level,
                                         "strength": strength, "seed": seed}
plain = (np.zeros(D), np.ones(D))
own = (random.normal(size=D).astype(np.float32).astype(float) * 0.3, 0.5 + random.random(D).astype(np.float32).astype(float))
cases = [
    case(*plain, [picture(400, 0.5, 1), picture(400, 0.5, 2)]),
    case(*plain, [picture(0, 1.0, 1), picture(999, 0.25, 2), picture(120, -0.5, 3)]),
    case(*own, [picture(300, 0.7, 4), picture(50, 1.5, 5)]),
    case(*own, [picture(300, 0.7, 4)]),
]
print(json.dumps({"made by": f"numpy {np.__version__}, torch {torch.__version__}", "cases": cases}, indent=1))
