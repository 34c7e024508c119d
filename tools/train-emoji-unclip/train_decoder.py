"""Stage 5b: the VAE's decoder alone, made forgiving of what the UNet draws.

Its input is the latents of pool images, half of them with some noise, half of them noised and brought back by the
UNet in one step (with the image's own embedding): the errors it will meet.  The encoder stays, so the latents do.

Writes WORK/vae (averaged weights), WORK/decoder_state.pt and WORK/decoder_log.txt."""
from __future__ import annotations

import argparse
import os
import time

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.models.embeddings import get_timestep_embedding

from data import TAUGHT
from train_clip import DIM, encode_texts, load_clip, load_tokenizer
from train_unet import embedding_schedule, noise_schedule
from train_vae import picture_loss, psnr, to_input


def main() -> None:
    ap = argparse.ArgumentParser()
    ap.add_argument("--work", default="work")
    ap.add_argument("--minutes", type=float, default=15)
    ap.add_argument("--batch", type=int, default=4)
    ap.add_argument("--lr", type=float, default=4e-4)
    ap.add_argument("--noise", type=float, default=0.3, help="largest noise on the latents, in units of their deviation")
    ap.add_argument("--through", type=float, default=0.5, help="share that goes through the UNet")
    ap.add_argument("--taught", type=float, default=0.9, help="share of the things the UNet is taught")
    ap.add_argument("--decay-from", type=float, default=0.3)
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--device", default="cpu")
    ap.add_argument("--resume", action="store_true", help="keep the optimizer's state too")
    ap.add_argument("--seed", type=int, default=8)
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng, dev = np.random.default_rng(args.seed), args.device
    vae = AutoencoderKL.from_pretrained(f"{args.work}/vae").to(dev, memory_format=torch.channels_last)
    vae.requires_grad_(False)
    own = [vae.decoder, vae.post_quant_conv]
    params = [p for m in own for p in m.requires_grad_(True).parameters()]
    opt = torch.optim.AdamW(params, lr=args.lr, weight_decay=1e-4, betas=(0.9, 0.98))
    if args.resume and os.path.exists(f"{args.work}/decoder_state.pt"):
        state = torch.load(f"{args.work}/decoder_state.pt", map_location=dev)
        opt.load_state_dict(state["opt"])
    average = [p.detach().clone() for p in params]
    pool, test = np.load(f"{args.work}/pool.npy", mmap_mode="r"), np.load(f"{args.work}/test.npy")
    base, test_base = np.load(f"{args.work}/pool_base.npy"), np.load(f"{args.work}/test_base.npy")
    test = test[(test_base[:, 1] == 0) & np.isin(test_base[:, 0], TAUGHT)]
    flat = np.flatnonzero(base[:, 1] == 0)
    taught = np.load(f"{args.work}/targets.npy")
    latents = torch.from_numpy(np.load(f"{args.work}/latents.npy"))
    embeds = torch.from_numpy(np.load(f"{args.work}/embeds.npy"))
    norm = {k: v.to(dev) for k, v in torch.load(f"{args.work}/normalizer.pt").items()}
    clip, tok = load_clip(f"{args.work}/clip").to(dev), load_tokenizer(args.work)
    with torch.no_grad():
        empty = clip.text_model(input_ids=encode_texts(tok, [""]).to(dev)).last_hidden_state
    ddpm, embed_noise = noise_schedule(), embedding_schedule()
    scale = vae.config.scaling_factor
    log = open(f"{args.work}/decoder_log.txt", "a")
    say = lambda *a: print(*a, file=log, flush=True)
    say(vars(args))

    def swap():
        for p, a in zip(params, average):
            keep = p.detach().clone()
            p.data.copy_(a)
            a.copy_(keep)

    def save() -> float:
        swap()
        vae.save_pretrained(f"{args.work}/vae")
        score = psnr(vae, test[:40], dev)
        swap()
        torch.save({"opt": opt.state_dict()}, f"{args.work}/decoder_state.pt")
        return score

    @torch.no_grad()
    def through(unet, z, rows):
        n = len(z)
        level = torch.zeros(n, dtype=torch.long, device=dev)
        e = (embeds[rows].to(dev) - norm["mean"]) / norm["std"]
        e = embed_noise.add_noise(e, torch.randn_like(e), level) * norm["std"] + norm["mean"]
        labels = torch.cat([e, get_timestep_embedding(level, DIM, flip_sin_to_cos=True, downscale_freq_shift=0)], 1)
        t = torch.randint(60, 480, (n,), device=dev)
        xt = ddpm.add_noise(z, torch.randn_like(z), t)
        v = unet(xt, t, empty.expand(n, -1, -1), class_labels=labels).sample
        a = ddpm.alphas_cumprod.to(dev)[t].view(-1, 1, 1, 1)
        return a.sqrt() * xt - (1 - a).sqrt() * v

    t0, step, total, unet, saved = time.time(), 0, 0.0, None, time.time()
    while (done := (time.time() - t0) / (60 * args.minutes)) < 1:
        if unet is None or step % 100 == 0:
            try:
                unet = UNet2DConditionModel.from_pretrained(f"{args.work}/unet").to(dev, memory_format=torch.channels_last).eval()
            except Exception:  # being written just now
                pass
        for group in opt.param_groups:
            group["lr"] = args.lr * min(1, (step + 1) / 30) * max(0.02, 1 - max(0.0, done - args.decay_from) / (1 - args.decay_from))
        n = args.batch
        rows = np.where(rng.random(n) < args.taught, rng.choice(taught, n), rng.choice(flat, n))
        z = latents[rows].float().to(dev)
        if unet is not None and rng.random() < args.through:
            z = through(unet, z, rows)
        else:
            z = z + args.noise * torch.rand(n, 1, 1, 1, device=dev) * torch.randn_like(z)
        x = to_input(pool[rows], dev)
        y = vae.decode(z / scale).sample
        loss = picture_loss(y, x)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        opt.step()
        step += 1
        with torch.no_grad():
            torch._foreach_lerp_(average, [p.data for p in params], 1 - min(0.99, step / (step + 10)))
        total += loss.item()
        if step % 50 == 0:
            say(f"{step} {time.time() - t0:.0f}s loss {total / 50:.4f}")
            total = 0.0
        if time.time() - saved > 150:
            say(f" psnr of the averaged weights on clean latents, 40 held-out pictures: {save():.2f}")
            saved = time.time()
    say(f"{step} steps, {time.time() - t0:.0f} s, psnr {save():.2f}")


if __name__ == "__main__":
    main()
