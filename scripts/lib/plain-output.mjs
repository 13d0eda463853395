/** Imported first by scripts: no colour codes in logs, neither ours nor those of the tools we run. */
if (!process.stdout.isTTY && !process.env.FORCE_COLOR) process.env.NO_COLOR = '1';
