/** A span for every command, where the program has registered an OpenTelemetry SDK; else nothing. */

import type { RuntimeSession } from '@holdfast/protocol';
import {
  type Context,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { type BytesResult, errorCodeOf, type ServedCommand } from './sessions/served-command.ts';

const tracer = trace.getTracer('@holdfast/server');

/** The caller's span, from its `traceparent` header. */
export const callerContext = (headers: Record<string, unknown>): Context =>
  headers.traceparent === undefined ? context.active() : propagation.extract(context.active(), headers);

export const startCommandSpan = (
  session: RuntimeSession,
  { id, language }: ServedCommand,
  parent: Context,
): Span =>
  tracer.startSpan(
    'holdfast.command',
    {
      kind: SpanKind.SERVER,
      attributes: {
        'holdfast.session.id': session.id,
        'holdfast.workspace.id': session.workspaceId,
        'holdfast.command.id': id,
        'holdfast.language': language,
      },
    },
    parent,
  );

/** A command that fails is a result: only what was rejected is an error of the span. */
export const endCommandSpan = (span: Span, answer: { output: BytesResult } | { error: unknown }): void => {
  if ('error' in answer) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: errorCodeOf(answer.error) });
  } else {
    const { exitCode, success, timedOut, interrupted, durationMs, epoch, stateLost } = answer.output;
    span.setAttributes({
      ...(exitCode === null ? {} : { 'holdfast.exit_code': exitCode }),
      'holdfast.success': success,
      'holdfast.timed_out': timedOut,
      'holdfast.interrupted': interrupted,
      'holdfast.duration_ms': durationMs,
      'holdfast.epoch': epoch,
      'holdfast.state_lost': stateLost !== undefined,
    });
  }
  span.end();
};
