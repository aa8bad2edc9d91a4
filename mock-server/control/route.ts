// One row per operation of the control API: the router, the readers of bodies and queries and the OpenAPI document come from it.
import type { HistoryEvent } from '../../src/core/events.ts';
import type { AppRequest, AppResponse, ServerApp } from '../app.ts';
import type { SiteIssuer } from '../site.ts';
import { ControlError } from './errors.ts';
import type { GuardOptions } from './guard.ts';
import { text } from './shape.ts';
import type { JsonSchema, Members, RecordOf } from './shape.ts';
import type { ControlState } from './memory.ts';

/** What is judged by `verify`, and how; lent from outside, because a mock server knows no invariants. */
export type Verify = (entries: readonly HistoryEvent[], options: VerifyAsk) => VerifyReport | Promise<VerifyReport>;
export interface VerifyAsk {
  now: number;
  refreshAhead?: number;
  relax?: readonly { invariant: string; reason: string }[];
}
/** At least this; whatever else it says is passed on. */
export interface VerifyReport {
  passed: boolean;
  findings: readonly { presumed?: string }[];
  [member: string]: unknown;
}

export interface ControlOptions extends GuardOptions {
  /** Judges the journal; without it `verify` is not available. */
  verify?: Verify;
}

/** One request of the control API, checked. */
export interface ControlCall<Q, B> {
  readonly app: ServerApp;
  readonly state: ControlState;
  readonly options: ControlOptions;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Q;
  readonly body: B;
  readonly request: AppRequest;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ControlRow {
  readonly method: Method;
  /** Below the prefix, `/sessions/{id}`. */
  readonly path: string;
  /** operationId. */
  readonly name: string;
  readonly summary: string;
  readonly query: Members;
  readonly body: Members;
  /** Of the answer, 200. */
  readonly answer: JsonSchema;
  /** When it is not JSON. */
  readonly answerType?: string;
  act(call: ControlCall<never, never>): unknown;
}

interface RowOptions<Q extends Members, B extends Members> extends Omit<ControlRow, 'query' | 'body' | 'act'> {
  readonly query?: Q;
  readonly body?: B;
  act(call: ControlCall<RecordOf<Q>, RecordOf<B>>): unknown;
}

/** A row whose handler knows the types of its own query and body. It answers with a record, or with a whole response. */
export function row<Q extends Members = Record<never, never>, B extends Members = Record<never, never>>(
  options: RowOptions<Q, B>,
): ControlRow {
  const { query, body, act, ...rest } = options;
  return { ...rest, query: query ?? {}, body: body ?? {}, act: act as ControlRow['act'] };
}

/** Which issuer is meant: the main one unless it is named, whole or by the end of its URL. */
export function issuerOf({ site }: ServerApp, name: string | undefined): SiteIssuer {
  const found = name === undefined ? site.issuers[0] : site.issuers.find(({ issuer }) => issuer === name || issuer.endsWith(name));
  if (found !== undefined) return found;
  throw new ControlError(
    404,
    'issuer',
    `there is no issuer "${name ?? ''}"`,
    `there is ${site.issuers.map(({ issuer }) => issuer).join(', ')}`,
  );
}

/** The issuer that granted a session; the one named, or the main one, where there is no such session. */
export function issuerOfSession(app: ServerApp, id: string, name: string | undefined): SiteIssuer {
  const found = name === undefined ? app.site.issuers.find(({ desk }) => desk.store.familyById.has(id)) : undefined;
  return found ?? issuerOf(app, name);
}

/** `phone` or `phone/app`: what devices and processes are called. */
export const PLACE = text({ like: /^[\w.-]{1,40}(\/[\w.-]{1,40})?$/, what: 'the name of a device, such as "phone"' });
/** Names of users, sessions, snapshots, holds. */
export const NAME = text({ like: /^[\w.@:+-]{1,80}$/, what: 'a name of letters, digits and ._@:+-' });
export const ISSUER_ABOUT = 'The issuer it is about, when the server has several: its URL or the end of it. Default: the main one.';

export function isResponse(value: unknown): value is AppResponse {
  return typeof value === 'object' && value !== null && 'status' in value && 'headers' in value && 'body' in value;
}
