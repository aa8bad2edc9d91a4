// The live view of `tokenwarp serve`: follows the journal and the requests, hands frames to the view, and turns keys into what they do.
// Loaded only when somebody watches.
import { requestLine } from '../report/request-line.ts';
import { openLive } from '../report/live/open.ts';
import { serveModel } from '../report/live/serve-model.ts';
import type { ServeFacts, VerdictFacts } from '../report/live/serve-model.ts';
import { Sessions } from '../report/live/sessions.ts';
import { createLiveStore } from '../report/live/store.ts';
import type { Screen } from '../report/screen.ts';
import { paintOf } from '../report/screen.ts';
import { serverTime } from '../../mock-server/drive.ts';
import type { RunningMockServer } from '../../mock-server/http.ts';
import { verifyReport } from '../verify/readers/verify-report.ts';
import { KEYS, press } from './serve-keys.ts';

/** Ms between frames, and between two verdicts. */
const FRAME = 100;
const JUDGE = 1_000;
/** Facts above which the journal is judged on demand only (`tokenwarp ctl verify`): a verdict should not slow the server. */
const MOST_FACTS = 20_000;
const MOST_SESSIONS = 6;

export interface ServeView {
  server: RunningMockServer;
  screen: Screen;
  /** Printed above the first frame. */
  greeting: string;
  quit(how: 'q' | 'ctrl-c'): void;
}

/** Opens the view; the answer closes it. */
export function openServeView({ server, screen, greeting, quit }: ServeView): () => Promise<void> {
  const paint = paintOf(screen);
  const watch = new Watch(server);
  const store = createLiveStore(watch.model());
  store.print(greeting);
  const offRequests = server.onRequest((record) => {
    watch.requests += 1;
    store.print(`${requestLine(record, paint)}\n`);
  });
  const onKey = (key: string): void => {
    if (key === 'q' || key === 'ctrl-c') return quit(key);
    watch.message = press(server, key) ?? watch.message;
    store.set(watch.model());
  };
  const view = openLive({ store, colour: screen.colour, onKey }, { stdout: process.stdout, stdin: process.stdin });
  const timer = setInterval(() => store.set(watch.model()), FRAME);
  return async () => {
    clearInterval(timer);
    offRequests();
    watch.close();
    await view.close(true);
  };
}

/** What is known of the server, brought up to date with every fact. */
class Watch {
  readonly #server: RunningMockServer;
  readonly #sessions = new Sessions();
  readonly close: () => void;
  requests = 0;
  message: string | undefined;
  #verdict: VerdictFacts | undefined;
  #judgedAt = Number.NEGATIVE_INFINITY;
  #judgedFacts = 0;

  constructor(server: RunningMockServer) {
    this.#server = server;
    for (const entry of server.app.journal.entries) this.#sessions.see(entry);
    this.close = server.app.journal.subscribe((entry) => this.#sessions.see(entry));
  }

  model(): ReturnType<typeof serveModel> {
    const { app, url } = this.#server;
    if (app.journal.entries.length === 0) this.#sessions.clear();
    this.#judge();
    const facts: ServeFacts = {
      url,
      now: app.clock.now(),
      wall: serverTime(app, url),
      frozen: app.clock.frozen,
      requests: this.requests,
      rules: app.rules.size,
      holds: app.holds.list(),
      sessions: this.#sessions.latest(MOST_SESSIONS),
      count: this.#sessions.count,
      keys: KEYS,
      ...(this.#verdict === undefined ? {} : { verdict: { ...this.#verdict, behind: this.#behind() } }),
      ...(this.message === undefined ? {} : { message: this.message }),
    };
    return serveModel(facts);
  }

  /** Facts too many to judge while traffic flows: what is shown is no longer about all of them. */
  #behind(): number {
    const { length } = this.#server.app.journal.entries;
    return length > MOST_FACTS ? length - this.#judgedFacts : 0;
  }

  /** At most once a second, only after something happened. */
  #judge(): void {
    const { app } = this.#server;
    const { entries } = app.journal;
    const at = performance.now();
    if (entries.length === this.#judgedFacts || entries.length > MOST_FACTS || at - this.#judgedAt < JUDGE) return;
    const { findings, judged } = verifyReport(entries, { now: app.clock.now() });
    const broken = findings.map(({ invariant, message, presumed }) => ({ invariant, message, presumed: presumed !== undefined }));
    const names = Object.entries(judged);
    const failing = new Set(broken.map(({ invariant }) => invariant));
    this.#verdict = {
      broken,
      idle: names.filter(([, count]) => count === 0).length,
      held: names.filter(([name, count]) => count > 0 && !failing.has(name)).length,
    };
    this.#judgedAt = performance.now();
    this.#judgedFacts = entries.length;
  }
}
