"""Makes images that break a rule and that Pillow reads all the same, and what Pillow reads.

    pip install pillow==13.0.0
    python tools/reference/odd_pictures.py test/server/fixtures/odd-pictures

`expected.json` holds, by file name, the size and the sha256 of the RGB bytes as
`ImageOps.exif_transpose(Image.open(f)).convert('RGB').tobytes()` gives them (Pillow 13.0.0), or null where Pillow refuses
the file. Three JPEGs and a PNG that were given (`j0*.jpg`, `p15-*.png`) lie in the folder already and stay as they are.
"""
import hashlib
import io
import json
import struct
import sys
import zlib
from pathlib import Path

from PIL import Image, ImageOps, PngImagePlugin

FOLDER = Path(sys.argv[1])
PLAIN = (FOLDER / "j00-plain.jpg").read_bytes()
PIXELS = Image.open(FOLDER / "j00-plain.jpg").convert("RGB")
SMALL = PIXELS.resize((24, 18))


def write(name, data):
    (FOLDER / name).write_bytes(data)


def jpeg(picture=PIXELS, **options):
    file = io.BytesIO()
    picture.save(file, "jpeg", quality=60, **options)
    return file.getvalue()


def at(data, marker, start=2):
    """Where the segment of a marker begins."""
    while data[start + 1] != marker:
        start += 2 + struct.unpack(">H", data[start + 2 : start + 4])[0]
    return start


def put(data, place, extra):
    return data[:place] + extra + data[place:]


def replaced(data, place, extra):
    return data[:place] + extra + data[place + len(extra) :]


def segment(marker, content):
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def restarts(data):
    """Where the restart markers of the scan are."""
    scan = at(data, 0xDA)
    return [i for i in range(scan, len(data) - 1) if data[i] == 0xFF and 0xD0 <= data[i + 1] <= 0xD7]


def exif(orientation, order=">", kind=3):
    value = struct.pack(order + "HH", orientation, 0) if kind == 3 else struct.pack(order + "I", orientation)
    entry = struct.pack(order + "HHI", 0x0112, kind, 1) + value
    mark = b"MM" if order == ">" else b"II"
    return mark + struct.pack(order + "HIH", 42, 8, 1) + entry + struct.pack(order + "I", 0)


XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
)


def profile(tiff, name="exif"):
    data = b"Exif\0\0" + tiff
    text = data.hex()
    lines = "\n".join(text[i : i + 72] for i in range(0, len(text), 72))
    return f"\n{name}\n{len(data):8}\n{lines}\n"


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*before, behind=b""):
    file = io.BytesIO()
    SMALL.save(file, "png")
    data = file.getvalue()
    return data[:33] + b"".join(before) + data[33:-12] + behind + data[-12:]


def text(keyword, value, kind=b"tEXt"):
    value = value.encode("latin1")
    head = keyword.encode() + b"\0"
    if kind == b"zTXt":
        return chunk(kind, head + b"\0" + zlib.compress(value))
    if kind == b"iTXt":
        return chunk(kind, head + b"\1\0\0\0" + zlib.compress(value))
    return chunk(kind, head + value)


def jpegs():
    scan, tables = at(PLAIN, 0xDA), at(PLAIN, 0xDB)
    write("jfif-2.5.jpg", replaced(PLAIN, 11, b"\x02\x05"))
    write("jfif-0.0.jpg", replaced(PLAIN, 11, b"\x00\x00"))
    write("bytes-behind-jfif.jpg", put(PLAIN, at(PLAIN, 0xDB), b"\x01\x02\x03\x04"))
    write("bytes-before-scan.jpg", put(PLAIN, scan, b"Samsung"))
    write("bytes-everywhere.jpg", put(put(put(PLAIN, scan, b"\0" * 5), at(PLAIN, 0xC4), b"x"), tables, b"\x7f\0"))
    write("fill-bytes.jpg", put(put(PLAIN, scan, b"\xff" * 3), tables, b"\xff"))
    write("escaped-byte-between.jpg", put(PLAIN, tables, b"\xff\x00"))
    write("bytes-behind-end.jpg", PLAIN + b"SEFH\0\0" + bytes(range(200, 256)))
    write("bytes-before-end.jpg", put(PLAIN, len(PLAIN) - 2, b"\x12\x34\x56"))
    write("start-twice.jpg", put(PLAIN, 2, b"\xff\xd8"))
    write("scan-params-progressive.jpg", scan_params(jpeg(progressive=True)))
    write("restart-between.jpg", put(PLAIN, tables, b"\xff\xd3"))
    ordered = jpeg(restart_marker_blocks=4)
    places = restarts(ordered)
    write("restarts.jpg", ordered)
    write("restart-wrong.jpg", replaced(ordered, places[1] + 1, b"\xd6"))
    write("restart-one-ahead.jpg", replaced(ordered, places[2] + 1, bytes([ordered[places[2] + 1] + 1])))
    shifted = ordered
    for place in places:
        shifted = replaced(shifted, place + 1, bytes([0xD0 + (shifted[place + 1] - 0xD0 + 3) % 8]))
    write("restarts-from-3.jpg", shifted)
    write("restart-missing.jpg", ordered[: places[1]] + ordered[places[1] + 2 :])
    write("restarts-promised.jpg", put(PLAIN, scan, segment(0xDD, b"\0\x04")))
    write("adobe-transform-7.jpg", put(PLAIN, tables, segment(0xEE, b"Adobe\0\x64\0\0\0\0\x07")))
    write("scan-damaged.jpg", replaced(PLAIN, scan + 14 + 120, b"\x55\xaa\x00\x99"))
    write("scan-ends-early.jpg", PLAIN[: scan + 14 + 200] + b"\xff\xd9")
    write("cmyk-without-adobe.jpg", without_adobe(jpeg(SMALL.convert("CMYK"))))
    write("xmp-orientation.jpg", put(jpeg(SMALL), 20, segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP.encode())))
    write("exif-before-xmp.jpg", put(jpeg(SMALL, exif=b"Exif\0\0" + exif(3)), 20, segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP.encode())))
    write("refused-no-end.jpg", PLAIN[:-2])
    write("refused-cut.jpg", PLAIN[:-200])
    write("refused-no-scan.jpg", PLAIN[:scan] + b"\xff\xd9")
    write("zeros-for-end.jpg", PLAIN[:-2] + bytes(40))


