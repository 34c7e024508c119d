"""Stage 5: UNet2DConditionModel, trained the way Stable Diffusion 2.1 unCLIP is used.

Every sample has a target image, always of the flat drawings, and a condition:
  - class_labels: the CLIP embedding of the same image, or (mostly) of another view of the scene, or of the
    other drawing of the same thing, normalised,
    noised at a random noise_level and joined with the sinusoidal embedding of that level - line by line what the
    pipeline's noise_image_embeddings does - or all zeros, the pipeline's unconditional half;
  - encoder_hidden_states: the text encoder's output for a caption, or for the empty text.

On a CPU run as two processes of one thread each:
  OMP_NUM_THREADS=1 torchrun --nproc_per_node 2 train_unet.py ...
Writes WORK/unet (averaged weights), WORK/unet_state.pt and WORK/unet_log.txt."""
from __future__ import annotations

import argparse
import os
import random
import time

import numpy as np
import torch
import torch.distributed as dist
from diffusers import DDPMScheduler, UNet2DConditionModel
from diffusers.models.embeddings import get_timestep_embedding

from data import caption
from train_clip import DIM, Views, encode_texts, load_clip, load_tokenizer


def make() -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=12,
        in_channels=4,
        out_channels=4,
        down_block_types=["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
        up_block_types=["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
        block_out_channels=[64, 128, 192],
        layers_per_block=1,
        attention_head_dim=[2, 4, 6],  # as in SD 2.1 these are numbers of heads, whatever the name says
        cross_attention_dim=DIM,
        use_linear_projection=True,
        norm_num_groups=16,
        class_embed_type="projection",
        projection_class_embeddings_input_dim=2 * DIM,
    )


def noise_schedule() -> DDPMScheduler:
    return DDPMScheduler(1000, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", prediction_type="v_prediction")


def embedding_schedule() -> DDPMScheduler:
    return DDPMScheduler(1000, beta_schedule="squaredcos_cap_v2")


def main() -> None:
    ap = argparse.ArgumentParser()
    ap.add_argument("--work", default="work")
    ap.add_argument("--minutes", type=float, default=70)
    ap.add_argument("--until", default="", help="stop at this time of the day instead, HH:MM")
    ap.add_argument("--batch", type=int, default=16, help="per process")
    ap.add_argument("--lr", type=float, default=1e-3)
    ap.add_argument("--warm", type=int, default=100)
    ap.add_argument("--decay-from", type=float, default=0.55, help="share of the time after which the learning rate falls")
    ap.add_argument("--same", type=float, default=0.15, help="how often the embedding is of the target image itself")
    ap.add_argument("--foreign", type=float, default=0.12, help="how often it is of the other drawing of the same thing")
    ap.add_argument("--from-t", type=int, default=80, help="the least noisy timestep trained on")
    ap.add_argument("--seed", type=int, default=4)
    ap.add_argument("--threads", type=int, default=1, help="per process")
    ap.add_argument("--device", default="cpu")
    ap.add_argument("--resume", action="store_true", help="go on with WORK/unet_state.pt")
    args = ap.parse_args()
    if args.until:
        now, (h, m) = time.localtime(), map(int, args.until.split(":"))
        args.minutes = h * 60 + m - (now.tm_hour * 60 + now.tm_min + now.tm_sec / 60)
    torch.set_num_threads(args.threads)
    dev = args.device
    world, rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
    if world > 1:
        dist.init_process_group("gloo")
    torch.manual_seed(args.seed)
    unet = make()
    state = torch.load(f"{args.work}/unet_state.pt", map_location="cpu") if args.resume else None
    if state:
        unet.load_state_dict(state["model"])
    unet.to(dev, memory_format=torch.channels_last).train()
    step0 = state["step"] if state else 0
    torch.manual_seed(args.seed * 1000 + rank + step0)
    rng, nrng = random.Random(args.seed * 1000 + rank + step0), np.random.default_rng(args.seed * 1000 + rank + step0)
    tok = load_tokenizer(args.work)
    clip = load_clip(f"{args.work}/clip").to(dev)
    base = np.load(f"{args.work}/pool_base.npy")
    latents = torch.from_numpy(np.load(f"{args.work}/latents.npy"))
    embeds = torch.from_numpy(np.load(f"{args.work}/embeds.npy"))
    views = Views(base)
    flat = np.load(f"{args.work}/targets.npy")  # calm images of the things it is taught, flat style; it sees all
    norm = {k: v.to(dev) for k, v in torch.load(f"{args.work}/normalizer.pt").items()}
    with torch.no_grad():
        empty = clip.text_model(input_ids=encode_texts(tok, [""]).to(dev)).last_hidden_state
    ddpm, embed_noise = noise_schedule(), embedding_schedule()
    ratio = ddpm.alphas_cumprod / (1 - ddpm.alphas_cumprod)
    weights = ((ratio.clamp(max=5) + 1) / (ratio + 1)).to(dev)  # min-SNR for v-prediction
    params = list(unet.parameters())
    opt = torch.optim.AdamW(params, lr=args.lr, weight_decay=0.01, betas=(0.9, 0.99), fused=True)
    if state and "opt" in state:
        opt.load_state_dict(state["opt"])
    average = [p.detach().clone() for p in params]
    if state:
        for a, s in zip(average, state["average"]):
            a.copy_(s)
    log = open(f"{args.work}/unet_log.txt", "a" if args.resume else "w") if rank == 0 else None
    if log:
        print(sum(p.numel() for p in params), "parameters;", len(flat), "pictures;", vars(args), file=log, flush=True)

    def save():
        own = [p.detach().clone() for p in params]
        with torch.no_grad():
            torch._foreach_copy_(params, average)
            unet.save_pretrained(f"{args.work}/unet")
            torch._foreach_copy_(params, own)
        out = {"model": unet.state_dict(), "average": average, "opt": opt.state_dict(), "step": step}
        torch.save(out, f"{args.work}/unet_state.tmp")
        os.replace(f"{args.work}/unet_state.tmp", f"{args.work}/unet_state.pt")

    n, total, count, step = args.batch, 0.0, 0, step0
    t0 = saved = time.time()
    while True:
        done = torch.tensor((time.time() - t0) / (60 * args.minutes))
        if world > 1:
            dist.broadcast(done, 0)
        done = done.item()
        if done >= 1:
            break
        lr = args.lr * min(1, (step - step0 + 1) / args.warm) * max(0.02, 1 - max(0.0, done - args.decay_from) / (1 - args.decay_from))
        for group in opt.param_groups:
            group["lr"] = lr
        rows = nrng.choice(flat, n)
        other = np.where(nrng.random(n) < args.same, rows, views.other(rows, nrng))
        foreign = views.pick(base[rows] * [1, 0, 1, 1] + [0, 1, 0, 0], nrng)
        other = np.where((nrng.random(n) < args.foreign) & (foreign >= 0), foreign, other)
        x0 = latents[rows].float().to(dev).contiguous(memory_format=torch.channels_last)
        # the image condition, as in the pipeline
        u = torch.rand(n)
        level = torch.where(u < 0.55, torch.zeros(n), torch.where(u < 0.72, 850 + 149.99 * torch.rand(n), 999.99 * torch.rand(n))).long().to(dev)
        e = (embeds[other].to(dev) - norm["mean"]) / norm["std"]
        e = embed_noise.add_noise(e, torch.randn_like(e), level) * norm["std"] + norm["mean"]
        labels = torch.cat([e, get_timestep_embedding(level, DIM, flip_sin_to_cos=True, downscale_freq_shift=0)], 1)
        # what is left out: everything 10 %, the text 50 %, the image 13 %
        u = torch.rand(n)
        labels[((u < 0.10) | (u > 0.97)).to(dev)] = 0
        said = [i for i in range(n) if u[i] >= 0.50 or (u[i] >= 0.35 and level[i] > 800)]
        hidden = empty.repeat(n, 1, 1)
        if said:
            texts = [caption(base[rows[i]], rng) for i in said]
            with torch.no_grad():
                hidden[said] = clip.text_model(input_ids=encode_texts(tok, texts, rng).to(dev)).last_hidden_state
        t = torch.randint(args.from_t, 1000, (n,), device=dev)
        noise = torch.randn_like(x0)
        xt, target = ddpm.add_noise(x0, noise, t), ddpm.get_velocity(x0, noise, t)
        out = unet(xt, t, hidden, class_labels=labels).sample
        each = ((out - target) ** 2).mean((1, 2, 3))
        loss = (each * weights[t]).mean()
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
            torch._foreach_lerp_(average, params, 1 - min(0.998, step / (step + 10)))
        total, count = total + each.mean().item(), count + 1
        if log and step % 50 == 0:
            print(f"{step} {time.time() - t0:.0f}s loss {total / count:.4f} lr {lr:.5f}", file=log, flush=True)
            total, count = 0.0, 0
        if rank == 0 and time.time() - saved > 180:
            save()
            saved = time.time()
    if rank == 0:
        save()
        print(f"{step} steps of {n * world} ({step - step0} in this run, {time.time() - t0:.0f} s)", file=log, flush=True)
    if world > 1:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
