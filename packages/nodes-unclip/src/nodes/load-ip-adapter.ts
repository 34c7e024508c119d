import { defineNode } from '../define-node.js';

export const loadIpAdapter = defineNode({
  type: 'LoadIPAdapter',
  version: 1,
  title: 'Load IP-Adapter',
  description: 'Opens an IP-Adapter for Stable Diffusion 1.5, plain or plus, which uses images as a prompt.',
  keywords: ['ip-adapter', 'ipadapter', 'image prompt', 'reference image', 'style'],
  category: 'model',
  inputs: {},
  outputs: { adapter: { type: 'ip-adapter', help: 'The IP-Adapter, for IP-Adapter Encode.' } },
  params: {
    file: {
      kind: 'checkpoint',
      model: 'ip-adapter',
      default: '',
      help: 'The name of a file in models/ipadapter, such as ip-adapter_sd15 or ip-adapter-plus_sd15 of h94/IP-Adapter.',
    },
  },
  async evaluate({ params }, { services }) {
    return { adapter: await services.checkpoints.openModel('ip-adapter', params.file) };
  },
});
