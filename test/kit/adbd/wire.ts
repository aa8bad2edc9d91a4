// Messages of the adb transport: a header of 24 bytes (command, two arguments, length, checksum, magic) and a payload.

export type Command = 'CNXN' | 'AUTH' | 'OPEN' | 'OKAY' | 'WRTE' | 'CLSE' | 'STLS' | 'SYNC';

export interface Message {
  command: Command;
  arg0: number;
  arg1: number;
  data: Buffer;
}

const HEADER = 24;

export function encode({ command, arg0, arg1, data }: Message): Buffer {
  const header = Buffer.alloc(HEADER);
  header.write(command, 0, 'latin1');
  header.writeUInt32LE(arg0 >>> 0, 4);
  header.writeUInt32LE(arg1 >>> 0, 8);
  header.writeUInt32LE(data.length, 12);
  header.writeUInt32LE(
    data.reduce((sum, byte) => (sum + byte) >>> 0, 0),
    16,
  );
  header.writeUInt32LE((header.readUInt32LE(0) ^ 0xffffffff) >>> 0, 20);
  return Buffer.concat([header, data]);
}

/** Cuts a stream of bytes into messages. */
export class Decoder {
  #rest = Buffer.alloc(0);

  push(chunk: Buffer): Message[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const messages: Message[] = [];
    for (;;) {
      if (this.#rest.length < HEADER) return messages;
      const length = this.#rest.readUInt32LE(12);
      if (this.#rest.length < HEADER + length) return messages;
      const command = this.#rest.toString('latin1', 0, 4) as Command;
      if ((this.#rest.readUInt32LE(0) ^ 0xffffffff) >>> 0 !== this.#rest.readUInt32LE(20))
        throw new Error(`not an adb message: ${command}`);
      messages.push({
        command,
        arg0: this.#rest.readUInt32LE(4),
        arg1: this.#rest.readUInt32LE(8),
        data: Buffer.from(this.#rest.subarray(HEADER, HEADER + length)),
      });
      this.#rest = this.#rest.subarray(HEADER + length);
    }
  }
}
