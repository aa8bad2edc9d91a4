// The mock server for operations on devices, over its control API: what arrived since a moment, and a hold at the commit.
import type { Refreshes, ServerPort } from '../../device/server-port.ts';
import { call, targetOf, type CtlRequest, type Target } from '../ctl-http.ts';
import { usageError } from '../exit.ts';

export interface ServerOptions {
  url?: string;
  readyFile?: string;
  key?: string;
}

/** Undefined when no server was named. */
export function serverPort(options: ServerOptions, cwd: string): ServerPort | undefined {
  if (options.url === undefined && options.readyFile === undefined) return undefined;
  const target = targetOf(options, cwd);
  return {
    mark: async () => Number((await ask(target, { method: 'GET', path: '/journal', query: { limit: 1 } }))['next']),
    since: async (mark) =>
      refreshesIn((await ask(target, { method: 'GET', path: '/journal', query: { since: mark, type: TYPES } }))['entries']),
    async hold() {
      const { name } = await ask(target, { method: 'POST', path: '/holds', body: { at: 'committed', of: 'token' } });
      let held = true;
      return {
        isHolding: async () => waiting((await ask(target, { method: 'GET', path: '/holds' }))['holds'], String(name)) > 0,
        async release() {
          if (held) await ask(target, { method: 'POST', path: `/holds/${encodeURIComponent(String(name))}/release` });
          held = false;
        },
      };
    },
  };
}

const TYPES = 'token.received,token.committed,token.refused';

async function ask(target: Target, request: CtlRequest): Promise<Readonly<Record<string, unknown>>> {
  const { status, json } = await call(target, request);
  if (status >= 400)
    throw usageError(
      typeof json['message'] === 'string' ? json['message'] : `the server answered ${status}`,
      'start it with its control API: tokenwarp serve',
    );
  return json;
}

function refreshesIn(entries: unknown): Refreshes {
  const types = (Array.isArray(entries) ? entries : []).map((entry: { type?: string }) => entry.type);
  const count = (type: string): number => types.filter((each) => each === type).length;
  return { received: count('token.received'), committed: count('token.committed'), refused: count('token.refused') };
}

function waiting(holds: unknown, name: string): number {
  const hold = (Array.isArray(holds) ? (holds as { name: string; waiting: number }[]) : []).find((each) => each.name === name);
  return hold?.waiting ?? 0;
}
