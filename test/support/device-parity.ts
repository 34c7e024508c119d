import { chooseDevice } from '@unclip-studio/server';
import { compareDevice } from './compare-device.js';

// device-parity DEVICE: prints a DeviceParity as JSON. A separate process: the variables that select the driver are
// read when the runtime is loaded.

console.log(JSON.stringify(await compareDevice(await chooseDevice(process.argv[2] ?? ''))));
