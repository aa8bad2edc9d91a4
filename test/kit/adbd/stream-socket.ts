// A stream of the transport as a socket, for the HTTP client of an app on the emulated phone.
import { Duplex } from 'node:stream';
import type { Stream } from './link.ts';

export function socketOf(stream: Stream): Duplex {
  const socket = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      stream.write(chunk).then(() => done(), done);
    },
    final(done) {
      stream.close();
      done();
    },
    destroy(error, done) {
      stream.close();
      done(error);
    },
  });
  void (async () => {
    for await (const chunk of stream.read()) socket.push(chunk);
    socket.push(null);
  })();
  return socket;
}
