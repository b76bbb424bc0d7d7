"""Surveys, reviews, hours and services: each value worked out by hand from the rows of the export."""

from datetime import date, datetime

import pytest
from drafts import Drafted, Draw

PERIOD = {"complete_from": "2020-01-01", "complete_until": "2021-12-31", "exit_kinds": {"Resignation": "voluntary"}}
ROSTER = """Employee ID,First Name,Last Name,Email,Hire Date,Termination Date,Termination Reason
0011,Ann,Ray,ann@firm.example,2018-01-01,,
0012,Bea,Sun,bea@firm.example,2018-02-01,,
0013,Cid,Tam,cid@firm.example,2018-03-01,2021-06-30,Resignation
0014,Dan,Uhl,dan@firm.example,2018-03-01,,
"""


def noted(made: Drafted, *words: str) -> bool:
    return any(all(word in note for word in words) for note in made.draft.notes)


WIDE = """Employee ID,Date,My workload leaves time for my life,I often think of leaving,Comment
0011,2020-05-31,5,1,All is well here as it always was
0012,2020-05-31,3,4,I would like to have another desk
0013,2020-05-31,1,,
0014,2020-05-31,2,5,
"""


def test_answers_with_an_item_a_column_become_rows_from_0_to_10(drafted: Draw) -> None:
    made = drafted({"roster.csv": ROSTER, "pulse survey.csv": WIDE}, PERIOD)
    day = date(2020, 5, 31)
    assert made.rows("surveys", "employee_id", "survey_date", "item", "score") == [
        ("0011", day, "i_often_think_of_leaving", 10.0),
        ("0011", day, "my_workload_leaves_time_for_my_life", 10.0),
        ("0012", day, "i_often_think_of_leaving", 2.5),
        ("0012", day, "my_workload_leaves_time_for_my_life", 5.0),
        ("0013", day, "my_workload_leaves_time_for_my_life", 0.0),
        ("0014", day, "i_often_think_of_leaving", 0.0),
        ("0014", day, "my_workload_leaves_time_for_my_life", 2.5),
    ]
    assert "pulse_survey.Comment" in made.draft.refused
    assert made.question("scales_pulse_survey").suggested["I often think of leaving"] == "1 to 5, 1 is best"
    assert "[surveys.i_often_think_of_leaving]" in made.draft.text


def test_which_end_is_best_is_asked(drafted: Draw) -> None:
    made = drafted({"roster.csv": ROSTER, "pulse survey.csv": WIDE}, PERIOD, suggested=False)
    assert {"scales_pulse_survey", "drivers_pulse_survey"} <= set(made.draft.open)


def test_free_text_is_refused_whatever_its_name(drafted: Draw) -> None:
    made = drafted({"roster.csv": ROSTER, "survey.csv": WIDE.replace("Comment", "Anything else")}, PERIOD)
    assert "survey.Anything else" in made.draft.refused
    assert "Anything else" not in made.toml.read_text().partition("[tables]")[2]


@pytest.mark.parametrize(
    ("low", "middle", "high"),
    [
        ("Strongly disagree", "Neutral", "Strongly agree"),
        ("Stimme gar nicht zu", "Teils-teils", "Stimme voll und ganz zu"),
        ("Полностью не согласен", "Нейтрально", "Полностью согласен"),
        ("Pas du tout d'accord", "Neutre", "Tout à fait d'accord"),
        ("Totalmente en desacuerdo", "Neutral", "Totalmente de acuerdo"),
        ("Fortemente in disaccordo", "Neutrale", "Fortemente d'accordo"),
        ("Discordo totalmente", "Neutro", "Concordo totalmente"),
        ("Zdecydowanie się nie zgadzam", "Nie mam zdania", "Zdecydowanie się zgadzam"),
        ("Helemaal mee oneens", "Neutraal", "Helemaal mee eens"),
    ],
)
def test_words_of_agreement_are_numbers(drafted: Draw, low: str, middle: str, high: str) -> None:
    survey = f"Employee ID,Date,Q1\n0011,2020-05-31,{low}\n0012,2020-05-31,{middle}\n0013,2020-05-31,{high}\n"
    made = drafted({"roster.csv": ROSTER, "survey.csv": survey}, PERIOD)
    assert made.rows("surveys", "employee_id", "score") == [("0011", 0.0), ("0012", 5.0), ("0013", 10.0)]


