// How the control API says no: a status, the field at fault, one sentence, and what would have been right.
import type { AppResponse } from '../app.ts';

/** Thrown by handlers; becomes `{ error, field, message, hint }`. `field` is a JSON path, '' for the request as a whole. */
export class ControlError extends Error {
  readonly status: number;
  readonly field: string;
  readonly hint: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, field: string, message: string, hint?: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'ControlError';
    this.status = status;
    this.field = field;
    this.hint = hint;
    this.headers = headers;
  }
}

const CODES: Readonly<Record<number, string>> = {
  400: 'invalid_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'timeout',
  409: 'conflict',
  413: 'too_large',
  501: 'not_available',
};

/** JSON for people and programs; never cached, and no origin but our own may read it. */
export function jsonAnswer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): AppResponse {
  return {
    status,
    body: `${JSON.stringify(body, undefined, 2)}\n`,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers },
  };
}

/** The answer an error stands for. */
export function errorAnswer({ status, field, message, hint, headers }: ControlError): AppResponse {
  const body = {
    error: CODES[status] ?? 'invalid_request',
    ...(field === '' ? {} : { field }),
    message,
    ...(hint === undefined ? {} : { hint }),
  };
  return jsonAnswer(status, body, headers);
}
