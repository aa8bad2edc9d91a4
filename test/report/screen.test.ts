import { describe, expect, test } from 'vitest';
import { detectScreen, paintOf, PLAIN_COLUMNS } from '../../src/report/screen.ts';

const TERMINAL = { isTTY: true, columns: 93 };

describe('colour', () => {
  test.each([
    ['a terminal has it', {}, TERMINAL, true],
    ['a pipe has none', {}, {}, false],
    ['NO_COLOR takes it away', { NO_COLOR: '1' }, TERMINAL, false],
    ['an empty NO_COLOR does not count (no-color.org)', { NO_COLOR: '' }, TERMINAL, true],
    ['FORCE_COLOR gives it to a pipe', { FORCE_COLOR: '1' }, {}, true],
    ['an empty FORCE_COLOR counts as set', { FORCE_COLOR: '' }, {}, true],
    ['FORCE_COLOR=0 takes it away', { FORCE_COLOR: '0' }, TERMINAL, false],
    ['NO_COLOR wins over FORCE_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }, TERMINAL, false],
    ['TERM=dumb has none', { TERM: 'dumb' }, TERMINAL, false],
  ] as const)('%s', (_name, env, stream, expected) => {
    expect(detectScreen(env, stream).colour).toBe(expected);
  });

  test('the choice on the command line wins over everything', () => {
    expect(detectScreen({ NO_COLOR: '1' }, {}, 'always').colour).toBe(true);
    expect(detectScreen({ FORCE_COLOR: '1' }, TERMINAL, 'never').colour).toBe(false);
  });

  test('a paint without colour returns the text as it is', () => {
    expect(paintOf(detectScreen({}, {}))('red', 'text')).toBe('text');
    expect(paintOf(detectScreen({}, {}, 'always'))('red', 'text')).toBe('\u001B[31mtext\u001B[39m');
  });
});

describe('the rest of the screen', () => {
  test('width comes from the terminal, is never absurd, and has a value where there is none', () => {
    expect(detectScreen({}, TERMINAL).columns).toBe(93);
    expect(detectScreen({}, { isTTY: true, columns: 3 }).columns).toBe(40);
    expect(detectScreen({}, {}).columns).toBe(PLAIN_COLUMNS);
  });

  test('CI and dumb terminals are not live', () => {
    expect(detectScreen({}, TERMINAL).tty).toBe(true);
    expect(detectScreen({ CI: 'true' }, TERMINAL).tty).toBe(false);
    expect(detectScreen({ CI: 'false' }, TERMINAL).tty).toBe(true);
    expect(detectScreen({ TERM: 'dumb' }, TERMINAL).tty).toBe(false);
  });

  test('GitHub Actions is known by its own variable', () => {
    expect(detectScreen({ GITHUB_ACTIONS: 'true' }, {}).github).toBe(true);
    expect(detectScreen({ CI: 'true' }, {}).github).toBe(false);
  });
});
