// Writes endings to sockets: whole answers, streams, and every way in which one can break (RST, FIN, silence, a body cut short).
// Decides nothing: which of them it is was decided by the rules.
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AppResponse } from './app.ts';
import type { DropHow } from '../src/core/fault.ts';
import type { Cut, Ending } from './drive.ts';

/** What is borrowed from the edge. */
export interface Wire {
  /** The socket below an answer; for TLS the one that carries the records, because only that can be reset. */
  raw(socket: Socket): Socket;
  after(ms: number, fn: () => void): () => void;
  /** Runs `fn` when every request that has arrived by now was read. */
  endOfTurn(fn: () => void): void;
}

/** Sends an ending. `close`: the connection is not kept. The socket may be gone before this returns. */
export function send(res: ServerResponse, ending: Ending, wire: Wire, close: boolean): void {
  if (close) res.shouldKeepAlive = false;
  // Not `res.socket`: a pipelined answer has none while it waits for those before it.
  const { socket } = res.req;
  if (socket.destroyed) return;
  if (ending.kind === 'drop') return drop(res, socket, ending.how, wire);
  const { response, cut } = ending;
  if (cut !== undefined) return sendCut(res, response, cut, () => wire.after(BEFORE_RESET, () => wire.raw(socket).resetAndDestroy()));
  if (response.stream !== undefined) void sendStream(res, response);
  else sendWhole(res, response);
}

/**
 * Content-Length is always told, so that a body is never framed by its end. Text, not bytes: Node writes head and text as one, and
 * faster when it knows that there is nothing in it to encode.
 */
export function sendWhole(res: ServerResponse, { status, headers, body, head }: AppResponse): void {
  const bodiless = status === 204 || status === 304;
  res.sendDate = false;
  if (bodiless) return void res.writeHead(status, headers).end();
  const length = Buffer.byteLength(body);
  res.writeHead(status, head === undefined ? { ...headers, 'content-length': length } : (head as string[]));
  res.end(body, length === body.length ? 'latin1' : 'utf8');
}

/** Piece by piece; a reader that goes away ends the source, one that is slow makes it wait. */
async function sendStream(res: ServerResponse, response: AppResponse): Promise<void> {
  const chunks = response.stream?.chunks[Symbol.asyncIterator]();
  if (chunks === undefined) return;
  res.once('close', () => void chunks.return?.());
  res.sendDate = false;
  res.writeHead(response.status, response.headers);
  res.flushHeaders();
  try {
    for (let next = await chunks.next(); next.done !== true && !res.writableEnded && !res.destroyed; next = await chunks.next()) {
      if (!res.write(next.value)) await drained(res);
    }
    if (!res.writableEnded) res.end();
  } catch {
    // The source broke after the headers left: all that can still be said is that the body did not end.
    res.destroy();
  }
}

function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      res.off('drain', done).off('close', done);
      resolve();
    };
    res.once('drain', done).once('close', done);
  });
}

/** No byte leaves, whatever the point: to the client the same as in the virtual world, where a fetch rejects. */
function drop(res: ServerResponse, socket: Socket, how: DropHow, wire: Wire): void {
  // Silence keeps the connection open and says nothing until the client gives up.
  if (how === 'silence') return;
  if (how === 'fin') socket.end();
  else wire.raw(socket).resetAndDestroy();
  res.destroy();
}

/** Long enough for the bytes before an RST to be read on loopback: an RST discards what the reader has not taken yet. */
const BEFORE_RESET = 20;

function sendCut(res: ServerResponse, response: AppResponse, cut: Cut, reset: () => void): void {
  const body = Buffer.from(response.body);
  const part = body.subarray(0, Math.min(cut.keep, body.length));
  if (cut.how === 'short') return sendPart(res, response, part, part.length);
  if (cut.how === 'chunk') return sendBadChunk(res, response, part);
  // One byte more than the whole, so that a cut after the last byte is a cut too.
  const promised = Math.max(body.length, part.length + 1);
  sendPart(res, response, part, promised, () => (cut.how === 'reset' ? reset() : res.req.socket.end()));
}

/** `broken` is called when the part has left, where more was promised. */
function sendPart(res: ServerResponse, { status, headers }: AppResponse, part: Buffer, promised: number, broken?: () => void): void {
  res.sendDate = false;
  res.writeHead(status, { ...headers, 'content-length': promised });
  if (broken === undefined) res.end(part);
  else res.write(part, broken);
}

/** A chunk whose size is no number (RFC 9112 7.1), written below the framing of Node. */
function sendBadChunk(res: ServerResponse, response: AppResponse, part: Buffer): void {
  const { socket } = res;
  const headers = Object.entries(response.headers)
    .filter(([name]) => name !== 'content-length')
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  socket?.write(`HTTP/1.1 ${response.status} \r\n${headers}transfer-encoding: chunked\r\n\r\n${part.length.toString(16)}\r\n`);
  socket?.write(part);
  socket?.end('\r\nno-number\r\n');
}
