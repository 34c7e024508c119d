import { checkMessages } from '@unclip-studio/graph-core';
import { NODE_MESSAGES, unclipNodes } from '@unclip-studio/nodes-unclip';

// Behind `npm run messages`: missing texts of nodes in each language, and unused ones.

for (const [language, load] of Object.entries(NODE_MESSAGES)) {
  const messages = await load();
  const { missing, unused } = checkMessages(unclipNodes, messages);
  console.log(`${language}: ${Object.keys(messages).length} texts, ${missing.length} missing, ${unused.length} unused`);
  for (const key of missing) console.log(`  missing ${key}`);
  for (const key of unused) console.log(`  unused  ${key}`);
  if (missing.length + unused.length > 0) process.exitCode = 1;
}
