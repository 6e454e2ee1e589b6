import { normalizeLoosely } from './normalize.ts';

// English is matched word by word with one typing error forgiven; the sets say what a word can do in a request.
const contacting = words(
  'direct directing talk talking speak speaking spoke chat chatting contact contacting reach reaching connect connecting transfer transferring escalate escalating forward pass put switch redirect route hand communicate communicating converse discuss touch hold consult message messaging texting',
);
const wishing = words('want need wanna gimme give get prefer require demand request bring send find requesting rather');
const people = words(
  'human humans person agent agents representative representatives operator operators advisor adviser supervisor manager employee specialist assistant rep reps consultant clerk teller staff worker attendant receptionist reception',
);
const anybody = words('someone somebody anyone anybody people guy man woman dude soul');
const real = words('real live actual human living alive proper qualified flesh breathing');
const service = words('customer client support service help');
const desk = words('service support care team department desk centre center assistance line');
const negations = words("don't dont not no never without");
const refused = words('transfer transferring escalate connect put');
// "contact my travel agent", "send money to someone": the person meant is not ours.
const foreign = words(
  'travel estate insurance my his her their mom dad friend boss wife husband money cash funds payment card',
);

const gapMax = 7;

/** Whole requests that the words above do not build. */
const phrases: readonly RegExp[] = [
  /(?<!\b(?:can|may|could|to|you|people|friends|they|it) )\b(?:call|ring|phone) me(?: back\b| (?:please|now|asap|today|tomorrow|tonight|at \d|on (?:my|\+?\d)|in \w+ (?:min|hour)\w*|about|regarding)\b|\W*$)|\b(?:can|could|will|would) you (?:please )?(?:call|ring|phone) me(?: back| please| now| asap| on| at|\W*$)/,
  /\b(?:call ?back|callback)\b.{0,24}\b(?:please|request|from|want|need|get)\b|\b(?:request|want|need|arrange|schedule|get) (?:a |me a )?call ?back\b/,
  /\b(?:have|can|could|let|get|make) (?:someone|somebody|anyone|a person|a human|an agent|a manager|a rep\w*) (?:please )?(?:to )?(?:call|ring|phone|contact|text|email|reach)\b/,
  /\b(?:sick|tired|fed up|done|stop|hate|enough|waste|wasting|rather not|don'?t want|do not want|not)\b.{0,32}\b(?:talk|speak|chat|time|deal)\w*\b.{0,24}\b(?:bots?|machines?|robots?|computers?|ai|chat ?bots?)\b/,
  /^\W*(?:(?:please|hey|hi|hello|ok|just|i said|a|an|the|real|live|human|customer|your)\W+){0,4}(?:agent|human|operator|representative|rep|live person|real person|human being|someone real|manager|supervisor|customer (?:service|care|support))(?:\W+(?:please|pls|plz|now|asap|here|thanks|only))*\W*$/,
  /^\W*(?:(?:please|hey|hi|hello|ok|and|again|now)\W+){0,3}(?:(?:a|an|another|the|your|that|real|live|actual)\s+){0,3}(?:agent|human|person|operator|representative|rep|manager|supervisor)(?: being)?(?:,? (?:again|now|instead|this time))*,? (?:please|pls|plz)\b/,
  /\b(?:someone|somebody|anyone|anybody) (?:real|human|else on the line|who is (?:human|real))\b/,
  /\b(?:is|are|any) (?:there )?(?:a |any |an )?(?:real |live |actual |human )?(?:humans?|persons?|people|agents?|operators?|representatives?|reps?) (?:there|available|here|around|i can|who can|that can)\b/,
  /\b(?:human|live|real) (?:help|support|assistance|contact|interaction|chat)\b/,
  /\bgive me a (?:call|ring|phone call|buzz)\b|\b(?:want|like|need|wish|prefer|asked) to be (?:called|phoned|rung)(?: back)?\b/,
  /^\W*(?:please |just |pls |can you |could you )?(?:transfer|escalate|connect|redirect) (?:me|this|it)(?: please| pls| now| asap)?\W*$/,
  /^\W*(?:no more|enough (?:of|with)(?: the| these| your)?|stop (?:with )?(?:the|these|this)|get rid of (?:the|this)) (?:chat ?)?(?:robots?|bots?|machines?|ai)\b/,
  /\b(?:need|want|prefer|rather (?:have|deal with|talk to|speak to|speak with)|deal with|get|give me|send me) (?:a |an )?(?:real |actual |live )?(?:person|human)\b(?! (?:name|account|id|resources?|rights|of|who lives)\b)/,
  /\b(?:colleague|co-?worker|team ?mate|someone|somebody)(?: of yours| else)? (?:to )?(?:take over|step in|jump in|help me instead)\b/,
  /\bwho (?:can|could|do|should|may) i (?:talk|speak|chat) (?:to|with)\b/,
];

// One row per language: what is wished, and of whom, in either order within a short distance.
const otherLanguages: readonly RegExp[] = [
  ...bothOrders(
    'sprechen|reden|verbind\\w*|weiterleit\\w*|durchstell\\w*|chatten|kontakt\\w*|möchte|will|brauch\\w*|hätte gern\\w*|geben sie mir|gib mir|stellen sie',
    'menschen?|mitarbeiter\\w*|berater\\w*|sachbearbeiter\\w*|echten? person|einer person|kundendienst|kundenservice|kundenberat\\w*|vorgesetzten?|jemande[mn]|support-?mitarbeiter\\w*|agenten',
  ),
  ...bothOrders(
    'hablar|habla[rn]?me|comunic\\w*|contact\\w*|p[aá]s[ae]\\w*|conect\\w*|ponga\\w*|transfi\\w*|quiero|quisiera|necesito|atienda|ll[aá]m[ae]\\w*',
    'una persona|persona real|humano|ser humano|agente|representante|operador\\w*|asesor\\w*|alguien|atenci[oó]n al cliente|supervisor\\w*|encargad[oa]|gerente',
  ),
  ...bothOrders(
    'parler|discuter|contacter|joindre|pass(?:er|ez)|transf[ée]r\\w*|veux|voudrais|souhaite\\w*|besoin|mettez|rappel\\w*',
    "humain|une personne|vraie personne|conseill\\w*|un agent|quelqu['’]un|op[ée]rat\\w*|responsable|service client\\w*|[êe]tre humain|superviseur",
  ),
  ...bothOrders(
    'falar|quero|preciso|gostaria|contactar|transf\\w*',
    'humano|pessoa|atendente|agente|algu[ée]m|operador\\w*|representante|gerente',
  ),
  ...bothOrders(
    'parlare|vorrei|voglio|bisogno|contattare|passatemi|passami',
    'umano|una persona|operatore|agente|qualcuno|responsabile|servizio clienti|consulente',
  ),
  ...bothOrders(
    'spreken|praten|wil|verbind\\w*|doorverbonden|contact',
    'een mens|medewerker|een persoon|iemand|klantenservice|echt persoon',
  ),
  ...bothOrders(
    'rozmawia\\w*|porozmawia\\w*|połącz\\w*|przełącz\\w*|kontakt\\w*|chcę|chciał\\w*|potrzebuj\\w*|proszę',
    'człowiek\\w*|konsultant\\w*|pracownik\\w*|prawdziw\\w+ osob\\w*|doradc\\w*|obsług\\w+ klienta|agent\\w*',
  ),
  ...bothOrders(
    'prata|tala|kopplas?|kontakta?|vill|behöver',
    'människa|en person|riktig person|handläggare|kundtjänst|någon|medarbetare',
  ),
  ...bothOrders(
    'snakke|tale|kontakte?|vil|trenger|ønsker',
    'menneske|en person|kundeservice|medarbeider|noen|en ansatt',
  ),
  ...bothOrders(
    'konuş\\w*|görüş\\w*|bağlan\\w*|bağla\\w*|istiyor\\w*|aktar\\w*',
    'insan\\w*|gerçek (?:bir )?kişi\\w*|temsilci\\w*|yetkili\\w*|operatör\\w*|müşteri hizmetleri\\w*',
  ),
  ...bothOrders(
    'поговор\\w*|говор\\w*|соедин\\w*|переключ\\w*|связ\\w*|позов\\w*|хочу|нуж\\w*|дайте|переведите',
    'человек\\w*|оператор\\w*|сотрудник\\w*|живым|специалист\\w*|менеджер\\w*|поддержк\\w*',
  ),
  ...bothOrders("поговор\\w*|з'єдн\\w*|хочу|потріб\\w*", 'людин\\w*|оператор\\w*|працівник\\w*'),
  // Written without blanks between words, or with none that these are told apart by.
  /(?:转|接|找|叫|要|和|跟|与|轉|與)[^。！？\n]{0,6}(?:人工|真人|客服|人类|人類)|(?:人工|真人)(?:客服|服务|服務|坐席)?(?:$|[，。！？\s说說聊])/u,
  /(?:担当者|オペレーター|人間|スタッフ|係の(?:者|人)|有人)[^。！？\n]{0,8}(?:話|つな|代わ|替わ|繋|お願い|対応)/u,
  /(?:상담원|상담사|사람|직원|담당자)[^.!?\n]{0,10}(?:통화|연결|이야기|대화|말|바꿔|상담)/u,
  /(?:التحدث|أتحدث|اتحدث|تحويلي|حولني|أريد|اريد|أحتاج|صلني)[^.!؟\n]{0,24}(?:شخص|موظف|إنسان|انسان|ممثل|خدمة العملاء|وكيل)/u,
  /(?:इंसान|व्यक्ति|एजेंट|प्रतिनिधि|अधिकारी|मैनेजर)[^.!?।\n]{0,16}(?:बात|बाते|जोड़|चाहि|कनेक्ट|संपर्क)/u,
  /(?:rufen sie mich|rufe? mich|ruft mich)(?: bitte)?(?: (?:zurück|an))|(?:um |bitte um )?(?:einen )?rückruf (?:bitte|erbeten|vereinbaren|anfordern)|bitte um (?:einen )?rückruf/u,
  /(?<!\p{L})(?:ll[aá]m[ae]me|ll[aá]menme|que me llamen|devu[eé]lvanme la llamada)(?!\p{L})/u,
  /(?<!\p{L})(?:rappel(?:ez|le)[- ]moi|appelez[- ]moi|être rappelée?|qu'on me rappelle)(?!\p{L})/u,
  /(?<!\p{L})(?:comun[ií]qu?e[mn]?e|con[eé]cte[mn]?e|transfi[eé]ra[mn]?e|p[aá]s[ea][mn]?e) (?:con|a) (?:un|una|el|la|alg)/u,
  /(?<!\p{L})(?:kann|könnte|darf) ich (?:bitte )?(?:mit )?(?:einen?|einem) (?:mitarbeiter|menschen|berater|ansprechpartner)\w*/u,
  /(?:gibt es|ist|sind) (?:hier |da |dort )?(?:auch )?(?:einen? |echten? |ein )?(?:echte[rn]? )?(?:menschen?|mitarbeiter|personen?)(?: hier| da)?\s*\?/u,
];

/** True when the writer explicitly asks for a person: in English, and by the plainest words in some twenty other languages. */
export function wantsHuman(text: string): boolean {
  const plain = normalizeLoosely(text.slice(0, 8_000)).text.toLowerCase().replaceAll('’', "'");
  return (
    plain.split(/[.!?\n;]+/).some(asksInEnglish) ||
    phrases.some((phrase) => phrase.test(plain)) ||
    otherLanguages.some((row) => row.test(plain))
  );
}

// "Am I talking to a person?", "do I have to call somebody?" ask about the bot or the process.
const aboutTheTalk = /^\W*(?:so |and |wait )?(?:am i|are you|do i (?:have|need) to|should i|did i|would i have to)\b/;

function asksInEnglish(sentence: string): boolean {
  if (aboutTheTalk.test(sentence)) return false;
  const tokens = sentence.match(/[\p{L}']+/gu) ?? [];
  return tokens.some((token, index) => isAsked(tokens, token, index));
}

function isAsked(tokens: readonly string[], token: string, index: number): boolean {
  const isPerson = matches(people, token);
  const isDesk = matches(desk, token) && matches(service, tokens[index - 1] ?? '');
  const isAnybody = matches(anybody, token);
  if (!isPerson && !isDesk && !isAnybody) return false;
  const before = tokens.slice(Math.max(0, index - gapMax), index);
  if (before.slice(-3).some((word) => foreign.has(word))) return false;
  const verb = before.findLastIndex((word) => matches(contacting, word));
  if (verb !== -1) return !isRefused(before, verb) && !(isDesk && asksWhenOrHow(tokens));
  const isReal =
    real.has(tokens[index - 1] ?? '') || /^(?:human|agent|representative|operator|rep|supervisor|manager)$/.test(token);
  return (
    isPerson &&
    isReal &&
    before.slice(-4).some((word) => wishing.has(word)) &&
    !before.slice(-4).some((word) => negations.has(word))
  );
}

/** "You don't need to transfer me to a person". */
function isRefused(before: readonly string[], verb: number): boolean {
  return refused.has(before[verb] ?? '') && before.slice(0, verb).some((word) => negations.has(word));
}

/** "When can I call customer service" asks for opening hours, not for a person now. */
function asksWhenOrHow(tokens: readonly string[]): boolean {
  return tokens.some((token) => /^(?:hours?|times?|when|days?|e?mails?|numbers?|address|open|phone)$/.test(token));
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '));
}

function bothOrders(wish: string, whom: string): RegExp[] {
  const edge = (inner: string) => `(?<!\\p{L})(?:${inner})(?!\\p{L})`;
  return [
    new RegExp(`${edge(wish)}[^.!?\\n]{1,40}${edge(whom)}`, 'u'),
    new RegExp(`${edge(whom)}[^.!?\\n]{1,40}${edge(wish)}`, 'u'),
  ];
}

function matches(set: ReadonlySet<string>, token: string): boolean {
  if (set.has(token)) return true;
  if (token.length < 5 || token.length > 16 || common.has(token)) return false;
  for (const known of set) if (known.length >= 4 && known[0] === token[0] && isOneSlipApart(known, token)) return true;
  return false;
}

// One letter away from a word above, and words of their own.
const common = words(
  'worked works humane persons parson sweet speaker spoken peach beach chats table teach batch match contract contracts stuff staff message passed',
);

/** One letter missing, added, changed or two swapped. */
function isOneSlipApart(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false;
  let start = 0;
  while (start < one.length && one[start] === other[start]) start += 1;
  const rest = one.slice(start);
  const otherRest = other.slice(start);
  if (one.length > other.length) return rest.slice(1) === otherRest;
  if (one.length < other.length) return rest === otherRest.slice(1);
  return (
    rest.slice(1) === otherRest.slice(1) ||
    (rest[0] === otherRest[1] && rest[1] === otherRest[0] && rest.slice(2) === otherRest.slice(2))
  );
}
