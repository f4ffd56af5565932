// Every word of the page, in both languages.

const WORDS = {
  fr: {
    title: "Textobot · bac à sable",
    subtitle: "Le bac à sable : deux passerelles jouées, rien ne part vraiment",
    skip: "Aller aux téléphones",
    worldClock: "L'horloge du monde",
    speed: "Vitesse du temps",
    stopped: "Arrêter le temps",
    forward: "Avancer l'horloge",
    minute: "+1 min",
    hour: "+1 h",
    day: "+1 jour",
    language: "Langue",
    offline: "Le bac à sable ne répond plus. La page se reconnecte d'elle-même.",
    phones: "Téléphones",
    hint: "Écrivez comme le ferait un abonné. Ce qui arrive ici serait arrivé sur son téléphone.",
    addPhone: "Ajouter un téléphone",
    removePhone: "Retirer ce téléphone",
    gateway: "Passerelle",
    number: "Numéro",
    numberHint: "Les numéros finissant par 9 et un code échouent avec ce code : …9300 n'est jamais livré.",
    add: "Ajouter",
    cancel: "Annuler",
    yourText: "Votre texto",
    send: "Envoyer",
    noCampaign: "Pas encore de campagne : sur Clever, on ne peut que répondre à une campagne reçue.",
    startOne: "Lancer une campagne",
    nothingYet: "Aucun message. Essayez un mot ci-dessous.",
    outcome: "Sort des messages",
    usual: "✓✓ livrés",
    breakIt: "Mettre en panne",
    breakLead: "Une pression, et la passerelle faillira de cette façon au prochain envoi, ou à la prochaine lecture. S'il ne revient rien, hâtez le temps (×10) : avant de renvoyer, Textobot vérifie.",
    mendAll: "Tout réparer",
    mend: "Réparer",
    where: "Passerelle concernée",
    both: "Les deux",
    what: "Requêtes concernées",
    sends: "Envois",
    reads: "Lectures",
    all: "Toutes",
    howOften: "Combien de fois",
    left: "encore",
    always: "toujours",
    campaign: "Lancer une campagne Clever",
    campaignLead: "Sur Clever, personne ne peut écrire sans avoir reçu une campagne : tout texto entrant en est la réponse.",
    numbers: "Numéros, séparés par ;",
    text: "Texte",
    start: "Lancer",
    started: "Partie :",
    campaignText: "Bonjour! Répondez METEO, AIDE ou STOP.",
    accounts: "Les comptes",
    ourNumber: "Notre numéro",
    credit: "Crédit",
    expires: "Expire le",
    firewall: "Notre adresse est admise",
    detailed: "Statuts détaillés",
    log: "Journal des passerelles",
    logLead: "Ce que les passerelles ont reçu; ni clé, ni mot de passe, ni texte.",
    withoutPolling: "Sans les relèves ordinaires",
    time: "Heure",
    request: "Requête",
    answer: "Réponse",
    fault: "Panne",
    cut: "coupée",
    hung: "sans fin",
    waiting: "en cours",
    segment: "segment",
    segments: "segments",
    queued: "en route",
    sent: "envoyé",
    delivered: "livré",
    failed: "échec",
    byOperator: "écrit par l'opérateur",
    chips: "Textos suggérés",
    nothingActive: "Rien n'est en panne.",
    conversation: "Conversation du",
    suggestions: ["METEO", "HORAIRE", "AIDE", "STOP", "START", "CHANSON Mon pays"],
  },
  en: {
    title: "Textobot · sandbox",
    subtitle: "The sandbox: two gateways played, nothing really leaves",
    skip: "Go to the phones",
    worldClock: "The world clock",
    speed: "Speed of time",
    stopped: "Stop time",
    forward: "Move the clock forward",
    minute: "+1 min",
    hour: "+1 h",
    day: "+1 day",
    language: "Language",
    offline: "The sandbox does not answer. This page connects again by itself.",
    phones: "Phones",
    hint: "Text as a subscriber would. What arrives here would have arrived on their phone.",
    addPhone: "Add a phone",
    removePhone: "Remove this phone",
    gateway: "Gateway",
    number: "Number",
    numberHint: "Numbers ending in 9 and a code fail with that code: …9300 is never delivered.",
    add: "Add",
    cancel: "Cancel",
    yourText: "Your text",
    send: "Send",
    noCampaign: "No campaign yet: on Clever one can only answer a campaign that one was sent.",
    startOne: "Start a campaign",
    nothingYet: "No messages. Try a word below.",
    outcome: "Fate of messages",
    usual: "✓✓ delivered",
    breakIt: "Break something",
    breakLead: "One press, and the gateway fails in this way when we next send, or read. When nothing comes back, hasten time (×10): Textobot looks before it sends again.",
    mendAll: "Mend all",
    mend: "Mend",
    where: "Which gateway",
    both: "Both",
    what: "Which requests",
    sends: "Sends",
    reads: "Reads",
    all: "All",
    howOften: "How often",
    left: "left",
    always: "always",
    campaign: "Start a Clever campaign",
    campaignLead: "On Clever nobody can text without having been sent a campaign: every incoming text answers one.",
    numbers: "Numbers, separated by ;",
    text: "Text",
    start: "Start",
    started: "Under way:",
    campaignText: "Hello! Reply WEATHER, HELP or STOP.",
    accounts: "The accounts",
    ourNumber: "Our number",
    credit: "Credit",
    expires: "Expires on",
    firewall: "Our address is admitted",
    detailed: "Detailed statuses",
    log: "Log of the gateways",
    logLead: "What the gateways were asked; no key, no password, no text.",
    withoutPolling: "Without ordinary polling",
    time: "Time",
    request: "Request",
    answer: "Answer",
    fault: "Fault",
    cut: "cut",
    hung: "no end",
    waiting: "waiting",
    segment: "segment",
    segments: "segments",
    queued: "on its way",
    sent: "sent",
    delivered: "delivered",
    failed: "failed",
    byOperator: "written by the operator",
    chips: "Suggested texts",
    nothingActive: "Nothing is broken.",
    conversation: "Conversation of",
    suggestions: ["WEATHER", "HOURS", "HELP", "STOP", "START", "SONG Hallelujah"],
  },
};

let language = "fr";

/** The word of that name in the language of the page. */
export const word = (name) => WORDS[language][name];

export const currentLanguage = () => language;

/** The language chosen before, else the browser's. */
export function firstLanguage() {
  const kept = localStorage.getItem("language");
  if (kept in WORDS) return kept;
  return navigator.languages.map((each) => each.slice(0, 2)).find((each) => each in WORDS) ?? "en";
}

/** Put the whole page into a language; `data-word` is text, `data-label` an accessible name. */
export function speak(chosen) {
  language = chosen;
  localStorage.setItem("language", chosen);
  document.documentElement.lang = chosen;
  document.title = word("title");
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = word(element.dataset.word);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", word(element.dataset.label));
    if (element.tagName === "BUTTON") element.title = word(element.dataset.label);
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === chosen));
  }
}