def test_an_answer_off_its_scale_is_none(drafted: Draw) -> None:
    survey = "Employee ID,Date,Q1\n" + "".join(f"00{n},2020-05-31,{a}\n" for n, a in ((11, 5), (12, 1), (13, 99)))
    made = drafted(
        {"roster.csv": ROSTER, "survey.csv": survey}, PERIOD | {"scales_survey": {"Q1": "1 to 5, 5 is best"}}
    )
    assert made.rows("surveys", "employee_id", "score") == [("0011", 10.0), ("0012", 0.0)]


def test_answers_with_a_row_each_and_a_wave(drafted: Draw) -> None:
    survey = "E-mail,Wave,Question,Answer\n"
    survey += "ANN@firm.example,2020-Q1,My pay is fair,0\nann@firm.example,2020-Q2,My pay is fair,10\n"
    survey += "bea@firm.example,2020-Q1,My boss helps me,8\ncid@firm.example,2020-Q2,My boss helps me,6\n"
    survey += "guest@other.example,2020-Q2,My boss helps me,6\n"
    made = drafted({"roster.csv": ROSTER, "survey.csv": survey}, PERIOD)
    march, june = date(2020, 3, 31), date(2020, 6, 30)
    assert made.rows("surveys", "employee_id", "survey_date", "item", "score") == [
        ("0011", march, "my_pay_is_fair", 0.0),
        ("0011", june, "my_pay_is_fair", 10.0),
        ("0012", march, "my_boss_helps_me", 8.0),
        ("0013", june, "my_boss_helps_me", 6.0),
    ]
    assert '[surveys.my_pay_is_fair]\ndriver = "pay"' in made.draft.text
    assert '[surveys.my_boss_helps_me]\ndriver = "relationships"' in made.draft.text


def test_the_day_of_a_survey_may_stand_in_the_name_of_the_file(drafted: Draw) -> None:
    survey = "Employee ID,Q1,Q2\n0011,1,4\n0012,5,4\n0013,2,1\n"
    made = drafted({"roster.csv": ROSTER, "survey 2020-09-30.csv": survey}, PERIOD)
    assert {row[0] for row in made.rows("surveys", "survey_date")} == {date(2020, 9, 30)}


def test_the_day_of_a_survey_may_stand_in_the_name_of_the_sheet(drafted: Draw) -> None:
    sheets = [
        (name, [["Employee ID", "Q1", "Q2"], ["0011", 1, 4], ["0012", 5, 2], ["0013", 2, 1]])
        for name in ("2020-03", "2020-09")
    ]
    made = drafted({"roster.csv": ROSTER, "survey.xlsx": sheets}, PERIOD)
    assert {row[0] for row in made.rows("surveys", "survey_date")} == {date(2020, 3, 31), date(2020, 9, 30)}


def test_a_survey_without_a_day_is_asked_for_it(drafted: Draw) -> None:
    survey = "Employee ID,Q1,Q2\n0011,1,4\n0012,5,4\n0013,2,1\n"
    made = drafted({"roster.csv": ROSTER, "survey.csv": survey}, PERIOD | {"day_survey": "2020-11-30"})
    assert {row[0] for row in made.rows("surveys", "survey_date")} == {date(2020, 11, 30)}


@pytest.mark.parametrize("who", ["Response ID", "Respondent"])
def test_anonymous_answers_are_not_used(drafted: Draw, who: str) -> None:
    survey = f"{who},Date,Q1,Q2\n" + "".join(f"00{n},2020-05-31,{n % 5 + 1},3\n" for n in range(11, 15))
    made = drafted({"roster.csv": ROSTER, "survey.csv": survey}, PERIOD)
    assert "surveys" not in made.draft.tables
    assert noted(made, "survey", "anonymous")


def test_reviews_in_words_become_numbers_when_they_were_known(drafted: Draw) -> None:
    reviews = "Employee ID,Review Year,Performance Rating\n0011,2019,Outstanding\n0012,2019,Meets Expectations\n"
    reviews += "0011,2020,Exceeds Expectations\n0012,2020,Meets Expectations\n0013,2020,Needs Improvement\n"
    made = drafted({"roster.csv": ROSTER, "reviews.csv": reviews}, PERIOD)
    assert made.rows("performance", "employee_id", "review_date", "rating") == [
        ("0011", date(2020, 3, 31), 5.0),
        ("0011", date(2021, 3, 31), 4.0),
        ("0012", date(2020, 3, 31), 3.0),
        ("0012", date(2021, 3, 31), 3.0),
        ("0013", date(2021, 3, 31), 2.0),
    ]


