"""How an employment ends, by the words of a reason, in nine languages. They suggest a kind and never decide one."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Final

from features.contract.vocabulary import folded, word_pattern

EXIT_WORDS: Final[Mapping[str, str]] = {
    "other": (
        "retire* retirement ret pension* rente altersrente renten* ruhestand altersteilzeit пенси* пенсия pensi* "
        "retraite* jubil* pensionament* aposent* reforma emeryt* pensioen* death deceased died dea death_in_service "
        "tod verstorben todesfall смерт* умер* smert* deces decede* fallec* muerte defuncion decesso deceduto obito "
        "falec* morte smierc zgon overl* overlijden end_of_contract end_of_fixed_term* end_of_fixed* "
        "end_of_assignment contract_end* contract_expir* expir* eoc eoa fixed_term befrist* fristablauf "
        "vertragsablauf zeitablauf истечени* срочн* окончани*_срока fin_de_contrat fin_cdd fin_de_cdd "
        "terme_du_contrat fin_de_contrato fin_contrato fine_contratto scadenza* termino_de_contrato fim_de_contrato "
        "fim_do_contrato uplyw* wygasn* koniec_umowy einde_contract contract_afgelopen einde_tijdelijk* transfer_to_* "
        "ст_83"
    ),
    "involuntary": (
        "involuntar* dismiss* fired layoff* laid_off lay_off redundan* misconduct performance violation* probation* "
        "failed_* reduction* elimination* restructur* rif prb prf vio mut severance settlement* mutual* employer "
        "discharge* gross_misconduct arbeitgeber* aufhebung* betriebsbedingt* verhaltensbedingt* personenbedingt* "
        "fristlos* probezeit* in_der_probezeit abfindung* сокращени* прогул* соглашени*_сторон соглашени* "
        "неудовлетворительн* несоответстви* ликвидаци* инициативе_работодателя ст_81 ст_71 licenciement* faute* "
        "rupture_conventionnelle rupture_periode_d_essai periode_d_essai despid* despido ere mutuo_acuerdo acuerdo "
        "licenzia* giusta_causa risoluzione_consensuale periodo_di_prova dispens* justa_causa sem_justa_causa "
        "comum_acordo pracodawc* przez_pracodawce dyscyplinarn* porozumieni* likwidac* ontslag_door* werkgever* "
        "proeftijd vaststellingsovereenkomst wederzijds* reorganisatie"
    ),
    "voluntary": (
        "voluntar* resign* resignation res quit quits personal* career* better* relocat* abandon* jab school "
        "compensation management work_conditions working_conditions dissatisf* return_to_school employee_initiated "
        "arbeitnehmer* eigenkund* kundigung_durch_mitarbeiter* durch_mitarbeiter* собственн* желани* "
        "инициативе_работника по_его_просьбе перевод_работника demission* depart_volontaire prise_d_acte volontaire "
        "baja_voluntaria voluntari* renuncia* dimission* dimett* pedido_de_demissao a_pedido pedido pracownik* "
        "przez_pracownika wlasn* na_wlasna* vrijwillig* eigen_verzoek eigen_* werknemer* op_eigen*"
    ),
}
"""Kind -> its words, as `word_pattern` reads them. In this order: retirement, death and the end of a contract count
before any heading over them."""


def kinds_in_words(text: str) -> tuple[str, ...]:
    """The kinds of which a text has a word, in the order of `EXIT_WORDS`."""
    return tuple(kind for kind in EXIT_WORDS if _pattern(kind).search(f"_{folded(text)}_"))


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    apart = unicodedata.normalize("NFKD", EXIT_WORDS[kind])
    return word_pattern("".join(sign for sign in apart if not unicodedata.combining(sign)))
