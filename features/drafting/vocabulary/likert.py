"""Words of answers, the lowest first, in nine languages. Data only.

Written like `words.py`. Words for the same point stand in one text with spaces between them.
"""

from typing import Final

AGREEMENTS: Final = (
    (
        "strongly_disagree completely_disagree totally_disagree disagree_strongly", "disagree somewhat_disagree",
        "neutral neither_agree_nor_disagree neither undecided", "agree somewhat_agree",
        "strongly_agree completely_agree totally_agree agree_strongly",
    ),
    ("very_dissatisfied", "dissatisfied", "neutral neither_satisfied_nor_dissatisfied", "satisfied", "very_satisfied"),
    ("never", "rarely seldom", "sometimes", "often", "always"),
    ("very_poor very_bad", "poor bad", "fair average ok", "good", "very_good excellent"),
    ("very_low", "low", "medium moderate", "high", "very_high"),
    (
        "stimme_gar_nicht_zu stimme_uberhaupt_nicht_zu trifft_gar_nicht_zu trifft_uberhaupt_nicht_zu",
        "stimme_nicht_zu stimme_eher_nicht_zu trifft_nicht_zu trifft_eher_nicht_zu",
        "neutral teils_teils weder_noch unentschieden", "stimme_zu stimme_eher_zu trifft_zu trifft_eher_zu",
        "stimme_voll_zu stimme_voll_und_ganz_zu stimme_vollig_zu trifft_voll_zu trifft_voll_und_ganz_zu",
    ),
    ("sehr_unzufrieden", "unzufrieden eher_unzufrieden", "neutral teils_teils", "zufrieden eher_zufrieden",
     "sehr_zufrieden"),
    ("nie", "selten", "manchmal", "oft haufig", "immer"),
    (
        "полностью_не_согласен совершенно_не_согласен категорически_не_согласен абсолютно_не_согласен",
        "не_согласен скорее_не_согласен", "затрудняюсь_ответить нейтрально и_да_и_нет", "согласен скорее_согласен",
        "полностью_согласен совершенно_согласен абсолютно_согласен",
    ),
    ("совершенно_не_удовлетворен полностью_не_удовлетворен", "не_удовлетворен скорее_не_удовлетворен", "нейтрально",
     "удовлетворен скорее_удовлетворен", "полностью_удовлетворен очень_удовлетворен"),
    ("никогда", "редко", "иногда", "часто", "всегда"),
    ("pas_du_tout_d_accord", "pas_d_accord plutot_pas_d_accord", "neutre ni_d_accord_ni_pas_d_accord",
     "d_accord plutot_d_accord", "tout_a_fait_d_accord"),
    ("tres_insatisfait", "insatisfait", "neutre", "satisfait", "tres_satisfait"),
    ("jamais", "rarement", "parfois", "souvent", "toujours"),
    ("totalmente_en_desacuerdo muy_en_desacuerdo", "en_desacuerdo", "neutral ni_de_acuerdo_ni_en_desacuerdo",
     "de_acuerdo", "totalmente_de_acuerdo muy_de_acuerdo"),
    ("muy_insatisfecho", "insatisfecho", "neutral", "satisfecho", "muy_satisfecho"),
    ("nunca", "casi_nunca rara_vez", "a_veces", "a_menudo frecuentemente", "siempre"),
    ("fortemente_in_disaccordo completamente_in_disaccordo per_niente_d_accordo", "in_disaccordo poco_d_accordo",
     "neutrale ne_d_accordo_ne_in_disaccordo", "d_accordo abbastanza_d_accordo",
     "fortemente_d_accordo completamente_d_accordo molto_d_accordo"),
    ("mai", "raramente", "a_volte qualche_volta", "spesso", "sempre"),
    ("discordo_totalmente discordo_completamente", "discordo discordo_parcialmente",
     "neutro nem_concordo_nem_discordo", "concordo concordo_parcialmente",
     "concordo_totalmente concordo_completamente"),
    ("nunca", "raramente", "as_vezes", "frequentemente", "sempre"),
    ("zdecydowanie_sie_nie_zgadzam zdecydowanie_nie", "nie_zgadzam_sie raczej_sie_nie_zgadzam raczej_nie",
     "nie_mam_zdania ani_tak_ani_nie trudno_powiedziec", "zgadzam_sie raczej_sie_zgadzam raczej_tak",
     "zdecydowanie_sie_zgadzam zdecydowanie_tak"),
    ("nigdy", "rzadko", "czasami", "czesto", "zawsze"),
    ("helemaal_mee_oneens zeer_mee_oneens helemaal_oneens", "mee_oneens oneens", "neutraal",
     "mee_eens eens", "helemaal_mee_eens zeer_mee_eens helemaal_eens"),
    ("nooit", "zelden", "soms", "vaak", "altijd"),
)  # fmt: skip
"""Agreement, satisfaction, frequency and quality, in five points."""

