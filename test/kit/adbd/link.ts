// The device's side of one adb connection: handshake, authorization, and streams with their flow control: no second write on a stream
// before the first was confirmed.
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { Decoder, encode, type Command, type Message } from './wire.ts';

const VERSION = 0x01000001;
const MAX_DATA = 256 * 1024;
const TOKEN = 1;
const SIGNATURE = 2;
const PUBLIC_KEY = 3;

export type Trust = 'open' | 'unauthorized' | 'silent';

export interface Stream {
  /** Resolves when the other side has taken it; rejects when the stream is closed. */
  write(data: Buffer): Promise<void>;
  /** Bytes of the other side, until it closes. */
  read(): AsyncIterable<Buffer>;
  close(): void;
  readonly closed: boolean;
  onClose(listener: () => void): void;
}

export interface LinkOptions {
  banner: string;
  trust(): Trust;
  /** A service the host asks for; undefined refuses it. */
  serve(service: string): ((stream: Stream) => void) | undefined;
}

export class Link {
  readonly #socket: Socket;
  readonly #options: LinkOptions;
  readonly #streams = new Map<number, HalfStream>();
  #nextId = 1;
  #ready = false;

  constructor(socket: Socket, options: LinkOptions) {
    this.#socket = socket;
    this.#options = options;
    const decoder = new Decoder();
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      for (const message of decoder.push(chunk)) this.#receive(message);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const stream of this.#streams.values()) stream.end();
      this.#streams.clear();
    });
  }

  get ready(): boolean {
    return this.#ready;
  }

  /** Somebody tapped "Allow". */
  accept(): void {
    this.#ready = true;
    this.#send('CNXN', VERSION, MAX_DATA, Buffer.from(`${this.#options.banner}\0`));
  }

  /** The cable is out. */
  drop(): void {
    this.#socket.destroy();
  }

  /** The device opens a stream to the host: how `adb reverse` carries a connection. */
  open(service: string): Promise<Stream> {
    const id = this.#nextId++;
    const stream = this.#stream(id);
    this.#send('OPEN', id, 0, Buffer.from(`${service}\0`));
    return stream.opened;
  }

  #stream(id: number): HalfStream {
    const stream = new HalfStream((command, remote, data) => this.#send(command, id, remote, data));
    this.#streams.set(id, stream);
    stream.onClose(() => this.#streams.delete(id));
    return stream;
  }

  #receive({ command, arg0, arg1, data }: Message): void {
    if (command === 'CNXN') return this.#greet();
    if (command === 'AUTH') return this.#judge(arg0);
    if (!this.#ready) return;
    if (command === 'OPEN') return this.#openFor(arg0, data.toString().replace(/\0$/, ''));
    const stream = this.#streams.get(arg1);
    if (stream === undefined) {
      if (command === 'WRTE') this.#send('CLSE', 0, arg0, Buffer.alloc(0));
      return;
    }
    if (command === 'OKAY') stream.confirmed(arg0);
    else if (command === 'WRTE') {
      this.#send('OKAY', arg1, arg0, Buffer.alloc(0));
      stream.arrived(data);
    } else if (command === 'CLSE') stream.end();
  }

  #greet(): void {
    const trust = this.#options.trust();
    if (trust === 'open') this.accept();
    else if (trust === 'unauthorized') this.#send('AUTH', TOKEN, 0, randomBytes(20));
  }

  /** A signature is not believed; the public key is shown to somebody who does not look. */
  #judge(kind: number): void {
    if (kind === SIGNATURE) this.#send('AUTH', TOKEN, 0, randomBytes(20));
    if (kind === PUBLIC_KEY && this.#options.trust() === 'open') this.accept();
  }

  #openFor(remote: number, service: string): void {
    const serve = this.#options.serve(service);
    if (serve === undefined) return this.#send('CLSE', 0, remote, Buffer.alloc(0));
    const id = this.#nextId++;
    const stream = this.#stream(id);
    stream.attach(remote);
    this.#send('OKAY', id, remote, Buffer.alloc(0));
    serve(stream);
  }

  #send(command: Command, arg0: number, arg1: number, data: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(encode({ command, arg0, arg1, data }));
  }
}

class HalfStream implements Stream {
  readonly opened: Promise<Stream>;
  readonly #send: (command: Command, remote: number, data: Buffer) => void;
  readonly #opening = Promise.withResolvers<Stream>();
  readonly #chunks: Buffer[] = [];
  readonly #listeners: (() => void)[] = [];
  #remote: number | undefined;
  #waiting: PromiseWithResolvers<void> | undefined;
  #queue: Promise<void> = Promise.resolve();
  #wake: (() => void) | undefined;
  #over = false;

  constructor(send: (command: Command, remote: number, data: Buffer) => void) {
    this.#send = send;
    this.opened = this.#opening.promise;
    this.opened.catch(() => undefined);
  }

  get closed(): boolean {
    return this.#over;
  }

  attach(remote: number): void {
    this.#remote = remote;
    this.#opening.resolve(this);
  }

  confirmed(remote: number): void {
    if (this.#remote === undefined) this.attach(remote);
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  arrived(data: Buffer): void {
    this.#chunks.push(data);
    this.#wake?.();
  }

  write(data: Buffer): Promise<void> {
    const pieces = Array.from({ length: Math.ceil(data.length / MAX_DATA) }, (_, i) => data.subarray(i * MAX_DATA, (i + 1) * MAX_DATA));
    const sent = this.#queue.then(async () => {
      for (const piece of pieces) await this.#writeOne(piece);
    });
    this.#queue = sent.catch(() => undefined);
    return sent;
  }

  async #writeOne(piece: Buffer): Promise<void> {
    if (this.#over) throw new Error('the stream is closed');
    this.#waiting = Promise.withResolvers<void>();
    const { promise } = this.#waiting;
    this.#send('WRTE', this.#remote ?? 0, piece);
    await promise;
  }

  async *read(): AsyncGenerator<Buffer> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) yield chunk;
      else if (this.#over) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }

  /** After what is still to be written. */
  close(): void {
    void this.#queue.then(() => {
      if (this.#over) return;
      this.#send('CLSE', this.#remote ?? 0, Buffer.alloc(0));
      this.end();
    });
  }

  onClose(listener: () => void): void {
    this.#listeners.push(listener);
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#opening.reject(new Error('connection refused'));
    this.#waiting?.reject(new Error('the stream is closed'));
    this.#wake?.();
    for (const listener of this.#listeners) listener();
  }
}
