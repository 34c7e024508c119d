"""Tests of what makes training go on: states, shipped weights, the wrapper.  Tiny sizes.  usage: python test_training.py"""
from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import numpy as np
import torch
from transformers import CLIPConfig, CLIPModel

import encode
import keep
import tokenizer
import train_clip
import train_unet
import train_vae

HERE = pathlib.Path(__file__).resolve().parent


def call(main, *words: object) -> None:
    sys.argv = ["trainer", *map(str, words)]
    main()


class Trainers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """A work folder with 24 pictures of noise, and a "shipped" model with two tiny parts."""
        torch.set_num_threads(1)
        cls.folder = tempfile.TemporaryDirectory()
        cls.work, cls.shipped = pathlib.Path(cls.folder.name) / "work", pathlib.Path(cls.folder.name) / "model"
        cls.work.mkdir()
        rng = np.random.default_rng(0)
        base = np.stack([np.arange(24) % 8, np.arange(24) % 4 // 3, np.zeros(24), np.arange(24) % 14], 1).astype(np.int16)
        for name in ("pool", "test"):
            np.save(cls.work / f"{name}.npy", rng.integers(0, 255, (24, 32, 32, 3), dtype=np.uint8))
            np.save(cls.work / f"{name}_base.npy", base)
        np.save(cls.work / "targets.npy", np.flatnonzero(base[:, 1] == 0))
        tokenizer.build(cls.work / "tokenizer", 40)
        torch.manual_seed(0)
        train_vae.make([4, 8], 4, 32).save_pretrained(cls.shipped / "vae")
        tok = train_clip.load_tokenizer(str(cls.work))
        small = dict(hidden_size=16, intermediate_size=16, num_attention_heads=2, num_hidden_layers=1, projection_dim=128)
        clip = CLIPModel(CLIPConfig(
            text_config=dict(**small, vocab_size=len(tok), max_position_embeddings=32, bos_token_id=tok.bos_token_id, eos_token_id=tok.eos_token_id, pad_token_id=0),
            vision_config=dict(**small, image_size=48, patch_size=24), projection_dim=128))
        clip.save_pretrained(cls.shipped / "clip"), clip.save_pretrained(cls.work / "clip")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def both_ways(self, name: str, main, *more: object) -> dict:
        """From the shipped weights; on with the state; and, when that is gone, from the shipped weights again."""
        state, log = self.work / f"{name}_state.pt", self.work / f"{name}_log.txt"
        common = ["--work", self.work, "--init-from", self.shipped, "--threads", 1, *more]
        call(main, *common, "--steps", 2)
        self.assertIn("from weights, step 0;", log.read_text())
        first = torch.load(state)
        call(main, *common, "--steps", 3, "--lr", 0)
        self.assertIn("from state, step 2;", log.read_text())
        second = torch.load(state)
        self.assertEqual((first["step"], second["step"]), (2, 3))
        self.assertGreater(second["hours"], first["hours"])
        for k, v in first["model"].items():  # nothing was lost on the way: the rate was 0
            self.assertTrue(torch.equal(v, second["model"][k]), k)
        self.assertTrue(any(not torch.equal(v, second["average"][k]) for k, v in first["model"].items() if k in second["average"]))
        state.unlink()
        call(main, *common, "--steps", 1)
        self.assertEqual(log.read_text().count("from weights, step 0;"), 2)
        self.assertEqual(torch.load(state)["step"], 1)
        self.assertEqual(json.loads((self.work / f"{name}_state.json").read_text())["step"], 1)
        return first

    def test_1_the_vae_goes_on_from_its_state_or_from_shipped_weights(self):
        first = self.both_ways("vae", train_vae.main, "--batch", 2)
        self.assertEqual(first["config"]["block_out_channels"], [4, 8])
        before = torch.load(self.work / "vae_state.pt")["average"]
        keep.slim(self.work / "vae_state.pt", self.work / "slim.pt")
        slim = torch.load(self.work / "slim.pt")
        self.assertTrue(all(torch.equal(v, slim["model"][k]) for k, v in before.items()))
        self.assertLess((self.work / "slim.pt").stat().st_size, 0.7 * (self.work / "vae_state.pt").stat().st_size)
        call(train_vae.main, "--work", self.work, "--steps", 3, "--batch", 2, "--freeze-encoder", "--noise", 0.3)
        after = torch.load(self.work / "vae_state.pt")["average"]
        changed = {k.split(".")[0] for k in after if not torch.equal(before[k], after[k])}
        self.assertIn("decoder", changed)
        self.assertLessEqual(changed, {"decoder", "post_quant_conv"})

    def test_2_clip_goes_on_from_its_state_or_from_shipped_weights(self):
        self.both_ways("clip", train_clip.main, "--batch", 4)

    def test_3_the_unet_goes_on_from_its_state_or_from_shipped_weights(self):
        call(encode.main, "--work", self.work, "--threads", 1)
        self.assertEqual(np.load(self.work / "latents.npy").shape[1:], (4, 16, 16))
        train_unet.DIM = 16
        train_unet.make(4, 16, [16, 32], 4, 8).save_pretrained(self.shipped / "unet")
        unet = train_unet.make(4, 16, [16, 32], 4, 8)
        self.assertEqual(unet.config.cross_attention_dim, 16)
        self.assertEqual(unet.config.projection_class_embeddings_input_dim, 32)
        unet = unet.from_config({**unet.config, "projection_class_embeddings_input_dim": 256})
        unet.save_pretrained(self.shipped / "unet")
        self.both_ways("unet", train_unet.main, "--batch", 2)
        before = json.loads((self.work / "vae" / "config.json").read_text())["scaling_factor"]
        call(train_vae.main, "--work", self.work, "--steps", 5, "--batch", 2, "--freeze-encoder", "--through", 1.0)
        self.assertEqual(json.loads((self.work / "vae" / "config.json").read_text())["scaling_factor"], before)

    def test_4_a_linear_start_draws_better_than_the_mean_colour(self):
        y, x = np.mgrid[0:32, 0:32]
        pictures = np.stack([np.stack([x * 7 + i, y * 7, 255 * ((x - 16) ** 2 + (y - i) ** 2 < 60)], 2) for i in range(24)]).astype(np.uint8)
        vae = train_vae.make([8, 16, 32], 8, 32).eval()
        train_vae.begin_linear(vae, train_vae.to_input(pictures))
        noise = 10 * np.log10(255**2 / ((pictures - pictures.mean((1, 2), keepdims=True)) ** 2).mean())
        self.assertGreater(train_vae.psnr(vae, pictures), noise + 8)

    def test_5_more_latent_channels_draw_the_same_until_they_are_trained(self):
        torch.manual_seed(1)
        old = train_vae.make([8, 16, 32], 4, 32).eval()
        x = torch.rand(6, 3, 32, 32) * 2 - 1
        new = train_vae.widen(old, x, 6).eval()
        with torch.no_grad():
            z, more = old.encode(x).latent_dist, new.encode(x).latent_dist
            self.assertTrue(torch.allclose(more.mean[:, :4], z.mean, atol=1e-5))
            self.assertTrue(torch.allclose(new.decode(more.mean).sample, old.decode(z.mean).sample, atol=1e-5))
            spread = more.mean.std((0, 2, 3))
            self.assertTrue(torch.allclose(spread[4:], z.mean.std().expand(2), rtol=0.05), spread)

    def test_6_a_stopped_training_writes_its_state_first(self):
        words = [sys.executable, HERE / "train_vae.py", "--work", self.work, "--state", self.work / "own", "--init-from", self.shipped, "--minutes", 0, "--batch", 2]
        log = self.work / "vae_log.txt"
        log.unlink()
        p = subprocess.Popen([str(w) for w in words])
        try:
            while not log.exists() or "psnr at the start" not in log.read_text():
                self.assertIsNone(p.poll())
                time.sleep(0.05)
            p.send_signal(signal.SIGTERM)
            self.assertEqual(p.wait(60), 0)
        finally:
            p.kill()
        self.assertTrue((self.work / "own" / "vae_state.pt").exists())


class Wrapper(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.env = {**os.environ, "TRAIN_HOME": self.folder.name}
        self.sh("start", "sleep", "600")
        self.pid = int((pathlib.Path(self.folder.name) / "run" / "pid").read_text().split()[0])
        self.wait_for("S")

    def tearDown(self):
        self.sh("stop")
        self.assertFalse(pathlib.Path(f"/proc/{self.pid}/stat").exists())
        self.folder.cleanup()

    def sh(self, *words: str) -> str:
        return subprocess.run([HERE / "train.sh", *words], env=self.env, capture_output=True, text=True).stdout

    def state(self) -> str:
        return pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(") ", 1)[1][0]

    def wait_for(self, state: str) -> None:
        end = time.time() + 60
        while self.state() != state and time.time() < end:
            time.sleep(0.02)
        self.assertEqual(self.state(), state)

    def test_training_stands_still_while_a_command_runs_and_goes_on_after_it(self):
        wait = f"for i in $(seq 500); do [ $(cut -d' ' -f3 /proc/{self.pid}/stat) = T ] && echo still && break; sleep 0.02; done"
        self.assertEqual(self.sh("quiet", "sh", "-c", wait).strip(), "still")
        self.wait_for("S")
        done = subprocess.run([HERE / "train.sh", "quiet", "sh", "-c", "exit 7"], env=self.env)
        self.assertEqual(done.returncode, 7)
        self.wait_for("S")

    def test_it_goes_on_when_the_last_of_two_quiet_commands_is_killed(self):
        quiet = lambda: subprocess.Popen([HERE / "train.sh", "quiet", "sleep", "600"], env=self.env, start_new_session=True)
        one, two = quiet(), quiet()
        self.wait_for("T")
        for p, after in ((one, "T"), (two, "S")):
            os.killpg(p.pid, signal.SIGKILL)
            p.wait()
            self.wait_for(after)

    def test_what_is_started_while_something_is_quiet_waits_for_it(self):
        self.sh("stop")
        p = subprocess.Popen([HERE / "train.sh", "quiet", "sleep", "600"], env=self.env, start_new_session=True)
        lock = pathlib.Path(self.folder.name) / "run" / "quiet.lock"
        while subprocess.run(["flock", "-n", "-x", lock, "true"]).returncode == 0:
            time.sleep(0.02)
        mark = pathlib.Path(self.folder.name) / "mark"
        self.sh("start", "sh", "-c", f"touch {mark}; exec sleep 600")
        self.pid = int((pathlib.Path(self.folder.name) / "run" / "pid").read_text().split()[0])
        self.assertIn("sleep", " ".join(c.read_text() for c in pathlib.Path("/proc").glob(f"{p.pid}/cmdline")))
        self.assertFalse(mark.exists())
        os.killpg(p.pid, signal.SIGKILL)
        p.wait()
        end = time.time() + 60
        while not mark.exists() and time.time() < end:
            time.sleep(0.02)
        self.assertTrue(mark.exists())


if __name__ == "__main__":
    unittest.main()
