"""States of open-ended training: written every so often and at the end, found again at the next start.

A trainer asks ``Keeper.begin()`` where to go on: with its own state, else with the weights of a shipped model, else from
nothing.  SIGTERM, SIGINT and the time limit end the loop in good order, after one more state."""
from __future__ import annotations

import argparse
import json
import os
import pathlib
import signal
import time

import torch


def add_arguments(ap: argparse.ArgumentParser, minutes: float, threads: int = 1) -> None:
    ap.add_argument("--work", default="work")
    ap.add_argument("--state", default="", help="folder of the states; WORK by default")
    ap.add_argument("--init-from", default="", help="a diffusers folder whose weights to begin with where there is no state")
    ap.add_argument("--minutes", type=float, default=minutes, help="time limit; 0: until stopped")
    ap.add_argument("--steps", type=int, default=0, help="stop at this step, counted from the very beginning; 0: no limit")
    ap.add_argument("--every", type=float, default=20, help="minutes between two states")
    ap.add_argument("--decay-from", type=int, default=0, help="the step from which the learning rate falls, to nothing at --steps; 0: never")
    ap.add_argument("--cool", type=float, default=0.0, help="share of --minutes in which the learning rate falls to nothing; 0: never")
    ap.add_argument("--threads", type=int, default=threads)
    ap.add_argument("--device", default="cpu")


class Keeper:
    def __init__(self, args: argparse.Namespace, name: str):
        self.args, self.name = args, name
        self.folder = pathlib.Path(args.state or args.work)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path = self.folder / f"{name}_state.pt"
        self.start = self.saved = time.time()
        self.stopped = False
        self.hours = self.wall = 0.0
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def _stop(self, *_) -> None:
        self.stopped = True

    def begin(self) -> tuple[str, object]:
        """("state", the state), ("weights", a folder of the shipped model) or ("nothing", None)."""
        if self.path.exists():
            state = torch.load(self.path, map_location="cpu")
            self.hours, self.wall = state.get("hours", 0.0), state.get("wall", 0.0)
            return "state", state
        if self.args.init_from and (pathlib.Path(self.args.init_from) / self.name / "config.json").exists():
            return "weights", f"{self.args.init_from}/{self.name}"
        return "nothing", None

    def spent(self) -> float:
        """Hours of processor time in all, of this and earlier runs: what scraps of a shared machine added up to."""
        return self.hours + time.process_time() / 3600

    def go_on(self, step: int) -> bool:
        limit = self.args.minutes and time.time() - self.start > 60 * self.args.minutes
        return not (self.stopped or limit or (self.args.steps and step >= self.args.steps))

    def rate(self, step: int, warm_from: int, warm: int) -> float:
        """The factor of the learning rate: a warm start after each start, a fall at the end if one is asked for."""
        up = min(1.0, (step - warm_from + 1) / warm)
        a, b = self.args.decay_from, self.args.steps
        down = max(0.0, (b - step) / (b - a)) if a and step > a else 1.0
        if self.args.cool and self.args.minutes:
            left = 1 - (time.time() - self.start) / (60 * self.args.minutes)
            down = min(down, max(0.0, left / self.args.cool))
        return up * down

    def due(self) -> bool:
        return time.time() - self.saved > 60 * self.args.every

    def save(self, state: dict) -> None:
        wall = self.wall + (time.time() - self.start) / 3600
        state = {**state, "hours": self.spent(), "wall": wall, "arguments": vars(self.args)}
        torch.save(state, f"{self.path}.tmp")
        os.replace(f"{self.path}.tmp", self.path)
        facts = {"step": state["step"], "cpu_hours": round(state["hours"], 3), "wall_hours": round(wall, 3), "written": time.strftime("%Y-%m-%d %H:%M:%S")}
        (self.folder / f"{self.name}_state.json").write_text(json.dumps({**facts, "arguments": state["arguments"]}, indent=1) + "\n")
        self.saved = time.time()


def halves(values) -> object:
    """Half the size on disk: weights as float16."""
    if isinstance(values, dict):
        return {k: halves(v) for k, v in values.items()}
    if isinstance(values, (list, tuple)):
        return [halves(v) for v in values]
    return values.detach().cpu().half() if torch.is_tensor(values) and values.is_floating_point() else values


def plain(config) -> dict:
    """A diffusers config without where it was loaded from."""
    return {k: v for k, v in json.loads(json.dumps(dict(config), default=str)).items() if not k.startswith("_")}


def slim(path: str, out: str) -> None:
    """A state of the averaged weights alone, half as large: what to carry to another machine."""
    state = torch.load(path, map_location="cpu")
    state["model"] = {k: state["average"].get(k, v) for k, v in state["model"].items()}  # the same storage: saved once
    torch.save(state, out)


if __name__ == "__main__":
    import sys

    slim(*sys.argv[1:])
