"""Stage 1: paints the pool once.  WORK/pool.npy (train), WORK/test.npy (never trained on), uint8 [n, 96, 96, 3],
and WORK/pool_base.npy, WORK/test_base.npy: [n, 4] concept, style, object colour, ground.  The last pictures of the
pool are calm ones of the boldest things (no mirror, little tilt, near the middle).  WORK/targets.npy has the rows of what
the UNet is to draw: flat drawings of what it is taught.  Deterministic."""
from __future__ import annotations

import argparse
import pathlib
import random
from multiprocessing import Pool

import numpy as np
from PIL import Image

from data import SIDE, TAUGHT, Painter

painter = None


def start(folder: str) -> None:
    global painter
    painter = Painter(folder)


def part(job: tuple[int, int, bool]) -> tuple[np.ndarray, np.ndarray]:
    seed, n, calm = job
    rng = random.Random(seed)
    pictures, bases = np.empty((n, SIDE, SIDE, 3), np.uint8), np.empty((n, 4), np.int16)
    for i in range(n):
        bases[i] = painter.base(rng, calm)
        picture = painter.paint(tuple(bases[i].tolist()), rng, calm=calm)
        pictures[i] = np.array(picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS))
    return pictures, bases


def main() -> None:
    ap = argparse.ArgumentParser()
    ap.add_argument("--work", default="work")
    ap.add_argument("--pictures", type=int, default=18000)
    ap.add_argument("--test", type=int, default=800)
    ap.add_argument("--calm", type=int, default=3000, help="images for the UNet to draw, added to the pool's end")
    ap.add_argument("--only-calm", action="store_true", help="add these to a pool that has none")
    ap.add_argument("--processes", type=int, default=2)
    args = ap.parse_args()
    work = pathlib.Path(args.work)
    with Pool(args.processes, start, (str(work / "drawings"),)) as pool:

        def paint(n: int, seed: int, calm: bool = False):
            parts = pool.map(part, [(seed + i, min(200, n - i), calm) for i in range(0, n, 200)], chunksize=1)
            return np.concatenate([p for p, _ in parts]), np.concatenate([b for _, b in parts])

        if args.only_calm:
            pictures, bases = np.load(work / "pool.npy"), np.load(work / "pool_base.npy")
        else:
            pictures, bases = paint(args.test, 9_000_000)
            np.save(work / "test.npy", pictures)
            np.save(work / "test_base.npy", bases)
            pictures, bases = paint(args.pictures, 1_000_000)
        more, more_bases = paint(args.calm, 5_000_000, True)
        pictures, bases = np.concatenate([pictures, more]), np.concatenate([bases, more_bases])
        np.save(work / "pool.npy", pictures)
        np.save(work / "pool_base.npy", bases)
        np.save(work / "targets.npy", np.flatnonzero((bases[:, 1] == 0) & np.isin(bases[:, 0], TAUGHT)))


if __name__ == "__main__":
    main()
