// I17: who must prove who they are is asked once, rung by rung, while they look at the app. Everything counts per device: one person
// holds it. A prompt that was never shown to anybody (`unavailable`) is no rung, and one that was cancelled may be shown again.
import { holdsAt } from '../moments.ts';
import type { DeviceInfo, ProcessInfo, Prompt } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { after, earlier, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';

export const onePromptAtATime: Invariant = {
  id: 'I17',
  name: 'one-prompt-at-a-time',
  kind: 'client',
  needs: ['C'],
  feature: 'reauthentication',
  summary: 'one prompt at a time, biometrics before the password, no rung twice for one reason, and none while the app is in background',
  why: 'Every caller that meets the dead session opens a prompt of its own: the user answers three times, or cancels one and is thrown out by it.',
  sources: ['RFC 6749 10.11', 'AThevon/TokenEater#7', 'getpaseo/paseo#2678', 'Ahoo-Wang/fetcher#1249', 'bitwarden/ios#783'],
  judge,
};

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  for (const device of view.devices) {
    judged += device.prompts.length;
    const open: Prompt[] = [];
    const ladders = new Map<string, Ladder>();
    for (const prompt of device.prompts) {
      const found = beside(view, open, prompt) ?? outOfSight(view, prompt) ?? outOfOrder(view, device, ladders, prompt);
      if (found !== undefined) violations.push(found);
      open.push(prompt);
    }
  }
  return { judged, violations };
}

/** Clause a. Callers that come while a prompt is open wait for its answer. */
function beside(view: HistoryView, earlierOnes: Prompt[], prompt: Prompt): Violation | undefined {
  const { shown, process } = prompt;
  dropClosed(view, earlierOnes, shown.seq);
  const other = earlierOnes.find((one) => one.process === process || mayBeSeen(view, one, shown.seq));
  if (other === undefined) return undefined;
  const where = other.process === process ? '' : ` of ${other.process}`;
  return violation(onePromptAtATime, {
    clause: 'a',
    message: `${process} showed a ${shown.method} prompt while the ${other.shown.method} prompt${where} it had shown ${earlier(other.shown, shown)} was still open`,
    hint: 'start one re-authentication and let every caller wait for it, as with the refresh itself',
    at: shown,
    root: other.shown,
    witness: [other.shown, reason(view, other), reason(view, prompt), other.closed],
  });
}

function dropClosed(view: HistoryView, prompts: Prompt[], seq: number): void {
  for (let i = prompts.length - 1; i >= 0; i--) {
    const { closed, process, life } = prompts[i] as Prompt;
    if ((closed !== undefined && closed.seq < seq) || view.life(process, seq) !== life) prompts.splice(i, 1);
  }
}

/** Siblings count for clients that claim to share; one that sleeps shows nothing. */
function mayBeSeen(view: HistoryView, { process }: Prompt, seq: number): boolean {
  return view.claims('cross-process') && !holdsAt(view.process(process).suspended, seq);
}

/** Clause c. A client that is not told about the background cannot know. */
function outOfSight(view: HistoryView, { shown, process }: Prompt): Violation | undefined {
  const span = view.process(process).background.findLast(({ from }) => from.seq < shown.seq);
  if (span === undefined || (span.to !== undefined && span.to.seq < shown.seq)) return undefined;
  if (view.declared.missing.includes('background') || view.declared.missing.includes('foreground')) return undefined;
  return violation(onePromptAtATime, {
    clause: 'c',
    message: `${process} showed a ${shown.method} prompt ${after(span.from, shown)} the app had gone to the background: nobody is there to answer it`,
    hint: 'in background, wait: show the prompt when the app comes back to the foreground',
    at: shown,
    witness: [span.from],
  });
}

/** The prompts shown for one reason, by one life of a process. */
interface Ladder {
  /** The last prompt of each rung that somebody could see. */
  rungs: Prompt[];
  session: number | undefined;
}

/** Clause b. The reason is the session that ended, or the lock; a user who comes, comes back or touches the app is a new occasion. */
function outOfOrder(view: HistoryView, device: DeviceInfo, ladders: Map<string, Ladder>, prompt: Prompt): Violation | undefined {
  const { process, life, shown } = prompt;
  const key = `${process} ${life} ${shown.purpose}`;
  const session = view.session(device.device, shown.seq)?.from.seq;
  let ladder = ladders.get(key);
  if (ladder === undefined || ladder.session !== session || isNewOccasion(view, ladder, prompt)) {
    ladder = { rungs: [], session };
    ladders.set(key, ladder);
  }
  const before = ladder.rungs.findLast((rung) => breaks(rung, prompt));
  ladder.rungs = [...ladder.rungs.filter((rung) => rung.shown.method !== shown.method), prompt];
  if (before === undefined) return undefined;
  const again = before.shown.method === shown.method;
  return violation(onePromptAtATime, {
    clause: 'b',
    message: again
      ? `${process} showed the ${shown.method} prompt again ${after(before.shown, shown)} it had been answered with ${before.closed?.outcome ?? 'nothing'}, for the same reason`
      : `${process} showed the ${shown.method} prompt ${after(before.shown, shown)} the ${before.shown.method} prompt, which comes after it`,
    hint: 'one ladder per session end: biometrics, then the password, then sign-out; whoever asks meanwhile gets its result',
    at: shown,
    root: before.shown,
    witness: [before.shown, before.closed, reason(view, prompt)],
  });
}

/** A rung that was answered for good is not shown again, nor one below it first. */
function breaks({ shown, closed }: Prompt, prompt: Prompt): boolean {
  if (closed === undefined || closed.outcome === 'unavailable' || closed.outcome === 'cancelled') return false;
  if (shown.method === prompt.shown.method) return true;
  return shown.method === 'password' && prompt.shown.method === 'biometric';
}

/** Since the last answer the user did something of their own accord; for a lock, a request is enough. */
function isNewOccasion(view: HistoryView, { rungs }: Ladder, { process, shown }: Prompt): boolean {
  const last = rungs.at(-1);
  if (last === undefined) return false;
  const from = last.closed?.seq ?? last.shown.seq;
  const info: ProcessInfo = view.process(process);
  const since = (list: readonly { readonly seq: number }[]): boolean => {
    const newest = list.findLast(({ seq }) => seq < shown.seq);
    return newest !== undefined && newest.seq > from;
  };
  const returns = info.background.flatMap(({ to }) => to ?? []);
  return since(returns) || since(info.interactions) || (shown.purpose === 'unlock' && since(info.calls));
}

/** The call that the prompt came out of, where the history says. */
function reason(view: HistoryView, { shown }: Prompt): { seq: number } | undefined {
  const cause = shown.cause === undefined ? undefined : view.at(shown.cause);
  return cause?.seq !== undefined && cause.seq < shown.seq ? cause : undefined;
}
