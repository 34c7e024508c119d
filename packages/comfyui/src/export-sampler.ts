import type { WorkflowNode } from '@unclip-studio/graph-core';
import { plainNumber, textOf } from './comfy-graph.js';
import { INPAINT, type OriginNode } from './conversion.js';
import { keptAsKSampler, type SamplingRole, splitAmongParts } from './custom-sampling.js';
import { type ConditioningExport, NEGATIVE_INPUTS } from './export-conditioning.js';
import type { ExportGraph } from './export-graph.js';
import { isAlike, isLink, type Link, originsOf, samplerInputs, type Values } from './export-values.js';

/** Writes one of our samplers as the sampler, its latent and the nodes that configure it. */
export class SamplerExport {
  readonly #graph: ExportGraph;
  readonly #conditioning: ConditioningExport;

  constructor(graph: ExportGraph, conditioning: ConditioningExport) {
    this.#graph = graph;
    this.#conditioning = conditioning;
  }

  write(id: string, node: WorkflowNode): void {
    const { params = {} } = node;
    const origins = originsOf(node);
    const prompt = this.#graph.source(id, 'prompt');
    const isText = prompt?.node.type === 'TextEncode';
    const positive = isText
      ? this.#conditioning.writePrompt(prompt.id, prompt.node, 'positive')
      : this.#graph.link(id, 'prompt');
    const origin = origins['sampler'];
    const custom = keptAsKSampler(origins);
    const before = custom && origin ? { id: origin.id, class_type: custom.type, inputs: custom.values } : origin;
    const type = before?.class_type ?? (isAdvanced(params) ? 'KSamplerAdvanced' : 'KSampler');
    const said = samplerInputs(params, before, type);
    const lead = this.#throughInpaint(id, {
      positive: positive && this.#conditioning.writeImages(id, positive),
      ...this.#writeNegative(id, prompt, origins['guider'] ?? origin),
    });
    const links = {
      model: this.#graph.link(id, 'unet'),
      ...lead,
      latent_image: this.#writeLatent(id, node),
    };
    for (const name of ['laterPrompt', 'laterImage', 'generator']) {
      const isNeeded = name !== 'generator' || this.#graph.source(id, name)?.node.type === 'UNetSample';
      if (node.inputs?.[name] !== undefined && isNeeded)
        this.#graph.left[id] = `ComfyUI has no counterpart of its input ${name}.`;
    }
    if (plainNumber(params['onlyImage'] ?? 0) > 0) {
      this.#graph.left[id] = 'ComfyUI generates the whole batch: a KSampler has no counterpart of “only image”.';
    }
    if (type === 'KSampler' && isAdvanced(params)) {
      this.#graph.left[id] = 'A KSampler goes to the end and adds noise; create it again to get a KSamplerAdvanced.';
    }
    const own = custom && splitAmongParts(origins, said);
    if (own !== undefined) {
      this.#writeParts(id, node, { links, own });
      return;
    }
    const samplerId = this.#graph.writer.idOf(id, 'sampler', origin);
    const title = node.title ?? origin?.title;
    // What its parts cannot say it says itself.
    const kept = custom === undefined ? { origin, title: node.title } : { origin: undefined, title };
    this.#graph.writer.put(samplerId, { type, inputs: { ...said, ...links }, ...kept });
  }

  /** Additional inputs of a sampler are part of its prompts there. */
  #throughInpaint(id: string, lead: Lead): Lead {
    const map = this.#graph.source(id, 'map');
    if (map?.node.type !== INPAINT) return lead;
    const node = this.#graph.writer.idOf(map.id, 'node', originsOf(map.node)['node']);
    this.#graph.writer.lead(node, lead);
    return { positive: [node, 0], negative: [node, 1] };
  }

  /** A sampler configured by several nodes. */
  #writeParts(id: string, node: WorkflowNode, { links, own }: { readonly links: Values; readonly own: Split }): void {
    const origins = originsOf(node);
    const { model, positive, negative, latent_image } = links;
    const isPlain = origins['guider'] === undefined;
    const modelBefore = origins[isPlain ? 'sampler' : 'guider']?.inputs['model'];
    const put = (role: SamplingRole, inputs: Values): Link | undefined => {
      const origin = origins[role];
      const said = { ...inputs, ...own[role] };
      return (
        origin &&
        this.#graph.writer.putShared(id, role, { type: origin.class_type, origin, inputs: said, title: undefined })
      );
    };
    const isOfSame = isAlike(origins['sigmas']?.inputs['model'], modelBefore);
    const levels = put('sigmas', isOfSame && modelBefore !== undefined ? { model } : {});
    const half = put('high', { sigmas: levels }) ?? put('low', { sigmas: levels });
    const sigmas = half && origins['high'] === undefined ? [half[0], 1] : (half ?? levels);
    const isBasic = origins['guider']?.class_type === 'BasicGuider';
    const guided = put('guider', { model, ...(isBasic ? { conditioning: positive } : { positive, negative }) });
    const lead = isPlain ? { model, positive, negative } : { noise: put('noise', {}), guider: guided };
    const origin = origins['sampler'];
    this.#graph.writer.put(this.#graph.writer.idOf(id, 'sampler', origin), {
      ...{ type: origin?.class_type ?? 'SamplerCustom', origin, title: node.title },
      inputs: { ...lead, sampler: put('select', {}), sigmas, latent_image, ...own.sampler },
    });
  }

  /** The side to stay away from; what had no counterpart there is still linked, unless a prompt was written since. */
  #writeNegative(
    id: string,
    prompt: { readonly id: string; readonly node: WorkflowNode } | undefined,
    origin: OriginNode | undefined,
  ) {
    const before = origin?.inputs['negative'];
    if (prompt !== undefined && Object.hasOwn(NEGATIVE_INPUTS, prompt.node.type)) {
      return { negative: this.#conditioning.negativeOf(id, 'prompt') };
    }
    if (prompt?.node.type !== 'TextEncode') return isLink(before) ? {} : { negative: undefined };
    const known = originsOf(prompt.node)['negative'];
    if (known !== undefined || !isLink(before)) {
      const negative = this.#conditioning.writePrompt(prompt.id, prompt.node, 'negative');
      const isBehindOther = isLink(before) && before[0] !== known?.id && this.#graph.placeholders.has(before[0]);
      return isBehindOther ? {} : { negative };
    }
    const text = textOf(prompt.node.params?.['negativePrompt']);
    return text === '' ? {} : { negative: this.#conditioning.writePrompt(prompt.id, prompt.node, 'negative') };
  }

  #writeLatent(id: string, node: WorkflowNode): Link | undefined {
    const origins = originsOf(node);
    const { width = 0, height = 0, count = 1 } = node.params ?? {};
    const start = this.#graph.link(id, 'latent');
    if (node.inputs?.['latent'] === undefined) {
      const origin = origins['latent'];
      const repeats = plainNumber(origins['repeat']?.inputs['amount'] ?? 1);
      const batch = plainNumber(count) % repeats === 0 ? plainNumber(count) / repeats : plainNumber(count);
      // 0 is the size the model was trained for; the published checkpoints have 768.
      const inputs = { width: plainNumber(width) || 768, height: plainNumber(height) || 768, batch_size: batch };
      const empty = this.#graph.writer.putShared(id, 'latent', {
        type: 'EmptyLatentImage',
        origin,
        inputs,
        title: undefined,
      });
      return batch === plainNumber(count)
        ? empty
        : this.#writeRepeat(id, origins['repeat'], { samples: empty, amount: repeats });
    }
    if (start === undefined) return undefined;
    const mask = this.#graph.link(id, 'mask');
    const origin = origins['masked'];
    // An encoder that repairs values reports it itself.
    const source = this.#graph.source(id, 'latent');
    const mender = source && originsOf(source.node)['node'];
    const isSaid = mender?.class_type === 'VAEEncodeForInpaint' && isAlike(mender.inputs['mask'], mask);
    const masked =
      mask === undefined || isSaid || (origin === undefined && origins['inherited'] !== undefined)
        ? start
        : this.#graph.writer.putShared(id, 'masked', {
            ...{ type: 'SetLatentNoiseMask', origin, title: undefined },
            inputs: { samples: start, mask },
          });
    return plainNumber(count) === plainNumber(origins['repeat']?.inputs['amount'] ?? 1) &&
      origins['repeat'] === undefined
      ? masked
      : this.#writeRepeat(id, origins['repeat'], { samples: masked, amount: plainNumber(count) });
  }

  #writeRepeat(id: string, origin: OriginNode | undefined, inputs: Values): Link {
    return this.#graph.writer.putShared(id, 'repeat', {
      type: 'RepeatLatentBatch',
      origin,
      inputs,
      title: undefined,
    });
  }
}

type Lead = {
  readonly positive: Link | undefined;
  readonly negative?: Link | undefined;
};

type Split = NonNullable<ReturnType<typeof splitAmongParts>>;

/** Whether only a KSamplerAdvanced can say it. */
function isAdvanced({ stopAt, startAt, addNoise }: Values): boolean {
  return plainNumber(stopAt ?? 0) > 0 || plainNumber(startAt ?? 0) > 0 || addNoise === false;
}
