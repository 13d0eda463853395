/** What a language package may use of core to write its driver: contract, line protocol. */
export type { ControlChannel } from './control-channel.ts';
export { createLineSplitter, jsonKernel } from './json-kernel.ts';
export type {
  DriverModule,
  DriverOptions,
  InterruptStep,
  LanguageDriver,
  LaunchContext,
  LaunchPlan,
} from './language-driver.ts';
