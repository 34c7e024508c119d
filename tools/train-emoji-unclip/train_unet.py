"""Stage 5: UNet2DConditionModel, trained the way Stable Diffusion 2.1 unCLIP is used.

Every sample has a target image, always of the flat drawings, and a condition:
  - class_labels: the CLIP embedding of the same image, or (mostly) of another view of the scene, or of the
    other drawing of the same thing, now and then mixed with less of another picture's, normalised,
    noised at a random noise_level and joined with the sinusoidal embedding of that level - line by line what the
    pipeline's noise_image_embeddings does - or all zeros, the pipeline's unconditional half;
  - encoder_hidden_states: the text encoder's output for a caption, or for the empty text.

Targets are whole scenes, mirrored, tilted and off the centre as they come, so that variations vary.  The rate stays
the same for as long as one likes; the averaged weights are what counts.  --decay-from and --steps end a training.

On a CPU with both cores to itself, as two processes: OMP_NUM_THREADS=1 torchrun --nproc_per_node 2 train_unet.py ...
Writes WORK/unet (averaged weights), unet_state.pt and WORK/unet_log.txt."""
from __future__ import annotations

import argparse
import os
import time

import numpy as np
import torch
import torch.distributed as dist
from diffusers import DDPMScheduler, UNet2DConditionModel
from diffusers.models.embeddings import get_timestep_embedding

import keep
from train_clip import DIM, Views, load_clip

WIDTHS = [64, 128, 192]


