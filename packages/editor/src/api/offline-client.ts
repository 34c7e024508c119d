import type { ServerClient } from '@unclip-studio/client';
import type { NodeDefinition } from '@unclip-studio/graph-core';
import { texts } from '../messages/texts.js';
import { type ApiClient, createServerApi, type ImageStore, type StoredImage } from './client.js';
import { createQueryClient } from './queries.js';

/** Used without a server: the node types of the build, and images kept only in this page. */
export async function createOfflineClient(server: ServerClient): Promise<ApiClient> {
  const { definitions } = await import('virtual:offline-catalogue');
  return {
    ...createServerApi(server),
    cache: createQueryClient(),
    isOnline: false,
    definitions: () => Promise.resolve({ nodes: definitions as readonly NodeDefinition[] }),
    checkpoints: (model) => Promise.resolve(model === undefined ? [{ name: 'emoji-unclip' }] : []),
    images: createPageImages(),
    outputUrl: () => '',
    outputThumbnailUrl: () => '',
  };
}

const IMAGES = ['image/png', 'image/jpeg', 'image/webp'];

function createPageImages(): ImageStore {
  let images: readonly StoredImage[] = [];
  return {
    list: () => Promise.resolve(images),
    find: (reference) => Promise.resolve(images.find(({ name }) => name === reference)),
    upload(file) {
      if (!IMAGES.includes(file.type)) return Promise.reject(new Error(texts.param.notAnImage));
      const url = URL.createObjectURL(file);
      const image = { name: file.name, label: file.name, sha256: url, url, thumbnailUrl: url };
      images = [image, ...images.filter(({ name }) => name !== file.name)];
      return Promise.resolve(image);
    },
  };
}
