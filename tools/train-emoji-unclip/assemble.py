"""Stage 7: put the trained parts together as one stock diffusers folder.

The folder loads with StableUnCLIPImg2ImgPipeline.from_pretrained.  Beside the pipeline's own parts it holds
prior/, prior_text_encoder/ and prior_scheduler/ (the image-to-image pipeline ignores them) and
latent_preview.json (a linear latent-to-RGB matrix)."""
from __future__ import annotations

import argparse
import json
import pathlib
import shutil

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    DDPMScheduler,
    PriorTransformer,
    StableUnCLIPImg2ImgPipeline,
    UnCLIPScheduler,
    UNet2DConditionModel,
)
from diffusers.pipelines.stable_diffusion.stable_unclip_image_normalizer import StableUnCLIPImageNormalizer
from transformers import CLIPImageProcessor, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer, CLIPVisionModelWithProjection

from train_clip import SEEN, load_clip
from train_vae import to_input


def copy(target: torch.nn.Module, source: dict[str, torch.Tensor]) -> torch.nn.Module:
    """Load weights whose names agree up to a leading 'text_model.' or 'vision_model.'."""
    bare = lambda k: k.removeprefix("text_model.").removeprefix("vision_model.")
    have = {bare(k): v for k, v in source.items()}
    target.load_state_dict({k: have[bare(k)] for k in target.state_dict()})
    return target.eval()


@torch.no_grad()
def preview_matrix(vae: AutoencoderKL, pictures: np.ndarray) -> dict:
    """Least squares from scaled latents to the picture averaged over each latent's pixels, RGB in 0..1."""
    x = torch.cat([to_input(pictures[i : i + 25]) for i in range(0, len(pictures), 25)])
    z = torch.cat([vae.encode(b).latent_dist.mode() for b in x.split(25)]) * vae.config.scaling_factor
    n = z.shape[1]
    rgb = F.avg_pool2d(x / 2 + 0.5, x.shape[2] // z.shape[2])
    a = torch.cat([z.permute(0, 2, 3, 1).reshape(-1, n), torch.ones(z.numel() // n, 1)], 1).double()
    y = rgb.permute(0, 2, 3, 1).reshape(-1, 3).double()
    w = torch.linalg.lstsq(a, y).solution
    return {
        "note": "rgb (0..1) = latent . matrix + bias; latents as in the UNet (multiplied by scaling_factor)",
        "matrix": [[round(v, 5) for v in row] for row in w[:n].tolist()],
        "bias": [round(v, 5) for v in w[n].tolist()],
        "r2": round(1 - ((y - a @ w).var() / y.var()).item(), 4),
    }


def main() -> None:
    ap = argparse.ArgumentParser()
    ap.add_argument("--work", default="work")
    ap.add_argument("--out", default="model")
    ap.add_argument("--dtype", choices=["fp16", "fp32"], default="fp16")
    args = ap.parse_args()
    work, out = pathlib.Path(args.work), pathlib.Path(args.out)
    if out.exists():
        shutil.rmtree(out)
    dtype = torch.float16 if args.dtype == "fp16" else torch.float32
    tok = CLIPTokenizer.from_pretrained(work / "tokenizer")
    clip = load_clip(str(work / "clip"))
    text = {**clip.text_model.state_dict(), "text_projection.weight": clip.text_projection.weight}
    vision = {**clip.vision_model.state_dict(), "visual_projection.weight": clip.visual_projection.weight}
    normalizer = StableUnCLIPImageNormalizer(embedding_dim=clip.config.projection_dim)
    stats = torch.load(work / "normalizer.pt")
    with torch.no_grad():
        normalizer.mean.copy_(stats["mean"])
        normalizer.std.copy_(stats["std"])
    vae = AutoencoderKL.from_pretrained(work / "vae").eval()
    preview = preview_matrix(vae, np.load(work / "pool.npy", mmap_mode="r")[:500])
    pipe = StableUnCLIPImg2ImgPipeline(
        feature_extractor=CLIPImageProcessor(size={"shortest_edge": SEEN}, crop_size={"height": SEEN, "width": SEEN}),
        image_encoder=copy(CLIPVisionModelWithProjection(clip.config.vision_config), vision).to(dtype),
        image_normalizer=normalizer.to(torch.device("cpu"), dtype),
        image_noising_scheduler=DDPMScheduler(1000, beta_schedule="squaredcos_cap_v2"),
        tokenizer=tok,
        text_encoder=copy(CLIPTextModel(clip.config.text_config), text).to(dtype),
        unet=UNet2DConditionModel.from_pretrained(work / "unet").eval().to(dtype),
        scheduler=DDIMScheduler(
            1000,
            beta_start=0.00085,
            beta_end=0.012,
            beta_schedule="scaled_linear",
            clip_sample=False,
            set_alpha_to_one=False,
            steps_offset=1,
            prediction_type="v_prediction",
        ),
        vae=vae.to(dtype),
    )
    pipe.save_pretrained(out)
    # save_pretrained writes the tokenizer in the newer one-file form; keep the classic files too.
    for p in (work / "tokenizer").iterdir():
        shutil.copy(p, out / "tokenizer" / p.name)
    copy(CLIPTextModelWithProjection(clip.config.text_config), text).to(dtype).save_pretrained(out / "prior_text_encoder")
    if (work / "prior").exists():
        PriorTransformer.from_pretrained(work / "prior").to(dtype).save_pretrained(out / "prior")
        scheduler = dict(variance_type="fixed_small_log", num_train_timesteps=1000, clip_sample=True, clip_sample_range=5.0)
        UnCLIPScheduler(**scheduler, prediction_type="sample", beta_schedule="squaredcos_cap_v2").save_pretrained(out / "prior_scheduler")
    (out / "latent_preview.json").write_text(json.dumps(preview, indent=2) + "\n")
    for f in out.rglob("config.json"):
        c = json.loads(f.read_text())
        c.pop("_name_or_path", None)  # the folder a part was loaded from is nobody's business
        if "dtype" in c:
            c["dtype"] = "float32"  # so that the folder loads without a dtype too, all parts alike
        f.write_text(json.dumps(c, indent=2) + "\n")
    total = 0
    for f in sorted(out.rglob("*.safetensors")):
        total += f.stat().st_size
        print(f"{f.stat().st_size / 1e6:7.2f} MB  {f.relative_to(out)}")
    print(f"{total / 1e6:7.2f} MB  all weights; preview r2 {preview['r2']}")


if __name__ == "__main__":
    main()
