import type { z } from 'zod';
import type { ProblemBody, ProblemKind, ProblemStatus } from './problems.js';
import type { Writable } from './wire.js';

export type Method = 'get' | 'post' | 'put' | 'delete';

interface Answer {
  readonly description: string;
  /** Left out: `application/json`. */
  readonly mediaType?: string;
  /** Left out: bytes, text or nothing. */
  readonly schema?: z.ZodType;
}

/** What an operation of the API takes and gives. Its name is its key in the table of its tag. */
export interface RouteDeclaration {
  readonly method: Method;
  /** As OpenAPI writes it: `/api/runs/{run}`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** `public`: answers without a token. `grant`: answers to the secret of the grant that the path's `{grant}` names, alone. */
  readonly access?: 'public' | 'grant';
  /** Takes one file as `multipart/form-data`, and no JSON. */
  readonly upload?: true;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodType;
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Errors in addition to those of every route. */
  readonly errors?: readonly ProblemKind[];
  /** Refusals that say more than others do, by status. */
  readonly errorBodies?: Readonly<Partial<Record<ProblemStatus, z.ZodType>>>;
}

/** The routes of one tag: name of the operation, such as `startRun` -> its request and answers. */
export type RouteTable = Readonly<Record<string, RouteDeclaration>>;

/** The routes of all tags, as `paths` of openapi-fetch: path -> method -> parameters, body and responses. */
export type PathsOf<Api extends Readonly<Record<string, RouteTable>>> = PathsOfRoutes<RoutesOf<Api[keyof Api]>>;

type RoutesOf<Table> = Table extends RouteTable ? Table[keyof Table] : never;

type PathsOfRoutes<Route extends RouteDeclaration> = {
  readonly [Path in Route['path']]: {
    readonly [M in Extract<Route, { path: Path }>['method']]: Operation<Extract<Route, { path: Path; method: M }>>;
  };
};

type Operation<Route> = Flat<
  {
    readonly parameters: Parameters<Route>;
    readonly responses: Flat<Answers<Route> & Refusals<Route>>;
  } & RequestBody<Route>
>;

type Parameters<Route> = Flat<
  Part<'path', InputOf<Route, 'params'>> &
    Part<'query', InputOf<Route, 'query'>> &
    Part<'header', InputOf<Route, 'headers'>>
>;

/** One object type instead of an intersection, which the compiler shows more shortly. */
type Flat<T> = { readonly [Key in keyof T]: T[Key] };

/** A part of a request may be left out if it has no key that must be given. */
type Part<Name extends string, Input> = [Input] extends [never]
  ? { readonly [Key in Name]?: never }
  : Record<never, never> extends Input
    ? { readonly [Key in Name]?: Input }
    : { readonly [Key in Name]: Input };

type RequestBody<Route> = Route extends { readonly upload: true }
  ? // How a file gets into a form is the affair of the client's serializer.
    { readonly requestBody: { readonly content: { readonly 'multipart/form-data': { readonly file: unknown } } } }
  : [InputOf<Route, 'body'>] extends [never]
    ? { readonly requestBody?: never }
    : { readonly requestBody: { readonly content: { readonly 'application/json': InputOf<Route, 'body'> } } };

type InputOf<Route, Part extends string> = Route extends { readonly [Key in Part]: infer Schema extends z.ZodType }
  ? Writable<z.input<Schema>>
  : never;

type Answers<Route> = Route extends { readonly answers: infer All }
  ? { readonly [Status in keyof All]: { readonly content: ContentOf<All[Status]> } }
  : never;

type ContentOf<A> = A extends { readonly schema: infer Schema extends z.ZodType }
  ? { readonly 'application/json': Writable<z.output<Schema>> }
  : A extends { readonly mediaType: infer Type extends string }
    ? { readonly [Key in Type]: unknown }
    : undefined;

type Refusals<Route> = {
  readonly [Status in Exclude<ProblemStatus, AnsweredBy<Route>>]: {
    readonly content: {
      readonly 'application/problem+json': Route extends {
        readonly errorBodies: { readonly [Key in Status]: infer Schema extends z.ZodType };
      }
        ? Writable<z.output<Schema>>
        : Writable<ProblemBody>;
    };
  };
};

type AnsweredBy<Route> = Route extends { readonly answers: infer All } ? keyof All : never;
