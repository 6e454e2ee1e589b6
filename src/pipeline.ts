import type { Parts } from './parts.ts';

import { admit } from '#conversation/admit.ts';
import { clarify } from '#conversation/clarify.ts';
import { knowIncident } from '#conversation/know-incident.ts';
import { obey } from '#conversation/obey.ts';
import { open } from '#conversation/open.ts';
import { readFiles } from '#conversation/read-files.ts';
import { recall } from '#conversation/recall.ts';
import { record } from '#conversation/record.ts';
import { pipeline } from '#core/stage.ts';
import type { Received } from '#core/turn.ts';
import { deliver } from '#delivery/deliver.ts';
import { escalate } from '#escalation/escalate.ts';
import { relay } from '#escalation/relay.ts';
import { guardInput } from '#guardrails/guard-input.ts';
import { guardOutput } from '#guardrails/guard-output.ts';
import { keepToTopic } from '#guardrails/keep-to-topic.ts';
import { moderate } from '#guardrails/moderate.ts';
import { generate } from '#model/generate.ts';
import { retrieve } from '#knowledge/retrieve.ts';

/** One turn, from a stored message to a recorded answer. Every stage may end it early with a Halt. */
export const createPipeline = (parts: Parts) =>
  pipeline<Received>()
    .stage('open', open(parts.open)) // which conversation, which person, what they said
    .stage('obey', obey(parts.obey)) // a command: done, halt
    .stage('relay', relay(parts.relay)) // a person has it: pass it on, halt
    .stage('admit', admit(parts.admit)) // token buckets
    .stage('read_files', readFiles(parts.readFiles)) // what came with the words
    .stage('guard_input', guardInput(parts.guardInput)) // personal data, injection, whatever brings in a person at once
    .stage('recall', recall(parts.recall)) // summary and recent messages
    .stage('retrieve', retrieve(parts.retrieve)) // passages that may answer
    .stage('moderate', moderate(parts.moderate)) // what somebody else says of the words, asked meanwhile
    .stage('keep_to_topic', keepToTopic(parts.keepToTopic)) // what we are there for
    .stage('know_incident', knowIncident(parts.knowIncident)) // what is known to be wrong just now
    .stage('clarify', clarify(parts.clarify)) // which page is meant, where none answers
    .stage('generate', generate(parts.generate)) // a streaming draft
    .stage('guard_output', guardOutput(parts.guardOutput)) // the same draft, checked before any of it is visible
    .stage('deliver', deliver(parts.deliver)) // post, edit
    .stage('escalate', escalate(parts.escalate)) // hand over if the answer shows that it is needed
    .stage('record', record(parts.record)) // words, acts and done in one transaction; the whole text goes out
    .stage('summarize', parts.summarize); // fold old messages away, behind the turn
