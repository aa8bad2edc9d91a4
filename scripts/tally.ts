// Counts checks for the scripts that prove the package: prints each as it is known, ends with the line that CI reads.

export interface Tally {
  /** Runs a check; one that throws has failed, the others go on. */
  check(name: string, body: () => void | Promise<void>): Promise<void>;
  /** Prints the totals and sets the exit code. */
  finish(): void;
}

export function createTally(): Tally {
  const counts = { passed: 0, failed: 0 };
  return {
    async check(name, body) {
      try {
        await body();
        counts.passed += 1;
        console.log(`  ✓ ${name}`);
      } catch (error) {
        counts.failed += 1;
        console.log(`  ✗ ${name}\n${indent(error instanceof Error ? error.message : String(error))}`);
      }
    },
    finish() {
      console.log(`${counts.passed} passed, ${counts.failed} failed`);
      if (counts.failed > 0) process.exitCode = 1;
    },
  };
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `      ${line}`)
    .join('\n');
}
