import type { Checkpoint } from '@unclip-studio/nodes-unclip';
import { createOrtSessions } from '@unclip-studio/server';

/** What the text model of a checkpoint makes of the first ids of its vocabulary. */
export async function encodeText(checkpoint: Checkpoint): Promise<Float32Array> {
  const sessions = createOrtSessions();
  const ids = BigInt64Array.from({ length: checkpoint.text.config.maxPositionEmbeddings }, (_, i) => BigInt(i));
  try {
    const feeds = { input_ids: { dtype: 'int64', dims: [1, ids.length], data: ids } } as const;
    const { last_hidden_state: states } = await sessions.run(checkpoint.text.request(), feeds);
    if (states === undefined) throw new Error('the text model gave no states');
    return states.data as Float32Array;
  } finally {
    await sessions.close();
  }
}
