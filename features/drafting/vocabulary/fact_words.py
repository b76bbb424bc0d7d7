"""The words by which the columns of surveys, reviews, time sheets and services are recognised, in nine languages. Data.

Written like `words.py`.
"""

from typing import Final

DAY: Final = (
    "date day timestamp datetime date_time time_stamp submitted completed answered datum tag zeitstempel дата день "
    "время jour horodatage fecha dia marca_temporal data giorno data_hora dzien dag tijdstip work_date workdate "
    "arbeitstag дата_время"
)
EMAIL: Final = (
    "email e_mail mail emailadresse e_mail_adresse email_address mailadresse почта эл_почта электронная_почта courriel "
    "adresse_mail adresse_e_mail correo correo_electronico posta_elettronica indirizzo_email endereco_email "
    "adres_email poczta e_mailadres upn user_principal_name"
)
LANGUAGE: Final = (
    "language preferred_language correspondence_language sprache korrespondenzsprache язык langue idioma lingua jezyk "
    "taal locale sprsl"
)
WHO: Final = (
    "respondent_email respondent_name user user_name username login colleague kollege коллега collegue companero "
    "collega colega kolega"
)
"""Beside the words for numbers, names and e-mail addresses of people."""
ANONYMOUS: Final = (
    "respondent respondent_id respondent_no response_id responseid submission_id participant_id participant antwort_id "
    "teilnehmer teilnehmer_id респондент ответ_id id_ответа repondant encuestado rispondente respondente ankietowany"
)
"""A number of an answer, which names nobody."""

SURVEY: Final = (
    "survey* pulse engagement umfrage* mitarbeiterbefragung* befragung* опрос* анкет* sondage* enquete* encuesta* "
    "sondaggio* indagine* pesquisa* ankiet* enps feedback klima clima climate stimmung* mood votes barometer*"
)
WAVE: Final = (
    "wave survey_wave round survey_round cycle survey_cycle quarter welle umfragewelle quartal волна квартал vague "
    "trimestre ola oleada ondata onda rodada fala kwartal golf kwartaal period periode период"
)
ITEM: Final = (
    "question item question_text question_code question_id item_id item_code statement frage frage_nr fragetext "
    "aussage вопрос утверждение question_posee enonce pregunta domanda pergunta pytanie vraag stelling"
)
ANSWER: Final = (
    "answer score response value rating points vote answer_value antwort wert punkte punktzahl ответ балл оценка "
    "значение reponse note valeur respuesta puntuacion valor risposta punteggio valore resposta pontuacao nota "
    "odpowiedz ocena wartosc antwoord waarde"
)

RATING: Final = (
    "rating performance_rating overall_rating final_rating performance performance_score appraisal_rating score grade "
    "result overall_score note bewertung gesamtbewertung gesamtnote beurteilung leistungsbewertung оценка "
    "итоговая_оценка результат evaluation appreciation note_globale calificacion valoracion evaluacion valutazione "
    "giudizio voto avaliacao nota ocena beoordeling resultaat eindoordeel"
)
REVIEW: Final = (
    "review* appraisal* performance* rating* evaluation* beurteilung* bewertung* leistung* mitarbeitergesprach* "
    "оценк* аттестац* результативност* entretien* evaluacion* valutazion* avaliac* ocen* beoordeling* "
    "functioneringsgesprek*"
)
REVIEW_DAY: Final = (
    "review_date date_of_review rating_date appraisal_date assessment_date evaluation_date date completed "
    "beurteilungsdatum bewertungsdatum datum дата дата_оценки date_d_evaluation date_entretien fecha fecha_evaluacion "
    "data data_valutazione data_avaliacao data_oceny beoordelingsdatum"
)
YEAR: Final = (
    "year review_year fiscal_year performance_year cycle review_cycle period review_period jahr geschaftsjahr год "
    "annee exercice ano ejercicio anno rok jaar periode период"
)
COMPETENCY: Final = (
    "competency competence competency_name skill kompetenz компетенция competencia competenza kompetencja competentie"
)
ASSESSOR: Final = (
    "assessor assessor_id rater rated_by reviewer reviewer_id evaluator beurteiler beurteilt_von оценщик эксперт "
    "evaluateur evaluador valutatore avaliador oceniajacy beoordelaar"
)

