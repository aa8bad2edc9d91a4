// docs/device-runs.md is what QA has in hand: each step, each ability, each word of the hook and each code of an error is in it, and every
// command it shows is one that this tokenwarp takes.
import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../../src/cli/glossary.ts';
import { ABILITIES } from '../../src/device/live/app.ts';
import { STEP_TABLE } from '../../src/live/needs.ts';
import { SIGN_IN_PATH } from '../../src/live/server.ts';
import { readSources } from '../architecture/source.ts';
import { DocPage, unknownIn } from '../kit/doc-page.ts';

const DOC = new DocPage('device-runs.md');
const first = (heading: string): string[] => DOC.tableBelow(heading).map(([cell = '']) => cell.replaceAll('`', ''));

describe('the tables', () => {
  test('have every step a scenario can have, and every ability it may need', () => {
    expect(first('What each step becomes')).toEqual(Object.keys(STEP_TABLE));
    expect(first('What each needs')).toEqual([...ABILITIES]);
  });

  test('have every code of an error that belongs to these runs', () => {
    const text = readSources(['src/live', 'src/device/live', 'src/cli/device/transcript-file.ts']).map((source) => source.text);
    const codes = Object.keys(ERROR_CODES).filter((code) => text.some((each) => each.includes(`'${code}'`)));
    expect(codes).toEqual(expect.arrayContaining(['TW_DEVICE_STEP', 'TW_DEVICE_HOOK', 'TW_TRANSCRIPT']));
    const told = first('Messages').flatMap((cell) => /\*\*(TW_\w+)\*\*/.exec(cell)?.[1] ?? []);
    expect(codes.filter((code) => !told.includes(code))).toEqual([]);
  });
});

describe('the hook', () => {
  test('has the same words in the text, the manifest and the code that calls it', () => {
    const [kotlin = ''] = DOC.blocks('kotlin');
    const [swift = ''] = DOC.blocks('swift');
    const [android] = readSources(['src/device/live/android.ts']);
    const actions = [...new Set(android?.text.match(/dev\.tokenwarp\.\w+/g))];
    expect(actions).toHaveLength(4);
    for (const action of actions) {
      expect(DOC.text).toContain(`<action android:name="${action}" />`);
      expect(kotlin).toContain(`"${action}"`);
    }
    for (const word of ['sign-in', 'sign-out', 'request']) expect(swift).toContain(`case "${word}"`);
    expect(DOC.text).toContain(`\`${SIGN_IN_PATH}\``);
  });
});

test('its commands are taken, its links lead somewhere', () => {
  const commands = DOC.commands();
  expect(commands.length).toBeGreaterThan(4);
  expect(commands.flatMap((words) => unknownIn(words, 'android'))).toEqual([]);
  expect(DOC.brokenLinks()).toEqual([]);
});
