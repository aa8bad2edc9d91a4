// HTTP as an app on the emulated phone does it: to a port of the phone, through whatever `adb reverse` made of it.
import { request } from 'node:http';
import type { Duplex } from 'node:stream';

/** Where an app runs: it opens connections there. */
export interface Place {
  phone: { connect(port: number): Promise<unknown> };
}

export interface Asked {
  method: string;
  path: string;
  headers?: Readonly<Record<string, string>>;
  form?: Readonly<Record<string, string>>;
  /** Told the connection, which a process that dies takes with it. */
  onSocket?(socket: Duplex): void;
}

export async function ask(app: Place, port: number, asked: Asked): Promise<{ status: number; body: string }> {
  const socket = (await app.phone.connect(port)) as Duplex;
  asked.onSocket?.(socket);
  const form = asked.form === undefined ? undefined : new URLSearchParams(asked.form).toString();
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        method: asked.method,
        host: 'localhost',
        port,
        path: asked.path,
        headers: {
          ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
          connection: 'close',
          ...asked.headers,
        },
        createConnection: () => socket,
      },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body })).on('error', reject);
        answer.on('aborted', () => reject(new Error('the connection broke')));
      },
    );
    sent.on('error', reject);
    socket.once('close', () => reject(new Error('the connection broke')));
    sent.end(form);
  });
}
