import type { NodeDefinition } from '@unclip-studio/graph-core';
import { queries } from '../api/queries.js';
import { definitionOf } from '../catalog/definitions.js';
import type { FarImage } from '../rete/far-view.js';
import type { EditorSession } from '../session/session.js';

// Cards of the far view are small, and a grid has no more cells.
const MAX_PER_CARD = 9;
const MAX_KEPT = 600;

const imageParams = new WeakMap<NodeDefinition, string | undefined>();

/** The images of cards that are painted and not drawn as elements, as small as their thumbnails. */
export class FarImages {
  readonly #session: EditorSession;
  readonly #onLoaded: () => void;
  /** By address; the ones used last come last. An image that is still on its way is not complete. */
  readonly #images = new Map<string, HTMLImageElement>();
  readonly #asked = new Set<string>();
  /** Half-done images, by node. */
  readonly #previews = new Map<string, { readonly image: Blob; bitmap?: ImageBitmap }>();

  constructor(session: EditorSession, onLoaded: () => void) {
    this.#session = session;
    this.#onLoaded = onLoaded;
  }

  /** What a node made or draws now, or the image that it loads, as far as it is there; the rest is fetched. */
  imagesOf(node: string): readonly FarImage[] {
    const { runState, store, api, previews } = this.#session;
    const id = store.runId(node);
    const { outputs, state } = runState.get(id);
    const image = previews.latest(id);
    if (image !== undefined && (outputs.length === 0 || state === 'running')) return this.#preview(id, image);
    const urls =
      outputs.length > 0
        ? outputs.slice(0, MAX_PER_CARD).map((output) => api.outputThumbnailUrl(output))
        : this.#urlOfParam(node);
    return urls.flatMap((url) => this.#image(url) ?? []);
  }

  #preview(node: string, image: Blob): readonly FarImage[] {
    const known = this.#previews.get(node);
    if (known?.image !== image) {
      // The one before is shown until this one is decoded.
      const next: { readonly image: Blob; bitmap?: ImageBitmap } = {
        image,
        ...(known?.bitmap && { bitmap: known.bitmap }),
      };
      this.#previews.set(node, next);
      createImageBitmap(image).then(
        (bitmap) => {
          next.bitmap = bitmap;
          this.#onLoaded();
        },
        () => undefined,
      );
    }
    const bitmap = this.#previews.get(node)?.bitmap;
    return bitmap === undefined ? [] : [{ source: bitmap, width: bitmap.width, height: bitmap.height }];
  }

  #urlOfParam(node: string): readonly string[] {
    const { store, catalog, api } = this.#session;
    const { nodes } = store.document;
    const definition = definitionOf(catalog, nodes, node);
    const param = definition && imageParamOf(definition);
    const reference = param === undefined ? undefined : nodes[node]?.params?.[param];
    if (typeof reference !== 'string' || reference === '') return [];
    const query = queries.storedImage(api, reference);
    const known = api.cache.getQueryData(query.queryKey);
    if (known !== undefined) return known === null ? [] : [known.thumbnailUrl];
    if (!this.#asked.has(reference)) {
      this.#asked.add(reference);
      // A card in full view says what is wrong with it.
      void api.cache.fetchQuery(query).then(this.#onLoaded, () => undefined);
    }
    return [];
  }

  #image(url: string): FarImage | undefined {
    const known = this.#images.get(url);
    const image = known ?? this.#load(url);
    this.#images.delete(url);
    this.#images.set(url, image);
    if (this.#images.size > MAX_KEPT) this.#images.delete(this.#images.keys().next().value ?? '');
    const { complete, naturalWidth: width, naturalHeight: height } = image;
    return complete && width > 0 ? { source: image, width, height } : undefined;
  }

  #load(url: string): HTMLImageElement {
    const image = new Image();
    image.src = url;
    // Decoded beforehand, as a frame of a pan has no time for it.
    image.decode().then(this.#onLoaded, () => undefined);
    return image;
  }
}

function imageParamOf(definition: NodeDefinition): string | undefined {
  if (!imageParams.has(definition)) {
    imageParams.set(definition, Object.entries(definition.params).find(([, { kind }]) => kind === 'image')?.[0]);
  }
  return imageParams.get(definition);
}
