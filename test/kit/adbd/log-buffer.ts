// The log of the phone, printed as `logcat -d` would, with the filters tokenwarp uses.
import type { Phone } from './phone.ts';

export type Level = 'V' | 'D' | 'I' | 'W' | 'E';
const LEVELS: readonly string[] = ['V', 'D', 'I', 'W', 'E', 'F', 'S'];

interface Entry {
  wall: number;
  pid: number;
  level: Level;
  tag: string;
  message: string;
}

export class LogBuffer {
  readonly #phone: Phone;
  readonly #entries: Entry[] = [];

  constructor(phone: Phone) {
    this.#phone = phone;
  }

  write(pid: number, level: Level, tag: string, message: string): void {
    this.#entries.push({ wall: this.#phone.wall(), pid, level, tag: tag.slice(0, 23), message });
  }

  /** A message of several lines repeats the prefix on each. */
  print(filters: ReadonlyMap<string, string>): string {
    const wanted = ({ tag, level }: Entry): boolean => LEVELS.indexOf(level) >= LEVELS.indexOf(filters.get(tag) ?? filters.get('*') ?? 'V');
    const lines = this.#entries.filter(wanted).flatMap(({ wall, pid, level, tag, message }) => {
      const time = (wall / 1_000).toFixed(3).padStart(18);
      return message
        .split('\n')
        .map((line) => `${time} ${String(pid).padStart(5)} ${String(pid + 3).padStart(5)} ${level} ${tag.padEnd(8)}: ${line}`);
    });
    return `--------- beginning of main\n${lines.map((line) => `${line}\n`).join('')}`;
  }

  clear(): void {
    this.#entries.length = 0;
  }
}
