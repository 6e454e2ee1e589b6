/** What somebody says they will do, or by when, in the languages that we speak. */
const promise: readonly RegExp[] = [
  /\b(?:i|we)(?:'ll| will| shall| am going to| are going to|'m going to|'re going to)\b(?! (?:be glad|be happy|see)\b)/i,
  /\b(?:i|we) (?:promise|guarantee)\b|\byou(?:'ll| will) (?:have|get|receive|hear)\b/i,
  /\b(?:ich|wir) (?:werde|werden|schicke|schicken|melde|melden|sende|senden|erstatte|erstatten|rufe|rufen|kümmere|kümmern)\b/i,
  /\bsie (?:bekommen|erhalten|hören)\b/i,
  /\b(?:le|te) (?:enviaré|enviaremos|llamaré|llamaremos|devolveré|devolveremos|avisaré|avisaremos)\b|\b(?:voy a|vamos a|recibirá)\b/i,
  /\b(?:je|nous) (?:vous |te )?(?:enverrai|enverrons|rappellerai|rappellerons|rembourserai|rembourserons|vais|allons)\b|\bvous (?:recevrez|aurez)\b/i,
];

/** "I will not", "we will see": nothing is promised. */
const none =
  /\b(?:will|shall|'ll|going to) not\b|\bwon't\b|\bif (?:i|we|you)\b|\b(?:nicht|kein\w*)\b|\bno (?:voy|vamos)\b|\bne .{0,20}\bpas\b/i;

export interface SaidLine {
  readonly speaker: string;
  readonly text: string;
}

/** The sentences in which the assistant or an agent told the customer what they will do, in their order. */
export const findPromises = (said: readonly SaidLine[]): SaidLine[] =>
  said
    .filter(({ speaker }) => speaker !== 'customer')
    .flatMap(({ speaker, text }) =>
      text
        .split(/(?<=[.!?])\s+|\n+/)
        .map((sentence) => sentence.replaceAll(/[’‘]/g, "'").trim())
        .filter((sentence) => promise.some((one) => one.test(sentence)) && !none.test(sentence))
        .map((sentence) => ({ speaker, text: sentence })),
    );
