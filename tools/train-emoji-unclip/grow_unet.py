"""A UNet for new latents that begins with what an older one knows.  usage: grow_unet.py OLD_MODEL WORK OUT

OLD_MODEL is a diffusers folder, WORK holds the new vae/ and the pool.  The convolutions at both ends are composed with
the best linear maps between old and new latents; between them weights are taken over as far as sizes agree.
Writes OUT/unet, for train_unet.py --init-from OUT."""
from __future__ import annotations

import sys

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel

from train_unet import grow, make
from train_vae import to_input


def linear(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, float]:
    """y = matrix . x + bias with the least square error, over all cells; and the share of y's variance it explains."""
    flat = lambda v: v.permute(0, 2, 3, 1).reshape(-1, v.shape[1]).double()
    a, b = flat(x), flat(y)
    a = torch.cat([a, torch.ones(len(a), 1, dtype=a.dtype)], 1)
    w = torch.linalg.lstsq(a, b).solution
    return w[:-1].T.float(), w[-1].float(), (1 - (b - a @ w).var() / b.var()).item()


@torch.no_grad()
def main(old_model: str, work: str, out: str) -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    rows = np.sort(np.random.default_rng(0).choice(np.load(f"{work}/targets.npy"), 48, replace=False))
    x = to_input(np.load(f"{work}/pool.npy", mmap_mode="r")[rows])
    z = []
    for folder in (f"{old_model}/vae", f"{work}/vae"):
        vae = AutoencoderKL.from_pretrained(folder, torch_dtype=torch.float32).eval()
        z.append(torch.cat([vae.encode(b).latent_dist.mode() for b in x.split(8)]) * vae.config.scaling_factor)
    old = UNet2DConditionModel.from_pretrained(f"{old_model}/unet", torch_dtype=torch.float32)
    unet = make(z[1].shape[1], z[1].shape[2])
    there, bias, r2 = linear(z[1], z[0])
    back, _, r2_back = linear(z[0], z[1])
    ends = {k: unet.get_parameter(k).clone() for k in ("conv_in.weight", "conv_out.weight")}
    grow(unet, {k: v for k, v in old.state_dict().items() if not k.startswith(("conv_in.", "conv_out."))})
    n = old.conv_in.weight.shape[0]
    unet.conv_in.weight[:n] = torch.einsum("oiyx,ij->ojyx", old.conv_in.weight, there) + 0.1 * ends["conv_in.weight"][:n]
    unet.conv_in.bias[:n] = old.conv_in.bias + torch.einsum("oiyx,i->o", old.conv_in.weight, bias)
    unet.conv_out.weight.mul_(0.3)
    unet.conv_out.weight[:, :n] = torch.einsum("ki,inyx->knyx", back, old.conv_out.weight) + 0.1 * ends["conv_out.weight"][:, :n]
    unet.conv_out.bias[:] = back @ old.conv_out.bias
    unet.save_pretrained(f"{out}/unet")
    print(f"old latents from new: {r2:.3f} of the variance; new from old: {r2_back:.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
