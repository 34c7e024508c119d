import type { NodeMessages } from '@unclip-studio/graph-core';

/** The languages of node texts. Each is loaded on demand. */
export const NODE_MESSAGES = {
  de: async () => (await import('./de.js')).de,
  ja: async () => (await import('./ja.js')).ja,
  'zh-CN': async () => (await import('./zh-CN.js')).zhCn,
} as const satisfies Readonly<Record<string, () => Promise<NodeMessages>>>;
