"""A small convolutional classifier of concept, style and background, for evaluate.py only.

It has nothing in common with the model being judged (not its CLIP, not its training), so it can say what a
generated image shows.  Sees 64-pixel images.  Writes WORK/judge.pt and WORK/judge_log.txt."""
from __future__ import annotations

import argparse
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from data import CONCEPTS, GROUND_NAMES, STYLES

HEADS = {"concept": len(CONCEPTS), "style": len(STYLES), "ground": len(GROUND_NAMES)}
SIDE = 48


class Judge(nn.Module):
    def __init__(self):
        super().__init__()
        layers, last = [], 3
        for width, stride in ((32, 2), (48, 1), (64, 2), (96, 2), (160, 2)):
            layers += [nn.Conv2d(last, width, 3, stride, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
            last = width
        self.body = nn.Sequential(*layers)
        self.out = nn.Linear(2 * last, sum(HEADS.values()))

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        h = self.body(x * 2 - 1)
        h = torch.cat([h.amax((2, 3)), h.mean((2, 3))], 1)
        return dict(zip(HEADS, self.out(h).split(list(HEADS.values()), 1)))


def to_judge(pictures: torch.Tensor) -> torch.Tensor:
    """float [n, 3, h, w] in 0..1 -> what the judge sees."""
    return F.interpolate(pictures, size=SIDE, mode="bilinear", antialias=True, align_corners=False)


def load(work: str) -> Judge:
    judge = Judge()
    judge.load_state_dict(torch.load(f"{work}/judge.pt", map_location="cpu"))
    return judge.eval()


def main() -> None:
    ap = argparse.ArgumentParser()
    ap.add_argument("--work", default="work")
    ap.add_argument("--minutes", type=float, default=5)
    ap.add_argument("--batch", type=int, default=64)
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--device", default="cpu")
    ap.add_argument("--seed", type=int, default=7)
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    pool = np.load(f"{args.work}/pool.npy", mmap_mode="r")
    seen = torch.cat([(to_judge(torch.from_numpy(np.ascontiguousarray(pool[i : i + 300])).permute(0, 3, 1, 2).float() / 255) * 255).round().byte() for i in range(0, len(pool), 300)])
    base = torch.from_numpy(np.load(f"{args.work}/pool_base.npy").astype(np.int64))
    test = torch.from_numpy(np.load(f"{args.work}/test.npy")).permute(0, 3, 1, 2).float() / 255
    truth = torch.from_numpy(np.load(f"{args.work}/test_base.npy").astype(np.int64))
    judge = Judge().to(args.device, memory_format=torch.channels_last)
    opt = torch.optim.AdamW(judge.parameters(), lr=3e-3, weight_decay=0.01)
    log = open(f"{args.work}/judge_log.txt", "w")
    columns = {"concept": 0, "style": 1, "ground": 3}
    t0, step = time.time(), 0
    while (done := (time.time() - t0) / (60 * args.minutes)) < 1:
        for group in opt.param_groups:
            group["lr"] = 3e-3 * min(1, (step + 1) / 50) * max(0.01, 1 - max(0.0, done - 0.3) / 0.7)
        rows = torch.randint(len(seen), (args.batch,))
        x = seen[rows].to(args.device).float() / 255
        if step % 2:  # half of the batches a little blurred, so that softness alone does not mislead it
            x = F.interpolate(F.interpolate(x, size=int(torch.randint(24, 44, ())), mode="bilinear", antialias=True), size=SIDE, mode="bilinear")
        x = (x + 0.04 * torch.rand(1, device=x.device) * torch.randn_like(x)).clamp(0, 1).contiguous(memory_format=torch.channels_last)
        y = judge(x)
        loss = sum(F.cross_entropy(y[k], base[rows, c].to(args.device)) for k, c in columns.items())
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        step += 1
        if step % 100 == 0:
            print(step, f"{time.time() - t0:.0f}s {loss.item():.3f}", file=log, flush=True)
    judge.eval()
    with torch.no_grad():
        y = judge(to_judge(test.to(args.device)))
    result = {k: round((y[k].argmax(1).cpu() == truth[:, c]).float().mean().item(), 4) for k, c in columns.items()}
    print(step, "steps; accuracy on held-out pictures", result, file=log, flush=True)
    torch.save({k: v.contiguous() for k, v in judge.cpu().state_dict().items()}, f"{args.work}/judge.pt")


if __name__ == "__main__":
    main()
