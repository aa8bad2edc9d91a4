// One open stream of one process. The server's side acts when it says it will; the client's side is told in order, or that the
// connection broke. A silent loss leaves a half-open connection: nothing arrives any more, and nobody says so.
import type { HostStream } from '../core/contract.ts';
import type { Fact } from '../core/events.ts';
import { pathOf, type Verdict } from '../core/fault.ts';
import type { HttpResponse } from '../core/http.ts';
import type { Hearing, ServerStream, StreamEnd, StreamMessage } from '../../mock-server/event-stream.ts';
import type { Process } from './device.ts';
import type { Flight } from './flight.ts';
import type { Item } from './item.ts';
import type { Kernel } from './kernel.ts';
import type { Providers } from './providers.ts';
import type { Recorder } from './recorder.ts';

export interface ChannelWorld {
  kernel: Kernel;
  recorder: Recorder;
  providers: Providers;
  slack: number;
  draw(process: Process): number;
  /** What the fault rules make of a message. */
  ask(point: 'request' | 'response', message: string): Verdict;
}

/** What waits to be read: a message, the end, or a broken connection. */
type Reading = { message: string } | { end: true } | { error: TypeError };
type Reader = { resolve(message: string | undefined): void; reject(error: unknown): void };

export class Channel implements HostStream {
  readonly process: Process;
  readonly path: string;
  readonly status: number;
  readonly headers: HostStream['headers'];
  readonly #name: string;
  readonly #epoch: number;
  readonly #world: ChannelWorld;
  readonly #server: ServerStream;
  readonly #label: Flight['label'];
  readonly #unread: Reading[] = [];
  readonly #readers: Reader[] = [];
  #over = false;
  /** Nothing comes through any more, and neither side knows. */
  #silent = false;
  #onOver: () => void = () => undefined;
  #tick: Item | undefined;
  /** When the last message arrives: none overtakes it. */
  #arrives = 0;

  constructor(flight: Flight, response: HttpResponse, world: ChannelWorld) {
    const { process, epoch, request, name } = flight;
    this.process = process;
    this.path = pathOf(request.url);
    this.status = response.status;
    this.headers = { get: (header) => response.headers[header.toLowerCase()] ?? null };
    this.#name = name.kind === 'api' ? `${name.n}.${name.k}` : '';
    this.#epoch = epoch;
    this.#world = world;
    this.#server = (world.providers.at(request.url) ?? world.providers.main).server.openStream(request);
    this.#label = flight.label;
  }

  /** Called once, when the client knows that it is over, or nobody is there to know. */
  whenOver(then: () => void): void {
    this.#onOver = then;
  }

  begin(): void {
    this.#note({ type: 'stream.opened', s: this.#name, at: this.#server.at, path: this.path });
    this.#plan();
  }

