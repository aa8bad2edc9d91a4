// Nothing that somebody names can change what the debugger evaluates: whatever the identifier, the text is the same but for one C literal,
// which holds exactly its bytes. That lldb and the compiler read it so is shown in lldb.test.ts.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBundle, readNotification, readTask } from '../../../src/cli/device/ios-values.ts';
import { expressionCommand } from '../../../src/device/ios/expression.ts';
import type { FireStep } from '../../../src/device/ios/expression.ts';

const STEPS: readonly ((identifier: string) => FireStep)[] = [
  (identifier) => ({ step: 'launch', identifier }),
  (identifier) => ({ step: 'expire', identifier }),
  (identifier) => ({ step: 'run-registered', identifier, kind: 'refresh' }),
  (identifier) => ({ step: 'run-registered', identifier, kind: 'processing' }),
];

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc
    .array(
      fc.constantFrom(
        '"',
        '\\',
        '`',
        "'",
        ');',
        '\n',
        '\r',
        '\0',
        '%s',
        '*/',
        '//',
        '??/',
        '\\u0022',
        ' -o quit',
        '-- ',
        '$(',
        '}',
        'com.x',
      ),
      {
        maxLength: 12,
      },
    )
    .map((parts) => parts.join('')),
);

/** The text up to the literal, its bytes, and the text behind it. */
function taken(command: string): { before: string; bytes: Uint8Array; after: string } {
  const [, before = '', literal = '', after = ''] = /^(.*?tw_string\(0, )"((?:[A-Za-z0-9._-]|\\[0-7]{3})*)"(.*)$/.exec(command) ?? [];
  const bytes = [...literal.matchAll(/\\([0-7]{3})|(.)/g)].map(([, octal, plain = '']) =>
    octal === undefined ? plain.charCodeAt(0) : Number.parseInt(octal, 8),
  );
  return { before, bytes: Uint8Array.from(bytes), after };
}

describe('the command of the debugger', () => {
  test.each(STEPS.map((step) => [JSON.stringify(step('…')), step] as const))(
    '%s: any identifier is one literal in the same text',
    (_, step) => {
      const usual = taken(expressionCommand(step('com.example.app'), 5_000));
      expect(usual.before).not.toBe('');
      fc.assert(
        fc.property(hostile, (identifier) => {
          const command = expressionCommand(step(identifier), 5_000);
          const { before, bytes, after } = taken(command);
          expect([before, after]).toEqual([usual.before, usual.after]);
          expect([...bytes]).toEqual([...new TextEncoder().encode(identifier)]);
          // One line of plain ASCII, without what lldb itself replaces.
          expect(command).toMatch(/^[\x20-\x7E]*$/);
          expect(command).not.toContain('`');
        }),
        { numRuns: 500 },
      );
    },
  );
});

describe('names at the command line', () => {
  test.each([
    ['--bundle', readBundle, /^[A-Za-z0-9_][\w.-]*$/],
    ['--task', readTask, /^[^\p{Cc}]{1,128}$/u],
    ['--notify', readNotification, /^\w[\w.-]*$/],
  ] as const)('%s is taken as it is, or refused as wrong usage', (_, read, taken) => {
    fc.assert(
      fc.property(hostile, (text) => {
        try {
          const value = read(text);
          expect(value).toBe(text);
          expect(value).toMatch(taken);
        } catch (error) {
          expect(error).toMatchObject({ code: 'TW_USAGE' });
        }
      }),
      { numRuns: 500 },
    );
  });
});