WORKED: Final = (
    "actual_hours total_hours hours stunden ist soll_ist_ist istzeit ist_zeit gearbeitet часы отработано факт heures "
    "temps_travaille horas ore horas_trabalhadas godziny uren worked_time duration dauer"
)
CONTRACTED: Final = (
    "contracted contractual_hours target_hours soll sollzeit soll_zeit sollstunden норма норма_времени план "
    "heures_theoriques horas_teoricas jornada_pactada ore_dovute horas_contratuais norma norma_godzin nominal_hours "
    "contracturen"
)
OVERTIME: Final = "extra_hours mehrstunden plusstunden ueberzeit uberzeit переработка сверхурочные heures_sup extra"
LEAVE_DAYS: Final = (
    "leave_days vacation_days days_of_leave holiday_days annual_leave_days annual_leave vacation pto pto_days "
    "urlaub urlaubstage отпуск дни_отпуска отпуск_дней conges jours_de_conge conges_payes vacaciones "
    "dias_de_vacaciones "
    "ferie giorni_di_ferie ferias dias_de_ferias urlop dni_urlopu vakantiedagen verlofdagen"
)
REMOTE_DAYS: Final = (
    "remote_days days_remote remote home_office homeoffice home_office_days homeoffice_tage telearbeit "
    "mobiles_arbeiten mobile_arbeit wfh wfh_days удаленно дни_удаленно удаленка teletravail jours_teletravail "
    "teletrabajo dias_teletrabajo smart_working giorni_smart_working teletrabalho praca_zdalna dni_zdalne thuiswerk "
    "thuiswerkdagen"
)
BREAK: Final = (
    "break break_time breaks break_minutes lunch pause pausen pausenzeit перерыв pausa descanso intervalo przerwa pauze"
)
IN: Final = (
    "in clock_in time_in punch_in check_in start start_time in_time begin beginn kommen kommt_zeit von приход вход "
    "начало arrivee entree heure_d_arrivee debut entrada hora_entrada inicio ingresso entrata ora_ingresso wejscie "
    "begintijd start_tijd inklok*"
)
OUT: Final = (
    "out clock_out time_out punch_out check_out end end_time out_time gehen geht_zeit bis ende уход выход конец "
    "окончание depart sortie heure_de_depart fin salida hora_salida uscita ora_uscita saida fim wyjscie eindtijd "
    "uitklok*"
)
DIRECTION: Final = (
    "direction type event punch_type in_out richtung buchungsart art kommen_gehen направление событие тип sens tipo "
    "direccion direzione direcao kierunek richting"
)
ARRIVES: Final = (
    "in i clock_in punch_in check_in start kommen kommt ko k вход приход entree arrivee entrada entrata "
    "ingresso wejscie "
    "e inkomen"
)
LEAVES: Final = (
    "out o clock_out punch_out check_out end gehen geht ge g выход уход sortie depart salida uscita saida wyjscie "
    "uitgaan uit"
)

LEAVE: Final = (
    "leave* absence* absent* time_off timeoff pto vacation* holiday* abwesenheit* fehlzeit* urlaub* отпуск* отсутстви* "
    "conge* absences vacacion* ausencia* ferie assenz* ferias urlop* nieobecn* verlof* verzuim* vakantie*"
)
VACATION: Final = (
    "vacation* holiday* pto annual_leave annual_leave_* paid_time_off urlaub* erholungsurlaub jahresurlaub tarifurlaub "
    "ежегодныи* отпуск основнои* conge_paye conges_payes cp rtt vacacion* ferie ferias urlop_wypoczynkowy wypoczynkow* "
    "vakantie* verlof"
)
FROM: Final = (
    "from start start_date first_day begin beginn von ab anfang с начало дата_начала du debut date_de_debut desde "
    "inicio fecha_inicio dal inizio data_inizio de data_de_inicio od data_od van begindatum leave_start"
)
UNTIL: Final = (
    "to until end end_date last_day bis ende по конец дата_окончания au fin date_de_fin hasta fecha_fin al fine "
    "data_fine ate data_fim fim do data_do tot einddatum leave_end"
)
DAYS: Final = (
    "days number_of_days working_days duration_days workdays tage anzahl_tage arbeitstage дней дни кол_во_дней jours "
    "nombre_de_jours dias num_dias giorni dni liczba_dni dagen aantal_dagen"
)
LEAVE_TYPE: Final = (
    "type leave_type absence_type time_off_type category policy art abwesenheitsart urlaubsart вид вид_отпуска тип "
    "type_de_conge type_conge type_d_absence tipo tipo_de_ausencia tipo_ausencia tipo_assenza tipo_de_licenca rodzaj "
    "rodzaj_urlopu soort verlofsoort"
)

