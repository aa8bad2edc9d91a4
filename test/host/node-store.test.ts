// The stores of the Node host: what is in them survives and is nobody else's; what cannot be read says why.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/engine.ts';
import { createNodeHost } from '../../src/host/node.ts';
import { CONFIG, openHost, testFolder } from './kit/folder.ts';

const ENTRY = join('secure', 'session.json');
const KEY = Buffer.alloc(32, 7).toString('base64');
const OTHER_KEY = Buffer.alloc(32, 8).toString('base64');
const PRIVATE = 0o077;

describe('the secure tier', () => {
  test('gives back what was set, to another process too, until it is deleted', async () => {
    const { host, folder } = openHost();
    expect(await host.store.get('session')).toBeUndefined();
    await host.store.set('session', 'tokens of ada');
    expect(await openHost({ folder }).host.store.get('session')).toBe('tokens of ada');
    await host.store.delete('session');
    expect(await host.store.get('session')).toBeUndefined();
    await host.store.delete('session');
  });

  test('shows no value on the disk, and nothing of it to other users of the machine', async () => {
    const { host, folder } = openHost();
    await host.store.set('session', 'tokens of ada');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    expect(files).toContain(ENTRY);
    for (const name of files) {
      const path = join(folder, name);
      expect(`${name} ${statSync(path).isDirectory() || !readFileSync(path, 'utf8').includes('tokens of ada')}`).toBe(`${name} true`);
    }
    for (const name of ['key', ENTRY, 'secure']) expect(statSync(join(folder, name)).mode & PRIVATE).toBe(0);
  });

  test('never writes the same bytes twice', async () => {
    const { host, folder } = openHost();
    await host.store.set('session', 'x');
    const first = readFileSync(join(folder, ENTRY), 'utf8');
    await host.store.set('session', 'x');
    expect(readFileSync(join(folder, ENTRY), 'utf8')).not.toBe(first);
  });

  test.each([
    ['a bit that flipped', (text: string) => text.replace(/(?<="data":".{40})./, (letter) => (letter === 'A' ? 'B' : 'A'))],
    ['a file cut short', (text: string) => text.slice(0, 60)],
    ['an empty file', () => ''],
    ['something else', () => 'not ours'],
  ])('takes %s for corrupt, not for absent', async (_name, damage) => {
    const { host, folder } = openHost();
    await host.store.set('session', 'tokens of ada');
    writeFileSync(join(folder, ENTRY), damage(readFileSync(join(folder, ENTRY), 'utf8')));
    const value = await host.store.get('session');
    expect(typeof value).toBe('string');
    expect(value).not.toContain('tokens of ada');
  });

  test('does not open an entry in the place of another', async () => {
    const { host, folder } = openHost();
    await host.store.set('session', 'tokens of ada');
    writeFileSync(join(folder, 'secure', 'other.json'), readFileSync(join(folder, ENTRY)));
    expect(await host.store.get('other')).not.toBe('tokens of ada');
  });

  test('an engine over a damaged entry says that it is corrupt, and the next sign-in mends it', async () => {
    const { host, folder } = openHost();
    const engine = createEngine(host, { storeKey: 'session' });
    await engine.start();
    await engine.signIn({ access_token: 'at', token_type: 'Bearer', expires_in: 3600 });
    await engine.stop();
    writeFileSync(join(folder, ENTRY), '{}');
    const next = createEngine(openHost({ folder }).host, { storeKey: 'session' });
    const reasons: string[] = [];
    next.subscribe(({ to, reason }) => reasons.push(`${to} ${reason}`));
    await next.start();
    expect(reasons).toEqual(['expired store-corrupt']);
    await next.signIn({ access_token: 'at2', token_type: 'Bearer', expires_in: 3600 });
    await next.stop();
    const last = createEngine(openHost({ folder }).host, { storeKey: 'session' });
    await last.start();
    expect(last.state()).toBe('active');
    await last.stop();
  });

  test('keys with any letters are different entries', async () => {
    const { host } = openHost();
    for (const key of ['a/b', 'a%2Fb', '../a', 'a*', 'ä']) await host.store.set(key, `value of ${key}`);
    for (const key of ['a/b', 'a%2Fb', '../a', 'a*', 'ä']) expect(await host.store.get(key)).toBe(`value of ${key}`);
  });

  test('what killed writers left is swept away once it is old', async () => {
    const { host, folder } = openHost();
    const old = join(folder, 'secure', 'session.json.1.x.tmp');
    const young = join(folder, 'secure', 'session.json.2.y.tmp');
    mkdirSync(join(folder, 'secure'));
    for (const path of [old, young]) writeFileSync(path, 'half');
    utimesSync(old, 1, 1);
    await host.store.set('session', 'x');
    expect(readdirSync(join(folder, 'secure')).toSorted()).toEqual(['session.json', 'session.json.2.y.tmp']);
  });

  test('a folder that cannot be is told as a failure of the store, not as a locked one', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'secure'), 'in the way');
    const { host } = openHost({ folder });
    await expect(host.store.set('session', 'x')).rejects.toMatchObject({ code: 'store-failed' });
    await expect(host.store.get('session')).rejects.toMatchObject({ code: 'store-failed' });
  });
});

