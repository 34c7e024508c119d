import type { ApiPaths, Diagnostic, FieldError, ProblemBody, ProblemKind, Reason } from '@unclip-studio/protocol';
import createClient, { type Client, type ClientOptions } from 'openapi-fetch';

export type ServerClient = Client<ApiPaths>;

/** Asks a server; without `baseUrl`, by addresses relative to the page. */
export function createServerClient(options: ClientOptions = {}): ServerClient {
  return createClient<ApiPaths>({ baseUrl: '.', credentials: 'same-origin', ...options });
}

/**
 * Why a request came to nothing: a kind of refusal, `refused` without saying why (as by a proxy), no answer at all, or one
 * that is not of this server.
 */
export type ApiErrorCode = ProblemKind | 'refused' | 'no-answer' | 'not-understood';

interface ApiErrorFacts {
  readonly code: ApiErrorCode;
  /** Of HTTP; 0 without an answer. */
  readonly status: number;
  readonly because?: Reason | undefined;
  readonly errors?: readonly FieldError[] | undefined;
  readonly diagnostics?: readonly Diagnostic[] | undefined;
  readonly cause?: unknown;
}

/** A request that came to nothing, with the server's own words if it has refused. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  readonly status: number;
  /** What the message says, as data; left out where the server has none. */
  readonly because: Reason | undefined;
  /** The location in the request, such as `workflow.nodes.photo.params.image`, and the problem there. */
  readonly errors: readonly FieldError[];
  /** The problems of the submitted workflow, as data. */
  readonly diagnostics: readonly Diagnostic[];

  constructor(message: string, { code, status, because, errors = [], diagnostics = [], cause }: ApiErrorFacts) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.because = because;
    this.errors = errors;
    this.diagnostics = diagnostics;
  }
}

interface Answer<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

/** What the server answered. @throws ApiError if it refused, or did not answer */
export async function dataOf<Data>(asked: Promise<Answer<Data>>): Promise<Data> {
  const { data, error, response } = await answerOf(asked);
  if (!response.ok) throw refusalOf(response, error);
  // Left out only by answers without a body, for which the type is undefined as well.
  return data as Data;
}

/** The answer, including error statuses. @throws ApiError if there is none */
export async function answerOf<Data, One extends Answer<Data>>(asked: Promise<One>): Promise<One> {
  try {
    return await asked;
  } catch (cause) {
    // How `fetch` reports that there was no answer; each browser uses different words.
    if (cause instanceof TypeError) {
      throw new ApiError('The server did not answer.', { code: 'no-answer', status: 0, cause });
    }
    // A host that sends the page alone answers every address with it.
    if (cause instanceof SyntaxError) {
      throw new ApiError('The answer is not of this server.', { code: 'not-understood', status: 0, cause });
    }
    throw cause;
  }
}

/** @param error the response body: a problem, or anything a proxy returned */
export function refusalOf({ status, statusText }: Response, error: unknown): ApiError {
  const { type = '', detail, title, because, errors, diagnostics } = (error ?? {}) as Partial<ProblemBody>;
  const kind = KIND.exec(type)?.[1] as ProblemKind | undefined;
  const code = kind ?? 'refused';
  return new ApiError(detail ?? title ?? `${status} ${statusText}`, { code, status, because, errors, diagnostics });
}

// `type` is the address of its description.
const KIND = /#problem-([a-z-]+)$/;

/** Whether the server may answer otherwise in a moment: it is away, starting, or has too much to do. */
export function isWorthRetrying(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  return error.code === 'no-answer' || error.status >= 500 || error.status === 429;
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
