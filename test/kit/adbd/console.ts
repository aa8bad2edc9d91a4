// The console of an emulator, as `adb emu` uses it: a greeting, authentication, one command, quit.
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Phone } from './phone.ts';

export interface Console {
  port: number;
  stop(): Promise<void>;
}

export async function openConsole(phone: Phone): Promise<Console> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    socket.write("Android Console: Authentication required\r\nAndroid Console: type 'auth <auth_token>' to authenticate\r\nOK\r\n");
    let rest = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) answer(phone, socket, line.trim());
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function answer(phone: Phone, socket: Socket, line: string): void {
  const [verb, ...args] = line.split(/\s+/);
  if (verb === 'quit') socket.end();
  else if (verb === 'auth') socket.write("Android Console: type 'help' for a list of commands\r\nOK\r\n");
  else if (verb === 'finger' && args[0] === 'touch') {
    phone.touches.push(args[1] ?? '');
    socket.write('OK\r\n');
  } else if (verb === 'finger' && args[0] === 'remove') socket.write('OK\r\n');
  else socket.write("KO: unknown command, try 'help'\r\n");
}
