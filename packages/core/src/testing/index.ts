/**
 * For tests of core and of language packages.
 *
 * - driver conformance: the promises, as checks that every language is put through
 * - conformance cases: scenarios as data, and what runs one
 * - a fake language, for tests of supervision that need no real one
 */
export {
  type CaseStep,
  type ConformanceCase,
  casesOf,
  type Expectation,
  loadConformanceCases,
  mixedCases,
} from './conformance-cases.ts';
export { type Dialect, dialects } from './dialects.ts';
export { type ConformanceCheck, type ConformanceContext, driverConformance } from './driver-conformance.ts';
export { fakeLanguage } from './fake-driver.ts';
export { runConformanceCase } from './run-conformance-case.ts';
export { type HostileRow, withSession } from './with-session.ts';
