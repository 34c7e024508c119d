import type { ApiPaths, FieldError } from '@unclip-studio/protocol';
import createClient, { type Client, type ClientOptions } from 'openapi-fetch';

export type ServerClient = Client<ApiPaths>;

/** Asks a server; without `baseUrl`, by addresses relative to the page. */
export function createServerClient(options: ClientOptions = {}): ServerClient {
  return createClient<ApiPaths>({ baseUrl: '.', credentials: 'same-origin', ...options });
}

/** A request which the server refused, with its own words. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** Where in the request, such as `workflow.nodes.photo.params.image`, and what is wrong there. */
  readonly errors: readonly FieldError[];

  constructor(status: number, message: string, errors: readonly FieldError[] = []) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

interface Answer<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

/** What the server answered. @throws ApiError if it refused */
export async function dataOf<Data>(asked: Promise<Answer<Data>>): Promise<Data> {
  const { data, error, response } = await asked;
  if (!response.ok) throw refusalOf(response, error);
  // Left out only by answers without a body, for which the type is undefined as well.
  return data as Data;
}

/** @param error what stands in the body: a problem, or whatever a proxy says */
export function refusalOf({ status, statusText }: Response, error: unknown): ApiError {
  const { detail, title, errors } = (error ?? {}) as Partial<Record<'detail' | 'title', string>> & {
    readonly errors?: readonly FieldError[];
  };
  return new ApiError(status, detail ?? title ?? `${status} ${statusText}`, errors);
}

/** Whether the server may answer otherwise in a moment: it is away, starting, or has too much to do. */
export function isWorthRetrying(error: unknown): boolean {
  if (error instanceof TypeError) return true;
  return error instanceof ApiError && (error.status >= 500 || error.status === 429);
}

/** A request with one file, as the server takes it. */
export function fileRequest(file: Blob) {
  return { body: { file }, bodySerializer: toForm };
}

function toForm({ file }: { readonly file: unknown }): FormData {
  const form = new FormData();
  form.append('file', file as Blob);
  return form;
}
