/**
 * One redactor for all that leaves the server. It learns: a session or a command may be given variables that
 * are on the list, and from then on their values are secret everywhere.
 */
import { createRedactor, type Redactor, type RedactRule, resolveSecrets } from '@holdfast/tools';

export interface SecretsBook {
  /** As of now: take it anew for every answer. */
  readonly redactor: Redactor;
  learn(env: Readonly<Record<string, string>> | undefined): void;
}

export const createSecretsBook = (
  rules: readonly RedactRule[],
  ...environments: readonly Readonly<Record<string, string | undefined>>[]
): SecretsBook => {
  const { values, patterns } = resolveSecrets(rules, ...environments);
  const known = new Set(values);
  let redactor = createRedactor({ values: [...known], patterns });
  return {
    get redactor() {
      return redactor;
    },
    learn(env = {}) {
      const fresh = resolveSecrets(rules, env).values.filter((value) => !known.has(value));
      if (fresh.length === 0) return;
      for (const value of fresh) known.add(value);
      redactor = createRedactor({ values: [...known], patterns });
    },
  };
};
