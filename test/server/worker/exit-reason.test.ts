import { classifyExit } from '@unclip-studio/server';
import { expect, test } from 'vitest';

const silent = { code: null, signal: null, lastWords: '', killedFor: undefined };

test('a signal is a crash, and SIGKILL may have been the system short of memory', () => {
  expect(classifyExit({ ...silent, signal: 'SIGSEGV' })).toEqual({ reason: 'crashed', detail: 'signal SIGSEGV' });
  expect(classifyExit({ ...silent, signal: 'SIGKILL' })).toEqual({
    reason: 'crashed',
    detail: 'signal SIGKILL; the system may have run out of memory',
  });
});

test('a full JavaScript heap is distinguished from other aborts by the last output', () => {
  const lastWords =
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n ----- Native stack';

  expect(classifyExit({ ...silent, signal: 'SIGABRT', lastWords }).reason).toBe('out-of-memory');
  expect(classifyExit({ ...silent, code: 134, lastWords }).reason).toBe('out-of-memory');
  expect(classifyExit({ ...silent, signal: 'SIGABRT', lastWords: 'terminate called' }).reason).toBe('crashed');
});

test('our own kill is a timeout, whatever the signal', () => {
  expect(classifyExit({ ...silent, signal: 'SIGTERM', killedFor: 'silent for 30 s' })).toEqual({
    reason: 'timeout',
    detail: 'silent for 30 s',
  });
});

test('an exit code is an exit', () => {
  expect(classifyExit({ ...silent, code: 7 })).toEqual({ reason: 'exited', detail: 'exit code 7' });
});

test('a device that was lost is neither a crash nor a timeout', () => {
  expect(classifyExit({ ...silent, signal: 'SIGKILL', lostDevice: 'webgpu was lost (reset)' })).toEqual({
    reason: 'device-lost',
    detail: 'webgpu was lost (reset)',
  });
});
