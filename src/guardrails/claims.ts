/**
 * What the assistant must not say of itself or to a person:
 * - handover: that it has passed somebody on, or that somebody will call; only opening a case makes that true
 * - act: that it has done something; it can do nothing but answer
 * - refund, deadline, guarantee, legal, medical: a promise, unless a passage says the same
 */
export type Claim = 'handover' | 'act' | 'refund' | 'deadline' | 'guarantee' | 'legal' | 'medical';

interface Rule {
  readonly claim: Claim;
  readonly pattern: RegExp;
}

const i =
  "(?:i|we)(?:'ve| have|'m| am|'re| are|'ll| will|'d)?(?: (?:just|now|already|gone ahead and|also|immediately|right away|going to))*";
const team =
  '(?:(?:a|an|the|our|one of our|another|some) )?(?:\\w+ ){0,2}(?:humans?|persons?|people|agents?|colleagues?|team ?mates?|team(?: members?)?|specialists?|representatives?|supervisors?|managers?|advis[eo]rs?|experts?|somebody|someone|support|department|staff)';
const money =
  '(?:refund\\w*|reimburse\\w*|money back|compensat\\w*|credit(?:ed)?|replacement|discount|waive[ds]?|voucher|goodwill \\w+)';
const day =
  '(?:today|tonight|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday|(?:the )?end of (?:the )?(?:day|week|month)|next (?:week|month)|within (?:the )?(?:next )?\\S+ ?(?:business |working )?(?:minutes?|hours?|days?|weeks?)|in (?:the next )?\\S+ ?(?:business |working )?(?:minutes?|hours?|days?|weeks?)|by \\S+)';

