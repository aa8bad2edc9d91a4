// The user's sessions on other devices, for a screen that lists and ends them. Plain calls of the app's own API; the engine itself learns
// of an ended session from the refused refresh only.
import type { HostResponse } from '../core/contract.ts';
import { TokenwarpError } from '../core/errors.ts';
import { parseObject } from '../core/http.ts';
import type { Engine } from './engine.ts';

export interface SessionInfo {
  id: string;
  device: string;
  /** ISO 8601. */
  created_at: string;
  last_active: string;
  /** The one that asks. */
  current: boolean;
  [member: string]: unknown;
}
export interface Sessions {
  list(): Promise<SessionInfo[]>;
  /** Ends one; false when there was none. */
  terminate(id: string): Promise<boolean>;
  /** Ends all but the one that asks. */
  terminateOthers(): Promise<void>;
}

/** Over the requests of an engine. `path`: where the API has them. Rejects with TW_UNEXPECTED_ANSWER, or as a request does. */
export function createSessions(engine: Pick<Engine, 'request'>, path = '/sessions'): Sessions {
  const ask = (method: string, below = ''): Promise<HostResponse> => engine.request(path + below, { method });
  return {
    list: async () => {
      const answer = await ask('GET');
      const sessions = answer.ok ? parseObject(await answer.text())?.['sessions'] : undefined;
      return Array.isArray(sessions) ? (sessions as SessionInfo[]) : unexpected(answer);
    },
    terminate: async (id) => {
      const answer = await ask('DELETE', `/${encodeURIComponent(id)}`);
      return answer.ok || (answer.status === 404 ? false : unexpected(answer));
    },
    terminateOthers: async () => {
      const answer = await ask('DELETE', '/others');
      if (!answer.ok) unexpected(answer);
    },
  };
}

function unexpected({ status }: HostResponse): never {
  throw new TokenwarpError('TW_UNEXPECTED_ANSWER', `unexpected answer: status ${status}`, { fields: { status } });
}
