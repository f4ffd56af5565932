"""Of what `bot.core.unsure` knows a wish for no more messages: tables, to be added to.

A line of `ENGLISH` and `FRENCH` is a phrase in normal form, found anywhere in a sentence; `{a|b|}`
stands for `a`, `b` or nothing, `^` and `$` for the ends of the sentence.
"""

from __future__ import annotations

from bot.core.builtin_words import BOTH
from bot.core.courtesies import phrases

WISHES = phrases(
    """{stop|arret|arrete|arretez|arreter|unsubscribe} {|stop|ca|moi ca|it|this|that|texting|tout},
    stop {messaging|all|now}, stop stop stop, enough, no more, opt out, remove me, retirez moi
    enlevez moi, desabonnez moi, desabonner, stop stop {arretez|arrete}
    {stop|arret|arretez} a tout, {stop|arret} pour tout"""
)
"""What is a wish where it is a sentence of its own."""
LONE = phrases("resilier, resiliez, resiliation")
"""A text of one word that ends a contract, and may end this, too."""
SLIPS = {"stop": BOTH, "unsub": frozenset({"en"})} | dict.fromkeys(
    ("arret", "arrete", "arreter", "arretez"), frozenset({"fr"})
)
_OTHER_WORDS = """
    airet arbre are arene arent ares aret arete aretes armet arpete arrest arreta arretait
    arretee arretees arretera arretes arretons arrets arrive arrivee arte arts ato atop barret
    barrette caret careter carret coop desabonne desabonnes estop garret hop jarret loop opts
    pop post pots rate sarrete scoop scope shop short shot sloop slop slope slot snoop sop soup
    sport spot stag stamp star start stat stay stem step stew stir sto stock stoke stol stomp
    stone stoop stop stope stoped stoper stopped stopper stops store story stoup stove stow stp
    strap strip stripe strop stub stud sub suburb swop tap taupe tip toc toe tog tom ton too top
    tope tops tot toy troop trop tup type unsub unsung unsure
"""
OTHER_WORDS = frozenset(_OTHER_WORDS.split())
"""Words of their own, one slip away from a word that opts out."""