CLIENT: Final = (
    "requester requestor requested_by requested_for opened_by reporter caller client customer submitter created_by "
    "from sender sender_id from_id from_user author anforderer auftraggeber melder antragsteller von absender "
    "erstellt_von "
    "заказчик инициатор заявитель автор отправитель от demandeur expediteur de emetteur solicitante remitente cliente "
    "richiedente mittente solicitante requerente remetente zglaszajacy nadawca aanvrager afzender van giver voter"
)
PROVIDER: Final = (
    "assignee assigned_to owner resolver resolved_by handler agent provider closed_by to recipient recipients receiver "
    "to_id to_user bearbeiter zustandiger zugewiesen_an zugewiesen empfanger an исполнитель ответственныи получатель "
    "кому assigne assigne_a responsable destinataire a destinatario asignado_a assegnatario assegnato_a atribuido_a "
    "responsavel przypisany wykonawca odbiorca do behandelaar toegewezen_aan ontvanger aan"
)
OPENED: Final = (
    "opened opened_at opened_on created created_at created_on creation_date submitted requested requested_at sent "
    "sent_at timestamp time datetime date date_time erstellt erstellt_am eroffnet angelegt gesendet datum zeit "
    "zeitstempel создан* дата_создания открыт* отправлено дата время cree cree_le ouvert* date_creation envoye "
    "date_envoi "
    "creado creado_el abierto fecha fecha_creacion enviado creato aperto data data_apertura inviato criado aberto "
    "data_abertura utworzono data_utworzenia zgloszono wyslano aangemaakt geopend verzonden month monat месяц mois mes "
    "mese miesiac maand"
)
CLOSED: Final = (
    "closed closed_at closed_on resolved resolved_at completed completed_at done finished geschlossen geschlossen_am "
    "erledigt erledigt_am abgeschlossen закрыт* дата_закрытия решен* выполнен* ferme cloture date_cloture "
    "resolu cerrado "
    "resuelto fecha_cierre chiuso risolto data_chiusura fechado resolvido data_fechamento zamknieto rozwiazano "
    "data_zamkniecia gesloten opgelost afgerond"
)
KIND: Final = (
    "category kind type request_type ticket_type service kategorie art anfrageart категория тип вид_заявки categorie "
    "categoria tipo kategoria rodzaj soort"
)
EFFORT: Final = (
    "effort effort_hours time_spent hours_spent time_logged aufwand aufwand_stunden zeitaufwand трудозатраты "
    "temps_passe charge esfuerzo horas_dedicadas impegno ore_spese esforco naklad czas_pracy inspanning bestede_tijd"
)
SERVICE_RATING: Final = (
    "rating satisfaction csat stars customer_rating bewertung zufriedenheit оценка удовлетворенность note satisfaction "
    "valoracion satisfaccion valutazione soddisfazione avaliacao satisfacao ocena zadowolenie beoordeling tevredenheid"
)
COUNT: Final = (
    "count messages_count mails number n interactions weight anzahl количество число nombre cantidad numero quantita "
    "quantidade liczba aantal"
)
CHANNEL: Final = (
    "ticket* issue* incident* mail* email* chat* message* slack teams thread* service_request* заявк* письм*"
)
"""In the name of a file of tickets or messages."""

KINDS: Final = {
    "information": (
        "information* info question query how_to inquiry auskunft frage informations* информаци* вопрос renseignement* "
        "informacion consulta informazion* duvida informacja pytanie informatie vraag"
    ),
    "reporting": "report* reporting bericht* отчет* rapport* informe* relatorio* raport* rapportage",
    "data": "data datenabfrage daten данные donnees datos dati dados dane gegevens extract export access zugriff",
    "working_time": "time_sheet time working_time arbeitszeit zeit время temps tiempo orario tempo czas tijd shift*",
    "resources": (
        "resource* equipment hardware software laptop purchase order procurement material betriebsmittel ausstattung "
        "beschaffung ресурс* оборудован* закупк* materiel achat* recurso* compra* risors* acquist* zasob* zakup* "
        "middelen inkoop"
    ),
}
"""What an internal service was about."""
