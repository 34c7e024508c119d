"""Tiny random checkpoints of plain Stable Diffusion, and what diffusers draws with them: test/fixtures/plain-sd.

    python3 tools/reference/plain_sd.py                 # from the repository's root
    npx tsx test/parity/make-subset.ts --pack           # the one file is stored in test/golden/one-file-checkpoints.pack

    tiny-sd1    like Stable Diffusion 1.x: quick_gelu text, 1x1 convolutions around attention, epsilon, PNDM, a safety checker's
                folder that nobody needs, pad "<|endoftext|>"
    tiny-sd2    like Stable Diffusion 2.x: gelu text, linear layers around attention, v_prediction, DDIM, pad "!"
    one-file/tiny-sd1.safetensors + one-file/tiny-sd1/    the same weights as tiny-sd1 under LDM names, configs beside them
    NAME.safetensors    pictures of StableDiffusionPipeline (text_latent, text_image) and StableDiffusionImg2ImgPipeline
                        (picture_latent, picture_image; with DDIM) and the words and numbers they were asked with, as metadata

Needs diffusers 0.42.1, transformers 5.23, torch 2.13 and Pillow, on the CPU, float32; the weights are stored as float16.
"""
import json
import os
import re
import shutil

import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionImg2ImgPipeline, StableDiffusionPipeline, UNet2DConditionModel
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel

OUT = "test/fixtures/plain-sd"
with open(f"{OUT}/tiny-sd1/tokenizer/merges.txt", encoding="utf-8") as merges_file:
    MERGES = [line for line in merges_file.read().split("\n") if line and not line.startswith("#")]
PICTURE = "workflows/images/red-heart.png"
SIDE = 32
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000,
         "set_alpha_to_one": False, "steps_offset": 1, "clip_sample": False}
KINDS = {
    "tiny-sd1": dict(seed=11, act="quick_gelu", linear=False, heads=4, pad="<|endoftext|>", epsilon=True, text=24, scaling=None,
                     scheduler={"_class_name": "PNDMScheduler", "skip_prk_steps": True, **BETAS}),
    "tiny-sd2": dict(seed=12, act="gelu", linear=True, heads=[2, 4], pad="!", epsilon=False, text=32, scaling=0.25,
                     scheduler={"_class_name": "DDIMScheduler", "prediction_type": "v_prediction", **BETAS}),
}
ASKED = {"prompt": "a red heart", "negative": "blue", "steps": 5, "guidance": 4.0, "seed": 7, "strength": 0.6}


def dump(path, value):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
        file.write("\n")


