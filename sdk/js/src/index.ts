/** The flag resolver: a flag state in, answers with their evidence out. In process, without a server. */
export { type BookOptions, Caller, FlagBook } from './book.js';
export { callerOf } from './callers.js';
export type { FlagState, Int64, Json, JsonObject } from './contract/types.js';
export { type Outcome, type Trace, type TraceStep, explain, traceText } from './explaining/traceWriter.js';
export { type Answer, type Fallthrough, type Passed, type Reason, type Resolution, reasonName, resolution, shouldApply } from './resolving/answer.js';
export { Batch } from './resolving/batch.js';
export { type Attributes, parseContext } from './resolving/context.js';
export { StickyMemory, type StickyRead, type StickyRecord, type StickyWrite } from './resolving/sticky.js';
export type { CompiledAssignment, CompiledFlag, CompiledRule, CompiledVariant } from './state/compiled.js';
export { Fault, type Violation } from './state/problems.js';
export { type OpenedState, type TrustedKeys, readStateFile } from './distribution/stateFile.js';
export { FlagClient, type FlagClientOptions, type Freshness, type StateCache } from './distribution/flagClient.js';
export { type PollEvent, type PollOptions, Poller } from './distribution/poller.js';
export { type ExposureOptions, Exposures } from './exposures/exposures.js';
export { Outbox, type OutboxOptions } from './exposures/outbox.js';
