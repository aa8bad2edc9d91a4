// docs/ios.md is what QA has in hand: every message we print about iOS is in its tables and no other, every answer of `fire`; every
// command it shows is one that this tokenwarp takes; its Info.plist and the lines of its hook are read by our own readers.
import { describe, expect, test } from 'vitest';
import { outcomeLines } from '../../../src/cli/device/ios-words.ts';
import { ERROR_CODES } from '../../../src/cli/glossary.ts';
import { modeProblems, parseInfoPlist, taskProblems, transportProblems } from '../../../src/device/ios/info-plist.ts';
import type { FireReport } from '../../../src/device/ios/fire.ts';
import { concerns, parseTaskLogLine } from '../../../src/device/ios/task-log.ts';
import { parseSource, readSources, walk, type Node } from '../../architecture/source.ts';
import { codeIn, DocPage, messagesIn, unknownIn } from '../../kit/doc-page.ts';

const DOC = new DocPage('ios.md');
const SOURCES = ['src/device/errors.ts', 'src/device/select.ts', 'src/device/ios'];
/** Of the room, and of Android only. */
const NOT_HERE = ['TW_DEVICE_DROPPED', 'TW_DEVICE_JOB'];
const TASK = 'com.example.app.refresh';

describe('the troubleshooting tables', () => {
  test('have every message of the driver, and none that is never printed', () => {
    const told = DOC.tableBelow('Messages').flatMap(([cell = '']) => codeIn(cell) ?? []);
    const printed = messagesIn(SOURCES).filter((message) => !message.startsWith('the connection to'));
    expect(printed.length).toBeGreaterThan(40);
    expect(told.toSorted()).toEqual(printed.toSorted());
  });

  test('say what to do about each', () => {
    const silent = DOC.tableBelow('Messages').filter(([message = '', advice = '']) => !message.startsWith('**') && advice.length < 4);
    expect(silent).toEqual([]);
  });

  test('have every code of an error of iOS', () => {
    const text = readSources(SOURCES).map((source) => source.text);
    const codes = Object.keys(ERROR_CODES).filter((code) => text.some((each) => each.includes(`'${code}'`)) && !NOT_HERE.includes(code));
    expect(codes.filter((code) => code.startsWith('TW_DEVICE_')).length).toBeGreaterThan(20);
    expect(codes.filter((code) => code.startsWith('TW_DEVICE_') && !DOC.text.includes(`**\`${code}\`**`))).toEqual([]);
  });

  test('have every word for a refusal of simctl', () => {
    const [source] = readSources(['src/device/ios/errors.ts']);
    const words = [...walk(source?.tree ?? parseSource('x.ts', '').tree)].flatMap((node) => {
      const [, , said] = (node['arguments'] ?? []) as Node[];
      const isRefusal = node.type === 'CallExpression' && (node['callee'] as Node)['name'] === 'commandFailed';
      return isRefusal && said?.type === 'Literal' ? [String(said['value'])] : [];
    });
    expect(words.length).toBeGreaterThan(4);
    expect(words.filter((word) => !DOC.text.includes(`\`${word}\``))).toEqual([]);
  });

  test('have every answer of `fire`', () => {
    const report = { identifier: '<task>', ms: 1_200 } as FireReport;
    const seen = { received: 1, committed: 1, refused: 0 };
    const words = [
      outcomeLines({ ...report, outcome: 'completed' }, undefined, plain),
      outcomeLines({ ...report, outcome: 'completed', success: true }, undefined, plain),
      outcomeLines({ ...report, outcome: 'completed', success: false }, undefined, plain),
      outcomeLines({ ...report, outcome: 'expired', success: false }, undefined, plain),
      outcomeLines({ ...report, outcome: 'unobserved' }, seen, plain),
      outcomeLines({ ...report, outcome: 'unobserved' }, undefined, plain),
    ].map(([line = '']) => line.replace(/^. /, '').replace('1.2 s', '<n> s'));
    const told = DOC.tableBelow('What `fire` answers').map(([cell = '']) => cell.replaceAll('`', ''));
    expect(told).toEqual(words);
  });
});

const plain = (_: unknown, text: string): string => text;

describe('the commands it shows', () => {
  test('are many', () => expect(DOC.commands().length).toBeGreaterThan(20));

  test.each(DOC.commands())('tokenwarp %s', (words) => {
    expect(unknownIn(words, 'ios')).toEqual([]);
  });
});

test('every link leads somewhere', () => {
  expect(DOC.brokenLinks()).toEqual([]);
});

test('its Info.plist lacks nothing', async () => {
  const [xml = ''] = DOC.blocks('xml');
  const info = await parseInfoPlist(new TextEncoder().encode(xml));
  expect(info).not.toHaveProperty('problem');
  const problems = [
    taskProblems(info as Record<string, unknown>, TASK, 'refresh'),
    taskProblems(info as Record<string, unknown>, 'com.example.app.sync', 'processing'),
    modeProblems(info as Record<string, unknown>, 'silent-push'),
    transportProblems(info as Record<string, unknown>),
  ];
  expect(problems.flat()).toEqual([]);
});

test('what its hook writes is read as the start and the end of the task', () => {
  const [swift = ''] = DOC.blocks('swift');
  const subsystem = /Logger\(subsystem: "([^"]+)"/.exec(swift)?.[1];
  const events = [...swift.matchAll(/log\.notice\("(.*)"\)/g)].map(([, text = '']) => {
    const eventMessage = text.replaceAll('\\(task, privacy: .public)', TASK).replace('\\(success ? 1 : 0)', '0');
    return parseTaskLogLine(JSON.stringify({ subsystem, processID: 7, eventMessage }));
  });
  expect(events).toMatchObject([{ event: 'started' }, { event: 'completed', success: false }]);
  expect(events.every((event) => event !== undefined && concerns(event, TASK))).toBe(true);
});