  next(): Promise<string | undefined> {
    if (!this.process.alive(this.#epoch)) return new Promise(() => undefined);
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject });
      this.#read();
    });
  }

  send(message: string): Promise<void> {
    if (!this.process.alive(this.#epoch)) return new Promise(() => undefined);
    if (this.#over) return Promise.reject(new TypeError('the stream is over'));
    const verdict = this.#world.ask('request', message);
    if (verdict.kind === 'drop' && verdict.how !== 'silence') {
      this.break();
      return Promise.reject(new TypeError('network error'));
    }
    if (verdict.kind === 'drop') this.#silent = true;
    if (this.#silent) return new Promise(() => undefined);
    return new Promise((resolve, reject) => this.#carry(message, verdict, { resolve: () => resolve(), reject }));
  }

  close(): void {
    if (this.#over || !this.process.alive(this.#epoch)) return;
    this.#finish({ type: 'stream.closed', s: this.#name, at: this.#server.at, by: 'client' }, { end: true });
  }

  /** The process that held it is gone. */
  drop(reason: string): void {
    this.#finish({ type: 'stream.closed', s: this.#name, at: this.#server.at, by: 'client', reason });
  }

  /** The connection breaks. The server hears it at once, the client when it runs. */
  break(): void {
    const { kernel } = this.#world;
    if (this.#tick !== undefined) kernel.cancel(this.#tick);
    this.#silent = true;
    kernel.after(0, this.#label('<'), () => this.#broken(), { owner: this.process, epoch: this.#epoch });
  }

  #broken(): void {
    const closed: Fact = { type: 'stream.closed', s: this.#name, at: this.#server.at, by: 'network' };
    this.#finish(closed, { error: new TypeError('network error') });
  }

  #plan(): void {
    if (this.#over || this.#silent) return;
    if (this.#tick !== undefined) this.#world.kernel.cancel(this.#tick);
    const wait = Math.max(1, this.#server.wait());
    this.#tick = this.#world.kernel.after(wait, `rs:stream ${this.#name}`, () => this.#act(), { background: true });
  }

  #act(): void {
    const next = this.#server.act();
    if (next.kind === 'end') return this.#travel((): void => this.#ended(next), this.#world.draw(this.process));
    this.#plan();
    const verdict = this.#world.ask('response', next.text);
    if (verdict.kind === 'drop' && verdict.how !== 'silence') return this.break();
    if (verdict.kind === 'drop') this.#silent = true;
    if (this.#silent) return;
    this.#travel(() => this.#arrived(next), this.#world.draw(this.process) + (verdict.kind === 'delay' ? verdict.ms : 0));
  }

  /** Towards the client, behind everything that is on its way already. */
  #travel(arrive: () => void, delay: number): void {
    const { kernel, slack } = this.#world;
    this.#arrives = Math.max(this.#arrives, kernel.now + delay);
    kernel.after(this.#arrives - kernel.now, this.#label('<'), arrive, { owner: this.process, epoch: this.#epoch, slack });
  }

  #arrived({ at, text, dead }: StreamMessage): void {
    if (this.#over || this.#silent) return;
    this.#note({ type: 'stream.message', s: this.#name, at, ...(dead ? { dead } : {}) });
    this.#unread.push({ message: text });
    this.#read();
  }

  #ended({ at, reason }: StreamEnd): void {
    if (this.#silent) return;
    this.#finish({ type: 'stream.closed', s: this.#name, at, by: 'server', reason }, { end: true });
  }

  /** To the server and back: the client knows that its token was taken once the answer is here. */
  #carry(message: string, verdict: Verdict, sender: Reader): void {
    const { kernel, draw } = this.#world;
    const out = draw(this.process) + (verdict.kind === 'delay' ? verdict.ms : 0);
    kernel.after(out, this.#label('>'), () => {
      if (this.#over || this.#silent) return;
      const from = this.#server.at;
      const heard = this.#server.hear(message);
      this.#plan();
      this.#travel(() => this.#answered(sender, from, heard), draw(this.process));
    });
  }

  #answered(sender: Reader, from: string, { outcome, at }: Hearing): void {
    if (this.#over || this.#silent) return sender.reject(new TypeError('network error'));
    if (at !== 'none') this.#note({ type: 'stream.renewed', s: this.#name, from, at, accepted: outcome === 'renewed' });
    if (outcome === 'renewed') sender.resolve(undefined);
    else sender.reject(new TypeError('the server takes no such message'));
  }

  #finish(fact: Fact, last?: Reading): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#tick !== undefined) this.#world.kernel.cancel(this.#tick);
    this.#note(fact);
    this.#onOver();
    if (last === undefined) return;
    this.#unread.push(last);
    this.#read();
  }

  /** Hands what came to whoever waits; an end or a break stays for everybody who reads on. */
  #read(): void {
    while (this.#readers.length > 0) {
      const [first] = this.#unread;
      if (first === undefined) return;
      const reader = this.#readers.shift();
      if ('message' in first) {
        this.#unread.shift();
        reader?.resolve(first.message);
      } else if ('end' in first) reader?.resolve(undefined);
      else reader?.reject(first.error);
    }
  }

  #note(fact: Fact): void {
    const { recorder, kernel } = this.#world;
    recorder.follow(this.process.name, fact, this.process.device.wallIfSkewed(kernel.now));
  }
}
