// The control API as one route of the app: admits, finds the row, reads what was sent, acts. Pure: records in, records out; sockets and
// the printing of keys are elsewhere.
import { pathOf } from '../../src/core/fault.ts';
import { TokenwarpError } from '../../src/core/errors.ts';
import { didYouMean } from '../../src/core/suggest.ts';
import type { AppRequest, AppResponse, AppRoute, ServerApp } from '../app.ts';
import { CLOCK_ROWS } from './clock.ts';
import { ControlError, errorAnswer, jsonAnswer } from './errors.ts';
import { FAULT_ROWS } from './faults.ts';
import { admit } from './guard.ts';
import { HOLD_ROWS } from './holds.ts';
import { JOURNAL_ROWS } from './journal.ts';
import { KEY_ROWS } from './keys.ts';
import { MARK_ROWS } from './marks.ts';
import { createControlState } from './memory.ts';
import type { ControlState } from './memory.ts';
import { CONTROL_PREFIX as PREFIX, isControl } from './prefix.ts';
import { openApiDocument } from './openapi.ts';
import { POLICY_ROWS } from './policy.ts';
import { isResponse, row } from './route.ts';
import type { ControlOptions, ControlRow, Method } from './route.ts';
import { SESSION_ROWS } from './sessions.ts';
import { record } from './shape.ts';
import { STATE_ROWS } from './state.ts';
import { TOKEN_ROWS } from './tokens.ts';
import { VERIFY_ROWS } from './verify.ts';

/** Every operation, in the order of the document. */
export const CONTROL_ROWS: readonly ControlRow[] = [
  row({
    method: 'GET',
    path: '/openapi.json',
    name: 'describe',
    summary: 'This document.',
    answer: { type: 'object' },
    act: () => openApiDocument(CONTROL_ROWS),
  }),
  ...CLOCK_ROWS,
  ...SESSION_ROWS,
  ...TOKEN_ROWS,
  ...KEY_ROWS,
  ...POLICY_ROWS,
  ...FAULT_ROWS,
  ...HOLD_ROWS,
  ...JOURNAL_ROWS,
  ...MARK_ROWS,
  ...STATE_ROWS,
  ...VERIFY_ROWS,
];

/** The control API of one app, to be asked before everything else. Without it (`--no-control`) nothing answers below {@link PREFIX}. */
export function createControl(options: ControlOptions = {}): AppRoute {
  const state = createControlState();
  return (app, request) => {
    if (!isControl(request)) return undefined;
    try {
      const answer = serve({ app, request, options, state }, pathOf(request.url).slice(PREFIX.length));
      return answer instanceof Promise ? answer.catch(refuse) : answer;
    } catch (error) {
      return refuse(error);
    }
  };
}

interface Asked {
  app: ServerApp;
  request: AppRequest;
  options: ControlOptions;
  state: ControlState;
}

function serve(asked: Asked, path: string): AppResponse | Promise<AppResponse> {
  const { request, options } = asked;
  admit(request, options);
  const found = find(request.method, path === '' ? '/openapi.json' : path);
  const query = record(found.row.query).read(queryOf(request.url), '');
  const body = record(found.row.body).read(bodyOf(request), '');
  const answer = found.row.act({ ...asked, params: found.params, query, body } as never);
  return answer instanceof Promise ? answer.then(finished) : finished(answer);
}

function finished(answer: unknown): AppResponse {
  return isResponse(answer) ? answer : jsonAnswer(200, answer);
}

/** Errors of ours become answers; anything else is a fault of ours and goes on. */
function refuse(error: unknown): AppResponse {
  if (error instanceof ControlError) return errorAnswer(error);
  if (error instanceof TokenwarpError && error.code !== 'TW_BUG') return errorAnswer(new ControlError(400, '', error.message, error.hint));
  throw error;
}

interface Found {
  row: ControlRow;
  params: Readonly<Record<string, string>>;
}

function find(method: string, path: string): Found {
  const here: { row: ControlRow; params: Readonly<Record<string, string>> }[] = [];
  for (const one of CONTROL_ROWS) {
    const params = paramsOf(one.path, path);
    if (params !== undefined) here.push({ row: one, params });
  }
  if (here.length === 0)
    throw new ControlError(
      404,
      'path',
      `there is no ${PREFIX}${path.slice(0, 80)}`,
      didYouMean(
        path,
        CONTROL_ROWS.map((one) => one.path),
      ) ?? `GET ${PREFIX}/openapi.json lists what there is`,
    );
  const found = here.find((one) => one.row.method === method);
  if (found !== undefined) return found;
  const allow = [...new Set(here.map((one): Method => one.row.method))].join(', ');
  throw new ControlError(405, 'method', `${method} means nothing here`, `use ${allow}`, { allow });
}

/** A fixed path stands before one with a parameter: rows are looked at in order, and no two of one method overlap. */
function paramsOf(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const value = given[i] ?? '';
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined ? part !== value : value === '') return undefined;
    if (name !== undefined) params[name] = decoded(value);
  }
  return params;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ControlError(400, 'path', 'the path is not well encoded');
  }
}

function queryOf(url: string): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [key, value] of new URLSearchParams(/\?([^#]*)/.exec(url)?.[1] ?? '')) {
    if (Object.hasOwn(out, key)) throw new ControlError(400, key, `"${key}" is given twice`);
    out[key] = value;
  }
  return out;
}

function bodyOf({ body }: AppRequest): unknown {
  if (body.trim() === '') return {};
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new ControlError(400, '', 'the body is not JSON', 'send a JSON object, such as {"by": "5m"}');
  }
}