const rules: readonly Rule[] = [
  {
    claim: 'handover',
    pattern: new RegExp(
      `\\b${i} (?:pass(?:ed|ing)?|forward(?:ed|ing)?|transfer(?:red|ring)?|escalat(?:e|ed|ing)|connect(?:ed|ing)?|hand(?:ed|ing)?|rout(?:e|ed|ing)|notif(?:y|ied|ying)|inform(?:ed|ing)?|alert(?:ed|ing)?|contact(?:ed|ing)?|flag(?:ged|ging)?|refer(?:red|ring)?)\\b[^.!?]{0,60}\\b(?:you|your|this|it|that|${team})\\b`,
    ),
  },
  {
    claim: 'handover',
    pattern: new RegExp(
      `\\b${i} (?:open(?:ed|ing)?|creat(?:e|ed|ing)|rais(?:e|ed|ing)|fil(?:e|ed|ing)|log(?:ged|ging)?|submit(?:ted|ting)?) (?:a|the|your|this) (?:\\w+ ){0,2}(?:ticket|case|request|complaint|report|claim)\\b`,
    ),
  },
  {
    claim: 'handover',
    pattern: new RegExp(
      `\\b(?:you|your \\w+|this|it|the (?:case|issue|matter|request))(?:'re| are|'s| is| has| have)?(?: now| just| already)* (?:been|being) (?:escalated|forwarded|passed|handed|transferred|connected|routed|submitted|sent to)\\b`,
    ),
  },
  {
    claim: 'handover',
    pattern: new RegExp(
      `\\b${team}(?: from our \\w+(?: \\w+)?)? (?:will|is going to|is about to|'ll|has been|have been) (?:shortly |soon |now )?(?:contact|call|reach|get back|get in touch|be in touch|be with you|take over|e-?mail|write to|reply|respond|review|look into|help you|join|handle|notified|informed|assigned)`,
    ),
  },
  {
    claim: 'act',
    pattern: new RegExp(
      `\\b(?:i|we)(?:'ve| have)(?: (?:just|now|already|gone ahead and|successfully))* (?:refunded|reimbursed|credited|cancel+ed|changed|updated|issued|processed|approved|applied|added|removed|deleted|reset|sent|booked|ordered|shipped|extended|waived|blocked|unlocked|activated|scheduled|replaced|corrected|fixed)\\b`,
    ),
  },
  {
    claim: 'act',
    pattern:
      /\b(?:i|we)(?:'ll| will)(?: (?:now|go ahead and|immediately|personally))* (?:refund|reimburse|credit|cancel|change your|update your|issue|process|approve|apply|reset your|ship|extend|waive|replace your|send you a (?:new|replacement|label|voucher|refund))\b/,
  },
  {
    claim: 'act',
    pattern:
      /\byour (?:order|refund|request|account|subscription|password|booking|address|return|replacement)(?: \w+)? (?:has been|is now|was just) (?:successfully )?(?:approved|issued|processed|cancel+ed|changed|updated|refunded|reset|deleted|extended|granted|accepted)\b/,
  },
  {
    claim: 'refund',
    pattern: new RegExp(
      `\\byou(?:'ll| will| are going to|'re going to) (?:definitely |certainly |surely |then |also )?(?:get|receive|be given|be paid|be|have)\\b[^.!?]{0,30}\\b${money}\\b`,
    ),
  },
  {
    claim: 'refund',
    pattern: new RegExp(
      `\\byour ${money}[^.!?]{0,20}\\b(?:will be|is) (?:approved|paid|issued|on its way|there|in your account|guaranteed)\\b`,
    ),
  },
  {
    claim: 'deadline',
    pattern: new RegExp(
      `\\b(?:will|shall|'ll) (?:definitely |certainly |surely |all )?(?:arrive|be (?:delivered|fixed|resolved|ready|there|shipped|back|done|solved|restored|completed|with you|paid|in your)|ship|come|work again)\\b[^.!?]{0,40}\\b${day}`,
    ),
  },
  {
    claim: 'guarantee',
    pattern:
      /\b(?:i|we) (?:\w+ )?(?:guarantee|promise|assure you|swear|give you my word)\b|\b(?:100 ?%|absolutely|completely) (?:sure|certain|guaranteed|risk[- ]free)|\bguaranteed (?:to|that)\b|\byou have my word\b|\bwithout (?:any |a )?doubt\b|\bno risk (?:at all|whatsoever)\b/,
  },
  {
    claim: 'legal',
    pattern:
      /\byou(?:'ll| will| would| can| could)(?: \w+)? (?:win|sue)\b[^.!?]{0,30}\b(?:case|court|suit|lawsuit|claim|them|us|damages)\b|\byou (?:are|'re|have)(?: \w+)? (?:legally |by law )?(?:entitled|the right|liable|not liable)\b|\b(?:you )?(?:do not|don't) need a(?:n)? (?:lawyer|attorney)\b|\bwe (?:are|'re) (?:legally )?(?:liable|at fault|responsible for (?:the|your) (?:damage|injur|loss))\b|\b(?:we|i) admit (?:fault|liability|that)\b|\blegally (?:binding|required|obliged)\b/,
  },
  {
    claim: 'medical',
    pattern:
      /\b(?:you (?:should|can|may|must|could)|it(?:'s| is) (?:safe|fine|okay|ok) to|just|simply) (?:\w+ )?(?:stop|start|take|taking|keep taking|skip|double|increase|reduce)\b[^.!?]{0,40}\b(?:mg|milligrams?|medication|medicine|dose|doses|pills?|tablets?|insulin|antibiotics?|ibuprofen|aspirin|paracetamol|drug)\b|\b(?:will|it) cures?\b|\byou (?:probably |likely |definitely )?(?:have|do not have|don't have) (?:cancer|diabetes|an? (?:infection|allergy|tumou?r|fracture|concussion)|covid|the flu)\b|\b(?:it's|it is|that's|this is) (?:nothing serious|not dangerous|harmless)\b|\bno need to see a doctor\b/,
  },
  {
    claim: 'handover',
    pattern:
      /\b(?:ich habe|ich werde|wir haben|wir werden)\b[^.!?]{0,60}\b(?:weitergeleitet|weitergegeben|weiterleiten|weitergeben|verbunden|verbinden|übergeben|informiert|eskaliert|benachrichtigt)\b|\b(?:ich|wir) (?:leite|leiten|gebe|geben|verbinde|verbinden|übergebe|übergeben)\b[^.!?]{0,40}\b(?:sie|ihr anliegen|ihre anfrage|dich|das)\b[^.!?]{0,30}\b(?:weiter|mit|an)\b|\b(?:ein|eine|unser|unsere) (?:\S+ ){0,2}(?:mitarbeiter\w*|kolleg\w*|mensch|team) (?:wird|werden|meldet|melden|ruft)\b/,
  },
  {
    claim: 'act',
    pattern:
      /\b(?:ich|wir) haben?\b[^.!?]{0,50}\b(?:erstattet|storniert|geändert|gutgeschrieben|genehmigt|veranlasst|zurückgesetzt|gelöscht|verschickt)\b/,
  },
  {
    claim: 'guarantee',
    pattern: /\b(?:ich|wir) (?:garantiere\w*|verspreche\w*|versicher[en]\w* (?:ihnen|dir))\b|\bgarantiert\b/,
  },
  {
    claim: 'refund',
    pattern:
      /\b(?:sie|du) (?:erhalten|bekommen|bekommst|erhältst)\b[^.!?]{0,30}\b(?:erstattung|rückerstattung|geld zurück|gutschrift|entschädigung)\b/,
  },
  {
    claim: 'handover',
    pattern:
      /\b(?:he|hemos|voy a|vamos a|le|te)\b[^.!?]{0,20}\b(?:transferido|pasado|derivado|escalado|conectado|informado|avisado|transferir\w*|pasar\w*|derivar\w*|conectar\w*|paso|transfiero|comunico|conecto)\b[^.!?]{0,40}\b(?:agente|persona|equipo|compañer\w*|especialista|supervisor|caso|solicitud|con|a)\b|\b(?:un|una|nuestro) (?:\S+ ){0,2}(?:agente|persona|compañer\w|especialista|equipo) (?:se pondrá|le contactará|te contactará|le llamará|te llamará|le atenderá|lo revisará)\b/,
  },
  {
    claim: 'act',
    pattern:
      /\b(?:he|hemos) (?:reembolsado|cancelado|cambiado|actualizado|aprobado|procesado|abonado|enviado|restablecido)\b/,
  },
  { claim: 'guarantee', pattern: /\b(?:le |te )?(?:garantizo|garantizamos|prometo|prometemos|aseguro|aseguramos)\b/ },
  {
    claim: 'refund',
    pattern: /\b(?:recibirá|recibirás|obtendrá|tendrá)\b[^.!?]{0,30}\b(?:reembolso|devolución|dinero|compensación)\b/,
  },
  {
    claim: 'handover',
    pattern:
      /\b(?:j'ai|nous avons|je vais|nous allons|je vous|je te)\b[^.!?]{0,30}\b(?:transmis|transféré\w*|passé|escaladé|informé|prévenu|transmettre|transférer|mets? en relation|mettre en relation|transfère|passe)\b|\b(?:un|une|notre|nos) (?:\S+ ){0,2}(?:agent|conseill\w+|collègue|personne|équipe) (?:va|vont|vous contactera|vous rappellera|prendra)\b/,
  },
  {
    claim: 'act',
    pattern:
      /\b(?:j'ai|nous avons) (?:\S+ )?(?:remboursé|annulé|modifié|approuvé|traité|crédité|envoyé|réinitialisé)\b/,
  },
  { claim: 'guarantee', pattern: /\b(?:je|nous) (?:vous |te )?(?:garanti\w+|promet\w*|assur\w+)\b/ },
  {
    claim: 'refund',
    pattern: /\bvous (?:recevrez|obtiendrez|serez)\b[^.!?]{0,30}\b(?:rembours\w+|dédommag\w+|argent)\b/,
  },
];

/** "I cannot promise that", "you will not be refunded": the opposite of a promise; and an offer is none either. */
const negated =
  /\b(?:can(?:no|')t|cannot|unable|not able|never|don't|do not|won't|will not|not|no|if|would you like|shall i|should i|do you want|want me|i can|i could|nicht|kein\w*|kann|soll ich|möchten sie|no puedo|puedo|quiere|quieres|ne|pas|peux|puis-je|voulez-vous|souhaitez)\b/;

/** What a sentence claims, or null. */
export const findClaim = (sentence: string): Claim | null => {
  const plain = sentence.toLowerCase().replaceAll(/[’‘]/g, "'").replaceAll(/[*_`]/g, '');
  for (const { claim, pattern } of rules) {
    const found = pattern.exec(plain);
    // A few words before it, and all of it: "we are unable to guarantee", "you will not receive a refund".
    if (found && !negated.test(plain.slice(Math.max(0, found.index - 30), found.index + found[0].length))) return claim;
  }
  return null;
};

const supportedShare = 0.8;
const contentWords = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [];

/** Whether one of the texts says the same: nearly all words of the sentence, its figures included, stand in it. */
export const isSupported = (sentence: string, texts: readonly string[]): boolean => {
  const words = contentWords(sentence);
  if (words.length === 0) return false;
  return texts.some((text) => {
    const known = new Set(contentWords(text));
    const figures = words.filter((word) => /\p{N}/u.test(word));
    return (
      figures.every((word) => known.has(word)) &&
      words.filter((word) => known.has(word)).length >= words.length * supportedShare
    );
  });
};

/** What may stand in a passage may be said; what only an act makes true may not, whoever says it. */
export const mayClaim = (claim: Claim, sentence: string, passages: readonly string[]): boolean =>
  claim !== 'handover' && claim !== 'act' && isSupported(sentence, passages);
