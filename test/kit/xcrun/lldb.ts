// lldb of the double: in batch mode it attaches by pid and runs its commands, as with an app of a simulator; without, it is talked to.
import { attach, evaluate, stopped } from './lldb-app.ts';
import { Talk } from './lldb-talk.ts';
import type { Io } from './play.ts';
import { Refusal } from './said.ts';

export async function lldb(folder: string, args: readonly string[], io: Io): Promise<void> {
  if (args.includes('--version')) return io.say('lldb-2100.0.16.4\nApple Swift version 6.3\n');
  if (args.includes('--batch')) return batch(folder, args, io);
  return new Talk(folder, io).run();
}

/** The first command that fails ends it with exit 1; the target goes on either way. */
function batch(folder: string, args: readonly string[], { say }: Io): void {
  const pid = Number(args[args.indexOf('-p') + 1]);
  const commands = args.filter((_, at) => args[at - 1] === '-o');
  say(`(lldb) process attach --pid ${pid}\n`);
  attach(folder, pid);
  say(stopped(pid));
  for (const command of commands) {
    say(`(lldb) ${command}\n`);
    if (command.startsWith('expression')) say(evaluate(folder, pid, command));
    else if (command === 'process detach') say(`Process ${pid} detached\n`);
    else throw new Refusal(1, `error: '${command}' is not a valid command.\n`);
  }
}
