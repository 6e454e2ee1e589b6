import { normalizeLoosely } from './normalize.ts';

/**
 * What a person takes over at once, whatever else is said:
 * - self_harm: somebody may hurt themselves; they get words of support, too
 * - danger: somebody is threatened, or an emergency is going on
 * - safety: a product hurt somebody, burned or leaked
 * - legal: a lawyer, a court, a suit · regulator: an authority or a consumer body · chargeback: the bank is told to take the money back
 * - data_protection: a right under data protection law, or a leak of data
 */
export const hardTriggers = [
  'self_harm',
  'danger',
  'safety',
  'legal',
  'regulator',
  'chargeback',
  'data_protection',
] as const;
export type HardTrigger = (typeof hardTriggers)[number];

interface Rule {
  readonly trigger: HardTrigger;
  readonly pattern: RegExp;
}

/** Words within one sentence, in this order, at most so many characters apart. */
const near = (first: string, second: string, gap = 40): RegExp =>
  new RegExp(
    `(?<![\\p{L}\\p{N}])(?:${first})(?![\\p{L}])[^.!?\\n]{0,${gap}}?(?<![\\p{L}\\p{N}])(?:${second})(?![\\p{L}])`,
    'u',
  );
const either = (words: string): RegExp => new RegExp(`(?<![\\p{L}\\p{N}])(?:${words})(?![\\p{L}])`, 'u');

const selfHarm: readonly RegExp[] = [
  either(
    "suicid\\w*|kill(?:ing)? my ?self|kms|unalive(?: my ?self)?|end(?:ing)? (?:my (?:own )?life|it all)|take my (?:own )?life|taking my (?:own )?life|self[- ]?harm\\w*|hurt(?:ing)? my ?self|harm(?:ing)? my ?self|cut(?:ting)? my ?self|hang(?:ing)? my ?self|shoot(?:ing)? my ?self|overdos(?:e|ing) (?:on|to)|jump(?:ing)? off (?:a|the|this) (?:bridge|building|roof|balcony)|slit(?:ting)? my wrists?|drown my ?self|drink(?:ing)? (?:the )?bleach to|better off (?:dead|without me)|not want(?:ed)? to be here any ?more|no (?:reason|point) (?:to|in) (?:live|living|going on)|nothing (?:left )?to live for|life is(?:n't| not) worth|can(?:'t|not) go on(?: living| like this| any ?more)|goodbye (?:cruel )?world|say(?:ing)? goodbye to everyone|never wake up|not wake up (?:again|tomorrow|any ?more)",
  ),
  near(
    'want(?:s|ed)? to|wanna|wish(?:ed)?|going to|gonna|ready to|rather|thinking (?:of|about)|thought (?:of|about)|feel like|ought to|should',
    "die|dying|(?:be|was|were) dead|disappear for(?:ever| good)|end my life|kill my ?self|never been born|wasn't alive|weren't alive|not be alive|stop existing|cease to exist|jump in front of (?:a|the) (?:train|car|bus)",
    24,
  ),
  near(
    "don't|do not|dont|no longer|not",
    '(?:want|wanna|wish|feel like|see any point) ?(?:to|in)? ?(?:live|living|be alive|exist|wake up)',
    16,
  ),
  near(
    'have|took|taken|taking|swallow(?:ed)?',
    '(?:all|whole bottle of|a (?:bunch|handful|bottle) of) (?:my |the |of )*(?:pills|tablets|medication|sleeping pills)',
    12,
  ),
  either(
    'umbringen|selbstmord|suizid\\w*|das leben nehmen|mein leben beenden|nicht mehr leben|sterben (?:will|möchte)|will sterben|möchte sterben|mich (?:selbst )?(?:verletzen|ritzen|töten)|keinen sinn mehr (?:im leben|zu leben)|lieber tot',
  ),
  either(
    'suicid\\w*|matarme|quitarme la vida|acabar con mi vida|terminar con mi vida|quiero morir\\w*|no quiero (?:seguir )?vivi[re]\\w*|hacerme daño|cortarme las venas|ganas de vivir',
  ),
  either(
    'suicid\\w*|me tuer|en finir(?: avec la vie)?|mettre fin à (?:mes jours|ma vie)|envie de mourir|veux mourir|voudrais mourir|ne veux plus vivre|me faire du mal|me pendre|plus envie de vivre',
  ),
];

