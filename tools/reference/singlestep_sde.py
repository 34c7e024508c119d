"""Prints what test/nodes-unclip/schedulers/singlestep-sde.test.ts compares with: python tools/reference/singlestep_sde.py"""

import json

import torch
from diffusers import DPMSolverSinglestepScheduler

CONFIG = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "algorithm_type": "sde-dpmsolver++",
}


def run(steps: int, **settings):
    scheduler = DPMSolverSinglestepScheduler(**CONFIG, **settings)
    scheduler.set_timesteps(steps)
    generator = torch.Generator().manual_seed(11)
    sample = torch.randn(1, 1, 2, 3, generator=generator) * scheduler.init_noise_sigma
    for timestep in scheduler.timesteps:
        # Any function of the sample does; this one is simple and no fixed point.
        output = 0.7 * sample.flip(-1) - 0.2 * sample
        sample = scheduler.step(output, timestep, sample, generator=generator).prev_sample
    return {"steps": steps, "settings": settings, "timesteps": scheduler.timesteps.tolist(), "sample": sample.flatten().tolist()}


print(json.dumps([
    run(5, prediction_type="v_prediction"),
    run(8, prediction_type="v_prediction", use_karras_sigmas=True),
    run(9, prediction_type="epsilon", solver_order=3),
    run(6, prediction_type="epsilon", solver_type="heun"),
]))
