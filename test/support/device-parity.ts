import { chooseDevice } from '@unclip-studio/server';
import { compareDevice } from './compare-device.js';

// device-parity DEVICE: prints a DeviceParity as JSON. A process of its own: what chooses the driver is read when the runtime
// is loaded.

console.log(JSON.stringify(await compareDevice(await chooseDevice(process.argv[2] ?? ''))));