def random_weights(module, seed):
    """Gaussians scaled by what flows in, and no bias or norm that could be forgotten unseen; rounded to float16."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in sorted(module.named_parameters()):
            noise = torch.randn(parameter.shape, generator=generator)
            if parameter.ndim == 1:
                value = (1 if name.endswith("weight") else 0) + 0.15 * noise
            elif "token_embedding" in name or "position_embedding" in name:
                value = 0.5 * noise
            else:
                value = noise / parameter[0].numel() ** 0.5
            parameter.copy_(value.half().float())
    return module.eval()


def write_tokenizer(folder, pad):
    """The merges of the fixtures as they are, which were learnt from captions of painted shapes."""
    merges = MERGES
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = [chr(byte) for byte in printable] + [chr(256 + i) for i in range(256 - len(printable))]
    tokens = letters + [letter + "</w>" for letter in letters] + [merge.replace(" ", "") for merge in merges]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    dump(f"{folder}/vocab.json", {token: i for i, token in enumerate(tokens)})
    with open(f"{folder}/merges.txt", "w", encoding="utf-8") as file:
        file.write("#version: 0.2\n" + "\n".join(merges) + "\n")
    marks = {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>", "pad_token": pad}
    dump(f"{folder}/special_tokens_map.json", marks)
    dump(f"{folder}/tokenizer_config.json", {"model_max_length": 77, "tokenizer_class": "CLIPTokenizer", **marks})
    return len(tokens)


def save_half(path):
    save_file({key: value.half() for key, value in load_file(path).items()}, path, metadata={"format": "pt"})


def write_checkpoint(name, kind):
    folder = f"{OUT}/{name}"
    shutil.rmtree(folder, ignore_errors=True)
    vocab = write_tokenizer(f"{folder}/tokenizer", kind["pad"])
    text = random_weights(CLIPTextModel(CLIPTextConfig(
        vocab_size=vocab, hidden_size=kind["text"], intermediate_size=2 * kind["text"], num_hidden_layers=2, num_attention_heads=4,
        hidden_act=kind["act"], max_position_embeddings=77, bos_token_id=0, eos_token_id=2, pad_token_id=1)), kind["seed"])
    text.save_pretrained(f"{folder}/text_encoder")
    path = f"{folder}/text_encoder/model.safetensors"
    # The name that all published files carry.
    tensors = {key if key.startswith("text_model.") else f"text_model.{key}": value for key, value in load_file(path).items()}
    save_file(tensors, path, metadata={"format": "pt"})
    save_half(path)
    random_weights(UNet2DConditionModel(
        sample_size=SIDE // 2, block_out_channels=(8, 16), layers_per_block=1, attention_head_dim=kind["heads"], norm_num_groups=4,
        cross_attention_dim=kind["text"], use_linear_projection=kind["linear"],
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
    ), kind["seed"] + 1).save_pretrained(f"{folder}/unet")
    random_weights(AutoencoderKL(
        block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=4, latent_channels=4,
        down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
        **({"scaling_factor": kind["scaling"]} if kind["scaling"] else {}),
    ), kind["seed"] + 2).save_pretrained(f"{folder}/vae")
    for part in ("unet", "vae"):
        save_half(f"{folder}/{part}/diffusion_pytorch_model.safetensors")
    # The published configs are older than most keys; what they leave out has to be known.
    for part, keys in (("vae", r"^(force_upcast|latents_|mid_block_add|shift_factor|use_)"), ("unet", r"^(class_|time_|resnet_|encoder_)")):
        path = f"{folder}/{part}/config.json"
        config = json.load(open(path, encoding="utf-8"))
        dump(path, {key: value for key, value in config.items()
                    if not re.match(keys, key) and (key != "scaling_factor" or kind["scaling"])})
    dump(f"{folder}/scheduler/scheduler_config.json", kind["scheduler"])
    index = {"_class_name": "StableDiffusionPipeline", "scheduler": ["diffusers", kind["scheduler"]["_class_name"]],
             "text_encoder": ["transformers", "CLIPTextModel"], "tokenizer": ["transformers", "CLIPTokenizer"],
             "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
             "feature_extractor": [None, None], "safety_checker": [None, None], "requires_safety_checker": False}
    dump(f"{folder}/model_index.json", index)
    return folder


RESNET = {"norm1": "in_layers.0", "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1", "norm2": "out_layers.0",
          "conv2": "out_layers.3", "conv_shortcut": "skip_connection"}


def ldm_unet_name(name):
    """Two levels of one layer: input blocks 0 conv_in, 1 level 0, 2 its downsampler, 3 level 1; output blocks 0 1 level 1, 2 3."""
    for ours, theirs in (("time_embedding.linear_1", "time_embed.0"), ("time_embedding.linear_2", "time_embed.2"),
                         ("conv_in", "input_blocks.0.0"), ("conv_norm_out", "out.0"), ("conv_out", "out.2"),
                         ("down_blocks.0.downsamplers.0.conv", "input_blocks.2.0.op"),
                         ("up_blocks.0.upsamplers.0.conv", "output_blocks.1.1.conv")):
        if name.startswith(ours + "."):
            return theirs + name[len(ours):]
    place, part = name.split(".resnets.") if ".resnets." in name else name.split(".attentions.")
    layer, rest = part.split(".", 1)
    block = int(layer)
    if ".resnets." in name:
        head = rest.split(".")[0]
        rest = RESNET[head] + rest[len(head):]
    index = 0 if ".resnets." in name else 1
    if place == "mid_block":
        return f"middle_block.{2 * block if index == 0 else 1}.{rest}"
    level = int(place.split(".")[1])
    number = 1 + 2 * level if place.startswith("down") else 2 * level + block
    return f"{'input' if place.startswith('down') else 'output'}_blocks.{number}.{index}.{rest}"


def ldm_vae_name(name):
    for pattern, theirs in ((r"encoder\.down_blocks\.(\d)\.resnets\.(\d)\.", r"encoder.down.\1.block.\2."),
                            (r"encoder\.down_blocks\.(\d)\.downsamplers\.0\.", r"encoder.down.\1.downsample."),
                            (r"mid_block\.resnets\.0\.", "mid.block_1."), (r"mid_block\.resnets\.1\.", "mid.block_2."),
                            (r"attentions\.0\.group_norm", "mid.attn_1.norm"), (r"attentions\.0\.to_out\.0", "mid.attn_1.proj_out"),
                            (r"attentions\.0\.to_", "mid.attn_1."), (r"mid_block\.mid\.", "mid."),
                            (r"conv_shortcut", "nin_shortcut"), (r"conv_norm_out", "norm_out")):
        name = re.sub(pattern, theirs, name)
    up = lambda found: f"decoder.up.{1 - int(found[1])}."
    name = re.sub(r"decoder\.up_blocks\.(\d)\.", up, name)
    return name.replace(".resnets.", ".block.").replace(".upsamplers.0.", ".upsample.")


def write_one_file(folder):
    out = f"{OUT}/one-file"
    shutil.rmtree(out, ignore_errors=True)
    name = os.path.basename(folder)
    tensors = {}
    for key, value in load_file(f"{folder}/unet/diffusion_pytorch_model.safetensors").items():
        tensors["model.diffusion_model." + ldm_unet_name(key)] = value
    for key, value in load_file(f"{folder}/vae/diffusion_pytorch_model.safetensors").items():
        is_attention = re.search(r"attentions\.0\.to_.*weight$", key)
        tensors["first_stage_model." + ldm_vae_name(key)] = value[:, :, None, None].clone() if is_attention else value
    for key, value in load_file(f"{folder}/text_encoder/model.safetensors").items():
        tensors["cond_stage_model.transformer." + key] = value
    tensors["cond_stage_model.transformer.text_model.embeddings.position_ids"] = torch.arange(77)[None]
    # What training leaves in such files.
    tensors["betas"] = torch.linspace(0, 1, 4)
    os.makedirs(out)
    save_file(tensors, f"{out}/{name}.safetensors", metadata={"format": "pt"})
    for part in ("unet", "vae", "text_encoder"):
        os.makedirs(f"{out}/{name}/{part}")
        shutil.copy(f"{folder}/{part}/config.json", f"{out}/{name}/{part}/config.json")
    for part in ("tokenizer", "scheduler"):
        shutil.copytree(f"{folder}/{part}", f"{out}/{name}/{part}")


def draw(folder):
    asked = dict(prompt=ASKED["prompt"], negative_prompt=ASKED["negative"], num_inference_steps=ASKED["steps"],
                 guidance_scale=ASKED["guidance"])
    drawn = {}
    text = StableDiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32)
    # Of PNDM diffusers doubles the second timestep before it leaves the first ones out, which asks about wrong ones.
    ddim = DDIMScheduler.from_config(text.scheduler.config)
    picture = StableDiffusionImg2ImgPipeline(**{**text.components, "scheduler": ddim}, requires_safety_checker=False)
    image = Image.open(PICTURE).convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    image.save(f"{OUT}/picture.png")
    for pipe, key, more in ((text, "text", {}), (picture, "picture", {"image": image, "strength": ASKED["strength"]})):
        pipe.set_progress_bar_config(disable=True)
        for kind in ("latent", "image"):
            generator = torch.Generator().manual_seed(ASKED["seed"])
            result = pipe(**asked, **more, generator=generator, output_type="latent" if kind == "latent" else "pt").images
            drawn[f"{key}_{kind}"] = result.float().contiguous()
    save_file(drawn, f"{folder}.safetensors", metadata={key: str(value) for key, value in ASKED.items()})


for name, kind in KINDS.items():
    where = write_checkpoint(name, kind)
    draw(where)
    if name == "tiny-sd1":
        write_one_file(where)
