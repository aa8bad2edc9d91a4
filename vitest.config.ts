// How the tests run: in child processes, so that a client which takes its process down takes one test file with it, and never
// with watch, retries or network. Two workers, because the smallest machine we promise anything for has two cores.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    retry: 0,
    globals: false,
    expect: { requireAssertions: true },
    reporters: process.env['CI'] === undefined ? ['default'] : ['default', 'github-actions'],
    env: { NO_COLOR: '1' },
  },
});
