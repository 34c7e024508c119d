import { importComfyUi } from '@unclip-studio/comfyui';
import { expect, test } from 'vitest';
import { UNCLIP_EXAMPLE, uiFile } from './ui-file.js';

/** The prompt that a page with this text in its CLIPTextEncode becomes, and what is said of it. */
function promptOf(text: string) {
  const page = uiFile({ ...UNCLIP_EXAMPLE, '6': { ...UNCLIP_EXAMPLE['6'], type: 'CLIPTextEncode', widgets: [text] } });
  const { workflow, report } = importComfyUi(JSON.stringify(page));
  const words = report.nodes.find(({ id }) => id === '6')?.words;
  return { prompt: workflow.nodes['prompt_6']?.params?.['prompt'], words };
}

// As processDynamicPrompt of ComfyUI's page does, with the first of each choice.
test.each([
  ['a /* note */ b // rest\nc', 'a  b \nc'],
  ['a /* b // c */ d', 'a  d'],
  ['a // b /* c\nd */', 'a \nd */'],
  ['a /* b', 'a /* b'],
  ['{red|blue} {one}', 'red one'],
  ['{a {b|c}|d} e', 'a b e'],
  ['{|a}b', 'b'],
  ['{a|b', 'a'],
  ['a|b}', 'a|b}'],
  ['\\{a\\|b\\} {c\\}|d}', '{a|b} c}'],
  ['ends with \\', 'ends with \\'],
])('the page would send %j as %j', (text, sent) => {
  expect(promptOf(text).prompt).toBe(sent);
});

test('a choice is reported, a text without one is not, nor an embedding, which is read as ComfyUI does', () => {
  expect(promptOf('a lake').words).toBe('');
  expect(promptOf('{a|b} of {c|d}').words).toBe(
    'Of 2 choices such as {a|b} ComfyUI draws one at each run; the first is set here.',
  );
  expect(promptOf('a (embedding:badhand:1.2)').words).toBe('');
});

test('an API prompt, which the page has already sent, is used unchanged', () => {
  const { workflow } = importComfyUi(
    JSON.stringify({ '6': { class_type: 'CLIPTextEncode', inputs: { text: '{a|b} // c' } } }),
  );

  expect(workflow.nodes['prompt_6']?.params?.['prompt']).toBe('{a|b} // c');
});

test('the time it takes grows only with the length', () => {
  const before = process.cpuUsage();
  for (const part of ['/*', '//', '{', '{a|', '\\', '/']) promptOf(part.repeat(200_000));

  // Of the processor, in microseconds; with the square of the length it would be minutes.
  expect(process.cpuUsage(before).user).toBeLessThan(8_000_000);
});
