"""Empties the GPU code of a library that is not for some architectures, so that it compresses well; no offset changes.

usage: prune_fatbin.py LIBRARY OUT ARCHITECTURES    (architectures as in 90 for Hopper, with commas between them)

CUDA keeps code in sections of fat binaries: a header (magic, version, size of the header, size of all entries), then entries with
a header of their own (kind, attributes, size of the header, size of the code, ..., architecture).
"""
import re
import struct
import subprocess
import sys

MAGIC = 0xBA55ED50
ENTRY_KINDS = (1, 2, 4, 8, 16)
# Containers without code for it hold kernels for special architectures only.
COMMON_ARCHITECTURE = 80


def sections(path):
    """Offset and size of each section of fat binaries."""
    listing = subprocess.run(["readelf", "-SW", path], capture_output=True, text=True, check=True).stdout
    for line in listing.splitlines():
        found = re.search(r"\]\s+(\.nv_fatbin\S*)\s+\S+\s+\S+\s+(\S+)\s+(\S+)", line)
        if found:
            yield int(found[2], 16), int(found[3], 16)


def entries(data, start, end):
    """(offset of the code, its size, architecture) of each entry of one container."""
    while start + 64 <= end:
        kind, _, header, size = struct.unpack_from("<HHIQ", data, start)
        if kind not in ENTRY_KINDS or not 32 <= header <= 4096:
            return
        yield start + header, size, struct.unpack_from("<I", data, start + 28)[0]
        start += header + size


def main(source, target, kept):
    data = bytearray(open(source, "rb").read())
    for start, size in sections(source):
        at, end = start, start + size
        while at + 16 <= end:
            magic, _, header, length = struct.unpack_from("<IHHQ", data, at)
            if magic != MAGIC:
                at += 8
                continue
            found = list(entries(data, at + header, at + header + length))
            is_common = any(architecture == COMMON_ARCHITECTURE for _, _, architecture in found)
            for code, code_size, architecture in found:
                if architecture not in kept or not is_common:
                    data[code : code + code_size] = bytes(code_size)
            at += header + length
    open(target, "wb").write(data)


main(sys.argv[1], sys.argv[2], [int(text) for text in sys.argv[3].split(",")])
