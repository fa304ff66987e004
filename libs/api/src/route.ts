import type { z } from 'zod';

/**
 * Who may call: `open` anybody, `user` a session or a bearer token, `google-push` Google's Pub/Sub with the token that
 * it signs for this installation, the others the holder of that key.
 */
export type RouteAuth = 'open' | 'user' | 'health-key' | 'admin-key' | 'google-push';

/** Which of the four limits per minute a call counts against. */
export type RateClass = 'general' | 'auth' | 'sync' | 'health';

/** What comes back when all is well. JSON is described by a schema, the rest by its media type. */
export type Answer =
  | { kind: 'json'; status: 200 | 201 | 202; schema: z.ZodType }
  | { kind: 'none'; status: 204 }
  | { kind: 'redirect'; status: 302 }
  | { kind: 'stream'; status: 200; mediaType: string };

export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  /** With `:name` for parameters. */
  path: `/api/${string}`;
  summary: string;
  auth: RouteAuth;
  rate: RateClass;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** 102,400 unless told. */
  maxBodyBytes?: number;
  /** Media types that are read as JSON: `application/json` unless told. */
  bodyTypes?: readonly string[];
  answer: Answer;
}

/** What a caller gives to a route. */
export type RouteInput<R extends Route> = Given<R, 'params'> & Given<R, 'query'> & Given<R, 'body'>;

/** What a route's handler gets, after validation. */
export interface RouteRequest<R extends Route> {
  params: Parsed<R['params']>;
  query: Parsed<R['query']>;
  body: Parsed<R['body']>;
}

/** The JSON of a route's answer; undefined for the other kinds. */
export type RouteAnswer<R extends Route> = R['answer'] extends { schema: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : undefined;

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

// A part that may be left empty may be left out: `{ query?: … }`, but `{ params: … }`.
type Given<R extends Route, Part extends 'params' | 'query' | 'body'> = R[Part] extends z.ZodType
  ? object extends z.input<R[Part]>
    ? { [Key in Part]?: z.input<R[Part]> }
    : { [Key in Part]: z.input<R[Part]> }
  : unknown;
