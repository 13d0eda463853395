/** The runtime tool for AI agents, for every framework. */
export { createRedactor, type Redactor, type RedactorStream, redactedMark } from './redactor.ts';
export { type RedactRule, resolveSecrets, type Secrets, wellKnownSecrets } from './secrets.ts';
export {
  createOutputShaper,
  defaultMaxCharacters,
  type OmittedRange,
  type OutputShaper,
  type ShapedOutput,
  type ShapeOptions,
  shapeOutput,
} from './shape-output.ts';
