// lldb on an app of this machine, without a screen: attach by pid, evaluate one expression, detach. A simulator's app is a process of the
// Mac, so the same call works on any process of any system that lldb can attach to.
import { OwnBugError } from '../../core/errors.ts';
import type { DeviceError } from '../../core/errors.ts';
import { timedOut } from '../errors.ts';
import { debuggerError, failed } from './errors.ts';
import { debuggerProblem } from './debugger-output.ts';
import { answerIn, expressionCommand } from './expression.ts';
import type { Answer, FireStep } from './expression.ts';
import type { Xcrun } from './xcrun.ts';

export interface Target {
  readonly udid: string;
  readonly bundle: string;
  readonly pid: number;
}

/** How long an evaluation may take: it only asks for work, it does none. */
export const EVALUATION_BUDGET = 5_000;
/** Loading the symbols of a large app takes a while the first time. */
const ATTACH_TIMEOUT = 60_000;

/** What the expression answered. Throws when the debugger could not come so far; the app goes on either way. */
export async function evaluate(xcrun: Xcrun, target: Target, step: FireStep, budget = EVALUATION_BUDGET): Promise<Answer> {
  const commands = [expressionCommand(step, budget), 'process detach'];
  const args = ['lldb', '--batch', '--no-lldbinit', '-p', String(target.pid), ...commands.flatMap((command) => ['-o', command])];
  // Not to be interrupted: killed while attached it could take the app with it, and whether the call was made would be unknown.
  const record = await xcrun.run(args, { timeout: ATTACH_TIMEOUT, signal: undefined });
  if (record.ended === 'timeout') throw timedOut(target.udid, 'lldb', record.ms);
  const answer = answerIn(record.stdout);
  if (answer !== undefined && record.code === 0) return answer;
  const { problem, said } = debuggerProblem(record.stderr) ??
    debuggerProblem(record.stdout) ?? { problem: 'strange', said: 'it printed no answer' };
  throw debuggerError(problem, said, target);
}

/** What an answer other than `called` means, for people. */
export function answerError(answer: Answer, { bundle, udid }: Target, identifier: string): DeviceError {
  switch (answer) {
    case 'called':
      throw new OwnBugError('a call that was made is no error');
    case 'no-framework':
    case 'no-scheduler':
      return failed(
        'TW_DEVICE_NO_FRAMEWORK',
        `${bundle} has not loaded BackgroundTasks`,
        'the app must import BackgroundTasks and register its handlers at launch; if it does, it is still starting: try again',
      );
    case 'not-registered':
      return failed(
        'TW_DEVICE_NOT_REGISTERED',
        `${bundle} has registered no handler for "${identifier}" in this process`,
        'call BGTaskScheduler.shared.register before application(_:didFinishLaunchingWithOptions:) returns, with exactly this identifier, and check that it answers true',
        { device: udid, identifier },
      );
    default:
      return failed(
        'TW_DEVICE_NO_SELECTOR',
        'this version of iOS has other private methods in BackgroundTasks than the debugger was told to call',
        'use the hook in the app instead: `tokenwarp fire ios --open-url` or `--notify`, see docs/ios.md',
        { answer },
      );
  }
}