describe('the key to it', () => {
  test('in a file is warned of when it is made, and not again', async () => {
    const first = openHost();
    await first.host.store.set('session', 'x');
    await first.host.store.set('session', 'y');
    expect(first.warnings).toEqual(['TW_KEY_IN_FILE']);
    expect(first.events).toEqual(['key-in-file']);
    const second = openHost({ folder: first.folder });
    await second.host.store.set('session', 'z');
    expect(second.warnings).toEqual([]);
  });

  test('warns on stderr of the process unless the app wants to know', async () => {
    const told: Error[] = [];
    const listen = (warning: Error): void => void told.push(warning);
    process.on('warning', listen);
    try {
      await createNodeHost({ app: 'test', config: CONFIG, folder: testFolder(), keychain: false }).store.set('session', 'x');
      await new Promise((resolve) => void setTimeout(resolve, 10));
    } finally {
      process.off('warning', listen);
    }
    expect(told).toMatchObject([{ name: 'TokenwarpWarning', code: 'TW_KEY_IN_FILE' }]);
  });

  test('can be given: then nothing is kept beside the store, and no other key opens it', async () => {
    const { host, folder, warnings } = openHost({ key: KEY });
    await host.store.set('session', 'x');
    expect(readdirSync(folder)).toEqual(['secure']);
    expect(warnings).toEqual([]);
    expect(await openHost({ folder, key: Buffer.from(KEY, 'base64') }).host.store.get('session')).toBe('x');
    for (const options of [{ folder, key: OTHER_KEY }, { folder }])
      await expect(openHost(options).host.store.get('session')).rejects.toMatchObject({ code: 'key-mismatch' });
  });

  test('given later takes over what a file opened before', async () => {
    const { host, folder } = openHost();
    await host.store.set('session', 'x');
    const keyed = openHost({ folder, key: KEY }).host;
    expect(await keyed.store.get('session')).toBe('x');
    await keyed.store.set('session', 'y');
    rmSync(join(folder, 'key'));
    expect(await openHost({ folder, key: KEY }).host.store.get('session')).toBe('y');
  });

  test('of another length is refused at once, with what to do', () => {
    expect(() => openHost({ key: 'c2hvcnQ=' })).toThrow(/32 bytes, this one has 5/);
  });

  test('once lost leaves a corrupt entry, and the next one is readable again', async () => {
    const { host, folder } = openHost();
    await host.store.set('session', 'x');
    rmSync(join(folder, 'key'));
    const later = openHost({ folder });
    expect(await later.host.store.get('session')).not.toBe('x');
    await later.host.store.set('session', 'y');
    expect(await openHost({ folder }).host.store.get('session')).toBe('y');
    expect(later.warnings).toEqual(['TW_KEY_IN_FILE']);
  });

  test('is one, however many processes begin together', async () => {
    const folder = testFolder();
    const hosts = Array.from({ length: 8 }, () => openHost({ folder }).host);
    await Promise.all(hosts.map((host, n) => host.store.set(`entry ${n}`, `value ${n}`)));
    for (const [n, host] of hosts.toReversed().entries()) expect(await host.store.get(`entry ${n}`)).toBe(`value ${n}`);
  });
});

describe('the plain tier', () => {
  test('is plain files', async () => {
    const { host, folder } = openHost();
    expect(await host.plain.get('mark')).toBeUndefined();
    await host.plain.set('mark', '1');
    expect(JSON.parse(readFileSync(join(folder, 'plain', 'mark.json'), 'utf8'))).toEqual({ value: '1' });
    expect(await openHost({ folder }).host.plain.get('mark')).toBe('1');
    await host.plain.delete('mark');
    expect(await host.plain.get('mark')).toBeUndefined();
  });
});
