/** A language's driver, imported the first time that the language is used. */
import type { Language, LanguageDescriptor } from '@holdfast/protocol';
import type { DriverModule, LanguageDriver } from './language-driver.ts';

/** A new one for each kernel: a driver may hold state for its connection. */
export const loadDriver = async (
  languages: readonly LanguageDescriptor[],
  language: Language,
): Promise<LanguageDriver> => {
  const descriptor = languages.find((candidate) => candidate.language === language);
  if (!descriptor) throw new Error(`this manager was not given the language ${language}`);
  const { createDriver }: DriverModule = await import(descriptor.driver);
  return createDriver(descriptor.options);
};