def test_a_lower_mark_is_better_where_the_answer_says_so(drafted: Draw) -> None:
    reviews = "Employee ID,Beurteilungsdatum,Gesamtnote\n0011,15.03.2020,1\n0012,15.03.2020,2\n0013,15.03.2020,4\n"
    made = drafted({"roster.csv": ROSTER, "beurteilungen.csv": reviews}, PERIOD)
    assert made.question("rating_beurteilungen").suggested == "lower is better"
    assert made.rows("performance", "employee_id", "rating") == [("0011", 4.0), ("0012", 3.0), ("0013", 1.0)]


def test_letters_count_down_from_the_best(drafted: Draw) -> None:
    reviews = "Employee ID,Review Date,Rating\n0011,2020-03-15,A\n0012,2020-03-15,C\n0013,2020-03-15,B\n"
    made = drafted({"roster.csv": ROSTER, "reviews.csv": reviews}, PERIOD)
    assert made.rows("performance", "employee_id", "rating") == [("0011", 3.0), ("0012", 1.0), ("0013", 2.0)]


def test_the_rating_of_today_is_not_dated_back(drafted: Draw) -> None:
    roster = ROSTER.replace("Email", "Last Rating").replace("@firm.example", "")
    for name, rating in (("ann", 3), ("bea", 4), ("cid", 3), ("dan", 5)):
        roster = roster.replace(f",{name},", f",{rating},")
    made = drafted({"roster.csv": roster}, PERIOD)
    assert "performance" not in made.draft.tables
    assert noted(made, "Last Rating", "today")


def test_competencies_are_turned_to_0_to_5(drafted: Draw) -> None:
    rows = "Employee ID,Date,Competency,Score,Assessor\n0011,2020-04-01,Coaching,10,0012\n"
    rows += "0012,2020-04-01,Coaching,0,0011\n"
    rows += "0013,2020-04-01,Mutual benefit,5,0011\n0014,2020-04-01,Mutual benefit,5,0012\n"
    made = drafted({"roster.csv": ROSTER, "assessments.csv": rows}, PERIOD)
    assert made.rows("competencies", "employee_id", "competency", "score", "assessor_id") == [
        ("0011", "coaching", 5.0, "0012"),
        ("0012", "coaching", 0.0, "0011"),
        ("0013", "mutual_benefit", 2.5, "0011"),
        ("0014", "mutual_benefit", 2.5, "0012"),
    ]


def test_a_monthly_time_sheet(drafted: Draw) -> None:
    sheet = "Personalnummer;Monat;Sollstunden;Iststunden;Überstunden;Homeoffice-Tage\n"
    sheet += "0011;01.2020;160,0;168:30;8:30;4\n0012;01.2020;160,0;150:00;0:00;10\n0013;02.2020;80,5;80:30;0:00;0\n"
    made = drafted({"roster.csv": ROSTER, "zeiten.csv": sheet}, PERIOD)
    columns = ("employee_id", "month", "contracted_hours", "worked_hours", "overtime_hours", "remote_days")
    assert made.rows("working_time", *columns) == [
        ("0011", date(2020, 1, 31), 160.0, 168.5, 8.5, 4.0),
        ("0012", date(2020, 1, 31), 160.0, 150.0, 0.0, 10.0),
        ("0013", date(2020, 2, 29), 80.5, 80.5, 0.0, 0.0),
    ]


def test_hours_that_no_month_has_are_not_used(drafted: Draw) -> None:
    sheet = (
        "Employee ID,Month,Hours worked,Overtime hours\n0011,2020-01,9600,2\n0012,2020-01,9000,0\n0013,2020-01,8000,1\n"
    )
    made = drafted({"roster.csv": ROSTER, "time sheet.csv": sheet}, PERIOD)
    assert noted(made, "Hours worked", "unit")
    assert made.rows("working_time", "employee_id", "overtime_hours") == [("0011", 2.0), ("0012", 0.0), ("0013", 1.0)]
    assert "worked_hours" not in {line.name for line in made.draft.tables["working_time"]}


def test_punches_become_hours_of_a_month(drafted: Draw) -> None:
    punches = (
        "Employee ID,Date,Clock in,Clock out,Break\n0011,2020-01-02,08:00,16:30,0:30\n0011,2020-01-03,08:15,12:15,\n"
    )
    punches += "0012,2020-01-31,22:00,06:00,0:45\n0013,2020-02-03,09:00,17:00,1:00\n"
    made = drafted({"roster.csv": ROSTER, "punches.csv": punches}, PERIOD)
    assert made.rows("working_time", "employee_id", "month", "worked_hours") == [
        ("0011", date(2020, 1, 31), 12.0),
        ("0012", date(2020, 1, 31), 7.25),
        ("0013", date(2020, 2, 29), 7.0),
    ]