def scan_params(data):
    """Spectral selection 0 to 0 in the last scan."""
    place = data.rindex(b"\xff\xda")
    length = struct.unpack(">H", data[place + 2 : place + 4])[0]
    return replaced(data, place + 2 + length - 3, b"\0\0\0")


def without_adobe(data):
    place = at(data, 0xEE)
    return data[:place] + data[place + 2 + struct.unpack(">H", data[place + 2 : place + 4])[0] :]


def pngs():
    write("profile-text.png", png(text("Raw profile type exif", profile(exif(6)))))
    write("profile-packed.png", png(text("Raw profile type exif", profile(exif(8, "<")), b"zTXt")))
    write("profile-unicode.png", png(text("Raw profile type exif", profile(exif(5)), b"iTXt")))
    write("profile-behind.png", png(behind=text("Raw profile type exif", profile(exif(3)), b"zTXt")))
    write("profile-app1.png", png(text("Raw profile type APP1", profile(exif(6), "generic profile"))))
    write("chunk-before.png", png(chunk(b"eXIf", exif(7))))
    write("chunk-behind.png", png(behind=chunk(b"eXIf", exif(6, "<"))))
    write("chunk-and-profile.png", png(text("Raw profile type exif", profile(exif(6))), behind=chunk(b"eXIf", exif(8))))
    write("chunk-with-prefix.png", png(chunk(b"eXIf", b"Exif\0\0" + exif(2))))
    write("chunk-long.png", png(chunk(b"eXIf", exif(4, "<", kind=4))))
    write("chunk-orientation-9.png", png(chunk(b"eXIf", exif(9))))
    write("xmp-orientation.png", png(text("XML:com.adobe.xmp", XMP, b"iTXt")))
    write("chunk-before-xmp.png", png(text("XML:com.adobe.xmp", XMP, b"iTXt"), behind=chunk(b"eXIf", exif(1))))


def png_ends():
    """A PNG that ends early, or whose checksums are wrong."""
    for name, interlaced in ("", 0), ("interlaced-", 1):
        data = flat_png(interlaced)
        # The end takes 12 bytes, a checksum 4, and zlib's own at the end of the pixels 4 more.
        for cut in 12, 5, 14, 18, 20:
            write(f"{name}cut-{cut}.png", data[:-cut])
        write(f"refused-{name}cut-22.png", data[:-22])
        write(f"refused-{name}cut-60.png", data[:-60])
    data = flat_png()
    write("bytes-for-end.png", data[:-12] + b"bytes of something else")
    write("zeros-for-end.png", data[:-12] + bytes(40))
    write("checksum-of-pixels.png", replaced(data, len(data) - 16, b"\0\0\0\0"))
    write("checksum-of-end.png", replaced(data, len(data) - 4, b"\0\0\0\0"))
    write("checksum-of-text-behind.png", data[:-12] + chunk(b"tEXt", b"Title\0x")[:-4] + bytes(4) + data[-12:])
    write("unknown-chunks.png", data[:33] + chunk(b"ABCD", b"x") + data[33:-12] + chunk(b"EFGH", b"y") + data[-12:])
    write("checksum-of-zlib-missing.png", flat_png(packed=lambda rows: zlib.compress(rows)[:-4]))
    write("rows-missing.png", flat_png(packed=lambda rows: zlib.compress(rows[:-80])))
    write("refused-pixels-row-cut.png", flat_png(packed=lambda rows: zlib.compress(rows[:-100])))
    write("rows-more.png", flat_png(packed=lambda rows: zlib.compress(rows + bytes(100))))
    write("refused-pixels-checksum.png", flat_png(packed=lambda rows: zlib.compress(rows)[:-4] + bytes(4)))
    write("refused-text-cut-behind.png", data[:-12] + chunk(b"tEXt", b"Title\0x" + bytes(50))[:-30])


def flat_png(interlaced=0, packed=zlib.compress):
    """Colours in rows without filters, in one chunk."""
    width, height = 13, 11
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    rows = b""
    for x0, y0, dx, dy in passes if interlaced else [(0, 0, 1, 1)]:
        for y in range(y0, height, dy):
            rows += b"\0" + b"".join(bytes([x * 19, y * 23, x * y]) for x in range(x0, width, dx))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed(rows)) + chunk(b"IEND", b"")


def read(path):
    try:
        with Image.open(path) as file:
            picture = ImageOps.exif_transpose(file).convert("RGB")
    except (OSError, SyntaxError):
        return None
    digest = hashlib.sha256(picture.tobytes()).hexdigest()
    return {"width": picture.width, "height": picture.height, "sha256": digest}


jpegs()
pngs()
png_ends()
webp = io.BytesIO()
SMALL.save(webp, "webp", lossless=True, xmp=XMP.encode())
write("xmp-orientation.webp", webp.getvalue())
expected = {path.name: read(path) for path in sorted(FOLDER.glob("*.*")) if path.suffix != ".json"}
(FOLDER / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
