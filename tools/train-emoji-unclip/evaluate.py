"""Stage 8: use the finished folder through the stock pipeline, draw the sample sheets, measure.

Everything goes through StableUnCLIPImg2ImgPipeline.from_pretrained(model), 20 steps of DDIM.  What a generated
image shows is read by the independent classifier of judge.py.

  --only sheets | figures        --quick: smaller sheets, for a look in between"""
from __future__ import annotations

import argparse
import json
import pathlib
import time

import numpy as np
import torch
from diffusers import PriorTransformer, StableUnCLIPImg2ImgPipeline, UnCLIPScheduler
from PIL import Image, ImageDraw
from transformers import CLIPTextModelWithProjection

import judge as judging
from data import CONCEPTS, GROUND_NAMES, TAUGHT, caption
from train_unet import halfway
from train_vae import to_input

SHOWN = ["a red apple", "a frog", "a rocket", "a cat", "a doughnut", "a penguin", "a heart", "a strawberry"]
PROMPTS = [
    "a red apple on a light blue background", "a blue car on a yellow background", "a frog on a pink background",
    "a strawberry on white", "a drawing of a panda on a green background", "a tulip on a blue background",
    "a rocket on a purple background", "a cool face with sunglasses on a turquoise background",
]
MIXES = [("a red apple", "a pear"), ("a cat", "a fox"), ("a frog", "a red apple"), ("a star", "a heart")]


def to_pil(x: torch.Tensor) -> Image.Image:
    return Image.fromarray((x.clamp(0, 1) * 255 + 0.5).byte().permute(1, 2, 0).numpy())


def to_tensor(pictures) -> torch.Tensor:
    return torch.stack([torch.from_numpy(np.array(p)).permute(2, 0, 1).float() / 255 for p in pictures])


def sheet(rows: list[list[Image.Image]], titles: list[str] | None = None, side: int = 96) -> Image.Image:
    gap, left = 6, 0 if titles is None else 190
    w = left + max(len(r) for r in rows) * (side + gap) + gap
    out = Image.new("RGB", (w, len(rows) * (side + gap) + gap), (255, 255, 255))
    draw = ImageDraw.Draw(out)
    for j, row in enumerate(rows):
        y = gap + j * (side + gap)
        if titles:
            words, line, dy = titles[j].split(), "", 0
            for word in [*words, None]:
                if word is None or len(line) + len(word) > 28:
                    draw.text((8, y + 40 + dy), line, fill=(40, 40, 40))
                    line, dy = "", dy + 14
                line += (word or "") + " "
        for i, picture in enumerate(row):
            out.paste(picture.resize((side, side)), (left + gap + i * (side + gap), y))
    return out


def generate(pipe, images, prompts, level, guidance, steps=20, seed=0, chunk=16, embeds=None) -> list[Image.Image]:
    out = []
    for i in range(0, len(prompts), chunk):
        g = torch.Generator().manual_seed(seed + i)
        given = {"image": images[i : i + chunk]} if embeds is None else {"image_embeds": embeds[i : i + chunk]}
        out += pipe(**given, prompt=prompts[i : i + chunk], noise_level=level, guidance_scale=guidance, num_inference_steps=steps, generator=g).images
    return out


@torch.no_grad()
def embed(pipe, pictures) -> torch.Tensor:
    x = pipe.feature_extractor(images=pictures, return_tensors="pt").pixel_values
    return pipe.image_encoder(x).image_embeds


@torch.no_grad()
def imagine(model: pathlib.Path, pipe, prompts: list[str], guidance=2.0, steps=25, seed=0) -> torch.Tensor:
    """Text -> image embedding with the prior, as StableUnCLIPPipeline does it."""
    prior = PriorTransformer.from_pretrained(model / "prior", torch_dtype=torch.float32)
    text = CLIPTextModelWithProjection.from_pretrained(model / "prior_text_encoder", dtype=torch.float32)
    scheduler = UnCLIPScheduler.from_pretrained(model / "prior_scheduler")
    tok = pipe.tokenizer([""] * len(prompts) + prompts, padding="max_length", max_length=pipe.tokenizer.model_max_length, truncation=True, return_tensors="pt")
    enc = text(tok.input_ids)
    scheduler.set_timesteps(steps)
    g = torch.Generator().manual_seed(seed)
    x = torch.randn(len(prompts), prior.config.embedding_dim, generator=g)
    for i, t in enumerate(scheduler.timesteps):
        p = prior(torch.cat([x, x]), timestep=t, proj_embedding=enc.text_embeds, encoder_hidden_states=enc.last_hidden_state, attention_mask=tok.attention_mask.bool()).predicted_image_embedding
        none, given = p.chunk(2)
        p = none + guidance * (given - none)
        before = scheduler.timesteps[i + 1] if i + 1 < len(scheduler.timesteps) else None
        x = scheduler.step(p, timestep=t, sample=x, generator=g, prev_timestep=before).prev_sample
    return prior.post_process_latents(x)


