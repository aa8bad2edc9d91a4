// One pass over a history that fills the index. Order of arrival is order of `seq`; nothing is judged and nothing is thrown:
// half a history, or one in the wrong order, gives half an index.
import type { EventOf, EventType, HistoryEvent, TokenLabel } from '../core/events.ts';
import type {
  Declared,
  DeviceInfo,
  Exchange,
  FamilyInfo,
  Listening,
  LockUse,
  LogicalRequest,
  ProcessInfo,
  Sending,
  StoreWrite,
  Stream,
  TokenInfo,
} from './records.ts';

/** Everything found in one pass. */
export class Index {
  readonly exchanges: Exchange[] = [];
  readonly byX = new Map<string, Exchange>();
  readonly byRt = new Map<TokenLabel, Exchange>();
  readonly requests = new Map<string, LogicalRequest>();
  readonly tokens = new Map<TokenLabel, TokenInfo>();
  readonly families = new Map<string, FamilyInfo>();
  /** Family -> its issuer, where a run has several. */
  readonly issuers = new Map<string, string>();
  /** Sendings to a server with a token of another. */
  readonly strays: (EventOf<'token.sent'> | EventOf<'revocation.sent'>)[] = [];
  readonly processes = new Map<string, ProcessInfo>();
  readonly devices = new Map<string, DeviceInfo>();
  /** First 401 delivered to each device for a sending that carried the token. */
  readonly refused = new Map<TokenLabel, EventOf<'api.delivered'>>();
  /** First successful write of each token. */
  readonly persisted = new Map<TokenLabel, EventOf<'store.end'>>();
  /** First use of each token: as a bearer, or presented for a refresh. */
  readonly used = new Map<TokenLabel, EventOf<'api.sent'> | EventOf<'token.sent'>>();
  readonly writes = new Map<number, StoreWrite>();
  readonly texts: EventOf<'text'>[] = [];
  readonly sendings: Sending[] = [];
  readonly steps: EventOf<'step'>[] = [];
  readonly aborts: EventOf<'aborted'>[] = [];
  readonly abandoned: EventOf<'token.abandoned'>[] = [];
  readonly refusals: Exchange[] = [];
  readonly answers: EventOf<'prompt.closed'>[] = [];
  readonly policies: EventOf<'lock.policy'>[] = [];
  readonly locks: LockUse[] = [];
  /** Process -> its uses of locks that have not ended. */
  readonly openLocks = new Map<string, LockUse[]>();
  readonly streams: Stream[] = [];
  readonly openStreams = new Map<string, Stream>();
  readonly listenings: Listening[] = [];
  /** Access tokens that a response header brought. */
  readonly offered = new Set<TokenLabel>();
  /** Exchange -> its refusal as the server recorded it. */
  readonly refusedAs = new Map<string, EventOf<'token.refused'>>();
  readonly deaths: EventOf<'family.dead'>[] = [];
  /** An answer granted tokens without telling for how long. */
  untold = false;
  runEnd: EventOf<'run.end'> | undefined;
  declared: Declared = { features: undefined, refreshAhead: undefined, missing: [] };

  process(name: string): ProcessInfo {
    let info = this.processes.get(name);
    if (info === undefined) {
      const device = deviceOf(name);
      info = {
        process: name,
        device,
        life: 0,
        lives: [],
        stops: [],
        launches: [],
        kills: [],
        running: true,
        suspended: [],
        hands: [],
        known: [],
        reads: [],
        states: [],
        calls: [],
        sent: [],
        settles: [],
        opened: [],
        triggers: [],
        background: [],
        contents: [],
        interactions: [],
        pushes: [],
        looks: [],
        jobs: [],
      };
      this.processes.set(name, info);
      this.device(device).processes.push(name);
    }
    return info;
  }

  device(name: string): DeviceInfo {
    let info = this.devices.get(name);
    if (info === undefined) {
      info = {
        device: name,
        issuer: undefined,
        processes: [],
        sessions: [],
        offline: [],
        locked: [],
        jumps: [],
        stores: [],
        writes: [],
        signOuts: [],
        exchanges: [],
        observable: false,
        triggers: [],
        prompts: [],
        changes: [],
        installs: [],
        jobRequests: [],
        jobIntervals: new Map(),
      };
      this.devices.set(name, info);
    }
    return info;
  }

  request(n: string, process: string): LogicalRequest {
    let request = this.requests.get(n);
    if (request === undefined) {
      const { device, life } = this.process(process);
      request = { n, process, device, life, called: undefined, settled: undefined, aborted: undefined, sendings: [] };
      this.requests.set(n, request);
    }
    return request;
  }
}

/** `phone/app` -> `phone`. */
export function deviceOf(actor: string): string {
  const slash = actor.indexOf('/');
  return slash < 0 ? actor : actor.slice(0, slash);
}

/** What one kind of event does to the index. */
export type Handler<T extends EventType> = (index: Index, event: EventOf<T>) => void;
export type Handlers = { readonly [T in EventType]?: Handler<T> };

/** Reads a history into an index, with the handlers asked for each event in turn. */
export function buildIndex(events: readonly HistoryEvent[], tables: readonly Handlers[]): Index {
  const index = new Index();
  for (const event of events) {
    for (const table of tables) {
      const handler = table[event.type] as ((index: Index, event: HistoryEvent) => void) | undefined;
      if (handler !== undefined) handler(index, event);
    }
  }
  return index;
}