def test_events_of_a_clock_are_paired(drafted: Draw) -> None:
    events = "Personalnummer;Zeitstempel;Buchungsart\n"
    events += "0011;02.01.2020 08:00:00;Kommen\n0011;02.01.2020 12:00:00;Gehen\n0011;02.01.2020 12:30:00;Kommen\n"
    events += "0011;02.01.2020 17:00:00;Gehen\n0012;02.01.2020 08:00:00;Kommen\n0012;03.01.2020 08:00:00;Kommen\n"
    events += "0012;03.01.2020 15:30:00;Gehen\n0013;03.01.2020 09:00:00;Kommen\n0013;03.01.2020 10:00:00;Gehen\n"
    made = drafted({"roster.csv": ROSTER, "stempelungen.csv": events}, PERIOD)
    assert made.rows("working_time", "employee_id", "worked_hours") == [("0011", 8.5), ("0012", 7.5), ("0013", 1.0)]
    assert noted(made, "without a going")


LEAVE = "Employee ID,From,To,Type\n0011,2020-01-30,2020-02-04,Vacation\n0012,2020-01-06,2020-01-10,Vacation\n"
LEAVE += (
    "0012,2020-02-03,2020-02-03,Training\n0013,2020-01-04,2020-01-06,Vacation\n0014,2020-03-02,2020-03-02,Training\n"
)


def test_leave_is_spread_over_the_working_days_of_each_month(drafted: Draw) -> None:
    made = drafted({"roster.csv": ROSTER, "leave.csv": LEAVE}, PERIOD)
    january, february = date(2020, 1, 31), date(2020, 2, 29)
    assert made.rows("working_time", "employee_id", "month", "leave_days") == [
        ("0011", january, 2.0),
        ("0011", february, 2.0),
        ("0012", january, 5.0),
        ("0013", january, 1.0),
    ]


@pytest.mark.parametrize("heading", ["Type", "Absence reason"])
def test_a_list_that_names_sick_leave_is_not_used(drafted: Draw, heading: str) -> None:
    leave = LEAVE.replace("Type", heading).replace("Training", "Sick leave")
    made = drafted({"roster.csv": ROSTER, "absences.csv": leave}, PERIOD)
    assert "working_time" not in made.draft.tables
    assert f"absences.{heading}" in made.draft.refused
    assert noted(made, "absences", "health")


def test_hours_and_leave_of_one_month_are_one_row(drafted: Draw) -> None:
    sheet = "Employee ID,Month,Hours worked\n0011,2020-01,150\n0012,2020-01,140\n0013,2020-01,152\n"
    made = drafted({"roster.csv": ROSTER, "leave.csv": LEAVE, "time sheet.csv": sheet}, PERIOD)
    assert made.rows("working_time", "employee_id", "month", "worked_hours", "leave_days") == [
        ("0011", date(2020, 1, 31), 150.0, 2.0),
        ("0011", date(2020, 2, 29), None, 2.0),
        ("0012", date(2020, 1, 31), 140.0, 5.0),
        ("0013", date(2020, 1, 31), 152.0, 1.0),
    ]


TICKETS = """Ticket,Requester,Assignee,Opened,Closed,Category,Satisfaction,Effort (minutes),Subject
T1,ann@firm.example,bea@firm.example,2020-01-02 09:00:00,2020-01-02 11:00:00,Report,5,30,Figures
T2,bea@firm.example,cid@firm.example,2020-01-03 09:00:00,,Hardware,,,Laptop
T3,cid@firm.example,ann@firm.example,2020-01-03 10:00:00,2020-01-05 10:00:00,Report,1,90,More figures
T4,dan@firm.example,dan@firm.example,2020-01-04 10:00:00,2020-01-05 10:00:00,Report,4,60,Mine
T5,guest@other.example,ann@firm.example,2020-01-04 10:00:00,,Report,3,10,Hello
"""


def test_tickets_are_services_between_colleagues(drafted: Draw) -> None:
    scale = {"scales_tickets": {"Satisfaction": "1 to 5, 5 is best"}}
    made = drafted({"roster.csv": ROSTER, "tickets.csv": TICKETS}, PERIOD | scale)
    columns = ("client_id", "provider_id", "opened_at", "closed_at", "kind", "rating", "effort_hours")
    third = datetime(2020, 1, 3, 9)
    assert made.rows("collaboration", *columns) == [
        ("0011", "0012", datetime(2020, 1, 2, 9), datetime(2020, 1, 2, 11), "reporting", 5.0, 0.5),
        ("0012", "0013", third, None, "resources", None, None),
        ("0013", "0011", datetime(2020, 1, 3, 10), datetime(2020, 1, 5, 10), "reporting", 1.0, 1.5),
    ]
    assert "tickets.Subject" in made.draft.refused