RATINGS: Final = (
    ("unsatisfactory poor unacceptable does_not_meet_expectations below_expectations not_met ungenugend mangelhaft "
     "nicht_erfullt неудовлетворительно не_соответствует_ожиданиям insuffisant insatisfaisant insatisfactorio "
     "insufficiente insoddisfacente insatisfatorio niezadowalajaca niedostateczna onvoldoende"),
    ("needs_improvement improvement_needed partially_meets_expectations partially_meets partially_met developing "
     "meets_some_expectations inconsistent verbesserungsbedurftig teilweise_erfullt ausreichend требует_улучшения "
     "частично_соответствует_ожиданиям ниже_ожиданий a_ameliorer partiellement_atteint mejorable necesita_mejorar "
     "da_migliorare parzialmente_raggiunto precisa_melhorar abaixo_do_esperado wymaga_poprawy matig"),
    ("meets_expectations meets met satisfactory good solid successful fully_meets_expectations achieved erfullt gut "
     "befriedigend соответствует_ожиданиям хорошо удовлетворительно conforme_aux_attentes atteint bon satisfactorio "
     "cumple bueno in_linea_con_le_attese raggiunto buono atende dentro_do_esperado bom spelnia_oczekiwania dobra "
     "voldoende goed"),
    ("exceeds_expectations exceeds exceeded very_good above_expectations high_performer ubertroffen sehr_gut "
     "превосходит_ожидания выше_ожиданий superieur_aux_attentes depasse tres_bon supera_las_expectativas supera "
     "muy_bueno sopra_le_attese superato acima_do_esperado supera_as_expectativas przekracza_oczekiwania bardzo_dobra "
     "zeer_goed overtreft"),
    ("outstanding exceptional far_exceeds_expectations excellent top_performer hervorragend herausragend "
     "ausgezeichnet отлично выдающийся значительно_превосходит_ожидания exceptionnel excellent sobresaliente excelente "
     "eccellente excepcional excepcionale wybitna celujaca uitstekend"),
)  # fmt: skip
"""Words of ratings, the lowest first."""

NEGATIVE: Final = (
    "stress* stressed overload* exhaust* burn* leave leaving quit resign* look_for look_for_another "
    "looking_for too_much "
    "conflict* unfair* bully* afraid fear worr* not never dont unable turnover_intention "
    "stress uberlast* erschopf* kundig* wechseln nicht kein* angst konflikt* "
    "стресс* перегруз* уиду уити уволиться усталост* выгоран* не конфликт* боюсь "
    "surcharge* epuis* quitter demissionner pas conflit* estres sobrecarga* agotad* dejar renunciar conflicto* "
    "sovraccaric* esaust* lasciare non conflitt* esgotad* sair pedir_demissao nao stres przeciazen* wyczerpan* odejsc "
    "nie konflikt* overbelast* uitgeput* vertrekken niet conflict*"
)
"""In a statement: agreeing with it is probably bad."""