@torch.no_grad()
def read(judge, pictures: torch.Tensor, base: np.ndarray) -> dict[str, float]:
    y = judge(judging.to_judge(pictures))
    truth = torch.from_numpy(base.astype(np.int64))
    rate = lambda a: round(a.float().mean().item(), 3)
    return {
        "concept_top1": rate(y["concept"].argmax(1) == truth[:, 0]),  # among all 106
        "concept_top5": rate((y["concept"].topk(5, 1).indices == truth[:, :1]).any(1)),
        "ground": rate(y["ground"].argmax(1) == truth[:, 3]),
        "pictures": len(base),
    }


def main_colour(picture: torch.Tensor) -> torch.Tensor:
    """The commonest colour of what differs from the border."""
    border = torch.cat([picture[:, :3].flatten(1), picture[:, -3:].flatten(1)], 1).median(1).values[:, None]
    pixels = picture.flatten(1)
    pixels = pixels[:, (pixels - border).norm(dim=0) > 0.25]
    if not pixels.shape[1]:
        return border[:, 0]
    bins = (pixels * 4.999).long()
    number = bins[0] * 25 + bins[1] * 5 + bins[2]
    return pixels[:, number == number.bincount().argmax()].mean(1)


def has_colour(pictures: torch.Tensor, colours: torch.Tensor, share: float = 0.03) -> torch.Tensor:
    return ((pictures - colours[:, :, None, None]).norm(dim=1) < 0.3).float().mean((1, 2)) > share


def centre(x: torch.Tensor) -> torch.Tensor:
    """Rough centre of what differs from the border, as fractions of the image."""
    border = torch.cat([x[:, :, :3].flatten(2), x[:, :, -3:].flatten(2)], 2).median(2).values[:, :, None, None]
    w = ((x - border).norm(dim=1) - 0.3).clamp(min=0) + 1e-6
    axis = (torch.arange(x.shape[-1]) + 0.5) / x.shape[-1]
    total = w.sum((1, 2))
    return torch.stack([(w.sum(1) * axis).sum(1) / total, (w.sum(2) * axis).sum(1) / total], 1)