def test_the_unit_of_an_effort_is_asked(drafted: Draw) -> None:
    tickets = TICKETS.replace("Effort (minutes)", "Effort")
    made = drafted({"roster.csv": ROSTER, "tickets.csv": tickets}, PERIOD, suggested=False)
    assert "effort_tickets" in made.draft.open


def test_a_message_counts_for_each_recipient(drafted: Draw) -> None:
    mails = "From,To,Timestamp,Body\nann@firm.example,bea@firm.example; cid@firm.example,2020-01-02T09:00:00Z,Hi\n"
    mails += "bea@firm.example,ann@firm.example,2020-01-03T09:30:00Z,Yes\n"
    made = drafted({"roster.csv": ROSTER, "mail log.csv": mails}, PERIOD)
    assert made.rows("collaboration", "client_id", "provider_id", "opened_at") == [
        ("0011", "0012", datetime(2020, 1, 2, 9)),
        ("0011", "0013", datetime(2020, 1, 2, 9)),
        ("0012", "0011", datetime(2020, 1, 3, 9, 30)),
    ]
    assert "mail_log.Body" in made.draft.refused


def test_sums_of_pairs_without_dates_are_not_used(drafted: Draw) -> None:
    pairs = "From,To,Count\n0011,0012,14\n0012,0013,3\n0013,0011,7\n"
    made = drafted({"roster.csv": ROSTER, "pairs.csv": pairs}, PERIOD)
    assert "collaboration" not in made.draft.tables
    assert noted(made, "pairs", "without dates")


def test_first_and_last_names_are_the_directory(drafted: Draw) -> None:
    made = drafted({"roster.csv": ROSTER}, PERIOD)
    assert made.rows("directory", "employee_id", "name", "email")[:2] == [
        ("0011", "Ann Ray", "ann@firm.example"),
        ("0012", "Bea Sun", "bea@firm.example"),
    ]


def test_names_are_asked_for_and_left_out_where_the_answer_says_so(drafted: Draw) -> None:
    made = drafted({"roster.csv": ROSTER}, PERIOD | {"directory": "leave out"})
    assert made.question("directory").suggested == "keep"
    assert "directory" not in made.draft.tables
    assert {"roster.First Name", "roster.Last Name", "roster.Email"} <= set(made.draft.unused)


def test_whether_names_are_kept_may_stay_without_an_answer(drafted: Draw) -> None:
    made = drafted({"roster.csv": ROSTER}, PERIOD, suggested=False)
    assert "directory" not in made.draft.open
    assert "directory" in made.draft.tables


def test_an_export_without_names_is_not_asked_about_them(drafted: Draw) -> None:
    made = drafted({"roster.csv": ROSTER.replace("First Name", "Box").replace("Last Name", "Shelf")}, PERIOD)
    assert "directory" not in {question.key for question in made.draft.questions}


@pytest.mark.parametrize("kind", ["Worker Type", "Worker"])
def test_what_kind_of_worker_somebody_is_is_no_name(drafted: Draw, kind) -> None:
    roster = f"Employee ID,{kind},Hire Date,Termination Date,Termination Reason\n0011,Regular,2018-01-01,,\n"
    roster += "".join(f"001{n},Regular,2018-02-01,,\n" for n in range(2, 6))
    roster += "0016,Contractor,2018-03-01,2021-06-30,Resignation\n"
    made = drafted({"roster.csv": roster}, PERIOD)
    assert "directory" not in made.draft.tables
    assert "directory" not in {question.key for question in made.draft.questions}


def test_a_last_name_that_stands_first_is_turned(drafted: Draw) -> None:
    roster = "Personalnummer;Mitarbeiter;Sprache;Eintritt;Austritt;Austrittsgrund\n"
    roster += "0011;Ray, Ann;Deutsch;01.01.2018;;\n0012;Sun, Bea;Englisch;01.01.2018;;\n"
    roster += "0013;Tam, Cid;Deutsch;01.01.2018;30.06.2020;Resignation\n"
    made = drafted({"personal.csv": roster}, PERIOD)
    assert made.rows("directory", "employee_id", "name", "language") == [
        ("0011", "Ann Ray", "de"),
        ("0012", "Bea Sun", "en"),
        ("0013", "Cid Tam", "de"),
    ]
