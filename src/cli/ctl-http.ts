// One call of a running server's control API, and its stream of entries. Loopback and a private authority are the usual case, so this
// is node:http with the certificate of the ready file, and no proxy of the environment.
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { resolve } from 'node:path';
import { MissingError } from '../core/errors.ts';
import { usageError } from './exit.ts';

/** Where the server is, and what it takes to talk to it. */
export interface Target {
  control: string;
  key?: string;
  ca?: string;
}

export interface CtlRequest {
  method: string;
  path: string;
  query?: Readonly<Record<string, unknown>>;
  body?: object;
}
export interface CtlAnswer {
  status: number;
  json: Readonly<Record<string, unknown>>;
}

/** What says where the server is: a URL, or the file that serve writes. */
export interface TargetOptions {
  url?: string;
  readyFile?: string;
  key?: string;
}

/** Where `serve` listens when nobody says otherwise. */
const USUAL_URL = 'http://127.0.0.1:7357';
const PREFIX = '/__tokenwarp';

/** The server meant: --url, else --ready-file, else the usual address. Throws a MissingError when the ready file is not there. */
export function targetOf({ url, readyFile, key }: TargetOptions, cwd: string): Target {
  const rest = key === undefined ? {} : { key };
  if (url !== undefined && !isHttp(url)) throw usageError(`"${url}" is no address of a server`, `such as --url ${USUAL_URL}`);
  if (url !== undefined || readyFile === undefined)
    return { control: `${(url ?? USUAL_URL).replace(/\/+$/, '').replace(/\/__tokenwarp$/, '')}${PREFIX}`, ...rest };
  const ready = readReady(resolve(cwd, readyFile));
  if (typeof ready['control'] !== 'string')
    throw usageError('this server was started without a control API', 'start it again without --no-control');
  const told = typeof ready['controlKey'] === 'string' ? { key: ready['controlKey'] } : {};
  return {
    control: ready['control'],
    ...told,
    ...rest,
    ...(typeof ready['ca'] === 'string' ? { ca: readFileSync(ready['ca'], 'utf8') } : {}),
  };
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

function readReady(path: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw new MissingError('TW_UNREACHABLE', `no server has written ${path}`, {
      hint: 'start one with `tokenwarp serve --ready-file <path>`, or name it with --url',
      cause: error,
    });
  }
}

/** Sends a call and reads its whole answer. Rejects with a MissingError when nobody answers. */
export async function call(target: Target, request: CtlRequest): Promise<CtlAnswer> {
  const answer = await send(target, request);
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += String(chunk);
  return { status: answer.statusCode ?? 0, json: parsed(text, target) };
}

/** The entries of a journal as they come, until the server ends the stream or `stop` does. */
export async function* follow(target: Target, request: CtlRequest, stop: AbortSignal): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const answer = await send(target, request, stop);
  if (answer.statusCode !== 200) {
    let text = '';
    for await (const chunk of answer.setEncoding('utf8')) text += String(chunk);
    yield { refused: { status: answer.statusCode, json: parsed(text, target) } };
    return;
  }
  let rest = '';
  try {
    for await (const chunk of answer.setEncoding('utf8')) {
      const blocks = (rest + String(chunk)).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (data !== undefined) yield JSON.parse(data) as Record<string, unknown>;
      }
    }
  } catch (error) {
    if (!stop.aborted && (error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
  }
}

function send(
  { control, key, ca }: Target,
  { method, path, query = {}, body }: CtlRequest,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as [string, string]])),
  ).toString();
  const url = `${control}${path}${search === '' ? '' : `?${search}`}`;
  const headers = {
    ...(text === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  };
  return new Promise((done, fail) => {
    const open = url.startsWith('https:') ? httpsRequest : httpRequest;
    const sent = open(
      url,
      { method, headers, agent: false, ...(ca === undefined ? {} : { ca }), ...(signal === undefined ? {} : { signal }) },
      done,
    );
    sent.on('error', (error: NodeJS.ErrnoException) => fail(unreachable(control, error)));
    sent.end(text);
  });
}

function unreachable(control: string, error: NodeJS.ErrnoException): MissingError {
  const hint =
    error.code?.includes('CERT') === true || error.code?.includes('SIGNATURE') === true
      ? 'its certificate is not trusted: give the ready file (--ready-file), which names the authority'
      : 'start it with `tokenwarp serve`, or say where it is: --url, TOKENWARP_URL or --ready-file';
  return new MissingError('TW_UNREACHABLE', `no server answers at ${control.replace(PREFIX, '')} (${error.code ?? error.message})`, {
    hint,
    cause: error,
  });
}

function parsed(text: string, { control }: Target): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw usageError(`what answers at ${control} is no control API`, 'is it another server? `tokenwarp serve` prints its address');
  }
}
