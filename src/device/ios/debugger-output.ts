// What lldb says when it cannot, in our words. lldb has no codes: in batch mode the first command that fails ends it with exit 1 and one
// line `error: ...`; talked to, it goes on and exits with 0. So the text decides.

export type DebuggerProblem =
  | 'no-debugger'
  | 'not-attachable'
  | 'no-process'
  | 'no-framework'
  | 'evaluation-timeout'
  | 'evaluation-failed'
  | 'no-device'
  | 'strange';

const PROBLEMS: readonly (readonly [DebuggerProblem, RegExp])[] = [
  ['no-debugger', /unable to find utility|'device' is not a valid command|command not found/],
  ['not-attachable', /Not allowed to attach|Operation not permitted|non-interactive debugging session|attach failed[^\n]*denied/i],
  ['no-device', /specified device was not found|no device selected|Timeout while connecting to remote device|Connection was invalidated/],
  ['no-process', /attach failed|Command requires a (?:current|live) process|no such process/i],
  ['no-framework', /use of undeclared identifier|Couldn't (?:resolve|look ?up)|unknown type name/],
  ['evaluation-timeout', /reason: signal SIGSTOP|timed out/i],
  ['evaluation-failed', /Execution was interrupted|expression failed|Couldn't apply expression/],
];

/** Of output that has an `error:`; undefined when there is none. */
export function debuggerProblem(output: string): { problem: DebuggerProblem; said: string } | undefined {
  const lines = output.split(/\r?\n/);
  const at = lines.findIndex((line) => line.startsWith('error: ') || line.startsWith('xcrun: error: '));
  if (at < 0) return undefined;
  // The compiler's complaint is on the line after.
  const text = lines
    .slice(at, at + 8)
    .join('\n')
    .slice(0, 4_096);
  const [problem] = PROBLEMS.find(([, pattern]) => pattern.test(text)) ?? ['strange' as const];
  return { problem, said: (lines[at] ?? '').replace(/^(?:xcrun: )?error: /, '').slice(0, 300) };
}
