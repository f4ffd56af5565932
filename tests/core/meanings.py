"""What answers mean, type by type: a meaning and the texts that have it; `-` is none."""

from collections.abc import Iterator

from bot.core.understanding import Kind

MEANINGS = {
    Kind.DATE: """
2026-12-24 <- 24/12 | 24 12 | 24. 12. | 24 - 12 | - 24/12 | ...24/12 | 12/24 | 24/12/26 | 24 12 26
2026-12-24 <- 2026/12/24 | 2026-12-24 | 24/ 12/ 2026 | ２４／１２ | ٢٤/١٢ | jeudi 24/12 | thu 24.12
2026-12-24 <- 24-déc-26 | 24/dec/2026 | 24. déc. 2026 | December 24, 2026 | Thu, Dec 24 | Dec24
2026-12-24 <- the 24th of december | december twenty fourth | le vingt-quatre décembre
2026-12-24 <- le 24 | the 24th | jeudi 24 | jeudi le 24 | thu the 24th | pour le vingt-quatre
2027-01-03 <- le 3 | dimanche 3 | the third
2027-01-09 <- dans un mois | in a month | samedi le 9
2026-12-25 <- Noël | à Noël, merci | Christmas Day | xmas
2027-01-01 <- le jour de l'An | New Year's Day
2027-06-24 <- la Saint-Jean | la St-Jean-Baptiste
2026-12-24 <- je voudrais le 24 décembre | I'd like Dec 24 | ce serait le 24 | le 24 si possible
2026-12-24 <- le vingt-quatre décembre deux mille vingt-six | dans quinze jours
2027-09-24 <- 24 sept | sept 24 | Sept. 24th
2027-12-07 <- le sept décembre
2027-05-01 <- first of may | May first | le premier mai | 1er mai
1985-12-24 <- 24/12/85
2026-12-10 <- pour demain | tommorrow | demaiiin | bonjour, demain svp | demain 🙏 | in a day | tmr
2026-12-11 <- après-demain | the day after tomorrow | pour ce vendredi | this coming friday
2026-12-07 <- avant-hier | the day before yesterday | lundi de cette semaine | il y a 2 jours
2026-12-16 <- mercredi prochain | mercredi qui vient | dans une semaine
2026-12-18 <- next week friday | la semaine prochaine vendredi | friday of next week
2026-12-23 <- two weeks from now | dans deux semaines
2026-12-15 <- mar 15 dec | mardi 15 décembre
- <- 03/04 | 24/12/45 | 26/13 | 24/12-2026 | 24,12 | 24 dec-26 | dec 24, 26 | dec 24-26
- <- mar | dec-24 | 20261224
- <- 31/02 | 29/02/2027 | 32 mai | 00/12 | 24/12/1026 | 24 | janvier | dec 2026
- <- le 9 | le 32 | vendredi le 12 | dans 3 mois et demi
- <- la semaine
- <- mercredi | ce mercredi | vendredis | vendredi 24 | vendredi dernier | jeudi 25 décembre | ½
- <- ce soir | demain matin | demain 14h | 24/12 24/12 | dans 99999 jours | 24⁄12 | demain 🤔
""",
    Kind.TIME: """
14:30 <- 14h30 | 14:30h | 14 h 30 min | 2.30 pm | 2 30 pm | two thirty PM | 2:30 p. m. | @ 2:30pm
14:30 <- deux heures et demie de l'après-midi | half past 2 in the afternoon | -14h30 | 14h30!
14:05 <- 14h5 | quatorze heures cinq | 5 past 2 pm
08:30 <- half past eight | huit heures et demie | 8h et demi | 8:30
08:45 <- quarter to nine | a quarter to 9 | 9h moins le quart | neuf heures moins quinze
08:50 <- ten minutes to nine | 9h moins dix
08:40 <- twenty to nine | 20 to 9
00:00 <- 12 am | 0h | 00h | minuit | 12 midnight | zéro heure | 12 at night
12:00 <- 12h | midi | 12 noon | 12 pm | at noon
12:10 <- midi dix | midi et dix
11:45 <- midi moins quart
23:50 <- minuit moins dix
00:30 <- 12:30 am | 0h30 du matin | minuit et demi
12:45 <- 1h moins quart de l'après-midi
21:00 <- vingt et une heures | 9 du soir | 9 in the evening | 9 at night
02:00 <- 2h du matin | 2 in the morning | 02h | 02:00 | 2h de la nuit
09:00 <- 9 oclock | 9 o’clock | 9h | neuf heures
- <- 2:30 | 2h30 | 3h | deux heures | 3 o'clock | half past two | quarter to 1 | 1h moins quart
- <- 14.30 | 14 30 | 14-30 | 14 | 1430 | 14:5 | 24h | 24:00 | 25:00 | 12:60 | 14:30:00
- <- midi et 75
- <- 14h du matin | 15 pm | 0 pm | 14h pm | 12h du matin | 11h de l'après-midi | 13h du soir
- <- 2 to 3 pm | ten to eleven am
- <- vers 14h | 14h-15 | 14h-15h | demain 14h | le soir | 14 hours | quarter to noon | in an hour
""",
    Kind.INTEGER: """
- <- 2 ans | 3 jours | 7 personnes ou 8 | j'ai 40 | pour | le | option | 3 ou 4
12 <- 12 | (12) | «12» | 12!! | #12 | n°12 | nº 12 | № 12 | No. 12 | number twelve | numéro douze
-3 <- -3 | −3 | –3 | moins trois | minus 3
0 <- 0 | +0 | -0 | zéro | aucun | none
7 <- 007 | pour le 7 | for number 7 | le sept | the 7 | option 7 | choix 7 | réponse: 7 | on est 7
7 <- de 7 | 7 personnes | seven people | nous serons 7 | there are 7 of us | party of 7 | we're 7
40 <- j'ai 40 ans | J'ai quarante ans. | 40 years old | I'm 40 | I am forty | fourty
21 <- vingt et un | vingt-et-une | twenty-one
97 <- quatre-vingt-dix-sept | nonante-sept | ninety seven
81 <- quatre-vingt-un | huitante et un | octante et une
71 <- soixante et onze | septante et un
101 <- one hundred and one | a hundred one | cent un
1000 <- 1 000 | mille | a thousand
1200 <- douze cents | twelve hundred | mille deux cents
250000 <- deux cent cinquante mille | 250 000
1200030 <- un million deux cent mille trente | one million two hundred thousand and thirty
1000000 <- 1,000,000 | 1.000.000 | 1 000 000 | a million
- <- 1,000 | 1.000 | 12,0 | 12.5 | 1 2 | 0 123 | 1 0000 | 1'000 | 1e3 | 12² | ½ | ① | Ⅻ | XII
- <- - 3 | --3 | —3 | -douze | 3e | 1er | 2nd | third | douze point cinq | deux et demi | 12 %
- <- ~12
- <- no three | vingt un | un cent | million | a | mille mille | vingt vingt | deux, trois | 4 20
- <- 12 fois | environ 12 | 12 🤔 | 1234567890123456789 | deux milliards de milliards
""",
    Kind.DECIMAL: """
12.5 <- 12,5 | 12.50 | 12,5. | douze virgule cinq | 12 virgule 5 | twelve point five | 12,5 %
12.5 <- $12.50 | 12,50$ | 12,5 € | 12.5 dollars | 12.5CAD | £12.5 | 12,5 pour cent
12.5 <- twelve and a half
12.05 <- douze virgule zéro cinq | 12,05 | 12€05
12.25 <- douze virgule vingt-cinq | twelve point two five
-5 <- -5 | -$5 | $-5 | -5,00 | moins cinq dollars
0.5 <- ,5 | .5 | 0,500 | .50 | zéro virgule cinq
0 <- 0 | -0 | 0,00
0.234 <- 0,234 | 0.234
1234.56 <- 1 234,56 | 1,234.56 | 1.234,56 | 1234,56
1234.567 <- 1 234,567 | 1234,567
5 <- ... 5 | ...5 | #5
100 <- 100 | cent | 100 %
- <- 1,234 | 1.234 | -12,345 | 1,2,3 | 1,234,56 | 1.234.56 | , | 12e5 | 1/2 | 12² | —5
- <- 12 cents | 12 °C | 12 kg | 12,5 $ CA | environ 12 | deux virgule | 12,5 ou 13
""",
    Kind.EMAIL: """
Jean@exemple.ca <- Jean@Exemple.CA. | <Jean@exemple.ca> | mon courriel est Jean@exemple.ca, merci!
jean@exemple.ca <- mailto:jean@exemple.ca | jean＠exemple.ca | "jean@exemple.ca"
jean@exemple.ca <- e-mail: jean@exemple.ca
o'brien+x@a.co.uk <- o'brien+x@a.co.uk | ‘o'brien+x@a.co.uk’
- <- jean@exemple | jean@exemple.c | jean@1.2.3.4 | jean @exemple.ca | a@b.ca c@d.ca
- <- jéan@exemple.ca
- <- jean..x@exemple.ca | jean@-exemple.ca | jean@exemple..ca | @ | pas jean@exemple.ca
""",
    Kind.NUMBER: """
+15145550199 <- 514 555-0199 | (514) 555-0199. | +1 514.555.0199 | tel: 514-555-0199, merci
+15145550199 <- mon numéro est le 5145550199 | my cell is 1-514-555-0199 | tel:+15145550199
+33612345678 <- +33 6 12 34 56 78 | +33 (0)6 12 34 56 78 | 011 33 6 12 34 56 78
- <- 555-0199 | 06 12 34 56 78 | 36180 | 911 | 514 555 0199 poste 5 | 514 555 0199 #5
- <- ++15145550199
- <- 514-555-0199/0198 | 514 555 0199 ou 514 555 0198 | 1-800-FLOWERS | +5145550199
- <- pas 5145550199
""",
    Kind.CODE: """
123456 <- 123456 | 123 456 | 12-34-56 | 1 2 3 4 5 6 | G-123456 | code:123456 | #123456 | "123456"
123456 <- mon code est 123456 | bonjour, my code is 123 456 thanks | code n° 123456 | c'est 123456
12345678 <- 1234-5678
0042 <- 0042 | Code-0042
- <- 123 | 12345678901 | 1234 5678 | 1234 ou 5678 | 12.34.56 | AB123456 | 123456G | 14:30 | 1,234
- <- pas 123456 | it's not 123456 | 12 billets, code 1234 | code
""",
    Kind.YES_NO: """
yes <- oui | Ouiii! | OUI oui oui | ok | O.K. | d'ac | D’accord | dacc | c bon | yep | y | o
yes <- sure | bah oui | euh oui | oui monsieur | yes sir | that works | oki doki | correct | ya
yes <- oui, absolument | ok parfait merci | oui pas de problème | je confirme | ✔️
yes <- 👍🏽👍
yes <- bien sûr que oui | of course | yes please | oui 👍 | oui 😊 | confirmée
no <- non | nooon | nonn | N | nope | no thank you | non, pas du tout | absolument pas | no way
no <- pas vraiment | not really | pas ok | je ne peux pas | I can't | I don't want to | bah non
no <- bien sûr que non | of course not | jamais | c'est non | 👎🏿 | ❌ | no no no
- <- noon | oui non | oui mais | ok no | non pas de problème | pas sûr | peut-être
- <- no problem | aucun souci | sans problème | pas de problème
- <- maybe
- <- 1 | 0 | oui 1 | si | merci | 🙏 | oui 😂 | 👍👎 | y/n | oui/non | yesterday
""",
    Kind.WORD: """
Bleu <- Bleu | «Bleu» | Bleu svp | Bleu. | _Bleu_
Jean-Luc <- Jean-Luc | (Jean-Luc)
O’Brien <- O’Brien
été <- été
merci <- merci
12 <- 12
👍 <- 👍
- <- bleu ciel | bonjour bleu | bleu bleu | a,b | 3.5 | s'il vous plaît | bleu 🤔 | ...
""",
    Kind.TEXT: """
bonjour, toi! <- bonjour, toi!
merci <- merci
🙂 <- 🙂
- <- ... | ?!
""",
}


def meanings() -> Iterator[tuple[Kind, str, str | None]]:
    """Give each type, text and meaning, as it is stored."""
    for kind, listed in MEANINGS.items():
        for line in listed.strip().splitlines():
            meaning, _, texts = line.partition(" <- ")
            for text in texts.split(" | "):
                yield kind, text, None if meaning == "-" else meaning
