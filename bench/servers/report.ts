// What every measured server does besides serving: tells where it is, and what it cost so far whenever it is asked.

/** First message of a measured server. `tokens`: two refresh tokens per connection, where it has any. */
export interface Ready {
  url: string;
  tokens?: readonly string[];
}
/** Its answers: CPU time in microseconds since it started, resident set in bytes. */
export interface Cost {
  cpu: number;
  rss: number;
}

/** Connects this process to the one that measures; ends with it. */
export function report(ready: Ready): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    globalThis.gc?.();
    process.send?.({ cpu: user + system, rss: process.memoryUsage.rss() } satisfies Cost);
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.(ready);
}
