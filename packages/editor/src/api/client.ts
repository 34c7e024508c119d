import type { QueryClient } from '@tanstack/react-query';
import type { ServerClient } from '@unclip-studio/client';
import type { NodeDefinition, NodePackage, Workflow } from '@unclip-studio/graph-core';
import type { OutputRecord } from '@unclip-studio/protocol';
import { createGalleryApi } from './gallery.js';
import { createGrantsApi } from './grants.js';
import { createLibrary } from './library.js';
import { createModelsApi } from './models.js';
import { createRunsApi } from './runs.js';

/** An image the server keeps for use in workflows. */
export interface StoredImage {
  /** What a param of kind `image` holds: the file's name, or its hash where names do not suffice. */
  readonly name: string;
  readonly label: string;
  readonly sha256: string;
  readonly widthPx?: number;
  readonly heightPx?: number;
  readonly url: string;
  readonly thumbnailUrl: string;
}

/** Where images for workflows are kept. */
export interface ImageStore {
  /** Newest first. */
  list(): Promise<readonly StoredImage[]>;
  /** The image that a param names. */
  find(reference: string): Promise<StoredImage | undefined>;
  /** @throws Error with a message for the user, if the file is not an image or too large */
  upload(file: File): Promise<StoredImage>;
}

export interface InstalledCheckpoint {
  readonly name: string;
  /** Details to distinguish it from others, such as its size. */
  readonly detail?: string;
}

/** The node types that there are. */
export interface Definitions {
  readonly nodes: readonly NodeDefinition[];
  /** Plug-ins that some of them come from. */
  readonly packages?: readonly NodePackage[];
  /** The errors of plug-ins, as a message. */
  readonly pluginProblems?: readonly string[];
}

/** Every request of the page by its subject, over one client. Each throws ApiError if it comes to nothing. */
export function createServerApi(server: ServerClient) {
  return {
    server,
    runs: createRunsApi(server),
    library: createLibrary(server),
    gallery: createGalleryApi(server),
    models: createModelsApi(server),
    grants: createGrantsApi(server),
  };
}

type ServerApi = ReturnType<typeof createServerApi>;

/** All that the page asks of a server. */
export interface ApiClient extends ServerApi {
  /** What the server has answered; `queries` says what there is. */
  readonly cache: QueryClient;
  /** False: there is no server, so nothing can run. */
  readonly isOnline: boolean;
  /** All that is shown, where the page was opened by a share link. */
  readonly shared?: Workflow;
  definitions(): Promise<Definitions>;
  /** The installed checkpoints, or models of another kind. @param model as a param calls the kind */
  checkpoints(model?: string): Promise<readonly InstalledCheckpoint[]>;
  readonly images: ImageStore;
  /** The address of a file which a run made. */
  outputUrl(output: OutputRecord): string;
  outputThumbnailUrl(output: OutputRecord): string;
}

/** What an output is called as a file on a disk. */
export function fileNameOf({ name, index, mediaType }: Pick<OutputRecord, 'name' | 'index' | 'mediaType'>): string {
  return `${name}-${index + 1}.${mediaType.replace(/^image\//, '')}`;
}
