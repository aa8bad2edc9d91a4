// Talking to lldb, for physical devices: there its batch mode goes on before the attach is done. Each command waits for the line that
// shows it worked; an `error:` line in between is the answer too. It leaves the app running and detached, however it ends.
import { timedOut } from '../errors.ts';
import type { DeviceContext } from '../driver.ts';
import type { Conversation } from '../exec.ts';
import { debuggerProblem } from './debugger-output.ts';
import type { Target } from './debugger.ts';
import { debuggerError } from './errors.ts';
import { Inbox } from './inbox.ts';
import type { Xcrun } from './xcrun.ts';

export interface DebuggerSession {
  /** Sends a command and waits for a line that `expected` matches. Throws on an error of lldb, and when nothing comes in time. */
  ask(command: string, expected: RegExp, timeout: number): Promise<RegExpMatchArray>;
  /** Sends a command whose answer does not matter, or comes later. */
  tell(command: string): void;
  /** Waits for a line without asking; undefined when it does not come within so long. */
  hear(expected: RegExp, timeout: number): Promise<RegExpMatchArray | undefined>;
  /** Forgets what was said and nobody waited for. */
  forget(): void;
}

/** Time for lldb to detach and leave by itself; killed while attached, it could take the app with it. */
const FAREWELL = 5_000;

export async function debugging<T>(
  context: DeviceContext,
  xcrun: Xcrun,
  target: Target,
  act: (session: DebuggerSession) => Promise<T>,
): Promise<T> {
  const kill = new AbortController();
  const conversation = xcrun.talk(['lldb', '--no-lldbinit'], kill.signal);
  const inbox = linesOf(conversation);
  try {
    return await act(sessionOf(context, conversation, inbox, target));
  } finally {
    // An app that runs must be interrupted before lldb takes the next command in order; in a stopped one it says an error, and goes on.
    for (const command of ['process interrupt', 'process detach', 'quit']) conversation.send(command);
    await conversation.end(FAREWELL);
    kill.abort();
  }
}

/** lldb prints a prompt into a pipe too, and what happens meanwhile behind it. */
const PROMPT = /^(?:\(lldb\) )+/;

function linesOf({ said }: Conversation): Inbox<string> {
  const inbox = new Inbox<string>();
  void (async () => {
    try {
      for await (const line of said) inbox.put(line.replace(PROMPT, ''));
    } catch {
      // Its exit code says nothing: it is 0 after errors too.
    }
    inbox.close();
  })();
  return inbox;
}

function sessionOf(context: DeviceContext, conversation: Conversation, inbox: Inbox<string>, target: Target): DebuggerSession {
  return {
    tell: (command) => conversation.send(command),
    forget: () => inbox.forget(),
    async ask(command, expected, timeout) {
      conversation.send(command);
      const taken = await inbox.take(context, timeout, (said) => expected.test(said) || said.startsWith('error: '));
      if (taken === 'late') throw timedOut(target.udid, `lldb: ${command.slice(0, 40)}`, timeout);
      const line = taken === 'closed' ? 'error: lldb ended' : taken.found;
      const match = expected.exec(line);
      if (match !== null) return match;
      // `error: expression failed to parse:` says what on the next line.
      const more = line.endsWith(':') ? await inbox.take(context, COMPLAINT, (said) => said.startsWith('error: ')) : 'late';
      const { problem, said } = debuggerProblem(`${line}\n${typeof more === 'string' ? '' : more.found}`) ?? {
        problem: 'strange',
        said: line,
      };
      throw debuggerError(problem, said, target);
    },
    async hear(expected, timeout) {
      const taken = await inbox.take(context, timeout, (said) => expected.test(said));
      return typeof taken === 'string' ? undefined : (expected.exec(taken.found) ?? undefined);
    },
  };
}

/** Ms to wait for the second line of a complaint. */
const COMPLAINT = 500;
