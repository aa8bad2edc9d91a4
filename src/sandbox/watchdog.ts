// Notices that a worker's event loop no longer turns, and asks the inspector where it is: an endless loop, of any kind, is named
// by function and line. Works from the outside, so it needs nothing of the stuck thread.
import { Session } from 'node:inspector';

interface Frame {
  functionName: string;
  location: { scriptId: string; lineNumber: number };
}
interface Reply {
  method?: string;
  params?: { scriptId?: string; url?: string; callFrames?: Frame[] };
}

/** Steps of the debugger spent looking for a frame of the client. */
const MAX_STEPS = 200;
/** Ms after which the search is given up. */
const GIVE_UP = 1_500;

/** `function (file:line)` of the client frame that runs in the worker `threadId`; undefined when it cannot be told. */
export function whereStuck(threadId: number, isClient: (url: string) => boolean): Promise<string | undefined> {
  const session = new Session();
  session.connect();
  return new Promise<string | undefined>((resolve) => {
    const search = new Search(session, isClient, resolve);
    const timer = setTimeout(() => search.finish(undefined), GIVE_UP);
    session.on('NodeWorker.attachedToWorker', ({ params }) => {
      // `workerId` counts per session; the thread's own number stands in the title only: `[worker 3] name`.
      if (/\bworker (\d+)/i.exec(params.workerInfo.title)?.[1] === String(threadId)) search.attached(params.sessionId);
      else session.post('NodeWorker.detach', { sessionId: params.sessionId });
    });
    session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
      if (search.read(JSON.parse(params.message) as Reply)) clearTimeout(timer);
    });
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  });
}

class Search {
  readonly #session: Session;
  readonly #isClient: (url: string) => boolean;
  readonly #resolve: (where: string | undefined) => void;
  readonly #urls = new Map<string, string>();
  readonly #workers: string[] = [];
  #steps = 0;
  #id = 0;
  #over = false;

  constructor(session: Session, isClient: (url: string) => boolean, resolve: (where: string | undefined) => void) {
    this.#session = session;
    this.#isClient = isClient;
    this.#resolve = resolve;
  }

  attached(sessionId: string): void {
    this.#workers.push(sessionId);
    this.#send('Debugger.enable');
    this.#send('Debugger.pause');
  }

  /** True when the search is over. */
  read({ method, params }: Reply): boolean {
    if (method === 'Debugger.scriptParsed') this.#urls.set(params?.scriptId ?? '', params?.url ?? '');
    if (method !== 'Debugger.paused' || this.#over) return this.#over;
    const frame = (params?.callFrames ?? []).find(({ location }) => this.#isClient(this.#urls.get(location.scriptId) ?? ''));
    if (frame !== undefined) return this.finish(this.#describe(frame));
    if (++this.#steps > MAX_STEPS) return this.finish(undefined);
    this.#send('Debugger.stepInto');
    return false;
  }

  finish(where: string | undefined): true {
    if (this.#over) return true;
    this.#over = true;
    this.#send('Debugger.disable');
    this.#session.post('NodeWorker.disable');
    this.#session.disconnect();
    this.#resolve(where);
    return true;
  }

  #describe({ functionName, location }: Frame): string {
    const url = this.#urls.get(location.scriptId) ?? '';
    const file = url.replace(/[?#].*$/, '').replace(/^.*\//, '');
    return `${functionName === '' ? 'anonymous function' : functionName} (${file}:${location.lineNumber + 1})`;
  }

  #send(method: string): void {
    for (const sessionId of this.#workers) {
      this.#session.post('NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify({ id: ++this.#id, method }) });
    }
  }
}
