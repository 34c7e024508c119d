"""Makes a checkpoint of the size of stable-diffusion-2-1-unclip with random weights, as a stock diffusers folder in fp16.

usage: full_size_checkpoint.py OUTDIR [--unet-only]

Norms and biases are random too, so that no operation can be left out unnoticed; the gains keep activations near 1.
"""
import gzip
import json
import os
import sys

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPVisionConfig, CLIPVisionModelWithProjection

UNET = dict(
    sample_size=96, in_channels=4, out_channels=4, block_out_channels=(320, 640, 1280, 1280), layers_per_block=2,
    attention_head_dim=(5, 10, 20, 20), cross_attention_dim=1024, use_linear_projection=True,
    class_embed_type="projection", projection_class_embeddings_input_dim=2048,
    down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
    up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3)
VAE = dict(
    block_out_channels=(128, 256, 512, 512), layers_per_block=2, latent_channels=4, sample_size=768,
    down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4)
TEXT = dict(
    vocab_size=49408, hidden_size=1024, intermediate_size=4096, num_hidden_layers=23, num_attention_heads=16,
    hidden_act="gelu", projection_dim=512)
VISION = dict(
    hidden_size=1280, intermediate_size=5120, num_hidden_layers=32, num_attention_heads=16, image_size=224,
    patch_size=14, projection_dim=1024, hidden_act="gelu")
SCHEDULER = dict(
    _class_name="DDIMScheduler", beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False,
    num_train_timesteps=1000, prediction_type="v_prediction", set_alpha_to_one=False, steps_offset=1)
NOISING = dict(_class_name="DDPMScheduler", beta_schedule="squaredcos_cap_v2", num_train_timesteps=1000)
INDEX = dict(
    _class_name="StableUnCLIPImg2ImgPipeline",
    feature_extractor=["transformers", "CLIPImageProcessor"],
    image_encoder=["transformers", "CLIPVisionModelWithProjection"],
    image_normalizer=["stable_diffusion", "StableUnCLIPImageNormalizer"],
    image_noising_scheduler=["diffusers", "DDPMScheduler"],
    scheduler=["diffusers", "DDIMScheduler"], text_encoder=["transformers", "CLIPTextModel"],
    tokenizer=["transformers", "CLIPTokenizer"], unet=["diffusers", "UNet2DConditionModel"],
    vae=["diffusers", "AutoencoderKL"])
GAINS = (("unet", 0.9), ("vae", 0.9), ("text_encoder", 0.5), ("image_encoder", 0.5))


def write_json(path, value):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        json.dump(value, file)


def write_weights(out, part, model, stem, seed):
    """Fills the parameters one by one, so that the whole model is never in memory in float32."""
    gain = dict(GAINS)[part]
    generator = torch.Generator().manual_seed(seed)
    weights = {}
    for name, parameter in model.named_parameters():
        values = torch.randn(parameter.shape, generator=generator)
        if "norm" in name or "layrnorm" in name:
            values = 1 + 0.1 * values if name.endswith("weight") else 0.05 * values
        elif name.endswith("bias"):
            values *= 0.02
        elif parameter.ndim >= 2 and "embedding.weight" not in name:
            values *= gain / parameter[0].numel() ** 0.5
        else:
            values *= 0.1
        weights[name] = values.half()
    folder = f"{out}/{part}"
    os.makedirs(folder, exist_ok=True)
    save_file(weights, f"{folder}/{stem}.fp16.safetensors", metadata={"format": "pt"})
    if hasattr(model, "save_config"):
        model.save_config(folder)
    else:
        model.config.save_pretrained(folder)


def main(out, unet_only):
    with torch.device("meta"):
        unet = UNet2DConditionModel(**UNET)
    write_weights(out, "unet", unet, "diffusion_pytorch_model", 1)
    if unet_only:
        return
    with torch.device("meta"):
        vae = AutoencoderKL(**VAE)
        text = CLIPTextModel(CLIPTextConfig(**TEXT))
        vision = CLIPVisionModelWithProjection(CLIPVisionConfig(**VISION))
    write_weights(out, "vae", vae, "diffusion_pytorch_model", 2)
    write_weights(out, "text_encoder", text, "model", 3)
    write_weights(out, "image_encoder", vision, "model", 4)
    os.makedirs(f"{out}/image_normalizer", exist_ok=True)
    statistics = {"mean": torch.zeros(1, 1024).half(), "std": torch.ones(1, 1024).half()}
    save_file(statistics, f"{out}/image_normalizer/diffusion_pytorch_model.fp16.safetensors", metadata={"format": "pt"})
    write_json(f"{out}/image_normalizer/config.json",
               dict(_class_name="StableUnCLIPImageNormalizer", embedding_dim=1024))
    write_json(f"{out}/scheduler/scheduler_config.json", SCHEDULER)
    write_json(f"{out}/image_noising_scheduler/scheduler_config.json", NOISING)
    write_json(f"{out}/feature_extractor/preprocessor_config.json", dict(
        image_processor_type="CLIPImageProcessor", size={"shortest_edge": 224},
        crop_size={"height": 224, "width": 224}, do_resize=True, do_center_crop=True, do_rescale=True,
        do_normalize=True, do_convert_rgb=True, resample=3,
        image_mean=[0.48145466, 0.4578275, 0.40821073], image_std=[0.26862954, 0.26130258, 0.27577711]))
    write_tokenizer(f"{out}/tokenizer")
    write_json(f"{out}/model_index.json", INDEX)


def write_tokenizer(folder):
    """CLIP's own, made from the merges that come with the project."""
    here = os.path.dirname(os.path.abspath(__file__))
    with gzip.open(f"{here}/../../packages/server/assets/clip-tokenizer/merges.txt.gz", "rt") as file:
        merges = file.read()
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [chr(256 + i) for i in range(256 - len(printable))]
    letters = [chr(code) for code in printable] + others
    merged = ["".join(line.split()) for line in merges.splitlines()[1:] if line]
    tokens = letters + [letter + "</w>" for letter in letters] + merged + ["<|startoftext|>", "<|endoftext|>"]
    write_json(f"{folder}/vocab.json", {token: i for i, token in enumerate(tokens)})
    with open(f"{folder}/merges.txt", "w") as file:
        file.write(merges)
    special = lambda content: dict(content=content, lstrip=False, normalized=True, rstrip=False, single_word=False)
    write_json(f"{folder}/special_tokens_map.json", dict(
        bos_token=special("<|startoftext|>"), eos_token=special("<|endoftext|>"),
        unk_token=special("<|endoftext|>"), pad_token="!"))
    write_json(f"{folder}/tokenizer_config.json", dict(model_max_length=77, tokenizer_class="CLIPTokenizer"))


main(sys.argv[1], "--unet-only" in sys.argv)
