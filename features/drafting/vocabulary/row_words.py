"""The words for columns that describe their row: whether it counts, what it changes. Written like `words.py`."""

from typing import Final

ROWS: Final = {
    "locked": (
        "sprps locked lock_indicator deleted is_deleted cancelled canceled void voided storno storniert gesperrt "
        "удален удалено помечен_на_удаление annule anulado annullato cancelado anulowan* geannuleerd is_void"
    ),
    "is_latest": ("effective_latest_change latest_change latest_change_flag is_latest_change last_of_day"),
    "is_primary": (
        "primary_flag is_primary primary_assignment primary_assignment_flag primary_job primary_position "
        "is_primary_job main_job is_main_job main_assignment hauptbeschaftigung hauptarbeitsverhaltnis "
        "основное_место contrat_principal contrato_principal rapporto_principale hoofddienstverband hoofdfunctie"
    ),
    "job_record": ("empl_rcd empl_rcd_no employment_record employment_record_number job_record"),
    "is_current": ("is_current current_flag iscurrent current_record active_record aktuell current is_active_row"),
    "cost_center": (
        "cost_center cost_centre costcenter cost_center_name cost_centre_name kostenstelle kostl "
        "kostenstellenbezeichnung centre_de_cout centre_de_couts centro_de_coste centro_de_costo centro_di_costo "
        "centro_de_custo mpk miejsce_powstawania_kosztow kostenplaats место_возникновения_затрат"
    ),
    "company": (
        "company company_code co_code companycode comp_code legal_entity legal_employer employer bukrs buchungskreis "
        "mandant mandantennummer gesellschaft firma societe code_societe entite empresa sociedad azienda societa "
        "ditta spolka bedrijf werkgever организация юрлицо"
    ),
    "changed_field": (
        "field field_name fieldname changed_field field_changed attribute attribute_name column_name property "
        "data_item item_changed feld feldname merkmal champ champ_modifie campo campo_modificado campo_modificato "
        "campo_alterado pole nazwa_pola veld veldnaam поле реквизит показатель"
    ),
    "old_value": (
        "old_value oldvalue old previous_value previous value_before before from_value prior_value alter_wert "
        "wert_alt ancienne_valeur valor_anterior valor_antiguo valore_precedente vecchio_valore stara_wartosc "
        "poprzednia_wartosc oude_waarde старое_значение прежнее_значение было"
    ),
    "new_value": (
        "new_value newvalue new value value_after after to_value current_value neuer_wert wert_neu wert "
        "nouvelle_valeur valeur valor_nuevo nuevo_valor valor_novo novo_valor valore_nuovo nuovo_valore "
        "nowa_wartosc nieuwe_waarde waarde новое_значение значение стало"
    ),
    "left": (
        "attrition left left_company has_left leaver churn churned turnover resigned quit exited fluktuation "
        "ausgetreten gekundigt уволился ушел покинул demission parti abandono baja_voluntaria dimesso desligado "
        "odszedl vertrokken is_leaver"
    ),
}
"""Roles of columns that hold marks of rows."""
