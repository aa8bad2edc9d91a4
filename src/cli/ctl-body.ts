// From the words and options of a `ctl` action to the JSON body of its call. The server checks values; here only form.
import { parseObject } from '../core/http.ts';
import { FAULT_KINDS } from '../core/fault-words.ts';
import { didYouMean } from '../core/suggest.ts';
import { usageError } from './exit.ts';
import type { CtlOptions } from './ctl-options.ts';

/** Options that are more than an address. */
export type OptionName = Exclude<keyof CtlOptions, 'url' | 'readyFile' | 'key'>;

export function word(value: string | undefined, example: string): string {
  if (value === undefined) throw usageError('something is missing', `such as: tokenwarp ctl ${example}`);
  return value;
}

export function withSlash(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

export function object(json: string): object {
  const body = parseObject(json);
  if (body === undefined) throw usageError(`${json} is no JSON object`, 'such as {"by": "5m"}');
  return body;
}

export function pick(options: CtlOptions, names: readonly OptionName[]): Record<string, unknown> {
  return present(Object.fromEntries(names.map((name) => [name, options[name]])));
}

export function present(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** `accessToken.lifetime=5m` -> `{ accessToken: { lifetime: '5m' } }`; values are JSON where they can be. */
export function assignments(words: readonly string[]): object {
  const out: Record<string, unknown> = {};
  for (const text of words) {
    const at = text.indexOf('=');
    if (at <= 0) throw usageError(`"${text}" assigns nothing`, 'such as accessToken.lifetime=5m');
    const names = text.slice(0, at).split('.');
    let place = out;
    for (const name of names.slice(0, -1)) place = (place[name] ??= {}) as Record<string, unknown>;
    place[names.at(-1) ?? ''] = value(text.slice(at + 1));
  }
  return out;
}

function value(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Options that say which messages a fault falls on. */
export const MATCH = [
  ...['endpoint', 'at', 'path', 'from', 'grant', 'client', 'user', 'generation', 'skip', 'times', 'chance', 'seed', 'for', 'how'],
  ...['retryAfter', 'retryAs'],
] as readonly OptionName[];

/** `drop-response`, `reply 503` -> the members of a fault. */
export function fault(words: readonly string[], options: CtlOptions): object {
  const [first, second, ...more] = words;
  const name = word(first, 'fault drop-response --endpoint token --times 1');
  const kind = Object.keys(FAULT_KINDS).find((one) => name === one || name.startsWith(`${one}-`));
  if (kind === undefined)
    throw usageError(
      `there is no fault "${name}"`,
      didYouMean(name, ['drop-request', 'drop-response', 'cut-committed', ...Object.keys(FAULT_KINDS)]) ??
        Object.keys(FAULT_KINDS).join(', '),
    );
  const said = name === kind ? second : name.slice(kind.length + 1);
  const { endpoint, ...rest } = pick(options, MATCH);
  return present({ [kind]: kindValue(kind, word(said, `fault ${kind} ...`), more), of: endpoint, ...rest });
}

function kindValue(kind: string, said: string, more: readonly string[]): unknown {
  if (kind === 'rewrite') return assignments([said, ...more]);
  if (kind === 'header') return headers([said, ...more]);
  if (kind === 'remove') return more.length === 0 ? said : [said, ...more];
  return kind === 'delay' || kind === 'skew' ? said : value(said);
}

/** `content-type=text/plain`; without a value the header is taken out. */
function headers(words: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(
    words.map((text) => {
      const [name = '', ...rest] = text.split('=');
      return [name, rest.length === 0 || rest.join('=') === '' ? null : rest.join('=')];
    }),
  );
}
