// Services an adb host may open on the device: shells of both protocols, raw execution, reverse forwards. Anything else is refused.
import type { Answer, DeviceShell, RunningScript } from './device-shell.ts';
import type { Stream } from './link.ts';

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const EXIT = 3;
const CLOSE_STDIN = 4;

export interface ServiceContext {
  shell: DeviceShell;
  answer: Answer;
  /** Ports of the device -> where `adb reverse` leads them. */
  reverses: Map<string, string>;
}

export function serviceOf(service: string, context: ServiceContext): ((stream: Stream) => void) | undefined {
  const v2 = /^shell,v2(?:,[^:]*)?:([^]*)$/.exec(service);
  if (v2 !== null) return (stream) => void shellV2(stream, v2[1] ?? '', context);
  const plain = /^(?:shell|exec):([^]*)$/.exec(service);
  if (plain !== null) return (stream) => void rawShell(stream, plain[1] ?? '', context);
  if (service.startsWith('reverse:')) return (stream) => void reverse(stream, service.slice('reverse:'.length), context);
  return undefined;
}

async function shellV2(stream: Stream, script: string, { shell, answer }: ServiceContext): Promise<void> {
  const running = shell.start(script, answer);
  stream.onClose(running.kill);
  void feed(stream, running);
  const send = async (id: number, data: Buffer): Promise<void> => {
    const header = Buffer.alloc(5);
    header.writeUInt8(id, 0);
    header.writeUInt32LE(data.length, 1);
    await stream.write(Buffer.concat([header, data]));
  };
  try {
    const pump = async (id: number, from: AsyncIterable<Buffer>): Promise<void> => {
      for await (const chunk of from) await send(id, id === STDERR ? inAndroidWords(chunk) : chunk);
    };
    await Promise.all([pump(STDOUT, running.out), pump(STDERR, running.err)]);
    await send(EXIT, Buffer.from([await running.ended]));
    stream.close();
  } catch {
    running.kill();
  }
}

async function feed(stream: Stream, { input }: RunningScript): Promise<void> {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream.read()) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32LE(1)) {
      const length = rest.readUInt32LE(1);
      if (rest[0] === STDIN) input.write(rest.subarray(5, 5 + length));
      if (rest[0] === CLOSE_STDIN) input.end();
      rest = rest.subarray(5 + length);
    }
  }
  input.end();
}

/** No exit code, errors between the output. */
async function rawShell(stream: Stream, script: string, { shell, answer }: ServiceContext): Promise<void> {
  const running = shell.start(script, answer, { merged: true });
  stream.onClose(running.kill);
  try {
    for await (const chunk of running.out) await stream.write(chunk as Buffer);
    await running.ended;
    stream.close();
  } catch {
    running.kill();
  }
}

async function reverse(stream: Stream, request: string, { reverses }: ServiceContext): Promise<void> {
  await stream.write(Buffer.from(reverseAnswer(request, reverses))).catch(() => undefined);
  stream.close();
}

function reverseAnswer(request: string, reverses: Map<string, string>): string {
  const [verb = '', ...rest] = request.split(':');
  const target = rest.join(':');
  if (verb === 'forward') {
    const [from = '', to = ''] = target.replace(/^norebind:/, '').split(';');
    reverses.set(from, to);
    return 'OKAY';
  }
  if (verb === 'list-forward') {
    const list = [...reverses].map(([from, to]) => `host ${from} ${to}\n`).join('');
    // The one answer of these without a word of its own in front.
    return `${hexLength(list)}${list}`;
  }
  if (verb === 'killforward') {
    return reverses.delete(target) ? 'OKAY' : failed(`listener '${target}' not found`);
  }
  if (verb === 'killforward-all') {
    reverses.clear();
    return 'OKAY';
  }
  return failed(`unknown reverse service ${verb}`);
}

function failed(text: string): string {
  return `FAIL${hexLength(text)}${text}`;
}

function hexLength(text: string): string {
  return Buffer.byteLength(text).toString(16).padStart(4, '0');
}

/** `/bin/sh: 1: frob: not found` is `/system/bin/sh: frob: inaccessible or not found` there. */
function inAndroidWords(chunk: Buffer): Buffer {
  return Buffer.from(
    chunk.toString().replaceAll(/^\S*sh: \d+: (\S+): (?:Permission denied|not found)$/gm, '/system/bin/sh: $1: inaccessible or not found'),
  );
}
