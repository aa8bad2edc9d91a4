// WorkManager's database as it comes off a phone: whole, with its log alone, cut anywhere, or no database at all. What cannot be read is
// an error that says so, never half of the work.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readWorkDatabase, type WorkRow } from '../../src/device/android/workdb.ts';
import type { Shell } from '../../src/device/android/shell.ts';
import { App } from '../kit/adbd/app.ts';
import { Phone } from '../kit/adbd/phone.ts';

type Ending = '' | '-wal' | '-shm';
type Files = Record<Ending, Uint8Array>;
const NAME = 'no_backup/androidx.work.workdb';

/** The files of an app with three pieces of work, as they lie on the phone while it runs; `settled`: the log went into the main file. */
function filesOfApp(settled = false): Files {
  const app = new App(new Phone({ api: 34 }), { name: 'com.example.app' });
  onTestFinished(() => app.uninstall());
  const first = app.work.enqueue({ worker: 'com.example.RefreshWorker', name: 'refresh', interval: 1_800_000, tags: ['a', 'b'] });
  app.work.enqueue({ worker: 'com.example.SyncWorker', name: 'sync', after: [first] });
  app.work.enqueue({ worker: 'com.example.CleanWorker', delay: 60_000 });
  if (settled) {
    const database = new DatabaseSync(join(app.work.folder, NAME));
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
  }
  const read = (ending: Ending): Uint8Array => readFileSync(join(app.work.folder, `${NAME}${ending}`));
  return { '': read(''), '-wal': read('-wal'), '-shm': read('-shm') };
}

/** A phone that hands out these files, as `run-as ... cat` does. */
function reading(files: (ending: Ending) => Uint8Array | undefined): Promise<WorkRow[] | undefined> {
  const shell: Pick<Shell, 'bytes'> = {
    async bytes(script) {
      const ending = /(-wal|-shm)?$/.exec(script)?.[1] ?? '';
      const bytes = files(ending as Ending);
      return bytes === undefined ? { code: 1, bytes: Buffer.from(`cat: ${NAME}: No such file or directory`) } : { code: 0, bytes };
    },
  };
  return readWorkDatabase(shell as Shell, 'com.example.app', 0);
}

const workers = (rows: WorkRow[] | undefined): string[] | undefined =>
  rows?.map(({ worker }) => worker.replace('com.example.', '')).toSorted();
const ALL = ['CleanWorker', 'RefreshWorker', 'SyncWorker'];

test('names, tags, prerequisites and times are those the app wrote, also while everything is in the log', async () => {
  const files = filesOfApp();
  const rows = await reading((ending) => files[ending]);
  expect(workers(rows)).toEqual(ALL);
  const [refresh, sync] = ['RefreshWorker', 'SyncWorker'].map((name) => rows?.find(({ worker }) => worker.endsWith(name)));
  expect(refresh).toMatchObject({ names: ['refresh'], state: 'ENQUEUED', periodic: true, interval: 1_800_000, job: 4 });
  expect(refresh?.tags).toEqual(expect.arrayContaining(['a', 'b']));
  expect(sync).toMatchObject({ state: 'BLOCKED', after: [refresh?.id] });
  expect(sync).not.toHaveProperty('job');
});

test('no database yet, or an app that may not be read: there is nothing to say, and that is no error', async () => {
  expect(await reading(() => undefined)).toBeUndefined();
});

/** What is read at each of 180 cuts: the workers, or the code of the error. The first is a file without a byte. */
async function cutEverywhere(whole: Uint8Array, put: (cut: Uint8Array) => (ending: Ending) => Uint8Array): Promise<string[]> {
  const ends = [...Array(120).keys(), ...Array.from({ length: 60 }, (_, i) => Math.floor((whole.length * (i + 1)) / 60) - (i % 7))];
  const states: string[] = [];
  for (const end of new Set(ends.toSorted((x, y) => x - y))) {
    try {
      states.push(workers(await reading(put(whole.subarray(0, end))))?.join() ?? 'none');
    } catch (error) {
      states.push((error as { code?: string }).code ?? String(error));
    }
  }
  return states;
}

describe('copies that are not whole', () => {
  test('the log cut anywhere: what was written by then, in the order in which it was', async () => {
    const files = filesOfApp();
    const states = await cutEverywhere(files['-wal'], (cut) => (ending) => (ending === '-wal' ? cut : files[ending]));
    const order = ['', 'RefreshWorker', 'RefreshWorker,SyncWorker', ALL.join()];
    expect([...new Set(states)]).toEqual(order);
    expect(states.map((state) => order.indexOf(state))).toEqual(states.map((state) => order.indexOf(state)).toSorted((x, y) => x - y));
  });

  test('the main file cut anywhere, with nothing in the log: an error, never a part of the work', async () => {
    const files = filesOfApp(true);
    const states = await cutEverywhere(files[''], (cut) => (ending) => (ending === '' ? cut : new Uint8Array()));
    expect([states[0], ...new Set(states.slice(1))]).toEqual(['', 'TW_DEVICE_OUTPUT']);
    expect(workers(await reading((ending) => files[ending]))).toEqual(ALL);
  });

  test('bytes that are no database', async () => {
    await expect(reading(() => Buffer.from('<html>nothing here</html>'.repeat(400)))).rejects.toMatchObject({ code: 'TW_DEVICE_OUTPUT' });
  });

  test('an app that writes between the copies is read again', async () => {
    const files = filesOfApp();
    let looks = 0;
    const rows = await reading((ending) => {
      if (ending !== '-wal') return files[ending];
      looks++;
      return looks === 1 ? new Uint8Array() : files['-wal'];
    });
    expect([workers(rows), looks]).toEqual([ALL, 4]);
    let writes = 0;
    await expect(reading((ending) => (ending === '-wal' ? Buffer.from([writes++]) : files[ending]))).rejects.toThrow(
      'it was written to between our copies',
    );
  });
});
