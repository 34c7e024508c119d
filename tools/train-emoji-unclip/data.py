"""Scenes: one drawing on a plain or softly graded background, painted at 128 x 128 and kept at 96 x 96, and their captions.

An image is (concept, style, object colour, background colour) plus augmentation: place, size, tilt, mirror,
small changes of hue and brightness, grading of the background.  `base` below numbers the first four;
two images of the same base are two views of one scene."""
from __future__ import annotations

import json
import pathlib
import random

import numpy as np
from PIL import Image

PAINTED, SIDE = 128, 96
HERE = pathlib.Path(__file__).resolve().parent
CONCEPTS = [name for name, _ in json.loads((HERE / "concepts.json").read_text())]


def indices_of(names: str) -> list[int]:
    return [CONCEPTS.index(name) for name in names.replace("\n", " ").split(", ")]


# What the pool holds calm pictures of, too (see Painter.paint): the boldest.
CALM = indices_of("""a red apple, a green apple, a pear, an orange, a lemon, a strawberry, a tomato, a doughnut,
a cat, a fox, a bear, a panda, a pig, a frog, a penguin, a chick, a smiling face, a cool face with sunglasses, an alien, a ghost,
a pumpkin, a rocket, a car, a star, a heart, a balloon, a tulip, a fir tree""")
# What the UNet is taught: these, and those that the image encoder tells apart best on pictures of the pool.
TAUGHT = sorted(CALM + indices_of("""grapes, an avocado, corn, broccoli, a mushroom, a hamburger, french fries, a cupcake, an ice cream,
a cup of coffee, a dog, a koala, a cow, an owl, a bee, a ladybird, a whale, a fish, a duck, a face with heart eyes, a sailboat,
a flying saucer, a house, a rainbow, a cloud, a fire, a globe, a trophy, an alarm clock, a camera, a football, a basketball"""))
STYLES = ["flat", "noto"]
STYLE_WORDS = ["flat", "shaded"]
STYLE_SHARE = [0.64, 0.36]
GROUNDS = {
    "white": (250, 250, 250), "grey": (158, 160, 164), "black": (28, 28, 34), "red": (206, 62, 62),
    "orange": (244, 150, 62), "yellow": (250, 220, 100), "green": (98, 178, 92), "turquoise": (72, 196, 188),
    "light blue": (166, 214, 248), "blue": (62, 104, 204), "purple": (142, 92, 190), "pink": (250, 172, 204),
    "brown": (132, 92, 64), "beige": (240, 222, 190),
}
GROUND_NAMES = list(GROUNDS)
# Drawings that also come in other colours: the pixels near the drawing's main hue are turned to another hue.
COLOURS = {"own": None, "red": 2, "orange": 28, "yellow": 50, "green": 130, "blue": 215, "purple": 272, "pink": 325}
COLOUR_NAMES = list(COLOURS)
RECOLOUR = {CONCEPTS.index(c) for c in ("a car", "a heart", "a balloon", "a t-shirt", "an umbrella", "a tulip")}


