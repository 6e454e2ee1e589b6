export interface InjectionRule {
  readonly name: string;
  /** How much of the way to certainty this alone goes. */
  readonly weight: number;
  readonly pattern: RegExp;
}

const override = 'ignore|disregard|forget|override|bypass|overlook|skip|drop|neglect|discard|dismiss|abandon';
const earlier = 'previous|prior|above|earlier|preceding|initial|original|existing|former|foregoing|past|system|your';
const orders =
  'instructions?|prompts?|rules?|directives?|guidelines?|orders?|commands?|programming|training|restrictions?|constraints?|safeguards?|policies|context|filters?|tasks?|assignments?|conversation';

/** English, with the plainest words of a few other languages. */
const english: readonly InjectionRule[] = [
  {
    name: 'override',
    weight: 0.75,
    pattern: new RegExp(
      `\\b(?:${override})\\b[^.!?\\n]{0,40}\\b(?:${earlier})\\b[^.!?\\n]{0,30}\\b(?:${orders})\\b`,
      'i',
    ),
  },
  {
    name: 'override',
    weight: 0.7,
    pattern:
      /\b(?:ignore|disregard|forget)\b[^.!?\n]{0,16}\b(?:everything|all|anything|what)\b[^.!?\n]{0,24}\b(?:said|told|before|above|know|learned|instructed|wrote|so far|now)\b/i,
  },
  {
    name: 'override',
    weight: 0.7,
    pattern:
      /\b(?:vergiss|vergessen sie|ignorier\w*|missachte)\b[^.!?\n]{0,40}\b(?:anweisung\w*|instruktion\w*|regeln|befehle|aufgaben|davor|bisher\w*|vorherig\w*|obig\w*)\b/i,
  },
  {
    name: 'override',
    weight: 0.7,
    pattern:
      /\b(?:ignor[ae]\w*|olvid[ae]\w*|oubli\w*|esque[cç]\w*|dimentica\w*)\b[^.!?\n]{0,40}\b(?:instruc\w*|instrucciones|instructions|reglas|règles|regole|anterior\w*|pr[ée]c[ée]dent\w*|istruzioni)\b/i,
  },
  {
    name: 'new-orders',
    weight: 0.4,
    pattern:
      /\b(?:new|updated|real|actual|following) (?:instructions?|task|orders?|directives?|system prompt|objective)\s*:|\bfrom now on,? (?:you|your|act|answer|respond|ignore)\b|\byour new (?:task|role|goal|instructions?|purpose|objective)\b/i,
  },
  {
    name: 'persona',
    weight: 0.5,
    pattern:
      /\b(?:you are|you're|act as|pretend to be|roleplay as|simulate|become|behave as|play)\b[^.!?\n]{0,60}\b(?:unrestricted|unfiltered|uncensored|jailbroken|jailbreak|no (?:rules|restrictions|limits|filters?|ethical)|without (?:any )?(?:rules|restrictions|limits|filters?|censorship|moral\w*|ethic\w*)|evil|amoral|DAN|do anything now|developer mode|god mode|root access)\b/i,
  },
  {
    name: 'jailbreak',
    weight: 0.6,
    pattern:
      /\bdo anything now\b|\b(?:DAN|developer|debug|god|sudo|maintenance|jailbreak|unrestricted) mode (?:enabled|activated|on|output)\b|\bjail ?br(?:eak|oken)\b|\bstay in character\b|\b(?:enable|enter|activate|switch (?:to|into)) (?:developer|debug|god|sudo|admin|jailbreak|dan|unrestricted) mode\b/i,
  },
  {
    name: 'no-limits',
    weight: 0.35,
    pattern:
      /\b(?:never|not|don't|cannot) (?:refuse|decline|say (?:no|that you can)|mention (?:that you|you)|break character|warn)\b|\bfreed? from (?:all|any|the|your) (?:restrictions?|constraints?|limits?|rules)\b|\bno (?:moral|ethical|content) (?:\w+ )?(?:guidelines|restrictions|limits|policy|filters?)\b/i,
  },
  {
    name: 'prompt-theft',
    weight: 0.6,
    pattern:
      /\b(?:reveal|show|print|repeat|output|display|tell|give|share|leak|write|summari[sz]e|translate|spell|what (?:is|are|was|were))\b[^.!?\n]{0,40}\b(?:system prompt|(?:initial|original|hidden|secret|system|previous|internal|above|full|exact) (?:instructions?|prompts?|messages?|rules|text|guidelines)|your (?:instructions|prompt|system message|programming|initial))\b/i,
  },
  {
    name: 'prompt-theft',
    weight: 0.5,
    pattern:
      /\b(?:repeat|print|output|copy|echo)\b[^.!?\n]{0,24}\b(?:everything|all|words?|text|lines?|sentences?)\b[^.!?\n]{0,16}\b(?:above|before this|prior|verbatim|word for word)\b/i,
  },
  {
    name: 'template',
    weight: 0.8,
    pattern:
      /<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id|begin_of_text)\|?>|\[\/?INST\]|<<\/?SYS>>|<\/?(?:system|assistant|instructions?|system_prompt|admin)>|<start_of_turn>/i,
  },
  {
    name: 'role-marker',
    weight: 0.45,
    pattern:
      /(?:^|\n)[^\S\n]{0,8}(?:#{1,6}[^\S\n]{0,4}|\*\*|\[|"|<)?(?:system|assistant|developer|admin(?:istrator)?|ai)(?:\s*(?:message|prompt|note|override|instruction|update))?(?:\*\*|\]|"|>)?[^\S\n]{0,4}:/i,
  },
  {
    name: 'fence',
    weight: 0.3,
    pattern:
      /(?:-{3,}|={3,}|#{3,})\s*(?:end|begin|start|new)\b[^\n]{0,30}\b(?:prompt|instructions?|system|input|context|document|conversation|user)\b/i,
  },
  {
    name: 'exfiltration',
    weight: 0.55,
    pattern:
      /\b(?:send|post|forward|email|upload|exfiltrate|append|encode|include|transmit)\b[^.!?\n]{0,60}\b(?:conversation|chat history|system prompt|api keys?|credentials|passwords?|secrets?|all (?:the )?(?:data|messages|emails))\b[^\n]{0,40}(?:https?:|www\.|\bto \S+@|\burl\b|\bserver\b|\bmarkdown image\b)/i,
  },
  {
    name: 'addressed-to-model',
    weight: 0.35,
    pattern:
      /\b(?:attention|note to|important|message (?:to|for)|dear)\b[^.!?\n]{0,12}\b(?:ai|assistants?|chat ?bot|llm|language model|gpt|model)\b|\bas an? (?:ai|llm|language model),? you (?:must|should|will|are)\b|\bwhen (?:summari[sz]ing|answering|processing) this\b/i,
  },
];

/** In other languages: to leave what was said before, and to tell a secret. Signs, not proof. */
const others: readonly InjectionRule[] = [
  {
    name: 'override',
    weight: 0.7,
    pattern:
      /(?:이전|위의|앞의)[^.!?\n]{0,12}(?:지시|명령|규칙)[^.!?\n]{0,12}(?:무시|잊)|(?:以前|前|上記|これまで)の(?:指示|命令|ルール)[^。！？\n]{0,8}(?:無視|忘れ)|(?:忽略|无视|無視|忘记|忘掉)[^。！？\n]{0,10}(?:之前|以上|先前|前面|所有)[^。！？\n]{0,8}(?:指令|指示|说明|規則|规则|提示)|(?:игнорируй\p{L}*|забудь\p{L}*|проигнорируй\p{L}*)[^.!?\n]{0,24}(?:предыдущ\p{L}*|прежни\p{L}*|все)[^.!?\n]{0,16}(?:инструкц\p{L}*|указани\p{L}*|правил\p{L}*)|(?:تجاهل|انس|انسى)[^.!؟\n]{0,16}(?:التعليمات|الأوامر|القواعد)|(?:पिछले|पहले के|सभी)[^.!?।\n]{0,12}(?:निर्देश\p{M}*|आदेश)[^.!?।\n]{0,12}(?:अनदेखा|भूल|नज़रअंदाज़)|(?:αγνο[ήη]σ\p{L}*|ξέχασ\p{L}*)[^.!?;\n]{0,24}(?:οδηγ[ίι]\p{L}*|εντολ\p{L}*)|(?:önceki|yukarıdaki)[^.!?\n]{0,16}(?:talimat\p{L}*|komut\p{L}*|kural\p{L}*)[^.!?\n]{0,16}(?:yok say|unut|görmezden)\p{L}*|(?:zignoruj|ignoruj|zapomnij)[^.!?\n]{0,24}(?:instrukcj\p{L}*|polece\p{L}*|zasad\p{L}*)|abaikan[^.!?\n]{0,24}(?:instruksi|perintah|aturan)|(?:negeer|vergeet)[^.!?\n]{0,24}(?:instructies|opdrachten|regels)/iu,
  },
  {
    name: 'secret',
    weight: 0.45,
    pattern:
      /(?:dein|ihr|das (?:system|admin)\w*)-? ?(?:passwort|kennwort)\b[^.!?\n]{0,24}\b(?:geben|sagen|verraten|nennen|mitteilen)|(?:verrate|nenne?|sag|gib)\w*[^.!?\n]{0,16}\b(?:dein|ihr|das)\w* (?:passwort|kennwort|geheim\w*)|비밀번호[^.!?\n]{0,20}(?:알려|말해|제공|필요)|(?:パスワード|秘密鍵|秘密の鍵)[^。！？\n]{0,20}(?:教えて|提供|必要|何です)|(?:告诉我|给我|提供|你的|系统)[^。！？\n]{0,10}(?:密码|密钥|口令)|(?:скажи\p{L}*|назови\p{L}*|дай\p{L}*|какой|твой|ваш)[^.!?\n]{0,16}парол\p{L}*|(?:ما هي|أعطني|اخبرني|أخبرني)[^.!؟\n]{0,12}كلمة (?:المرور|السر)|(?:पासवर्ड|गुप्त कुंजी)[^.!?।\n]{0,12}(?:बता|क्या|दो|दें)|(?:κωδικ[όο]\p{L}*)[^.!?;\n]{0,16}(?:πες|δώσ\p{L}*|ποιος)|(?:ποιος|πες μου|δώσε)[^.!?;\n]{0,20}κωδικ[όο]\p{L}*|(?:dame|dime|d[ií]game|cu[aá]l es)[^.!?\n]{0,16}(?:tu|su|la) (?:contraseña|clave secreta)|(?:donne|dis|donnez|dites)-moi[^.!?\n]{0,16}(?:ton|votre|le) mot de passe|(?:share|give|tell|reveal|hand over)\b[^.!?\n]{0,16}\byour (?:password|passcode|secret|key|credentials)\b/iu,
  },
  // The same word over and over, letters as bits or dots, a question cut in parts, a made-up dialogue before the real question.
  { name: 'repetition', weight: 0.45, pattern: /(?:^|\s)(\S{2,24})(?:\s+\1){14}(?:\s|$)/ },
  { name: 'coded-letters', weight: 0.45, pattern: /(?:\b[01]{8}\b\s*){6}|(?:(?:^|[\s'"/])[.-]{1,5}(?=[\s'"/])){12}/ },
  {
    name: 'payload-parts',
    weight: 0.45,
    pattern:
      /\b(?:combine|join|concatenate|interlace|interleave|merge|put together)\b[^.!?\n]{0,24}\b(?:part|parts|a|a,|a \+|strings?|variables?|pieces|halves)\b[^!?\n]{0,80}\b(?:part 2|b|and c|together|answer|execute|result)\b/i,
  },
  { name: 'script', weight: 0.35, pattern: /(?:\bQ:[^\n]{2,400}?\bA:[^\n]{2,600}?){3}\bQ:/ },
];

/** What commands a model, and what hides a command, by name. Each looks at one sentence at the most, so that all are linear. */
export const injectionRules: readonly InjectionRule[] = [...english, ...others];
