import { basename } from 'node:path';
import { compareDevice } from '../../../test/support/compare-device.js';
import type { Check } from '../check-table.js';
import { deviceWith, shortError, wayNamed, waysOn } from '../ways.js';

/** Every model of a small checkpoint in every way, against the CPU, and whether anything was left to the CPU. */
export const checkSmallModels: Check = async ({ device = '', checkpoint = '', ways }, report) => {
  for (const way of waysOn(device, ways)) {
    try {
      const on = deviceWith(device, wayNamed(way));
      const { stages, notices } = await compareDevice(on, { checkpoints: { [basename(checkpoint)]: checkpoint } });
      for (const { stage, difference, ms } of stages) {
        report({ device, way, model: stage, ofLargest: Number(difference.toPrecision(3)), ms: Number(ms.toFixed(1)) });
      }
      if (notices.length > 0) report({ device, way, notices });
    } catch (error) {
      report({ device, way, error: shortError(error) });
    }
  }
};
