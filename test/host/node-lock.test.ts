// The lock of the Node host within one process; between processes, killed and stopped ones: fleet, kills and frozen.
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openHost, testFolder } from './kit/folder.ts';

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

/** Work that shows whether anybody else is at it. */
function crowd(): { most: number; work: () => Promise<void> } {
  let inside = 0;
  const seen = { most: 0, work: async () => {} };
  seen.work = async () => {
    seen.most = Math.max(seen.most, ++inside);
    await pause(3);
    inside -= 1;
  };
  return seen;
}

describe('the lock', () => {
  test('lets one in at a time, of one host and of several', async () => {
    const { host, folder } = openHost();
    const seen = crowd();
    const hosts = [host, host, openHost({ folder }).host, openHost({ folder }).host];
    await Promise.all(hosts.map((each) => each.lock('refresh', seen.work)));
    expect(seen.most).toBe(1);
  });

  test('keeps different names and different folders apart', async () => {
    const { host } = openHost();
    const seen = crowd();
    await Promise.all([host.lock('a', seen.work), host.lock('b', seen.work), openHost().host.lock('a', seen.work)]);
    expect(seen.most).toBe(3);
  });

  test('hands on what the work resolves or rejects with, and is free after both', async () => {
    const { host } = openHost();
    expect(await host.lock('refresh', async () => 42)).toBe(42);
    await expect(host.lock('refresh', () => Promise.reject(new RangeError('mine')))).rejects.toThrow(RangeError);
    expect(await host.lock('refresh', async () => 43, { timeout: 1_000 })).toBe(43);
  });

  test.each(['the same host', 'another host'])('that %s keeps is given up after its time-out, and can be had later', async (who) => {
    const { host, folder } = openHost();
    const other = who === 'the same host' ? host : openHost({ folder }).host;
    let leave = (): void => {};
    const held = host.lock('refresh', () => new Promise<void>((resolve) => (leave = resolve)));
    await pause(20);
    await expect(other.lock('refresh', async () => 1, { timeout: 30 })).rejects.toMatchObject({ code: 'lock-timeout' });
    const next = other.lock('refresh', async () => 2, { timeout: 30_000 });
    leave();
    await held;
    expect(await next).toBe(2);
  });

  test('writes to its file once, however often it is taken', async () => {
    const { host, folder } = openHost();
    await host.lock('refresh', async () => undefined);
    const path = join(folder, 'locks', 'refresh.lock');
    const { mtimeMs, size } = statSync(path);
    for (let n = 0; n < 20; n++) await host.lock('refresh', async () => undefined);
    expect(statSync(path)).toMatchObject({ mtimeMs, size });
    expect(readdirSync(join(folder, 'locks'))).toEqual(['refresh.lock']);
  });

  test.each([
    ['its folder is in the way', (folder: string) => writeFileSync(join(folder, 'locks'), '')],
    [
      'its file is something else',
      (folder: string) => {
        mkdirSync(join(folder, 'locks'));
        writeFileSync(join(folder, 'locks', 'refresh.lock'), 'no database '.repeat(100));
      },
    ],
  ])('says that there is none when %s, and warns once', async (_name, spoil) => {
    const folder = testFolder();
    spoil(folder);
    const { host, warnings } = openHost({ folder });
    for (let n = 0; n < 2; n++) await expect(host.lock('refresh', async () => 1)).rejects.toMatchObject({ code: 'lock-unavailable' });
    expect(warnings).toEqual(['TW_LOCK_UNAVAILABLE']);
  });
});