/** Said of others, of books or of work; not of oneself. */
const notMeant =
  /\b(?:suicide (?:squad|doors?|prevention (?:poster|training)|mission)|killing (?:it|time)|dying to (?:know|see|try|get|hear|buy)|die of (?:laughter|boredom|curiosity)|kill(?:ing)? my (?:battery|internet|phone)|battery (?:is )?dying|overdose on (?:chocolate|coffee|sugar))\b/u;

const rules: readonly Rule[] = [
  ...selfHarm.map((pattern): Rule => ({ trigger: 'self_harm', pattern })),
  {
    trigger: 'danger',
    pattern: near(
      "i(?:'ll| will| am going to|'m going to|'m gonna| am gonna| swear i'?ll)|(?:he|she)(?:'s| is|'ll| will| wants| threatened)|they(?:'re| are|'ll| will| want)|we(?:'ll| will)",
      '(?:kill|shoot|stab|murder|strangle|beat up|bomb|blow up|burn down|poison|hurt|harm|attack|come (?:over |there |down )?(?:and|with) (?:a )?(?:shoot|gun|knife|hurt)) ?(?:you|him|her|them|everyone|everybody|someone|somebody|your|the (?:store|office|building)|my (?:wife|husband|kids?|children|boss|neighbou?r|family)|me)?',
      12,
    ),
  },
  {
    trigger: 'danger',
    pattern: either(
      "bomb threat|there(?:'s| is) a bomb|death threats?|threaten(?:ed|ing)? (?:to (?:kill|hurt|shoot|stab|harm|beat)|me|my life|my family|us|her|him)|call (?:the )?(?:police|911|112|999|an ambulance)|calling (?:the )?(?:police|911|112|999)|(?:am|is|are) (?:hitting|beating|abusing|stalking|threatening|following|attacking) (?:me|us|her|him|my \\w+)|come (?:over|by|there|down|to your)\\b.{0,24}\\bwith (?:a |my )(?:gun|knife|bat|weapon)|being (?:attacked|followed|stalked|abused|beaten|held hostage|robbed)|domestic (?:violence|abuse)|(?:my )?life is in danger|in (?:immediate |real |serious )?danger|he has a (?:gun|knife)|has a weapon|broke into my (?:house|home|apartment)|break(?:ing)? into my (?:house|home)|abusing (?:me|her|him|my)|hits me|beats me|kidnapp\\w*|human trafficking|molest\\w*|raped?|sexual(?:ly)? assault\\w*|medical emergency|heart attack|can(?:'t|not) breathe|not breathing|unconscious|having a (?:stroke|seizure)|bleeding (?:badly|out|heavily)",
    ),
  },
  {
    trigger: 'danger',
    pattern: either(
      'bombendrohung|morddrohung|bringe? (?:euch|sie|ihn|dich) um|umgebracht|bedroht (?:mich|uns|meine)|(?:werde|wird) (?:gerade )?(?:bedroht|angegriffen|verfolgt|geschlagen)|lebensgefahr|in gefahr|notfall|rufen sie die polizei|bewusstlos|kann nicht (?:mehr )?atmen|herzinfarkt',
    ),
  },
  {
    trigger: 'danger',
    pattern: either(
      'amenaza de (?:bomba|muerte)|me (?:amenaza\\w*|persigue\\w*|golpea\\w*|pega|ataca\\w*)|los voy a matar|te voy a matar|voy a matar\\w*|en peligro|llam(?:e|en|a|ar) a la policía|emergencia médica|no (?:puedo|puede) respirar|infarto|inconsciente',
    ),
  },
  {
    trigger: 'danger',
    pattern: either(
      "alerte à la bombe|menaces? de mort|me (?:menace\\w*|poursuit|frappe\\w*|bat|suit)|vais (?:vous|te|le|la|les) tuer|en danger|appel(?:ez|er) la police|urgence médicale|(?:n'arrive|n'arrivons|ne peux|ne peut) (?:plus|pas) (?:à )?respirer|crise cardiaque|inconscient\\w*",
    ),
  },
  {
    trigger: 'safety',
    pattern: near(
      '(?:it|that|which|product|item|device|charger|battery|laptop|phone|toaster|heater|blender|kettle|toy|stroller|car seat|crib|ladder|bike|scooter|machine|unit|cable|adapter|power bank|lamp|blanket|oven|dryer|fridge|appliance|one|thing|chair|helmet|cream|food|formula|medicine|pan|candle|vape|hoverboard|e-bike|drone)s?',
      '(?:caught (?:on )?fire|catch(?:es)? fire|on fire|went up in flames|burst into flames|in flames|start(?:ed|s)? (?:a fire|smoking|to smoke|sparking|burning|melting)|explod\\w*|exploding|blew up|blown up|is smoking|was smoking|smok(?:ed|ing)|sparks?|sparked|sparking|overheat(?:ed|ing)? and|melt(?:ed|ing)|burn(?:ed|t) (?:me|my|his|her|our|the|through)|shock(?:ed)? me|(?:gave|gives|giving) (?:me|him|her|us) (?:an? )?(?:electric(?:al)? )?shock|electrocut\\w*|injur\\w*|hurt (?:me|my|our|him|her)|cut (?:me|my (?:hand|finger|daughter|son|arm|leg))|collapsed|shatter(?:ed|s)|leak(?:ed|ing|s) (?:gas|acid|chemicals|fluid|carbon)|poison\\w*|chok\\w*|swollen battery|made (?:me|my \\w+|us|him|her) (?:sick|ill)|broke (?:my|his|her) (?:arm|leg|finger|wrist|tooth))',
      48,
    ),
  },
  {
    trigger: 'safety',
    pattern: either(
      "electric(?:al)? shock|electrocuted|carbon monoxide|gas leak|smells? (?:like|of) (?:gas|burning)|burning smell|chemical burns?|(?:second|third)[- ]degree burns?|allergic reaction|anaphyla\\w*|food poisoning|glass (?:in|inside) (?:my|the) (?:food|jar|meal|drink)|(?:metal|plastic|a nail|a needle) in my (?:food|meal|salad)|choking hazard|ended up in (?:the )?(?:hospital|er|emergency room)|went to the (?:hospital|er|emergency room) (?:because|after)|(?:had to|was) (?:be )?(?:hospitali[sz]ed|taken to (?:the )?hospital)|got (?:badly |seriously )?(?:hurt|injured|burn(?:ed|t)|electrocuted|shocked|poisoned)|was (?:badly |seriously )?(?:hurt|injured|burn(?:ed|t)|electrocuted) (?:by|from|when|using)|injur(?:ed|y) (?:by|from|using|when|because|after)|safety (?:hazard|incident|recall)|fire hazard|nearly (?:burned|killed|electrocuted)|almost (?:burned|killed|electrocuted)|brakes? (?:failed|don't work|stopped working)|battery (?:is )?(?:swollen|swelling|bulging)",
    ),
  },
  {
    trigger: 'safety',
    pattern: either(
      'brand geraten|feuer gefangen|in flammen|explodiert|stromschlag|hat geraucht|raucht (?:stark|und)|verletzt (?:worden|sich|mich|hat)|verbrannt|verbrennungen|allergische reaktion|krankenhaus|gasgeruch|riecht (?:nach gas|verbrannt)|vergift\\w+',
    ),
  },
  {
    trigger: 'safety',
    pattern: either(
      'se (?:incendió|prendió fuego|quemó)|en llamas|explot[óo]|descarga eléctrica|echa(?:ba)? humo|quemaduras?|me quemé|me (?:lesioné|lastimé|corté)|se lesionó|reacción alérgica|fuga de gas|olor a (?:gas|quemado)|intoxic\\w+',
    ),
  },
  {
    trigger: 'safety',
    pattern: either(
      "pris feu|en feu|en flammes|explos[ée]\\w*|a explosé|décharge électrique|électrocut\\w+|fum(?:e|ait) et|brûlures?|m'a (?:brûlé|blessé|coupé)|blessé\\w*|réaction allergique|hôpital|fuite de gaz|odeur de (?:gaz|brûlé)|intoxi\\w+",
    ),
  },
  {
    trigger: 'legal',
    pattern: either(
      "(?:my |our |a |an |the )?(?:lawyers?|attorneys?|solicitors?|barrister|legal counsel|legal team|law firm)(?! (?:general|jokes?))|legal (?:action|proceedings|steps|notice|threat|recourse|remedies|advice about (?:you|your))|law ?suit|class action|small claims(?: court)?|sue(?:d|ing)? (?:you|your|the|them|over|for)|(?:i(?:'ll| will)|we(?:'ll| will)|going to|gonna|ready to|want to|about to|have to|might|intend to|plan(?:ning)? to) sue|see you in court|(?:take|taking|took|dragging|bring) (?:you|this|them|it|your company) to (?:the )?court|go(?:ing)? to court|court (?:order|date|case|summons|action)|subpoena\\w*|cease[- ]and[- ]desist|litigat\\w*|press(?:ing)? charges|breach of contract|statutory rights|under (?:the )?(?:law|consumer (?:law|rights act|protection act))|defamation|libel|injunction|served (?:with )?papers|legally (?:liable|responsible|obliged|binding)|my legal rights|arbitration(?: demand)?",
    ),
  },
  {
    trigger: 'legal',
    pattern: either(
      '(?:rechts)?anw[aä]lt\\w*|anwaltskanzlei|verklag\\w+|klage (?:ein|erheben|einreichen)|vor gericht|gerichtlich\\w*|rechtliche (?:schritte|mittel)|rechtsstreit|strafanzeige|anzeige erstatten|abmahnung|mahnbescheid|rechtsschutz\\w*',
    ),
  },
  {
    trigger: 'legal',
    pattern: either(
      'abogad[oa]s?|demandar(?:l[oea]s?|é)?|voy a demandar|demanda (?:judicial|legal|contra)|juicio|tribunal\\w*|acciones legales|acción legal|vía judicial|denuncia (?:penal|policial|judicial)|los denunciaré|denunciarl[oe]s|burofax',
    ),
  },
  {
    trigger: 'legal',
    pattern: either(
      'avocat\\w*|tribuna(?:l|ux)|procès|poursui(?:tes? judiciaires?|vre en justice|tes)|porter plainte|plainte (?:pénale|au pénal)|action en justice|mise en demeure|huissier|saisir la justice|en justice',
    ),
  },
  {
    trigger: 'regulator',
    pattern: either(
      "ombuds(?:man|person|woman)?|better business bureau|bbb|(?:the )?(?:fca|cfpb|ftc|fcc|sec|ofcom|ofgem|finra|occ|asic|accc|cma|oft|fos|ico|cnil)|trading standards|attorney general(?:'s office)?|consumer (?:protection|affairs|watchdog|council|agency|rights (?:agency|group|organi[sz]ation)|association|authority|advice)|citizens advice|(?:financial|banking|state|federal|government|industry|energy|telecoms?) (?:regulators?|authorit(?:y|ies)|conduct authority|commission)|regulators?|regulatory (?:body|authority|complaint|agency)|data protection (?:authority|agency|commissioner)|report(?:ing|ed)? (?:you|this|your company|them) to (?:the )?(?:authorities|government|police|state|media|press|bbb|regulator\\w*)|file (?:a )?(?:formal |official )?complaints? with (?:the|a|my)|complain(?:ing|t)? to the (?:authorities|commission|bureau|ministry|state)|go(?:ing)? to the (?:press|media|newspapers?)|investigative (?:journalist|reporter)",
    ),
  },
  {
    trigger: 'regulator',
    pattern: either(
      'verbraucher(?:zentrale|schutz\\w*)|bafin|bundesnetzagentur|ombudsstelle|ombudsmann|schlichtungsstelle|aufsichtsbehörde\\w*|schufa-beschwerde|gewerbeaufsicht|kartellamt|marktaufsicht|behörde(?:n)? (?:melden|einschalten)',
    ),
  },
  {
    trigger: 'regulator',
    pattern: either(
      'defensor del (?:pueblo|consumidor|cliente)|profeco|consumidores y usuarios|facua|ocu|oficina (?:municipal )?del? consumidor|organismo regulador|(?:ente|autoridad) regulador\\w*|hoja de reclamaciones|superintendencia|protección al consumidor|condusef|sernac|indecopi|banco de españa',
    ),
  },
  {
    trigger: 'regulator',
    pattern: either(
      'dgccrf|60 millions de consommateurs|ufc[- ]que choisir|médiateur\\w*|répression des fraudes|association de consommateurs|autorité de (?:contrôle|régulation)|défenseur des droits|acpr|arcep|signal ?conso',
    ),
  },
  {
    trigger: 'chargeback',
    pattern: either(
      'charge ?-?backs?|(?:dispute|disputing|reverse|reversing|contest|contesting|block|blocking) (?:this|the|your|that|it|all|these|every)(?: \\w+){0,3}? (?:charges?|payments?|transactions?)? ?(?:with|through|via|at) (?:my|the|our) (?:bank|card (?:company|issuer|provider)|credit card(?: company)?|issuer|paypal|visa|amex|mastercard)|(?:dispute|disputing|reverse|contest) (?:it|this|that) (?:with|through|via) (?:my )?(?:bank|paypal|card|credit card|visa|amex|mastercard)\\w*|(?:bank|card (?:company|issuer)|credit card company|paypal|visa|amex|mastercard) (?:to |will |is going to |can |is )?(?:reverse|reversing|claw back|dispute|pull back|refund me instead)|(?:have|having|get|getting|tell|telling|ask|asking) (?:my|the) (?:bank|card (?:company|issuer)|credit card company) (?:to )?(?:reverse|claw|pull|take|return|refund|dispute)\\w*|paypal (?:dispute|claim|case)|(?:open|opened|file|filed|filing|opening|raised?) (?:a )?(?:dispute|claim) (?:with|through|at|on) (?:my |the )?(?:bank|paypal|card|credit card|visa|amex|mastercard)\\w*',
    ),
  },
  {
    trigger: 'chargeback',
    pattern: either(
      'rückbuchung\\w*|rückbuchen|zurückbuchen|rücklastschrift|lastschrift (?:zurück|widerruf)\\w*|käuferschutz\\w*|über (?:meine|die) bank zurück\\w*|zurückholen lassen',
    ),
  },
  {
    trigger: 'chargeback',
    pattern: either(
      'contracargo\\w*|retroceso del cargo|(?:revertir|devolver|anular|disputar|reclamar) (?:el|este|ese) (?:cargo|pago|cobro) (?:con|a|en|a través de) (?:mi|el) banco|disputa (?:con|en) (?:mi banco|paypal)',
    ),
  },
  {
    trigger: 'chargeback',
    pattern: either(
      'rétrofacturation|opposition (?:au|sur le|à ce|à la?) (?:paiement|prélèvement|débit)|contester (?:le|ce|cette) (?:paiement|prélèvement|débit|transaction|opération) (?:auprès de|avec|à) ma banque|litige paypal|rejeter le prélèvement',
    ),
  },
  {
    trigger: 'data_protection',
    pattern: either(
      "gdpr|ccpa|cpra|lgpd|pipeda|dsar|dpo|data protection (?:act|law|officer|request|rights?)|data subject (?:access )?(?:request|rights?)|subject access request|right to (?:be forgotten|erasure|access (?:my|the) (?:personal )?data|data portability|rectification|object)|article (?:15|16|17|20|21)|(?:delete|erase|remove|wipe|destroy|purge) (?:all |any |every )?(?:of )?(?:my|the) (?:\\w+ )?(?:personal )?(?:data|information|records|details)(?: (?:you|that you|from your|about me|on me|under))?|(?:copy|export|download|details|overview|list) of (?:all )?(?:of )?(?:the |my )?(?:personal )?(?:data|information) (?:you|that you|about me|held|stored|on me)|(?:what|which) (?:personal )?(?:data|information) (?:do )?(?:you|your company) (?:have|hold|store|keep|collect)(?:ed)? (?:about|on|of) me|data (?:breach|leak|theft)|(?:leaked|exposed|stolen|sold|shared|disclosed|gave (?:away|out)) my (?:personal )?(?:data|information|details|address|records)|my (?:personal )?(?:data|information|details) (?:has|have|was|were|got|is|are) (?:been )?(?:leaked|exposed|stolen|sold|shared|disclosed|compromised|hacked|visible)|(?:see|seeing|saw|received|got|getting|shows?|access to) (?:some(?:one|body) else's|another (?:customer|person|user)'s|other people's|a stranger's) (?:data|details|order|account|invoice|information|address|bill|statement|personal)|withdraw (?:my )?consent|privacy (?:violation|breach|complaint)|object to (?:the )?processing",
    ),
  },
  {
    trigger: 'data_protection',
    pattern: either(
      'dsgvo|datenschutz(?:beauftragte\\w*|behörde|beschwerde|verletzung|verstoß|auskunft)?|auskunft (?:nach|gemäß|über) (?:art|meine|die (?:über mich|gespeicherten))\\w*|(?:löschen|löschung|lösch\\w*) (?:sie )?(?:alle |aller |sämtliche )?(?:meine[rn]?|der|personenbezogenen) (?:personenbezogenen )?daten|meine daten (?:zu )?lösch\\w*|recht auf (?:vergessen\\w*|löschung|auskunft)|datenleck|datenpanne|einwilligung widerruf\\w*',
    ),
  },
  {
    trigger: 'data_protection',
    pattern: either(
      'rgpd|lopd(?:gdd)?|protección de datos|derecho (?:al olvido|de (?:supresión|acceso|cancelación|rectificación))|derechos arco|(?:borr[ae]\\w*|elimin[ae]\\w*|suprim[ai]\\w*) (?:todos )?(?:mis|los) datos|mis datos personales|filtración de datos|agencia española de protección|habeas data',
    ),
  },
  {
    trigger: 'data_protection',
    pattern: either(
      "rgpd|cnil|protection des données|droit (?:à l'oubli|d'accès|à l'effacement|de rectification|d'opposition)|(?:supprim\\w+|effac\\w+) (?:toutes )?(?:mes|les) données|mes données personnelles|fuite de données|violation de données",
    ),
  },
];

const textLengthMax = 8_000;

/** The gravest reason for a person in a text, or null. Linear; the order of the rules is the order of gravity. */
export const findHardTrigger = (text: string): HardTrigger | null => {
  const plain = normalizeLoosely(text.slice(0, textLengthMax))
    .text.toLowerCase()
    .replaceAll(/[’‘`´]/g, "'")
    .replace(notMeant, ' ');
  return rules.find(({ pattern }) => pattern.test(plain))?.trigger ?? null;
};
