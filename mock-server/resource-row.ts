// What the resources of the protected API have in common. Types only.
import type { HttpRequest } from '../src/core/http.ts';
import type { Access } from './access-check.ts';
import type { StreamBody } from './app.ts';
import type { Desk } from './desk.ts';

/** A request that was let in. `path` is below the base of the API. */
export interface ResourceCall {
  request: HttpRequest;
  path: string;
  query: URLSearchParams;
  access: Access;
}

/** A status (200 when absent) with a JSON body, or with a text of `type`, or nothing. */
export interface ResourceAnswer {
  status?: number;
  body?: object;
  text?: string;
  type?: string;
  stream?: StreamBody;
}

export interface ResourceRow {
  method: string;
  /** `/sessions/` with a slash at the end: everything below it. */
  path: string;
  /** Scope it takes. */
  scope?: string;
  /** Ms of work before the answer is ready. */
  wait?(query: URLSearchParams): number;
  /** Called at the commit: may change things. */
  act(desk: Desk, call: ResourceCall): ResourceAnswer;
}
