// lldb of the double, talked to over standard input as one does with a physical device: it selects one, attaches to a process of it, stops
// at the start and at the completion of a task. Errors do not end it, and it exits with 0.
import { appOf, attach, evaluate, stopped } from './lldb-app.ts';
import type { Io } from './play.ts';
import { Refusal } from './said.ts';
import { change, read } from './state.ts';

/** How long CoreDevice takes to attach. */
const ATTACHING = 30;
const POLL = 10;

export class Talk {
  readonly #folder: string;
  readonly #io: Io;
  readonly #breakpoints: string[] = [];
  #isSelected = false;
  #pid = 0;
  #timer: NodeJS.Timeout | undefined;
  /** A task that was told to start, and one that has started. */
  #starting = false;
  #running = false;
  #isExpired = false;

  constructor(folder: string, io: Io) {
    this.#folder = folder;
    this.#io = io;
  }

  async run(): Promise<void> {
    for await (const line of this.#io.lines) {
      this.#io.say(`(lldb) ${line}\n`);
      if (line === 'quit') break;
      try {
        this.#obey(line);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        this.#io.complain(error.message);
      }
    }
    clearTimeout(this.#timer);
  }

  #obey(line: string): void {
    const [command = '', ...words] = line.split(' ');
    if (line.startsWith('device select ')) this.#select(words[1] ?? '');
    else if (line.startsWith('device process attach --pid ')) this.#attach(Number(words.at(-1)));
    else if (command === 'expression') this.#io.say(this.#evaluate(line));
    else if (line.startsWith('breakpoint set')) this.#setBreakpoint(/--name '([^']+)'/.exec(line)?.[1] ?? '');
    else if (line === 'process continue') this.#continue();
    else if (line === 'process interrupt') this.#interrupt();
    else if (line === 'process detach') this.#detach();
    else throw new Refusal(1, `error: '${line}' is not a valid command.\n`);
  }

  #select(id: string): void {
    this.#isSelected = read(this.#folder).phones.some((phone) => phone.identifier === id && phone.tunnel !== 'unavailable');
    if (!this.#isSelected) throw new Refusal(1, 'error: The specified device was not found.\n');
  }

  #attach(pid: number): void {
    if (!this.#isSelected) throw new Refusal(1, 'error: no device selected. Use `device select` first.\n');
    attach(this.#folder, pid);
    this.#pid = pid;
    this.#timer = setTimeout(() => this.#io.say(stopped(pid)), ATTACHING);
  }

  #setBreakpoint(name: string): void {
    this.#breakpoints.push(name);
    const place =
      read(this.#folder).symbols === false ? 'no locations (pending).' : `where = BackgroundTasks\`${name}, address = 0x00000001a0`;
    this.#io.say(`Breakpoint ${this.#breakpoints.length}: ${place}\n`);
  }

  #evaluate(line: string): string {
    if (line.includes('$arg3')) return `(int) $1 = ${this.#isExpired ? 0 : 1}\n`;
    const before = this.#tasks();
    const answer = evaluate(this.#folder, this.#pid, line);
    if (this.#tasks() > before) this.#starting = true;
    if (line.includes('_simulateExpirationForTaskWithIdentifier:"), tw_id')) this.#isExpired = true;
    return answer;
  }

  #continue(): void {
    this.#io.say(`Process ${this.#pid} resuming\n`);
    const look = (): void => {
      if (this.#starting) {
        this.#starting = false;
        this.#running = true;
        this.#hit('_runTask:registration:]');
      } else if (this.#running && this.#tasks() === 0) {
        this.#running = false;
        this.#hit('setTaskCompletedWithSuccess:]');
      } else this.#timer = setTimeout(look, POLL);
    };
    this.#timer = setTimeout(look, POLL);
  }

  #hit(name: string): void {
    const number = this.#breakpoints.findIndex((one) => one.endsWith(name)) + 1;
    this.#io.say(stopped(this.#pid, `breakpoint ${number}.1`));
  }

  #interrupt(): void {
    if (this.#pid === 0) throw new Refusal(1, 'error: Command requires a current process.\n');
    clearTimeout(this.#timer);
    this.#io.say(stopped(this.#pid));
  }

  #detach(): void {
    clearTimeout(this.#timer);
    if (this.#pid === 0) throw new Refusal(1, 'error: Command requires a current process.\n');
    this.#io.say(`Process ${this.#pid} detached\n`);
    this.#pid = 0;
  }

  #tasks(): number {
    return change(this.#folder, (state) => appOf(state, this.#pid)?.app.running?.length ?? 0);
  }
}
