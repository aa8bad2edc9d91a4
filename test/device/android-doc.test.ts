// docs/android.md is what QA has in hand: every message we print about Android is in its tables and no other, every answer of `fire`,
// every gate; and every command it shows is one that this tokenwarp takes.
import { describe, expect, test } from 'vitest';
import { verdictWords } from '../../src/cli/device/fire-words.ts';
import { ERROR_CODES } from '../../src/cli/glossary.ts';
import { ANDROID_GATES } from '../../src/core/android-words.ts';
import type { Verdict } from '../../src/device/android/verdict.ts';
import { readSources } from '../architecture/source.ts';
import { codeIn, DocPage, messagesIn, unknownIn } from '../kit/doc-page.ts';

const DOC = new DocPage('android.md');
const SOURCES = ['src/device/errors.ts', 'src/device/select.ts', 'src/device/android', 'src/cli/device'];

describe('the troubleshooting tables', () => {
  test('have every message of the driver, and none that is never printed', () => {
    const told = DOC.tableBelow('Messages').flatMap(([cell = '']) => codeIn(cell) ?? []);
    expect(told.toSorted()).toEqual(messagesIn(SOURCES).toSorted());
  });

  test('say what to do about each', () => {
    const silent = DOC.tableBelow('Messages').filter(([message = '', advice = '']) => !message.startsWith('**') && advice.length < 4);
    expect(silent).toEqual([]);
  });

  test('have every code of an error of a device', () => {
    const text = readSources(SOURCES).map((source) => source.text);
    const codes = Object.keys(ERROR_CODES).filter(
      (code) => code.startsWith('TW_DEVICE_') && text.some((each) => each.includes(`'${code}'`)),
    );
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter((code) => !DOC.text.includes(`**\`${code}\`**`))).toEqual([]);
  });

  test('have every gate, in the order in which the system asks', () => {
    expect(DOC.tableBelow('Gates').map(([cell = '']) => codeIn(cell))).toEqual(ANDROID_GATES);
  });

  test('have every answer of `fire`', () => {
    const ran = ['SUCCESS', 'SUCCESS or FAILURE', 'unknown', 'FAILURE', 'RETRY', 'threw', 'cancelled'] as const;
    const gate = { gate: '<gate>' as 'IDLE', detail: '<facts>', by: '' };
    const verdicts: readonly Verdict[] = [
      ...ran.map((result) => ({ outcome: 'ran', result }) as const),
      { outcome: 'stopped', reason: 7 },
      { outcome: 'held', gate },
      { outcome: 'refused' },
      { outcome: 'undecided' },
    ];
    const words = verdicts.map((verdict) => verdictWords({ verdict, source: 'jobs' }));
    words.push(
      verdictWords({ verdict: { outcome: 'refused' }, source: 'database', dueIn: 720_000 }),
      verdictWords({ verdict: { outcome: 'undecided' }, source: 'database' }),
    );
    const told = DOC.tableBelow('What `fire` answers').map(([cell = '']) => cell.replaceAll('`', ''));
    expect(told.toSorted()).toEqual(words.toSorted());
  });
});

describe('the commands it shows', () => {
  test('are many', () => expect(DOC.commands().length).toBeGreaterThan(30));

  test.each(DOC.commands())('tokenwarp %s', (words) => {
    expect(unknownIn(words, 'android')).toEqual([]);
  });
});

test('every link leads somewhere', () => {
  expect(DOC.brokenLinks()).toEqual([]);
});