DENIALS = phrases(
    """dont, don, not, never, cant, wont, didnt, doesnt, won, didn, doesn, jamais, pas, sans,
    surtout, recois, recoit, recu, recevez, reply, repondez"""
)
ELSEWHERE = phrases("attente, waiting, waitlist, manquer, miss")
"""Whoever speaks of these means a list or a text that is none of ours, or wants them."""
PERSONAL = phrases(
    """i, im, ive, my, me, you, your, je, j, jai, mon, ma, moi, vous, vos, tu, c, ce"""
)
FRENCH_WORDS = phrases(
    """je, vous, vos, ne, pas, plus, moi, le, la, les, de, numero, qui, arret, arrete, arretez, ca"""
)
ENGLISH_WORDS = phrases(
    """i, you, your, the, not, no, this, who, my, wrong, number, please, it, is"""
)
ABOUT_US = phrases(
    """you, your, u, ur, me, my, vous, vos, moi, m, messages, message, text, texts, textos, sms,
    interested, interesse, interessee, numero, number, person, spam, who, qui, wtf, omg, fuck,
    shit, suffit, enough, assez, chier, gueule, up, said, dit, anymore, plus, personne, harassment,
    harcelement, service, services, calvaire, tabarnak, crisse, calisse, ostie, osti, criss
    putain, merde, bordel"""
)
BEFORE_A_THING = phrases(
    """me, bus, next, non, pit, full, last, one, dont, never, t, to, a, the, d, de, l, un, le, que,
    must, should, can, wont, cant, will, not, i, we, they, auto, du, doesnt, truck, rest, mot,
    first, les, your, my, votre, mon, ton, cet, avant, at, word, prochain, dernier, premier,
    play, jouer, song, say, says, dire, dis, ou, and, et, this, that, pas, no, mid, door,
    short, early, his, her, aux"""
)
"""Words after which STOP is a place, a thing, or what somebody else does."""
ABOUT_ME = phrases(
    """i m not, im not, i am not, i never, i dont, i don t, i do not, this is not, this isn t
    this isnt, je ne suis pas, je ne suis plus, je suis pas, je suis plus, chui pas, c est pas
    ce n est pas, c pas, ce nest pas
    vous vous trompez, vous avez le mauvais, vous faites erreur, wrong, you have the wrong,
    you ve got the wrong, mauvais numero, faux numero, i said, j ai dit, je vous ai dit
    je veux, je ne veux, i want, i told you, my number, mon numero, m ecrire, m envoyer
    me texter, vos, the texts, the messages, these, ces, de m, d envoyer, bugging, we moved
    je n habite, i moved, i no longer, je ne, j en, who is this, whos this
    who s this, who dis, who are you, who the, qui etes vous, qui est ce, c est qui, c qui, cest qui, t es qui, bande de, gang de
    espece de, you {idiots|morons|assholes|bastards|scammers|people|fucking|stupid|damn}"""
)
"""What people say after STOP of themselves: that it is they who want it."""
_US = "me|us|my phone|my number|this number|this phone|this cell|here|people|at me|to me"
_SENDING_EN = "texting|messaging|contacting|bothering|spamming|calling|harassing|writing|pestering"
_TEXTS_EN = "texts|text messages|text|messages|message|msgs|msg|sms|spam|alerts|notifications"
_THESE_EN = (
    "these|those|this|that|the|your|any more|any|all these|all your|all the|all|so many|more"
)
_TEXTS_FR = (
    "sms|textos|texto|textes|texte|messages|message|msgs|msg|alertes|notifications|pubs|pub"
)
_THESE_FR = "de vos|de ces|de tes|de|des|d|vos|ces|les|le|tes|la|aucun|aucune|tous vos|toutes vos"
_SENDING_FR = (
    "ecrire|envoyer|texter|contacter|deranger|harceler|achaler|spammer|embeter|importuner|parler"
    "|ecoeurer|emmerder|faire chier|solliciter|appeler|relancer|gosser|niaiser|recevoir"
)
_ORDER_FR = (
    "ecrivez|envoyez|textez|contactez|derangez|harcelez|achalez|spammez|embetez|appelez|relancez"
    "|ecris|envoie|envoies|texte|textes|contacte|derange|harcele|achale|appelle|sollicitez"
    "|ecrire|envoyer|texter|contacter|deranger|appeler|importunez|embete|parlez|solliciter"
)
_WANT_FR = "veux|veut|voudrais|souhaite|desire|veus|ve"
ENGLISH = f"""
{{stop|quit|cease|enough}} {{{_SENDING_EN}}} {{{_US}}}
{{stop|quit|cease}} {{{_SENDING_EN}}}
{{stop|quit}} it with {{{_THESE_EN}|}} {{{_TEXTS_EN}}}
{{stop|quit|cease}} {{sending}} {{me|us|}} {{{_THESE_EN}|}} {{{_TEXTS_EN}|stuff|crap|things|me|us}}
{{f|fk|fck|eff|screw}} off
{{stop|quit}} {{getting|receiving|}} {{{_THESE_EN}}} {{{_TEXTS_EN}|subscription|spamming}}
{{how do|how can|how to|how}} {{i|you|we|}} {{get rid of|opt out of|unsubscribe from}}
{{how do|how can|how to}} {{i|you|we|}} {{get off|unsubscribe|opt out|stop this|stop it|stop these}}
{{do not|dont|don t|never}} {{ever|}} {{text|message|contact|bother|msg|sms|spam}} {{{_US}}}
{{do not|dont|don t|never}} {{ever|}} {{call|write|write to}} {{{_US}}} {{anymore|any more|again|ever}}
{{do not|dont|don t|never}} {{ever|}} send {{me|us|}} {{{_THESE_EN}|another|anything|}} {{{_TEXTS_EN}|stuff|anymore|again|more|anything}}
{{do not|dont|don t|didnt|didn t|did not}} {{want|need|wish|wanna|care for|ask for|sign up for|like}} {{to|}} {{get|receive|be getting|}} {{{_THESE_EN}}} {{{_TEXTS_EN}|anymore|from you}}
{{do not|dont|don t}} {{want|need|wanna get}} {{{_TEXTS_EN}}}
{{how do|how can|how to}} {{i|you|we|}} stop {{receiving|getting}}
{{i|just}} want {{off|out of}} {{this|your|the list|these}}
{{do not|dont|don t}} {{want|need|wish|wanna}} {{to|}} {{get|receive|hear from you|be contacted|be texted|be on this list|be on your list}}
no longer {{want|wish|interested|need|wanna}}
{{no more|enough with|enough of|sick of|tired of|fed up with|done with}} {{getting|}} {{{_THESE_EN}|}} {{{_TEXTS_EN}}}
leave {{me|us}} {{alone|be|the hell alone|the fuck alone}}
let me alone
{{lose|delete|forget|erase}} {{my|this}} number
{{go away|get lost|i do not consent|i don t consent|i dont consent|never signed up|didnt sign up|did not sign up|didn t sign up|never subscribed|never asked for|fuck off|piss off|bugger off}}
{{take|get|remove|cancel|delete}} {{me|us|my name|my number|this number}} {{off of|off|from|out of}} {{this|your|the list|the mailing|the system|these|all|of}}
{{already|i|ive|i have|i ve}} {{said|texted|asked you to|asked to|told you to|told you|sent|replied|wrote|typed}} stop
{{said|texted|sent|replied|wrote|typed}} stop {{twice|already|times|before|three|many}}
{{i said|i told you}} {{to|}} {{stop|leave}}
who {{is this|this|dis|are you}} stop
wrong {{number|person}} {{please|}} {{stop|remove|take|do not|dont|don t|delete}}
{{cancel|end}} {{my|this|the|all|}} {{subscription|sms|texts|text alerts|alerts|service|messages}}
{{want|wanna|would like|d like|like}} {{you|it|this|these|them|the texts|the messages}} to stop $
{{want|wish|would like|d like|like}} to {{stop|quit}} {{getting|receiving|hearing}}
{{make|please make}} {{it|this|them|these}} stop
{{why are you|why do you|who keeps|why do i}} {{still|keep|}} {{texting|messaging|getting|text|receiving}} {{me|us|these|those|this}}
"""
FRENCH = f"""
{{arretez|arrete|arreter|arret|cessez|cesse|cesser|stop}} {{de|d|}} {{m|me|nous|mon|}} {{{_SENDING_FR}|menvoyer|mecrire|mappeler}}
{{arretez|arrete|arreter|cessez|cesse|cesser|stop|stoppez|stoper}} {{avec|}} {{{_THESE_FR}}} {{envois|envoi|{_TEXTS_FR}|publicites|publicite}}
stop {{a|aux|pour|avec}} {{{_THESE_FR}|}} {{envois|envoi|{_TEXTS_FR}|publicites|publicite}}
{{crissez|crisse|calissez|calisse|sacrez|sacre|tabarnak|fichez|foutez}} {{moi|nous}} {{patience|la paix|la sainte paix|donc|dehors}}
{{arretez|arrete|arreter}} {{moi ca|ca tout de suite|ca maintenant|vos conneries|votre spam|le spam|le harcelement}}
{{arretez|arrete|arreter|stop}} ca
{{arretez|arrete}} la $
{{demande|prie}} {{d arreter|de cesser}} $
ne {{m|me|nous}} {{{_ORDER_FR}}} {{plus|pu|pus|jamais}}
{{m|me|nous}} {{ecrivez|envoyez|textez|contactez|derangez|harcelez|achalez|embetez|sollicitez}} {{plus|pu|pus|jamais}}
{{ne|}} {{mecrivez|menvoyez|mappelez}} {{plus|pu|jamais}}
ne {{plus|pas|jamais}} {{m|me|nous|recevoir|etre}} {{{_SENDING_FR}|contacte|sollicite|derange|{_TEXTS_FR}|de}}
{{plus|pas}} {{m|me}} {{{_SENDING_FR}}}
ne plus {{m en|m|me|en|lui|leur|nous}} {{envoyer|recevoir|ecrire|contacter|texter}}
ne plus {{recevoir|avoir|etre contacte|envoyer|vouloir}}
{{veux|veut|voudrais|souhaite|souhaites|desire|ve|jveux|jve}} {{plus|pu|pus|pas}} {{recevoir|rien|vos|ces|tes|etre contacte|etre derange|etre sollicite|etre sur|etre dans|entendre parler|que vous|qu on|d envois}}
{{veux|veut|voudrais|souhaite|souhaites|desire|ve|jveux|jve}} {{plus|pu|pus|pas}} {{de|avoir de|avoir|d}} {{vos|ces|tes|{_TEXTS_FR}|publicite|ca|cela|nouvelles}}
{{en|n en|j en}} veux {{plus|pu}} $
{{en|n en|j en}} veux {{plus|pu}} {{de vos|de ces|des|svp|stop|arretez}}
{{plus|pu|assez|marre|tanne|tannee|ecoeure|ecoeuree|fatigue|trop}} {{de|d|des}} {{recevoir|vos|ces|tous ces|tes}} {{vos|ces|des|}} {{{_TEXTS_FR}|publicites}}
^ {{non|stop|}} {{plus|pu|trop}} {{de|d}} {{sms|textos|texto|messages|msgs|msg|notifications}}
trop de {{sms|textos|messages}}
{{fini|finis|termine|terminer|fin}} {{les|des|vos|avec les|avec vos|de}} {{{_TEXTS_FR}}}
{{annulez|annuler|annule|resiliez|resilier|arretez|arreter}} {{mon|l|le|cet|}} {{abonnement|inscription}}
{{tanne|tannee|ecoeure|ecoeuree|marre|ras le bol|fatigue|fatiguee|plein le dos|plein mon casque}} {{de|d|des}} {{vos|ces|recevoir|avoir|me faire}}
{{laissez|laisse|laisser|fichez|fiche|foutez|fous|lachez|lache|lacher}} {{moi|nous}} {{tranquille|tranquilles|la paix|donc|en paix|avec vos|avec ca|un peu}}
{{lachez|lache}} {{moi|nous}}
{{retirez|retire|enlevez|enleve|otez|sortez|rayez|supprimez|effacez}} {{moi|nous|mon nom|mon numero|ce numero}}
{{me|m}} {{retirer|enlever|rayer|sortir|oter|supprimer|effacer|desabonner|desinscrire}} {{de|d|du|des}}
comment {{faire|on fait|fait on|je fais|je peux faire|dois je faire|}} {{pour|}} {{on|je|j|}} {{peux|peut|puis je|}} {{me|m|se|}} {{desabonner|desabonne|desinscrire|desinscris|desinscrit|retirer de}}
comment {{faire|on fait|fait on|}} {{pour|}} {{on|je|j|}} {{peux|peut|puis je|}} {{arreter|arrete|stopper|annuler|bloquer}} {{de|}} {{recevoir|ca|cela|vos|ces|les textos|les messages|les sms|l abonnement}}
{{je vous ai|je t ai|vous ai|jai|j ai}} {{deja|}} {{dit|ecrit|envoye|texte|demande|repondu|tape}} {{d|de|}} {{stop|arret|arreter|arretez}}
{{deja}} {{dit|ecrit|envoye|texte|demande|repondu|tape}} {{d|de|}} {{stop|arret|arreter|arretez}}
{{mauvais|faux}} numero {{stop|arret|arretez|arrete|ne|retirez|enlevez|veuillez|merci d|merci de}}
{{trompez|trompe|tromper}} de {{numero|personne}} {{stop|arret|arretez|arrete|ne|retirez|enlevez|veuillez}}
{{ca suffit|assez c est assez|c est assez|c assez|ca va faire|j en ai assez|j en ai marre}} {{les|vos|avec vos|avec les|de vos|de ces|tes}} {{{_TEXTS_FR}|envois}}
{{ca suffit|assez c est assez|c est assez|ca va faire}} $
{{pourquoi|pk|pkoi}} {{je|j|vous|tu|est ce que je}} {{recois|recoit|m ecrivez|m envoyez|me textez|continuez}} {{encore|toujours|ces|vos|tout le temps|sans arret}}
{{aucun|plus aucun|plus jamais de|plus rien}} {{{_TEXTS_FR}|recevoir|de vous|de votre part}}
{{cessez|cesse|cesser|arretez|arrete}} {{vos|tous|toute|tout|les}} {{envois|communications|communication|sollicitations|{_TEXTS_FR}}}
{{jamais}} {{demande|autorise|donne|consenti|ete inscrit|abonne}}
{{je refuse|je ne consens|retire mon consentement|ne consens}}
{{foutez le camp|va chier|allez chier|vous me faites chier|tu me fais chier}}
{{desabonnez|desinscrivez|desabonner|desinscrire|desabonne}} {{moi|mon|ce|nous}}
"""
AGAIN = phrases("times, fois, deja, already, again, still, encore, twice, combien")
"""Who says STOP with these has said it before."""
JOKES = phrases(
    """rire, ris, drole, droles, mdr, ptdr, lol, haha, hahaha, funny, hilarious, laughing, crying
    dying, pleure, tordant, comique, 😂, 🤣"""
)
"""Who laughs in a sentence says STOP to a joke; beside STOP alone it may be meant."""
