import { defineNode } from 'unclip-studio/nodes';

const notify = defineNode({
  type: 'Notify',
  version: 1,
  title: 'Notify',
  description: 'Sends a message to a topic of ntfy.sh once the images are there.',
  keywords: ['notification', 'push', 'webhook', 'ntfy'],
  category: 'output',
  // It does something outside of the graph: it runs in every run, and gives nothing.
  sideEffects: true,
  inputs: { image: { type: 'image', help: 'The images to wait for; they are not sent.' } },
  outputs: {},
  params: {
    server: { kind: 'text', default: 'https://ntfy.sh', maxLength: 200, help: 'The address of the server.' },
    topic: { kind: 'text', default: '', maxLength: 64, help: 'The topic that your devices listen to.' },
    message: {
      kind: 'text',
      default: '{count} images are done.',
      maxLength: 500,
      help: '{count} and {size} are filled in.',
    },
  },
  async evaluate({ inputs, params }, { services }) {
    if (!/^[\w-]{1,64}$/.test(params.topic)) throw new Error('choose a topic of letters, digits, "-" and "_"');
    const [first] = inputs.image;
    const body = params.message
      .replaceAll('{count}', String(inputs.image.length))
      .replaceAll('{size}', first === undefined ? '' : `${first.width} x ${first.height}`);
    const { status, text } = await services.fetch(`${params.server}/${params.topic}`, { method: 'POST', body });
    if (status >= 300) throw new Error(`the server answered ${status}: ${text.slice(0, 200)}`);
    return {};
  },
});

export const nodes = [notify];
