"""Stage 2b: a tiny CLIP on pool images and their captions.

Contrastive on image/caption and on two views of one scene (same concept, style, colours; other place,
size, tilt), plus linear read-outs of those four from both embeddings, which make a model of this size learn
in minutes and are thrown away afterwards.

The rate stays the same for as long as one likes; the averaged weights are what counts.

Writes WORK/clip (the whole CLIPModel), clip_state.pt and WORK/clip_log.txt."""
from __future__ import annotations

import argparse
import pathlib
import random
import time

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from transformers import CLIPConfig, CLIPModel, CLIPTokenizer

import keep

from data import COLOUR_NAMES, CONCEPTS, GROUND_NAMES, STYLES, caption

MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(1, 3, 1, 1)
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(1, 3, 1, 1)
DIM = 128
SEEN = 48  # side of what the image encoder sees
KINDS = [len(CONCEPTS), len(STYLES), len(COLOUR_NAMES), len(GROUND_NAMES)]


def config(tok: CLIPTokenizer) -> CLIPConfig:
    shared = dict(hidden_size=DIM, intermediate_size=4 * DIM, num_attention_heads=4, hidden_act="gelu", projection_dim=DIM)
    text = dict(num_hidden_layers=3, vocab_size=len(tok), max_position_embeddings=tok.model_max_length)
    marks = dict(bos_token_id=tok.bos_token_id, eos_token_id=tok.eos_token_id, pad_token_id=tok.pad_token_id)
    return CLIPConfig(
        text_config=dict(**shared, **text, **marks),
        vision_config=dict(**shared, num_hidden_layers=4, image_size=SEEN, patch_size=8),
        projection_dim=DIM,
        logit_scale_init_value=2.5,
    )


def load_clip(folder: str) -> CLIPModel:
    return CLIPModel.from_pretrained(folder, dtype=torch.float32).eval().requires_grad_(False)


def clip_from_parts(model: pathlib.Path) -> CLIPModel:
    """The CLIPModel that assemble.py took apart: image_encoder/ and prior_text_encoder/ of a shipped model."""
    import json

    read = lambda part: json.loads((model / part / "config.json").read_text())
    eye, ear = read("image_encoder"), read("prior_text_encoder")
    clip = CLIPModel(CLIPConfig(text_config=ear, vision_config=eye, projection_dim=eye["projection_dim"]))
    known = {}
    for part, trunk in (("image_encoder", "vision_model."), ("prior_text_encoder", "text_model.")):
        for k, v in load_file(model / part / "model.safetensors").items():
            known[k if "projection" in k or k.startswith(trunk) else trunk + k] = v.float()
    lost = clip.load_state_dict(known, strict=False)
    assert not lost.unexpected_keys and all("logit_scale" in k or "position_ids" in k for k in lost.missing_keys), lost
    with torch.no_grad():
        clip.logit_scale.fill_(3.5)
    return clip


def small_pictures(work: str | pathlib.Path) -> torch.Tensor:
    """The whole pool as the image encoder sees it; reduced once."""
    path, pool = pathlib.Path(work) / "pool_small.npy", np.load(pathlib.Path(work) / "pool.npy", mmap_mode="r")
    if path.exists() and len(small := np.load(path)) == len(pool):
        return torch.from_numpy(small)
    small = torch.cat([shrink(pool[i : i + 500]) for i in range(0, len(pool), 500)])
    np.save(path, small.numpy())
    return small


def encode_texts(tok: CLIPTokenizer, texts: list[str], rng: random.Random | None = None) -> torch.Tensor:
    """Token ids, padded.  With ``rng`` now and then a meaningless token is slipped in, so that
    words the captions never use do little harm later."""
    rows = []
    for ids in tok(texts, truncation=True, max_length=tok.model_max_length).input_ids:
        if rng is not None and rng.random() < 0.15:
            for _ in range(rng.randint(1, 2)):
                if len(ids) < tok.model_max_length:
                    ids.insert(rng.randint(1, len(ids) - 1), rng.choice(tok.junk))
        rows.append(ids + [tok.pad_token_id] * (tok.model_max_length - len(ids)))
    return torch.tensor(rows)


def load_tokenizer(work: str) -> CLIPTokenizer:
    from tokenizer import EXTRA

    tok = CLIPTokenizer.from_pretrained(f"{work}/tokenizer")
    tok.junk = [i for w in EXTRA if w not in ("of", "with", "light", "and") for i in tok(w).input_ids[1:-1]]
    return tok


def shrink(pictures: np.ndarray) -> torch.Tensor:
    """uint8 [n, 96, 96, 3] -> uint8 [n, 3, 48, 48], close to Pillow's bicubic."""
    x = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float()
    return F.interpolate(x, size=SEEN, mode="bicubic", antialias=True).round().clamp(0, 255).byte()


def to_clip(small: torch.Tensor) -> torch.Tensor:
    return (small.float() / 255 - MEAN.to(small.device)) / STD.to(small.device)