def main() -> None:
    ap = argparse.ArgumentParser()
    ap.add_argument("--model", default="model")
    ap.add_argument("--work", default="work")
    ap.add_argument("--samples", default="samples")
    ap.add_argument("--inputs", default="inputs")
    ap.add_argument("--guidance", type=float, default=3.0)
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--only", default="")
    ap.add_argument("--quick", action="store_true")
    ap.add_argument("--limit", type=int, default=106, help="pictures per measured condition")
    ap.add_argument("--mixes", type=int, default=48, help="sheets of four")
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    samples, inputs, model = pathlib.Path(args.samples), pathlib.Path(args.inputs), pathlib.Path(args.model)
    samples.mkdir(exist_ok=True, parents=True), inputs.mkdir(exist_ok=True, parents=True)
    pipe = StableUnCLIPImg2ImgPipeline.from_pretrained(args.model, torch_dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    test, base = np.load(f"{args.work}/test.npy"), np.load(f"{args.work}/test_base.npy")
    flat, noto = [{c: i for i, c in reversed(list(enumerate(base[:, 0].tolist()))) if base[i, 1] == s and c in TAUGHT} for s in (0, 1)]
    shown = [flat[CONCEPTS.index(c)] for c in SHOWN]
    pictures = [Image.fromarray(test[i]) for i in shown]
    for name, p in zip(SHOWN, pictures):
        p.save(inputs / f"{name.split(' ', 1)[1].replace(' ', '-')}.png")

    if args.only != "figures":
        k = 4 if args.quick else 6
        for level in (0,) if args.quick else (0, 500):
            out = generate(pipe, [p for p in pictures for _ in range(k)], [""] * (k * len(shown)), level, args.guidance)
            sheet([[p, *out[k * i : k * i + k]] for i, p in enumerate(pictures)]).save(samples / f"variations_noise{level}.png")
        out = generate(pipe, [pictures[(i // 4 + 3) % 8] for i in range(32)], [p for p in PROMPTS for _ in range(4)], 999, args.guidance)
        sheet([out[4 * i : 4 * i + 4] for i in range(8)], PROMPTS).save(samples / "prompt_only_noise999.png")
        x = to_input(test[[i for i in range(len(test)) if base[i, 1] == 0][:16]])
        with torch.no_grad():
            y = pipe.vae.decode(pipe.vae.encode(x).latent_dist.mode()).sample
        both = [[to_pil(p / 2 + 0.5) for p in q] for q in (x[:8], y[:8], x[8:], y[8:])]
        sheet(both).save(samples / "reconstructions.png")
        if not args.quick:
            rows = []
            for a, b in MIXES:
                pa, pb = (Image.fromarray(test[flat[CONCEPTS.index(c)]]) for c in (a, b))
                e = embed(pipe, [pa, pb])
                w = torch.linspace(0, 1, 5)[:, None]
                rows.append([pa, *generate(pipe, None, [""] * 5, 0, args.guidance, embeds=halfway(e[:1], e[1:], w), seed=5), pb])
            sheet(rows).save(samples / "mix_of_two.png")
            others = [i for c, i in noto.items() if CONCEPTS[c] in (*SHOWN, "a pumpkin", "a panda")][:8]
            ps = [Image.fromarray(test[i]) for i in others]
            out = generate(pipe, [p for p in ps for _ in range(4)], [""] * 4 * len(ps), 0, args.guidance)
            sheet([[p, *out[4 * i : 4 * i + 4]] for i, p in enumerate(ps)]).save(samples / "variations_of_other_drawings.png")
            if (model / "prior").exists():
                e = imagine(model, pipe, [p for p in PROMPTS for _ in range(4)])
                out = generate(pipe, None, [""] * 32, 0, args.guidance, embeds=e)
                sheet([out[4 * i : 4 * i + 4] for i in range(8)], PROMPTS).save(samples / "prior.png")
    if args.only == "sheets":
        return

    judge = judging.load(args.work)
    tensor = lambda rows: torch.from_numpy(test[rows]).permute(0, 3, 1, 2).float() / 255
    figures = {}
    all_flat, all_noto = [np.flatnonzero((base[:, 1] == s) & np.isin(base[:, 0], TAUGHT)) for s in (0, 1)]
    figures["real pictures (ceiling)"] = read(judge, tensor(all_flat), base[all_flat])
    figures["real pictures, the other drawings (ceiling)"] = read(judge, tensor(all_noto), base[all_noto])
    some = all_flat
    with torch.no_grad():
        y = torch.cat([pipe.vae.decode(pipe.vae.encode(to_input(test[some[i : i + 20]])).latent_dist.mode()).sample for i in range(0, len(some), 20)])
    y = (y / 2 + 0.5).clamp(0, 1)
    figures["VAE reconstruction"] = read(judge, y, base[some])
    figures["VAE reconstruction"]["psnr_db"] = round((10 * torch.log10(1 / ((y - tensor(some)) ** 2).flatten(1).mean(1))).mean().item(), 2)
    rows = np.array([i for k in range(3) for c in sorted(flat) for i in [j for j in all_flat if base[j, 0] == c][k : k + 1]])[: args.limit]
    half = rows[: len(flat)]
    import random

    rng = random.Random(3)
    say = lambda i: caption(base[i], rng, full=True)
    e0 = torch.nn.functional.normalize(embed(pipe, [Image.fromarray(test[i]) for i in rows]), dim=1)
    runs = [
        ("variation, noise 0", rows, rows, 0, False),
        ("prompt only (noise 999)", rows, rows[::-1], 999, True),
        ("variation, noise 500", half, half, 500, False),
        ("variation, noise 999 (should be chance)", half, half, 999, False),
        ("variation of the other drawing, noise 0", np.array([noto[c] for c in sorted(noto)]), None, 0, False),
    ]
    for name, truth, given, level, said in runs:
        given = truth if given is None else given
        t0 = time.time()
        out = to_tensor(generate(pipe, [Image.fromarray(test[i]) for i in given], [say(i) if said else "" for i in truth], level, args.guidance))
        figures[name] = read(judge, out, base[truth])
        figures[name]["seconds_per_picture_in_batches"] = round((time.time() - t0) / len(truth), 2)
        if name == "variation, noise 0":
            e1 = torch.nn.functional.normalize(embed(pipe, [to_pil(p) for p in out]), dim=1)
            figures[name]["clip_cosine_to_input"] = round((e0 * e1).sum(1).mean().item(), 3)
            figures[name]["mean_shift_of_object"] = round((centre(out) - centre(tensor(rows))).norm(dim=1).mean().item(), 3)
            with torch.no_grad():
                got = judge(judging.to_judge(out))["concept"].argmax(1).tolist()
            figures[name]["missed"] = sorted(f"{CONCEPTS[base[i, 0]]} -> {CONCEPTS[g]}" for i, g in zip(rows, got) if g != base[i, 0])
        print(name, figures[name], flush=True)
        (samples / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")
    # two variations of one input: how far apart, next to variations of another thing on the same ground
    pick = rows[:48]
    pairs = to_tensor(generate(pipe, [Image.fromarray(test[i]) for i in np.repeat(pick, 2)], [""] * 2 * len(pick), 0, args.guidance, seed=77))
    a, b = pairs[::2], pairs[1::2]
    far = [(a[i] - b[j]).abs().mean() for i in range(len(pick)) for j in range(len(pick)) if base[pick[i], 3] == base[pick[j], 3] and base[pick[i], 0] != base[pick[j], 0]]
    near, far = (a - b).abs().mean().item(), torch.stack(far).mean().item()
    figures["diversity"] = {
        "mean absolute difference of two variations": round(near, 3),
        "the same between things on one ground": round(far, 3),
        "ratio": round(near / far, 3),
        "shift between two variations": round((centre(a) - centre(b)).norm(dim=1).mean().item(), 3),
    }
    # half one thing, half another: sheets of four
    mix = rng.sample(range(len(flat)), len(flat)) if args.mixes >= len(flat) else rng.sample(range(len(flat)), args.mixes)
    one = np.array([flat[sorted(flat)[i]] for i in mix])
    two = np.roll(one, 1)
    e = embed(pipe, [Image.fromarray(test[i]) for i in one])
    e = halfway(e, e.roll(1, 0), torch.full((len(e), 1), 0.5))
    out = to_tensor(generate(pipe, None, [""] * 4 * len(one), 0, args.guidance, embeds=e.repeat_interleave(4, 0), seed=7))
    with torch.no_grad():
        got = judge(judging.to_judge(out))["concept"].argmax(1).numpy()
    colours = [has_colour(out, torch.stack([main_colour(p) for p in tensor(i)]).repeat_interleave(4, 0)) for i in (one, two)]
    in_sheet = [c.view(-1, 4).any(1) for c in colours]
    a, b = (base[i, 0].repeat(4) for i in (one, two))
    figures["half-and-half mix"] = {
        "judged as one of the two": round(float(((got == a) | (got == b)).mean()), 3),
        "main colours of both in one picture": round((colours[0] & colours[1]).float().mean().item(), 3),
        "main colours of both in a sheet of four": round((in_sheet[0] & in_sheet[1]).float().mean().item(), 3),
        "pictures": len(got),
    }
    if (model / "prior").exists():
        e = imagine(model, pipe, [say(i) for i in half])
        out = to_tensor(generate(pipe, None, [""] * len(half), 0, args.guidance, embeds=e))
        figures["prompt -> prior -> picture"] = read(judge, out, base[half])
    figures["chance"] = {"concept_top1": round(1 / len(CONCEPTS), 3), "concept_top5": round(5 / len(CONCEPTS), 3), "ground": round(1 / len(GROUND_NAMES), 3)}
    figures["settings"] = {"guidance_scale": args.guidance, "steps": 20, "scheduler": "DDIM", "seeds": "one per batch of 16"}
    (samples / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
