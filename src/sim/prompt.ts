// Prompts for biometrics or a password: what a person answers is scripted per device. Whoever passes a sign-in prompt gets a new session,
// as an app's own sign-in would fetch one; its tokens are handed to the client before the prompt resolves.
import type { PromptOutcome, PromptPurpose } from '../core/contract.ts';
import type { Process } from './device.ts';
import type { Kernel } from './kernel.ts';
import type { Operation } from './operations.ts';
import type { Recorder } from './recorder.ts';

export interface PromptParts {
  kernel: Kernel;
  recorder: Recorder;
  /** Signs the user of the device in again. */
  signIn(process: Process): Operation;
}
type Method = 'biometric' | 'password';

/** Shows a prompt; resolves with how it ended. A system that has nothing to ask with shows nothing and says so at once. */
export function prompt(process: Process, method: Method, purpose: PromptPurpose | undefined, parts: PromptParts): Promise<PromptOutcome> {
  const { kernel, recorder } = parts;
  const { device } = process;
  if ((device.prompts[method][0] ?? 'unavailable') === 'unavailable') return Promise.resolve(nextAnswer(device.prompts, method));
  const why = purpose ?? (process.client?.state?.() === 'locked' ? 'unlock' : 'sign-in');
  recorder.note(process.name, { type: 'prompt.shown', method, purpose: why });
  return new Promise((resolve) => {
    const close = (outcome: PromptOutcome): void => {
      recorder.follow(process.name, { type: 'prompt.closed', method, outcome });
      resolve(outcome);
    };
    const answer = (): void => {
      const outcome = nextAnswer(device.prompts, method);
      if (outcome !== 'ok' || why === 'unlock') return close(outcome);
      const signIn = parts.signIn(process);
      const end = (): void => close(signIn.reason === 'rate-limited' ? 'failed' : outcome);
      if (signIn.settled) end();
      else signIn.wake = end;
    };
    kernel.after(device.prompts.takes, `${process.name}:prompt`, answer, { owner: process });
  });
}

function nextAnswer(prompts: Process['device']['prompts'], method: Method): PromptOutcome {
  const [answer = 'unavailable', ...rest] = prompts[method];
  if (rest.length > 0) prompts[method] = rest;
  return answer;
}