def see(model: CLIPModel, pixels: torch.Tensor) -> torch.Tensor:
    return model.visual_projection(model.vision_model(pixel_values=pixels).pooler_output)


def read(model: CLIPModel, ids: torch.Tensor) -> torch.Tensor:
    return model.text_projection(model.text_model(input_ids=ids).pooler_output)


def number(base: np.ndarray) -> np.ndarray:
    """One number for each (concept, style, colour, background)."""
    b = base.astype(np.int64)
    return ((b[:, 0] * KINDS[1] + b[:, 1]) * KINDS[2] + b[:, 2]) * KINDS[3] + b[:, 3]


class Views:
    """Images of the pool by scene."""

    def __init__(self, base: np.ndarray):
        self.numbers = number(base)
        self.order = np.argsort(self.numbers, kind="stable")
        self.kinds, self.start, self.count = np.unique(self.numbers[self.order], return_index=True, return_counts=True)
        self.slot = np.searchsorted(self.kinds, self.numbers)

    def other(self, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        s = self.slot[rows]
        return self.order[self.start[s] + (rng.random(len(rows)) * self.count[s]).astype(int)]

    def pick(self, base: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """An image of each scene; -1 where the pool has none."""
        wanted = number(base)
        s = np.searchsorted(self.kinds, wanted).clip(max=len(self.kinds) - 1)
        rows = self.order[self.start[s] + (rng.random(len(wanted)) * self.count[s]).astype(int)]
        return np.where(self.kinds[s] == wanted, rows, -1)


class Readouts(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = torch.nn.ModuleList([torch.nn.Linear(DIM, k) for k in KINDS])

    def loss(self, e, base, told=None):
        x = 10 * F.normalize(e, dim=-1)
        out = []
        for i, head in enumerate(self.heads):
            l = F.cross_entropy(head(x), base[:, i], reduction="none")
            out.append(l.mean() if told is None else (l * told[:, i]).sum() / told[:, i].sum().clamp(min=1))
        return out


@torch.no_grad()
def evaluate(model, tok, heads, small, base, test_small, test_base, n=400) -> dict[str, float]:
    model.eval()
    rng = random.Random(1)
    device = next(model.parameters()).device
    image = F.normalize(torch.cat([see(model, to_clip(b.to(device))) for b in test_small[:n].split(100)]), dim=-1)
    out = {}
    truth = torch.from_numpy(test_base[:n].astype(np.int64)).to(device)
    for i, name in enumerate(("concept", "style", "colour", "ground")):
        out[f"read_{name}"] = (heads.heads[i](10 * image).argmax(1) == truth[:, i]).float().mean().item()
    kinds = list({tuple(b) for b in test_base[:n].tolist()})
    texts = [caption(k, rng, full=True) for k in kinds]
    text = F.normalize(read(model, encode_texts(tok, texts).to(device)), dim=-1)
    best = (image @ text.T).argmax(1).tolist()
    out["text_top1"] = float(np.mean([kinds[b] == tuple(t) for b, t in zip(best, test_base[:n].tolist())]))
    out["text_concept"] = float(np.mean([kinds[b][0] == t[0] for b, t in zip(best, test_base[:n].tolist())]))
    known = F.normalize(torch.cat([see(model, to_clip(b.to(device))) for b in small[: 10 * n].split(200)]), dim=-1)
    best = (image @ known.T).argmax(1).cpu().numpy()
    a, b = number(base[: 10 * n]), number(test_base[:n])
    have = np.isin(b, a)
    out["view_top1"] = float((a[best] == b)[have].mean())
    out["view_concept"] = float((base[: 10 * n][best][:, 0] == test_base[:n, 0]).mean())
    model.train()
    return {k: round(v, 3) for k, v in out.items()}


def main() -> None:
    ap = argparse.ArgumentParser()
    keep.add_arguments(ap, minutes=12, threads=2)
    ap.add_argument("--batch", type=int, default=40, help="scenes a step, two views each")
    ap.add_argument("--lr", type=float, default=7e-4)
    ap.add_argument("--warm", type=int, default=60)
    ap.add_argument("--seed", type=int, default=2)
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    keeper = keep.Keeper(args, "clip")
    tok = load_tokenizer(args.work)
    source, given = keeper.begin()
    shipped = pathlib.Path(args.init_from) if args.init_from else None
    step0 = 0
    if source == "state":
        model = CLIPModel(CLIPConfig.from_dict(given["config"]))
        model.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in given["model"].items()})
        step0 = given["step"]
    elif source == "weights":
        model = CLIPModel.from_pretrained(given, dtype=torch.float32)
    elif shipped and (shipped / "image_encoder").exists():
        model, source = clip_from_parts(shipped), "parts"
    else:
        model = CLIPModel(config(tok))
    dev = args.device
    model, heads = model.to(dev), Readouts().to(dev)
    average = [p.detach().clone() for p in model.parameters()]
    if source == "state":
        heads.load_state_dict({k: v.float() for k, v in given["heads"].items()})
        for (k, _), a in zip(model.named_parameters(), average):
            a.copy_(given["average"][k])
    rng, nrng = random.Random(args.seed + step0), np.random.default_rng(args.seed + step0)
    torch.manual_seed(args.seed + step0)
    params = list(model.parameters()) + list(heads.parameters())
    opt = torch.optim.AdamW(params, lr=args.lr, weight_decay=0.02, betas=(0.9, 0.98))
    model.train()
    base, test_base = np.load(f"{args.work}/pool_base.npy"), np.load(f"{args.work}/test_base.npy")
    small, test_small = small_pictures(args.work).to(dev), shrink(np.load(f"{args.work}/test.npy")).to(dev)
    views = Views(base)
    labels = torch.from_numpy(base.astype(np.int64))
    log = open(f"{args.work}/clip_log.txt", "a")
    say = lambda *a: print(*a, file=log, flush=True)
    say(sum(p.numel() for p in model.parameters()), f"parameters; from {source}, step {step0};", vars(args))
    sums = np.zeros(7)

    def swap():
        for p, a in zip(model.parameters(), average):
            own = p.detach().clone()
            p.data.copy_(a)
            a.copy_(own)

    def save(many: int = 200):
        averages = {k: a for (k, _), a in zip(model.named_parameters(), average)}
        keeper.save({"model": keep.halves(model.state_dict()), "average": keep.halves(averages), "heads": keep.halves(heads.state_dict()), "step": step, "config": model.config.to_dict()})
        swap()
        if many:
            say(" averaged weights:", evaluate(model, tok, heads, small, base, test_small, test_base, many))
        # CLIP's similarity ignores the length of the embeddings.  Give both a standard deviation of
        # about 1 per number, a comfortable range for fp16 and for the layers that read them.
        model.eval()
        with torch.no_grad():
            own = model.visual_projection.weight.clone(), model.text_projection.weight.clone()
            e = torch.cat([see(model, to_clip(b)) for b in small[:1000].split(200)])
            model.visual_projection.weight.div_(e.std(0).mean())
            e = read(model, encode_texts(tok, [caption(b, rng) for b in base[:600]]).to(dev))
            model.text_projection.weight.div_(e.std(0).mean())
        model.save_pretrained(f"{args.work}/clip")
        model.visual_projection.weight.data.copy_(own[0]), model.text_projection.weight.data.copy_(own[1])
        swap()
        model.train()

    step, t0 = step0, time.process_time()
    while keeper.go_on(step):
        for group in opt.param_groups:
            group["lr"] = args.lr * keeper.rate(step, step0, args.warm)
        kinds = nrng.choice(len(views.kinds), args.batch, replace=False)
        rows = views.order[views.start[kinds] + (nrng.random(args.batch) * views.count[kinds]).astype(int)]
        both = np.concatenate([rows, views.other(rows, nrng)])
        x = to_clip(small[torch.from_numpy(both)])
        x = x + 0.06 * torch.rand(len(x), 1, 1, 1, device=dev) * torch.randn_like(x)
        y = labels[rows].to(dev)
        texts = [caption(base[r], rng) for r in rows]
        told = torch.ones(len(rows), 4)
        for i, text in enumerate(texts):
            told[i, 1] = "flat" in text or "shaded" in text
            told[i, 3] = " on " in text
        image, text = see(model, x), read(model, encode_texts(tok, texts, rng).to(dev))
        a, b = F.normalize(image, dim=-1).chunk(2)
        t = F.normalize(text, dim=-1)
        scale = model.logit_scale.exp().clamp(max=40)
        target = torch.arange(len(rows), device=dev)
        match = lambda p, q: (F.cross_entropy(scale * p @ q.T, target) + F.cross_entropy(scale * q @ p.T, target)) / 2
        with_text, with_view = (match(a, t) + match(b, t)) / 2, match(a, b)
        if source in ("weights", "parts") and step < 80:  # read-outs that know nothing yet must not push
            image, text = image.detach(), text.detach()
        seen, said = heads.loss(image, torch.cat([y, y])), heads.loss(text, y, told.to(dev))
        loss = with_text + with_view + sum(seen) + 0.5 * sum(said)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        opt.step()
        step += 1
        with torch.no_grad():
            torch._foreach_lerp_(average, [p.data for p in model.parameters()], 1 - min(0.995, (step + 1) / (step + 20)))
        sums += [with_text.item(), with_view.item(), *(l.item() for l in seen), said[0].item()]
        if step % 25 == 0:
            names = ("text", "view", "concept", "style", "colour", "ground", "concept_said")
            say(f"{step} {time.process_time() - t0:.0f} cpu s " + " ".join(f"{k} {v / 25:.3f}" for k, v in zip(names, sums)))
            sums[:] = 0
        if keeper.due():
            save()
    save(0 if keeper.stopped else 400)
    say(f"{step} steps of 2 x {args.batch}, {keeper.spent():.2f} cpu hours in all")


if __name__ == "__main__":
    main()
