// The undo journal: on disk before anything changes, undone in reverse, safe against a crash at any byte.
import { appendFileSync, mkdirSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { UndoAction } from '../../src/device/driver.ts';
import { changedDevices, openUndo, stateFolder } from '../../src/device/undo.ts';
import { scratch } from '../kit/cli.ts';

const MACHINE = { now: () => 1_700_000_000_000, pid: 42 };
const KEY = { platform: 'android', id: '127.0.0.1:5555' } as const;
const action = (script: string): UndoAction => ({ kind: 'shell', script });
const nothing = async (): Promise<void> => undefined;
const fileIn = (folder: string): string => join(folder, 'undo', readdirSync(join(folder, 'undo'))[0] ?? '');

test('what undoes a change is on disk before the change is made', async () => {
  const folder = scratch();
  const journal = openUndo(MACHINE, folder, KEY);
  let seen = '';
  await journal.change('Doze forced', action('unforce'), async () => {
    seen = readFileSync(fileIn(folder), 'utf8');
  });
  expect(JSON.parse(seen)).toMatchObject({ text: 'Doze forced', action: { kind: 'shell', script: 'unforce' }, pid: 42 });
});

test('a change that failed half-way is undone too', async () => {
  const journal = openUndo(MACHINE, scratch(), KEY);
  await expect(journal.change('a', action('a'), () => Promise.reject(new Error('half-way')))).rejects.toThrow('half-way');
  expect(journal.pending()).toHaveLength(1);
});

test('undone in reverse, once each; what fails stays and the rest goes on', async () => {
  const folder = scratch();
  const journal = openUndo(MACHINE, folder, KEY);
  for (const name of ['a', 'b', 'c']) await journal.change(name, action(name), nothing);
  const done: string[] = [];
  const failures = await journal.undo(async (undo) => {
    done.push(String(undo['script']));
    if (undo['script'] === 'b') throw new Error('no');
  });
  expect(done).toEqual(['c', 'b', 'a']);
  expect(failures.map(({ change }) => change.text)).toEqual(['b']);
  expect(
    openUndo(MACHINE, folder, KEY)
      .pending()
      .map(({ text }) => text),
  ).toEqual(['b']);
  expect(await journal.undo(nothing)).toEqual([]);
  expect([journal.pending(), changedDevices(folder)]).toEqual([[], []]);
});

test('two processes write to one journal, and each undoes its own', async () => {
  const folder = scratch();
  const [one, other] = [openUndo(MACHINE, folder, KEY), openUndo({ ...MACHINE, pid: 43 }, folder, KEY)];
  await one.change('of one', action('one'), nothing);
  await other.change('of the other', action('other'), nothing);
  await one.undo(nothing, ({ pid }) => pid === 42);
  expect(other.pending().map(({ text }) => text)).toEqual(['of the other']);
});

test('a crash at any byte loses at most the change that was not yet made, and the next one is whole', async () => {
  const whole = scratch();
  const journal = openUndo(MACHINE, whole, KEY);
  await journal.change('first', action('1'), nothing);
  const kept = statSync(fileIn(whole)).size;
  await journal.change('second', action('2'), nothing);
  const text = readFileSync(fileIn(whole));
  for (let end = kept; end <= text.length; end++) {
    const folder = scratch();
    mkdirSync(join(folder, 'undo'), { recursive: true });
    const name = readdirSync(join(whole, 'undo'))[0] ?? '';
    writeFileSync(join(folder, 'undo', name), text.subarray(0, end));
    const after = openUndo({ ...MACHINE, pid: 44 }, folder, KEY);
    expect(after.pending()[0]?.text).toBe('first');
    await after.change('third', action('3'), nothing);
    const names = after.pending().map((change) => change.text);
    expect(names).toEqual(end >= text.length - 1 ? ['first', 'second', 'third'] : ['first', 'third']);
  }
});

test('lines of another version or none at all are passed over', async () => {
  const folder = scratch();
  const journal = openUndo(MACHINE, folder, KEY);
  await journal.change('a', action('a'), nothing);
  appendFileSync(fileIn(folder), 'null\n[]\n{"x":1}\nnot json\n');
  expect(journal.pending().map(({ text }) => text)).toEqual(['a']);
});

test('a long journal with nothing left is thrown away, one with something left never', async () => {
  const folder = scratch();
  const journal = openUndo(MACHINE, folder, KEY);
  await journal.change('x'.repeat(70_000), action('a'), nothing);
  await journal.change('b', action('b'), nothing);
  expect(journal.pending()).toHaveLength(2);
  await journal.undo(nothing);
  await journal.change('c', action('c'), nothing);
  expect(statSync(fileIn(folder)).size).toBeLessThan(1_000);
});

describe('devices and folders', () => {
  test('whatever a device is called, its journal is found again', async () => {
    const folder = scratch();
    for (const id of ['127.0.0.1:5555', 'adb-1A2B._adb-tls-connect._tcp.', '../../etc/passwd', 'a*b c%2F', 'Ä']) {
      await openUndo(MACHINE, folder, { platform: 'android', id }).change('x', action('x'), nothing);
    }
    expect(
      changedDevices(folder)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(['../../etc/passwd', '127.0.0.1:5555', 'a*b c%2F', 'adb-1A2B._adb-tls-connect._tcp.', 'Ä']);
    expect(readdirSync(join(folder, 'undo'))).toHaveLength(5);
  });

  test('the state folder is ours, that of the system, or below the home', () => {
    const base = { os: 'linux', home: '/home/ada' };
    expect(stateFolder({ ...base, env: { TOKENWARP_STATE: '/own', XDG_STATE_HOME: '/xdg' } })).toBe('/own');
    expect(stateFolder({ ...base, env: { XDG_STATE_HOME: '/xdg' } })).toBe('/xdg/tokenwarp');
    expect(stateFolder({ ...base, env: {} })).toBe('/home/ada/.local/state/tokenwarp');
    expect(stateFolder({ ...base, os: 'win32', env: { LOCALAPPDATA: 'C:/local' } })).toBe('C:/local/tokenwarp');
  });

  test('only the user may read it', async () => {
    const folder = scratch();
    await openUndo(MACHINE, folder, KEY).change('x', action('x'), nothing);
    expect(statSync(fileIn(folder)).mode & 0o077).toBe(0);
    truncateSync(fileIn(folder), 0);
    expect(changedDevices(folder)).toEqual([]);
  });
});
