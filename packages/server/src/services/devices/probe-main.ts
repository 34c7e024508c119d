import { isDeviceName } from './device.js';
import { testDevice } from './self-test.js';

/** The program of a process that tests one device, so that a driver which crashes takes nothing else along. */
const [, , name = '', deviceId] = process.argv;
if (!isDeviceName(name) || process.send === undefined) {
  throw new Error('Internal error: devices are tested by a process that forks this one');
}
const verdict = await testDevice(name, undefined, deviceId === undefined ? undefined : Number(deviceId));
process.send(verdict, undefined, undefined, () => process.disconnect());
