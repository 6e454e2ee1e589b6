import type { AdmitParts } from '#conversation/admit.ts';
import type { ClarifyParts } from '#conversation/clarify.ts';
import type { KnowIncidentParts } from '#conversation/know-incident.ts';
import type { ObeyParts } from '#conversation/obey.ts';
import type { OpenParts } from '#conversation/open.ts';
import type { ReadFilesParts } from '#conversation/read-files.ts';
import type { RecallParts } from '#conversation/recall.ts';
import type { RecordParts } from '#conversation/record.ts';
import type { Summarizing } from '#conversation/summarize.ts';
import type { DeliverParts } from '#delivery/deliver.ts';
import type { escalate } from '#escalation/escalate.ts';
import type { relay } from '#escalation/relay.ts';
import type { GuardInputParts } from '#guardrails/guard-input.ts';
import type { KeepToTopicParts } from '#guardrails/keep-to-topic.ts';
import type { ModerateParts } from '#guardrails/moderate.ts';
import type { GuardOutputParts } from '#guardrails/guard-output.ts';
import type { GenerateParts } from '#model/generate.ts';
import type { RetrieveStageParts } from '#knowledge/retrieve.ts';

/** What each stage is made with, under the stage's name. */
export interface Parts {
  readonly open: OpenParts;
  readonly obey: ObeyParts;
  readonly relay: Parameters<typeof relay>[0];
  readonly admit: AdmitParts;
  readonly readFiles: ReadFilesParts;
  readonly guardInput: GuardInputParts;
  readonly recall: RecallParts;
  readonly retrieve: RetrieveStageParts;
  readonly moderate: ModerateParts;
  readonly keepToTopic: KeepToTopicParts;
  readonly knowIncident: KnowIncidentParts;
  readonly clarify: ClarifyParts;
  readonly generate: GenerateParts;
  readonly guardOutput: GuardOutputParts;
  readonly deliver: DeliverParts;
  readonly escalate: Parameters<typeof escalate>[0];
  readonly record: RecordParts;
  readonly summarize: Summarizing['summarize'];
}
