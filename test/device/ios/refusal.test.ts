// What simctl said, in words: by domain, code and the parts that Apple does not translate, over Xcodes from 2015 to today.
import { describe, expect, test } from 'vitest';
import { refusalOf, saidBy } from '../../../src/device/ios/refusal.ts';

const SIM = 'com.apple.CoreSimulator.SimError';
const framed = (domain: string, code: number, ...lines: string[]): string =>
  `An error was encountered processing the command (domain=${domain}, code=${code}):\n${lines.join('\n')}\n`;

describe('why simctl refused', () => {
  test.each<[string, number, string, object]>([
    [
      'a simulator that is shut down',
      149,
      framed(SIM, 405, 'Unable to lookup in current state: Shutdown'),
      { reason: 'wrong-state', state: 'Shutdown' },
    ],
    [
      'one that is stopping',
      149,
      framed(SIM, 405, 'Unable to lookup in current state: Shutting Down'),
      { reason: 'wrong-state', state: 'Shutting Down' },
    ],
    [
      'booting what is booted',
      149,
      framed(SIM, 405, 'Unable to boot device in current state: Booted'),
      { reason: 'wrong-state', state: 'Booted' },
    ],
    [
      'the same on Xcode 10',
      164,
      framed(SIM, 164, 'Unable to shutdown device in current state: Shutdown'),
      { reason: 'wrong-state', state: 'Shutdown' },
    ],
    ['the same in 2016', 159, 'Unable to boot device in current state: Booted\r\n', { reason: 'wrong-state', state: 'Booted' }],
    ['a translated state', 149, framed(SIM, 405, 'Die Suche ist im Zustand „Ausgeschaltet“ nicht möglich.'), { reason: 'wrong-state' }],
    ['an unknown UDID', 148, 'Invalid device: 0B2C0A30\n', { reason: 'unknown-device' }],
    ['an unknown UDID of boot', 148, 'Invalid device or device pair: 0B2C0A30\n', { reason: 'unknown-device' }],
    ['nothing booted', 148, 'No devices are booted.\n', { reason: 'none-booted' }],
    ['an app that does not run', 3, framed('NSPOSIXErrorDomain', 3, 'Le simulateur a renvoyé une erreur.'), { reason: 'not-running' }],
    [
      'an app that is not there, asked for its folder',
      2,
      framed('NSPOSIXErrorDomain', 2, 'Aucun fichier de ce type'),
      { reason: 'not-installed' },
    ],
    ['a path that is not there', 2, 'lstat of /tmp/x.app failed: No such file or directory\n', { reason: 'no-file' }],
    [
      'launching what is not installed',
      4,
      framed('FBSOpenApplicationServiceErrorDomain', 4, 'La demande a échoué.'),
      { reason: 'not-installed' },
    ],
    [
      'launching what SpringBoard denies',
      1,
      framed('FBSOpenApplicationServiceErrorDomain', 1, 'The request was denied by service delegate (SBMainWorkspace).'),
      { reason: 'denied' },
    ],
    [
      'a launch that FrontBoard has never heard of',
      1,
      framed('FBSOpenApplicationServiceErrorDomain', 1, 'Application "x" is unknown to FrontBoard.'),
      { reason: 'not-installed' },
    ],
    [
      'a URL nobody takes',
      115,
      framed('LSApplicationWorkspaceErrorDomain', 115, 'Simulator device failed to open demo://x.'),
      { reason: 'no-url-handler' },
    ],
    ['a boot that does not end', 60, framed('NSPOSIXErrorDomain', 60, 'Unable to boot the Simulator.'), { reason: 'timed-out' }],
    ['no Xcode', 72, 'xcrun: error: unable to find utility "simctl", not a developer tool or in PATH\n', { reason: 'no-xcode' }],
    [
      'a path of Xcode that is gone',
      1,
      'xcrun: error: invalid active developer path (/Library/Developer/CommandLineTools)\n',
      { reason: 'no-xcode' },
    ],
    ['an old simctl', 1, 'Unrecognized subcommand: keychain\n', { reason: 'unknown-command' }],
    ['an exit code alone', 149, '', { reason: 'wrong-state' }],
    ['an exit code that means something else with another domain', 149, framed('com.apple.Other', 149, 'x'), { reason: 'other' }],
    ['a signal', 137, '', { reason: 'other' }],
  ])('%s', (_, code, stderr, expected) => {
    expect(refusalOf({ code, stderr, stdout: '' })).toMatchObject(expected);
  });

  test('what it said leaves the frame out, and a text of megabytes is cut', () => {
    expect(saidBy({ stderr: framed(SIM, 405, 'Unable to lookup in current state: Shutdown'), stdout: '' })).toBe(
      'Unable to lookup in current state: Shutdown',
    );
    expect(saidBy({ stderr: '', stdout: 'x'.repeat(5_000_000) })).toHaveLength(300);
    expect(saidBy({ stderr: '', stdout: '' })).toBe('nothing');
  });
});
