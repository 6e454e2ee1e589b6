import { ModelError } from '#core/errors.ts';
import { type ModelCall, type ModelRequest, type ModelStream, noUsage, type Usage } from '#core/model.ts';
import { estimateTokens } from '#core/tokens.ts';

/** What is known so far of what a call used. */
export interface Used {
  usage: Usage;
}

/** All that a request has a model read, as a rough count; pictures are not in it. */
const estimateRequest = ({ system, messages }: ModelRequest): number =>
  messages.reduce((sum, { text }) => sum + estimateTokens(text), estimateTokens(system));

/** Tells what each call used, also of one that failed or was left by its reader. */
export async function* recorded(
  model: string,
  request: ModelRequest,
  onCall: (call: ModelCall) => void,
  work: (used: Used) => ModelStream,
): ModelStream {
  const used: Used = { usage: noUsage };
  const stream = work(used);
  let outcome = 'left';
  let said = '';
  let step = null;
  try {
    for (step = await stream.next(); !step.done; step = await stream.next()) {
      said += step.value;
      yield step.value;
    }
    outcome = step.value.stopReason === 'stopped' ? 'stopped' : 'done';
    return step.value;
  } catch (error) {
    outcome = error instanceof ModelError ? error.reason : 'failed';
    throw error;
  } finally {
    if (!step?.done && outcome === 'left') await stream.return(undefined as never);
    // The count comes at the end of a stream: what was broken off before is paid for all the same.
    const { usage } = used;
    const outputTokens = usage.outputTokens > 0 || said === '' ? usage.outputTokens : estimateTokens(said);
    onCall({
      payer: request.payer,
      model,
      outcome,
      usage: { ...usage, outputTokens },
      estimatedTokens: request.images.length > 0 ? null : estimateRequest(request),
    });
  }
}
