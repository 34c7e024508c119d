import type { IncomingMessage } from 'node:http';
import type { Catalog, Diagnostic, NodeDefinition, Workflow } from '@unclip-studio/graph-core';
import type { NodeStatus, OutputRecord, RunRecord, RunState, ServerEvent } from '@unclip-studio/protocol';
import type { Request, Response } from 'express';
import type { WebSocketServer } from 'ws';
import type { ReadPrompt } from '../import-task.js';

/** What the routes and sockets need of the server that they are part of. It passes this in; they know nothing else of it. */
export interface ComfyHost {
  /** The name and version that clients are shown. */
  readonly version: string;
  readonly catalog: Catalog<NodeDefinition>;
  readonly limits: {
    /** Of one upload. */
    readonly uploadBytes: number;
    /** How long a client should wait after a 503. */
    readonly retryAfterSeconds: number;
  };
  readonly runs: HostRuns;
  readonly previews: HostPreviews;
  readonly files: HostFiles;
  readonly userFiles: HostUserFiles;
  /** Whether ComfyUI's page is served; the server sends its files. */
  readonly hasPage: boolean;
  /**
   * Whether the server answers this method at this path itself, with its own access check. @param method in upper or
   * lower case
   */
  isOwnRoute(method: string, path: string): boolean;
  readonly checkpoints: {
    /** Names of this server's own checkpoints. */
    own(): Promise<readonly string[]>;
    /** Names of models of another kind, such as `vae`. */
    ofKind(kind: string): Promise<readonly string[]>;
    /** Names of the checkpoints of this server and its workers; `undefined` while no worker has reported its own. */
    all(): Promise<ReadonlySet<string> | undefined>;
    /** The same of another kind; `undefined` if it is not known, as where others run the prompts. */
    allOfKind(kind: string): Promise<ReadonlySet<string> | undefined>;
  };
  /** ComfyUI's folders of models -> where they are. */
  modelFolders(): Readonly<Record<string, readonly string[]>>;
  /**
   * Reads the body of a `POST /prompt`.
   *
   * @returns `undefined` if it is not JSON with a prompt
   * @throws ComfyFormatError
   */
  readPrompt(text: string): Promise<ReadPrompt | undefined>;
  /**
   * Checks who asks: the address, and the token unless the request needs none.
   *
   * @param token as it was given in the query, if at all
   * @throws if the client may not
   */
  admit(request: IncomingMessage, token: unknown): void;
  /** Ends sockets whose clients are gone. @returns stops it */
  watchSockets(server: WebSocketServer): () => void;
}

export interface HostRuns {
  /** Checks the workflow and queues it. */
  submit(request: SubmitRequest): Promise<SubmittedRun>;
  /** Newest first. */
  list(request: { readonly states: readonly RunState[]; readonly limit: number }): readonly RunRecord[];
  /** The workflow exactly as it was queued. */
  readWorkflow(runId: string): Workflow;
  /** The outcome of each node of a run that has ended; nodes that never started are left out. */
  readNodes(runId: string): Readonly<Record<string, NodeStatus>>;
  cancel(runId: string): void;
  /** Makes a queued run the next one; another one stays where it is. */
  moveToFront(runId: string): void;
  /** Unloads models that no run uses. @param results what runs left for each other in memory goes as well */
  freeMemory(results: boolean): void;
  /** How many runs wait or are active; a run that was dispatched immediately counts before its start is reported. */
  unfinishedCount(): number;
  /** @returns ends it */
  subscribe(listener: (event: ServerEvent) => void): () => void;
}

export interface SubmitRequest {
  readonly workflow: Workflow;
  readonly targets: readonly string[];
  /** At equal priority clients take turns. */
  readonly clientId?: string;
}

/** Either queued, or all that is wrong with the workflow. */
export type SubmittedRun =
  | { readonly isQueued: true; readonly runId: string }
  | { readonly isQueued: false; readonly diagnostics: readonly Diagnostic[] };

export interface HostPreviews {
  /** Whether clients that say nothing of previews get them. */
  readonly isDefault: boolean;
  /** Previews are made only while somebody watches. */
  watch(isWatched: boolean): void;
  /** @returns ends it */
  subscribe(onJpeg: (runId: string, jpeg: Uint8Array) => void): () => void;
}

/** A file that ComfyUI's page keeps on its server. */
export interface UserFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly createdMs: number;
  readonly modifiedMs: number;
}

/** The files of ComfyUI's page, by paths that are names and lead nowhere on the disk. What a call has returned is kept. */
export interface HostUserFiles {
  /** Sorted by path. */
  list(): readonly UserFile[];
  find(path: string): UserFile | undefined;
  read(path: string): Uint8Array | undefined;
  write(path: string, bytes: Uint8Array): UserFile;
  /** Replaces the file at the new path. @returns `undefined` if there is no such file */
  move(from: string, to: string): UserFile | undefined;
  /** @returns whether there was one */
  delete(path: string): boolean;
}

/** Images that were uploaded, and those from runs. */
export interface HostFiles {
  /** Paths of uploaded images in the folder `input`, the most recent first. */
  imagePaths(limit: number): readonly string[];
  /** @returns the sha256 of the image that was uploaded to there last */
  findPath(path: ImagePath): string | undefined;
  /** @returns the sha256 of the uploaded image that is called that here */
  findImage(name: string): string | undefined;
  /** @returns the sha256 of what a run made */
  findOutput(id: OutputRecord['id']): string | undefined;
  /** Whether there is such an image: by the sha256 of one that is stored, or the name of one that comes with the program. */
  hasImage(name: string): Promise<boolean>;
  /** Receives the form's image, in its field "image"; its texts are in the request's body then. @throws if it has none */
  receiveImage(request: Request, response: Response): Promise<ReceivedImage>;
  /** Answers with an uploaded image. @returns false if there is none */
  sendImage(request: Request, response: Response, image: Viewed & { readonly sha256: string }): Promise<boolean>;
  /** Answers with an output of a run. @throws if there is no such output */
  sendOutput(request: Request, response: Response, output: Viewed & { readonly id: string }): Promise<void>;
  /** @returns `undefined` if the bytes are gone */
  readOutput(id: OutputRecord['id']): Promise<Uint8Array | undefined>;
}

/** A file as ComfyUI's clients know it. */
export interface ImagePath {
  readonly folder: 'input' | 'output' | 'temp';
  /** `name` or `subfolder/name`. */
  readonly path: string;
}

interface Viewed {
  /** The form in which it is sent; as it is when left out. */
  readonly view?: ImageView;
}

/** An image in another form, as large as it is. */
export interface ImageView {
  /** `rgb`: without transparency. `a`: how opaque it is, as black of that opacity. */
  readonly channel: 'rgb' | 'a' | 'rgba';
  readonly format: 'png' | 'webp' | 'jpeg';
  /** Of WebP and JPEG, 1 to 100. */
  readonly quality: number;
}

/** An image that a client sent, in a temporary file. Call `discard` in any case. */
export interface ReceivedImage {
  /** As it was sent, fit to be shown. */
  readonly fileName: string;
  /**
   * Stores the image, under the label and path that are chosen once its bytes are stored: until then no name changes.
   *
   * @param maskOf the image whose transparency was sent; it is stored with that, instead of the sent image
   * @throws if it is not a supported image, or not a mask of that one
   */
  keep<Name extends { readonly label: string; readonly path: ImagePath }>(
    choose: (sha256: string) => Name,
    maskOf?: { readonly sha256: string },
  ): Promise<{ readonly sha256: string; readonly chosen: Name }>;
  discard(): Promise<void>;
}
