/** One vitest for the whole repository; each workspace is a project: `npm run test:unit -- --project core`. */
import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { listWorkspaces } from './scripts/lib/paths.mjs';
import { findMissing } from './scripts/lib/system-tools.mjs';

const project = (name: string, include: string[]) => ({ extends: true as const, test: { name, include } });

export default defineConfig({
  test: {
    // Tests start worker threads and processes, send signals and change the working directory:
    // they need processes of their own, and no more of them at once than a small machine has cores.
    pool: 'forks',
    maxWorkers: 2,
    // They guard against what hangs, on a machine that may stall for seconds; they measure nothing.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What this machine lacks, for suites to leave themselves out by name: `zsh,dash`.
    env: {
      HOLDFAST_MISSING: findMissing()
        .map((tool) => tool.program)
        .join(','),
    },
    server: {
      deps: {
        // Built packages are loaded as Node loads them, like in a user's program.
        external: [/\/dist\/.*\.js$/],
      },
    },
    projects: [
      ...listWorkspaces().map(({ dir }) =>
        project(basename(dir), [`${dir}/**/*.test.{ts,tsx}`, `!${dir}/dist/**`]),
      ),
      project('scripts', ['scripts/**/*.test.ts']),
    ],
  },
});
