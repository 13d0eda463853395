/** A language's driver, imported the first time that the language is used. */
import type { Language, LanguageDescriptor } from '@holdfast/protocol';
import type { DriverModule, LanguageDriver } from './language-driver.ts';

/** Gives a new driver for each kernel: it may hold state for its connection. */
export type LoadDriver = (language: Language) => Promise<LanguageDriver>;

/** @param importDriver - `import()` of whoever can: code that came out of a code cache can not */
export const createDriverLoader =
  (
    languages: readonly LanguageDescriptor[],
    importDriver: (url: string) => Promise<DriverModule>,
  ): LoadDriver =>
  async (language) => {
    const descriptor = languages.find((candidate) => candidate.language === language);
    if (!descriptor) throw new Error(`this manager was not given the language ${language}`);
    const { createDriver } = await importDriver(descriptor.driver);
    return createDriver(descriptor.options);
  };
