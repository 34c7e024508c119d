"""Makes a picture of every kind that PNG, JPEG and WebP allow, and the pixels that diffusers' load_image gives for each.

    python tools/reference/pictures.py test/server/fixtures/pictures

Made with diffusers 0.42.1, Pillow 13.0.0, numpy 2.4.6. `expected.json` holds, by file name, the width, the height and
the RGB bytes (row by row, deflated, base64).
"""
import base64
import json
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from diffusers.utils import load_image
from PIL import Image, ImageCms

FOLDER = Path(sys.argv[1])
HEIGHT, WIDTH = 9, 13
RNG = np.random.default_rng(7)
Y, X = np.mgrid[0:HEIGHT, 0:WIDTH]


def save(name, picture, **options):
    picture.save(FOLDER / name, **options)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_png(name, colour_type, depth, raw, extra=b"", interlace=0):
    """Writes the kinds of PNG that Pillow reads but does not write."""
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour_type, 0, 0, interlace)
    chunks = chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
    (FOLDER / name).write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)


def unfiltered(rows):
    return b"".join(b"\0" + row for row in rows)


def packed(values, depth):
    """One row of less than 8 bits a pixel."""
    bits = "".join(f"{value:0{depth}b}" for value in values)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))


def adam7(pixels):
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    return b"".join(unfiltered(row.tobytes() for row in pixels[y::dy, x::dx]) for x, y, dx, dy in passes)


def exif(orientation):
    tags = Image.Exif()
    tags[274] = orientation
    return tags


def profile_with_red_and_blue_exchanged():
    """sRGB, but a reader that applies it swaps two channels, which cannot be overlooked."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (count,) = struct.unpack(">I", data[128:132])
    places = {bytes(data[132 + 12 * i : 136 + 12 * i]): 136 + 12 * i for i in range(count)}
    red, blue = places[b"rXYZ"], places[b"bXYZ"]
    data[red : red + 8], data[blue : blue + 8] = data[blue : blue + 8], data[red : red + 8]
    return bytes(data)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    pixels = np.stack([(X * 19 + Y * 5 * (i + 1)) % 256 for i in range(3)], -1).astype(np.uint8)
    pixels[2:5, 3:8] = [250, 10, 30]
    rgb = Image.fromarray(pixels)
    rgba = Image.fromarray(RNG.integers(0, 256, (HEIGHT, WIDTH, 4), dtype=np.uint8))
    palette = rgb.quantize(12)
    odd = rgb.resize((61, 43), Image.BICUBIC)

    save("rgb.png", rgb)
    save("rgba.png", rgba)
    save("gray.png", rgb.convert("L"))
    save("gray-alpha.png", rgba.convert("LA"))
    save("bilevel.png", rgb.convert("1"))
    save("palette.png", palette)
    save("palette-4-colours.png", rgb.quantize(4))
    save("palette-alpha.png", palette, transparency=bytes([0, 128, 255, 3, 200]))
    save("palette-colour-key.png", palette, transparency=2)
    save("rgb-colour-key.png", rgb, transparency=(250, 10, 30))
    save("gray-colour-key.png", rgb.convert("L"), transparency=19)
    for depth in (2, 4):
        gray = (X * 7 + Y * 3) % (1 << depth)
        write_png(f"gray-{depth}-bit.png", 0, depth, unfiltered(packed(row, depth) for row in gray))
    save("gray-16-bit.png", Image.fromarray((X * 3000 + Y * 1000 + 77).astype(np.uint16)))
    for name, colour_type, channels in (("rgb", 2, 3), ("rgba", 6, 4), ("gray-alpha", 4, 2)):
        wide = RNG.integers(0, 65536, (HEIGHT, WIDTH, channels)).astype(">u2")
        write_png(f"{name}-16-bit.png", colour_type, 16, unfiltered(row.tobytes() for row in wide))
    write_png("interlaced.png", 2, 8, adam7(pixels), interlace=1)
    gamma = chunk(b"gAMA", struct.pack(">I", 100000))
    write_png("gamma.png", 2, 8, unfiltered(row.tobytes() for row in pixels), extra=gamma)
    save("1x1.png", rgb.crop((4, 3, 5, 4)))
    save("1x3000.png", Image.fromarray(RNG.integers(0, 16, (3000, 1), dtype=np.uint8) * 16).convert("RGB").quantize(16))

    save("rgb.jpg", rgb, quality=90, subsampling=0)
    save("subsampled-422.jpg", rgb, quality=80, subsampling=1)
    save("subsampled-420.jpg", odd, quality=75, subsampling=2)
    save("progressive.jpg", rgb, quality=80, progressive=True)
    save("gray.jpg", rgb.convert("L"), quality=80)
    key = Image.fromarray(((X * 9 + Y * 4) % 200).astype(np.uint8))
    save("cmyk.jpg", Image.merge("CMYK", [*rgb.split(), key]), quality=95)

    save("lossy.webp", odd, quality=70)
    save("lossless.webp", rgb, lossless=True)
    save("alpha-lossy.webp", rgba, quality=80)
    save("alpha-lossless.webp", rgba, lossless=True, exact=True)

    profile = profile_with_red_and_blue_exchanged()
    save("profile.png", rgb, icc_profile=profile)
    save("profile.jpg", rgb, icc_profile=profile, quality=90)
    save("profile.webp", rgb, icc_profile=profile, lossless=True)

    # 9 is outside the table and has to change nothing.
    for orientation in range(1, 10):
        save(f"exif-{orientation}.jpg", rgb, exif=exif(orientation), quality=90, subsampling=0)
    save("exif-6.png", rgb, exif=exif(6))
    save("exif-6.webp", rgb, exif=exif(6), lossless=True)

    expected = {}
    for path in sorted(FOLDER.glob("*.*")):
        if path.suffix == ".json":
            continue
        picture = load_image(str(path))
        data = base64.b64encode(zlib.compress(np.asarray(picture).tobytes(), 9)).decode()
        expected[path.name] = {"width": picture.width, "height": picture.height, "rgb": data}
    (FOLDER / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


main()