def make(latent: int = 8, side: int = 12, widths=WIDTHS, groups: int = 16, head: int = 32) -> UNet2DConditionModel:
    n = len(widths)
    return UNet2DConditionModel(
        sample_size=side,
        in_channels=latent,
        out_channels=latent,
        down_block_types=["DownBlock2D"] + ["CrossAttnDownBlock2D"] * (n - 1),
        up_block_types=["CrossAttnUpBlock2D"] * (n - 1) + ["UpBlock2D"],
        block_out_channels=widths,
        layers_per_block=1,
        attention_head_dim=[w // head for w in widths],  # as in SD 2.1 these are numbers of heads, whatever the name says
        cross_attention_dim=DIM,
        use_linear_projection=True,
        norm_num_groups=groups,
        class_embed_type="projection",
        projection_class_embeddings_input_dim=2 * DIM,
    )


@torch.no_grad()
def grow(unet: torch.nn.Module, old: dict[str, torch.Tensor], small: float = 0.3) -> None:
    """Begins with an older UNet's weights where the sizes agree, and as far as they reach where they do not."""
    for name, p in unet.named_parameters():
        if name not in old or old[name].dim() != p.dim():
            continue
        q = old[name].float()
        if p.shape != q.shape and p.dim() > 1:
            p.mul_(small)
        part = tuple(slice(0, min(a, b)) for a, b in zip(p.shape, q.shape))
        p[part] = q[part]


def noise_schedule() -> DDPMScheduler:
    return DDPMScheduler(1000, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", prediction_type="v_prediction")


def embedding_schedule() -> DDPMScheduler:
    return DDPMScheduler(1000, beta_schedule="squaredcos_cap_v2")


def halfway(a: torch.Tensor, b: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
    """Between two embeddings, the given share of the way to the second, and as long as they are."""
    mixed = (1 - share) * a + share * b
    return mixed * ((1 - share) * a.norm(dim=1, keepdim=True) + share * b.norm(dim=1, keepdim=True)) / mixed.norm(dim=1, keepdim=True)


class Samples:
    """Draws training samples: noised latents, conditions and what the UNet shall say."""

    def __init__(self, args: argparse.Namespace, seed: int):
        dev = self.dev = args.device
        self.args = args
        self.rng = np.random.default_rng(seed)
        work = args.work
        self.base = np.load(f"{work}/pool_base.npy")
        self.rows = np.load(f"{work}/targets.npy")
        self.latents = torch.from_numpy(np.load(f"{work}/latents.npy")).to(dev)  # one for each of rows
        self.embeds = torch.from_numpy(np.load(f"{work}/embeds.npy")).to(dev)
        self.texts = torch.from_numpy(np.load(f"{work}/texts.npy")).to(dev)
        self.clip = load_clip(f"{work}/clip").to(dev)
        self.views = Views(self.base)
        self.norm = {k: v.to(dev) for k, v in torch.load(f"{work}/normalizer.pt").items()}
        self.ddpm, self.noise = noise_schedule(), embedding_schedule()
        self.ddpm.alphas_cumprod = self.ddpm.alphas_cumprod.to(dev)
        self.noise.alphas_cumprod = self.noise.alphas_cumprod.to(dev)
        ratio = self.ddpm.alphas_cumprod / (1 - self.ddpm.alphas_cumprod)
        self.weights = (ratio.clamp(max=5) + 1) / (ratio + 1)  # min-SNR for v-prediction
        with torch.no_grad():
            self.empty = self.clip.text_model(input_ids=torch.from_numpy(np.load(f"{work}/empty_text.npy")).to(dev).long()).last_hidden_state
        # thing-balanced: the recoloured ones fill the pool more often than one thing should be drawn
        things = self.base[self.rows][:, 0]
        share = 1 / np.sqrt(np.bincount(things)[things])
        self.share = share / share.sum()

    def labels(self, e: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
        e = (e - self.norm["mean"]) / self.norm["std"]
        e = self.noise.add_noise(e, torch.randn_like(e), level) * self.norm["std"] + self.norm["mean"]
        return torch.cat([e, get_timestep_embedding(level, e.shape[1], flip_sin_to_cos=True, downscale_freq_shift=0)], 1)

    @torch.no_grad()
    def draw(self, n: int) -> tuple[torch.Tensor, ...]:
        dev, rng, args = self.dev, self.rng, self.args
        at = rng.choice(len(self.rows), n, p=self.share)
        rows = self.rows[at]
        other = np.where(rng.random(n) < args.same, rows, self.views.other(rows, rng))
        foreign = self.views.pick(self.base[rows] * [1, 0, 1, 1] + [0, 1, 0, 0], rng)
        other = np.where((rng.random(n) < args.foreign) & (foreign >= 0), foreign, other)
        x0 = self.latents[torch.from_numpy(at).to(dev)].float().contiguous(memory_format=torch.channels_last)
        # the image condition, as in the pipeline
        u, v = torch.rand(n, device=dev), torch.rand(n, device=dev)
        level = torch.where(u < 0.55, torch.zeros_like(u), torch.where(u < 0.72, 850 + 149.99 * v, 999.99 * v)).long()
        seen = self.embeds[torch.from_numpy(other).to(dev)]
        mixed = torch.rand(n, device=dev) < args.mixed
        partner = self.embeds[torch.from_numpy(self.rows[rng.choice(len(self.rows), n, p=self.share)]).to(dev)]
        share = 0.5 * torch.rand(n, 1, device=dev).sqrt() * mixed[:, None]  # mostly near a half
        labels = self.labels(halfway(seen, partner, share), level)
        # what is left out: everything 10 %, the text 50 %, the picture 13 %
        u = torch.rand(n, device=dev)
        labels[(u < 0.10) | (u > 0.97)] = 0
        said = (u >= 0.50) | ((u >= 0.35) & (level > 800))
        ids = self.texts[torch.from_numpy(rows).to(dev), torch.randint(self.texts.shape[1], (n,), device=dev)].long()
        hidden = self.empty.repeat(n, 1, 1)
        if said.any():
            hidden[said] = self.clip.text_model(input_ids=ids[said]).last_hidden_state
        t = torch.randint(args.from_t, 1000, (n,), device=dev)
        noise = torch.randn_like(x0)
        return self.ddpm.add_noise(x0, noise, t), t, hidden, labels, self.ddpm.get_velocity(x0, noise, t)


def main() -> None:
    ap = argparse.ArgumentParser()
    keep.add_arguments(ap, minutes=70)
    ap.add_argument("--batch", type=int, default=16, help="per process")
    ap.add_argument("--lr", type=float, default=8e-4)
    ap.add_argument("--warm", type=int, default=100)
    ap.add_argument("--same", type=float, default=0.15, help="how often the embedding is of the target picture itself")
    ap.add_argument("--foreign", type=float, default=0.12, help="how often it is of the other drawing of the same thing")
    ap.add_argument("--mixed", type=float, default=0.25, help="how often a part of it, up to a half, is of a picture of something else")
    ap.add_argument("--from-t", type=int, default=0, help="the least noisy timestep trained on")
    ap.add_argument("--average", type=float, default=0.9985, help="how slowly the averaged weights follow")
    ap.add_argument("--bf16", action="store_true", help="for GPUs and for CPUs with AVX-512 BF16 (0.8 of the time there); slower than float32 on others")
    ap.add_argument("--grow", action="store_true", help="with --init-from: its UNet may have other sizes")
    ap.add_argument("--seed", type=int, default=4)
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    dev = args.device
    world, rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
    if world > 1:
        dist.init_process_group("gloo")
    torch.manual_seed(args.seed)
    keeper = keep.Keeper(args, "unet")
    source, given = keeper.begin()
    latent = np.load(f"{args.work}/latents.npy", mmap_mode="r").shape
    step0 = given["step"] if source == "state" else 0
    if source == "state":
        unet = UNet2DConditionModel.from_config(given["config"])
        unet.load_state_dict({k: v.float() for k, v in given["model"].items()})
    elif source == "weights" and not args.grow:
        unet = UNet2DConditionModel.from_pretrained(given, torch_dtype=torch.float32)
    else:
        unet = make(latent[1], latent[2])
        if source == "weights":
            grow(unet, UNet2DConditionModel.from_pretrained(given, torch_dtype=torch.float32).state_dict())
    unet.to(dev, memory_format=torch.channels_last).train()
    seed = args.seed * 1000 + rank + step0
    torch.manual_seed(seed)
    samples = Samples(args, seed)
    named = list(unet.named_parameters())
    params = [p for _, p in named]
    opt = torch.optim.AdamW(params, lr=args.lr, weight_decay=0.01, betas=(0.9, 0.99), fused=True)
    average = [p.detach().clone() for p in params]
    if source == "state":
        for (k, _), a in zip(named, average):
            a.copy_(given["average"][k])
    log = open(f"{args.work}/unet_log.txt", "a") if rank == 0 else None
    say = lambda *a: print(*a, file=log, flush=True) if log else None
    say(sum(p.numel() for p in params), f"parameters; {len(samples.rows)} pictures; from {source}, step {step0};", vars(args))

    def save():
        own = [p.detach().clone() for p in params]
        with torch.no_grad():
            torch._foreach_copy_(params, average)
            unet.save_pretrained(f"{args.work}/unet")
            torch._foreach_copy_(params, own)
        averages = {k: a for (k, _), a in zip(named, average)}
        keeper.save({"model": keep.halves(unet.state_dict()), "average": keep.halves(averages), "step": step, "config": keep.plain(unet.config)})

    total, count, step, t0 = torch.zeros((), device=dev), 0, step0, time.time()
    while True:
        going = torch.tensor(float(keeper.go_on(step)))
        if world > 1:
            dist.all_reduce(going, dist.ReduceOp.MIN)
        if not going:
            break
        for group in opt.param_groups:
            group["lr"] = args.lr * keeper.rate(step, step0, args.warm)
        xt, t, hidden, labels, target = samples.draw(args.batch)
        with torch.autocast(dev.split(":")[0], torch.bfloat16, enabled=args.bf16):
            out = unet(xt, t, hidden, class_labels=labels).sample
        each = ((out.float() - target) ** 2).mean((1, 2, 3))
        loss = (each * samples.weights[t]).mean()
        opt.zero_grad(set_to_none=True)
        loss.backward()
        if world > 1:
            grads = torch.cat([p.grad.flatten() for p in params])
            dist.all_reduce(grads)
            grads /= world
            i = 0
            for p in params:
                p.grad.copy_(grads[i : i + p.numel()].view_as(p))
                i += p.numel()
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        opt.step()
        step += 1
        with torch.no_grad():
            torch._foreach_lerp_(average, params, 1 - min(args.average, (step + 1) / (step + 10)))
            total += each.mean()
        count += 1
        if log and step % 100 == 0:
            say(f"{step} {time.time() - t0:.0f}s loss {total.item() / count:.4f}")
            total.zero_()
            count = 0
        if rank == 0 and keeper.due():
            save()
    if rank == 0:
        save()
        say(f"{step} steps of {args.batch * world}, {keeper.spent():.2f} cpu hours in all")
    if world > 1:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