def load_drawings(folder: str | pathlib.Path) -> dict[tuple[int, int], Image.Image]:
    """(style, concept) -> RGBA drawing cut to its outline and set in a square."""
    out = {}
    for s, style in enumerate(STYLES):
        for c in range(len(CONCEPTS)):
            im = Image.open(pathlib.Path(folder) / f"{style}-{c:03d}.png").convert("RGBA")
            im = im.crop(im.getchannel("A").point(lambda v: 255 * (v > 8)).getbbox())
            side = max(im.size)
            square = Image.new("RGBA", (side, side), (0, 0, 0, 0))
            square.paste(im, ((side - im.width) // 2, (side - im.height) // 2))
            out[s, c] = square
    return out


def main_hue(hsv: np.ndarray, alpha: np.ndarray) -> float:
    weight = (alpha > 128) * hsv[..., 1].astype(float) * hsv[..., 2]
    votes = np.bincount((hsv[..., 0].astype(int) // 8).ravel(), weight.ravel(), minlength=32)
    return float(votes.argmax() * 8 + 4)


def turn_hue(im: Image.Image, degrees: float) -> Image.Image:
    """Turns the pixels near the drawing's main hue to the given hue."""
    alpha = im.getchannel("A")
    hsv = np.array(im.convert("RGB").convert("HSV"))
    base = main_hue(hsv, np.array(alpha))
    off = (hsv[..., 0].astype(float) - base + 128) % 256 - 128
    near = np.abs(off) < 28
    new = (degrees / 360 * 256 + off * 0.6) % 256
    hsv[..., 0] = np.where(near, new, hsv[..., 0]).astype(np.uint8)
    rgb = Image.fromarray(hsv, "HSV").convert("RGB")
    rgb.putalpha(alpha)
    return rgb


def edge_colour(im: Image.Image) -> np.ndarray:
    """Mean colour of the drawing's pixels next to its outline."""
    small = np.array(im.resize((64, 64), Image.Resampling.BOX)).astype(float)
    a = small[..., 3] > 128
    pad = np.pad(a, 1)
    inner = pad[1:-1, 1:-1] & pad[:-2, 1:-1] & pad[2:, 1:-1] & pad[1:-1, :-2] & pad[1:-1, 2:]
    return small[..., :3][a & ~inner].mean(0)


class Painter:
    def __init__(self, folder: str | pathlib.Path):
        self.plain = load_drawings(folder)
        self.drawings = {(s, c, 0): im for (s, c), im in self.plain.items()}
        for s in range(len(STYLES)):
            for c in sorted(RECOLOUR):
                for k in range(1, len(COLOUR_NAMES)):
                    self.drawings[s, c, k] = turn_hue(self.plain[s, c], COLOURS[COLOUR_NAMES[k]])
        self.edges = {k: edge_colour(im) for k, im in self.drawings.items()}

    def base(self, rng: random.Random, calm: bool = False) -> tuple[int, int, int, int]:
        weights = self.__dict__.setdefault("_weights", [2.2 if c in RECOLOUR else 1.0 for c in range(len(CONCEPTS))])
        concept = rng.choice(CALM) if calm else rng.choices(range(len(CONCEPTS)), weights)[0]
        style = 0 if calm else rng.choices([0, 1], STYLE_SHARE)[0]
        colour = rng.randrange(1, len(COLOUR_NAMES)) if concept in RECOLOUR and rng.random() < 0.7 else 0
        while True:
            ground = rng.randrange(len(GROUND_NAMES))
            far = np.abs(np.array(GROUNDS[GROUND_NAMES[ground]]) - self.edges[style, concept, colour]).sum()
            if far > 110 or rng.random() < 0.06:  # seldom something nearly invisible
                return concept, style, colour, ground

    def paint(self, base: tuple[int, int, int, int], rng: random.Random, side: int = PAINTED, calm: bool = False) -> Image.Image:
        concept, style, colour, ground = base
        rgb = np.array(GROUNDS[GROUND_NAMES[ground]], float) + [rng.uniform(-7, 7) for _ in range(3)]
        canvas = np.empty((side, side, 3))
        canvas[:] = rgb
        if rng.random() < 0.4:  # soft grading
            dx, dy = rng.uniform(-1, 1), rng.uniform(-1, 1)
            y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
            canvas += ((dx * x + dy * y) * rng.uniform(6, 20))[..., None]
        picture = Image.fromarray(canvas.clip(0, 255).astype(np.uint8))
        im = self.drawings[style, concept, colour]
        if not calm and rng.random() < 0.5:
            im = im.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        tilt = rng.uniform(-14, 14) if rng.random() < 0.75 else 0.0
        if calm:
            tilt *= 0.35
        if tilt:
            im = im.rotate(tilt, Image.Resampling.BICUBIC, expand=True)
            im = im.crop(im.getchannel("A").point(lambda v: 255 * (v > 8)).getbbox())
        size = (rng.uniform(0.76, 0.92) if calm else rng.uniform(0.6, 0.94)) * side
        w, h = im.size
        k = size / max(w, h)
        w, h = max(1, round(w * k)), max(1, round(h * k))
        im = im.resize((w, h), Image.Resampling.LANCZOS)
        rgb = np.array(im.convert("RGB").convert("HSV")).astype(float)
        rgb[..., 0] = (rgb[..., 0] + rng.uniform(-5, 5)) % 256
        rgb[..., 1] = (rgb[..., 1] * rng.uniform(0.9, 1.08)).clip(0, 255)
        rgb[..., 2] = (rgb[..., 2] * rng.uniform(0.9, 1.06)).clip(0, 255)
        tinted = Image.fromarray(rgb.astype(np.uint8), "HSV").convert("RGB")
        m = round(0.02 * side)
        x, y = rng.randint(m, max(m, side - w - m)), rng.randint(m, max(m, side - h - m))
        if calm:  # not far from the middle
            x, y = (round((v + (side - u) / 2) / 2) for v, u in ((x, w), (y, h)))
        picture.paste(tinted, (x, y), im.getchannel("A"))
        return picture


def caption(base, rng: random.Random, full: bool = False) -> str:
    concept, style, colour, ground = (int(v) for v in base)
    name = CONCEPTS[concept]
    if colour:
        words = name.split()
        name = f"{'an' if COLOUR_NAMES[colour][0] == 'o' else 'a'} {COLOUR_NAMES[colour]} {' '.join(words[1:])}"
    u = rng.random()
    if u < 0.3:
        text = f"a drawing of {name}"
    elif u < 0.6:
        text = f"a {STYLE_WORDS[style]} drawing of {name}"
    elif u < 0.75:
        text = f"a picture of {name}"
    else:
        text = name
    g = GROUND_NAMES[ground]
    article = "an" if g[0] == "o" else "a"
    if full or rng.random() < 0.75:
        text += f" on {article} {g} background" if rng.random() < 0.7 else f" on {g}"
    return text
