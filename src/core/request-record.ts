// One request as a server over sockets saw it, for logs and live views. Labels only: no token value, no query string, no header.
import type { TokenLabel } from './events.ts';
import type { Endpoint } from './fault.ts';
import type { RefusalReason } from './server-words.ts';

/** A request that is over: when, what, by whom, how it ended. */
export interface RequestRecord {
  /** 1, 2, 3 ... in order of arrival. */
  seq: number;
  /** When it arrived: virtual ms since the start, and the server's wall clock in ms since the Unix epoch. */
  t: number;
  wall: number;
  /** Real ms until it was over. */
  ms: number;
  method: string;
  /** Without the query; a piece that could be a secret is elided. */
  path: string;
  endpoint: Endpoint | 'control';
  /** Absent when no answer left. */
  status?: number;
  /**
   * `sent`; `cut` by a rule in the middle of the body; `dropped` by a rule before any byte; `gone`: the client closed the connection
   * before the answer; `failed`: a fault of the server itself.
   */
  ending: 'sent' | 'cut' | 'dropped' | 'gone' | 'failed';
  /** Text of the rule that fell on it. */
  fault?: string;
  /** `phone/app` where the request says so, else the device of the session, else the connection, `c3`. */
  from: string;
  connection: string;
  /** Names in the journal: `x` of a token exchange, `n` of an API request. */
  x?: string;
  n?: string;
  grant?: string;
  /** Error code in the answer, and the true reason, which the wire never tells. */
  error?: string;
  reason?: RefusalReason | (string & {});
  /** The token it showed, and those it was given. */
  presented?: TokenLabel;
  access?: TokenLabel;
  refresh?: TokenLabel;
  family?: string;
  user?: string;
  device?: string;
  /** The journal name it repeats byte by byte, by the transport on its own or by the application. */
  repeats?: { of: string; by: 'transport' | 'app'; gap: number };
}
