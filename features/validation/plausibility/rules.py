"""The rules of plausibility: what a right mapping hardly ever gives. All are warnings that keep the rows."""

from typing import Final

from features.validation.rules import ALWAYS, Rule


def _unlikely(sentence: str, remedy: str) -> Rule:
    return Rule(sentence, remedy, ALWAYS)


REASON_OF_OTHER: Final = _unlikely(
    "exits counted as voluntary, with a reason that speaks of retirement, death or the end of a contract",
    "Map these reasons to the kind other, whatever heading they stand under; if they were resignations, nothing to do.",
)
REASON_OF_EMPLOYER: Final = _unlikely(
    "exits counted as voluntary, with a reason that speaks of a dismissal or an agreement",
    "Map these reasons to the kind involuntary; if the employees resigned, nothing to do.",
)
REASON_OF_EMPLOYEE: Final = _unlikely(
    "exits not counted as voluntary, with a reason that speaks of a resignation",
    "Map these reasons to the kind voluntary; if the employer ended the employment, nothing to do.",
)
ONE_KIND: Final = _unlikely(
    "every exit is of one kind, although their reasons differ",
    "Map each reason to its kind: dismissals are involuntary; retirement, death and the end of a contract are other.",
)
WITHOUT_NOTICE: Final = _unlikely(
    "exits counted as voluntary without recorded_at, which nearly all others have",
    "Check how these people left, and that the day of notice is read for them too; the kind other is for exits of "
    "which nobody knows how they came about.",
)
NOTICE_AS_EXIT: Final = _unlikely(
    "exits recorded on the very day of the exit, as nearly all are",
    "Check that exit_date is the last day of the employment and not the day of notice; if recorded_at is only a copy "
    "of exit_date, leave it out.",
)
FIRST_OF_MONTH: Final = _unlikely(
    "exits on the first day of a month, and hardly any on a last day",
    "The date seems to be the first day after the employment: take the day before.",
)
RECORDED_LATER: Final = _unlikely(
    "recorded more than a month after their own date, as most rows are",
    "Check that recorded_at is the day of entry and not that of the last change; if the day of entry is not known, "
    "leave recorded_at out.",
)
RECORDED_TOGETHER: Final = _unlikely(
    "recorded on one single day, more than a month after their own date",
    "That is the day of a transfer or a mass change: leave recorded_at out, or take the day of entry.",
)

FAR_PLANNED: Final = _unlikely(
    "exits more than half a year after complete_until",
    "The end of a fixed term is no exit before it has come: take the date on which the employment ended; or move "
    "complete_until in source.toml.",
)

EARLY_START: Final = _unlikely(
    "hardly any exit in a first part of the period, in which more than 20 were to be expected",
    "People who left before are missing: move complete_from in source.toml to the day from which every exit is "
    "recorded, or add those who left before it.",
)
LATE_END: Final = _unlikely(
    "no exit in the last part of the period, in which more than 10 were to be expected",
    "Move complete_until in source.toml to the last day up to which exits are recorded.",
)
PAUSE: Final = _unlikely(
    "no exit in a part of the period, in which more than 10 were to be expected",
    "Check whether a file or some months of exits are missing.",
)
NO_FACTS_AT_THE_END: Final = _unlikely(
    "no hire and no change of any table in the last part of the period",
    "The records end before complete_until: set it in source.toml to the day of the export. Exits planned after it "
    "are not all that there will be.",
)

NOBODY_STAYS: Final = _unlikely(
    "exits after which less than a fifth of the busiest month's people are left at the end of the period",
    "Leave out exits that only mean the end of the records, such as the last monthly list; and add those who are still "
    "employed to employees.",
)
HIRED_AGAIN: Final = _unlikely(
    "people hired again within a week after an exit that counts as voluntary",
    "A move between companies of the group, a new contract or a leave is no exit: join the two spells.",
)
BEFORE_HIRE: Final = _unlikely(
    "people with a row more than a month before their first hire",
    "Take the first day of the employment as hire_date, not that of a later contract; for people who came back, give "
    "one row for each spell.",
)

TWO_SPELLINGS: Final = _unlikely(
    "ids that differ only in leading zeros, capitals or signs from another person's",
    "If they are one person, write the id in one way in every file, with lpad() or lower() in a query, say.",
)
SPELT_ELSEWHERE: Final = _unlikely(
    "ids that are not in employees, and that differ only in their spelling from one that is",
    "Write the id in one way in every table: a prefix, leading zeros and capitals count.",
)
VANISHED: Final = _unlikely(
    "people who are missing from the last dates of a table in which everyone has a row on every date, without an exit",
    "Add their exits, with the kind other where nobody knows how they left; or add the rows that are missing.",
)
INTERRUPTED: Final = _unlikely(
    "people who are missing for two months or more from a table in which everyone has a row on every date, and are "
    "back then",
    "For people who left and came back, give one row of employees for each spell, and an exit; of leave without pay, "
    "nothing to do.",
)
NOT_IN_TABLE: Final = _unlikely(
    "people without any row here, while nearly everyone has one",
    "Leave out who is not employed by the company: contingent workers, second jobs, pensioners. Of others, add the "
    "rows, or check that their ids are the same.",
)
HIRED_LONG_BEFORE: Final = _unlikely(
    "a hire more than two months before the person's first row in every table, while nearly all have one from the "
    "hire or from the start of the records on",
    "For people who came back, hire_date is the first day of the last spell, and each earlier spell has a row of its "
    "own; of others, give observed_from.",
)
UNOBSERVED: Final = _unlikely(
    "hired more than a year before the first row of any table, and observed_from is missing",
    "Give observed_from, the first day for which the source holds the person's records: those who left before it are "
    "not in the source.",
)
HIRED_ELSEWHEN: Final = _unlikely(
    "a row with the reason hire more than a month from every hire of the person",
    "Take the same day for both; for people who came back, give one row of employees for each spell.",
)
HIRED_TOGETHER: Final = _unlikely(
    "people hired on one single day",
    "If it is the day of a transfer between companies or systems, take the first day of work, and give that day as "
    "observed_from.",
)

NEVER_CHANGES: Final = _unlikely(
    "nobody's value ever changes, although many people stay for years: today's value dated back, or dated to its own "
    "day",
    "Take the table of changes; without one, leave the column out, since nobody knows what the value was on a day of "
    "the past.",
)
FALLING_LEVEL: Final = _unlikely(
    "levels that fall on a promotion, or wherever they change",
    "Turn the scale round, so that a higher level is more senior, or take the column of grades.",
)
LEVEL_BELOW_REPORTS: Final = _unlikely(
    "managers with a lower level than the people they manage, as most are",
    "Turn the scale round, so that a higher level is more senior, or take the column of grades.",
)
PAID_LESS: Final = _unlikely(
    "pay that falls as the level rises",
    "Turn the scale round, so that a higher level is more senior, or take the column of grades.",
)
EMPTY_TABLE: Final = _unlikely(
    "no row of the table is left",
    "Check that its ids are those of employees and that its query finds rows; or leave the table out.",
)
EMPTY_COLUMN: Final = _unlikely(
    "empty in every row",
    "Check the join or the name that fills it; or leave the column out.",
)
FEW_MANAGED: Final = _unlikely(
    "people without any manager, as more than half are",
    "Check that manager_id holds ids of employees, and that the join by which it is found fits.",
)

MIXED_UNITS: Final = _unlikely(
    "pay several times lower or higher than all other pay, with nothing between",
    "Bring every amount to a year of full time: times 12 or 13 for a month's pay, times the hours of a year for an "
    "hour's.",
)
PAY_JUMPS: Final = _unlikely(
    "pay at least five times the same person's pay before, or at most a fifth of it",
    "Bring every amount to a year of full time: the unit changes from one row to the next.",
)
NOT_A_YEAR: Final = _unlikely(
    "half of the pay is below the lowest that a year of full time brings in this currency",
    "Bring the pay to a year of full time: times 12 or 13 for a month's pay, times the hours of a year for an hour's.",
)
NOT_FULL_TIME: Final = _unlikely(
    "pay that is lower in proportion to fte than other pay of the same work",
    "The pay seems to be that of the contract's hours: divide it by fte.",
)
PAYMENTS: Final = _unlikely(
    "pay that changes with nearly every row, down as often as up",
    "These seem to be payments, with overtime and absences in them: take the rate or the salary that was agreed.",
)
FAR_FROM_MARKET: Final = _unlikely(
    "pay more than three times, or less than a third of, market_pay at the median",
    "Bring both to a year of full time and to one currency.",
)

FILLED_BY_LEAVING: Final = _unlikely(
    "a value, or none, that most of those who left have and nobody who stayed",
    "The column shows who left, since it was filled in on leaving: list it as `ignore` under [cross_section] in "
    "source.toml.",
)

OTHER_EXIT_DAY: Final = _unlikely(
    "exits on another day than a draft from the same files comes to",
    "Check which date is the last day of the employment: the day of notice, the last day at work and the planned end "
    "of a contract are not, and an action often begins on the first day away.",
)
OTHER_HIRE: Final = _unlikely(
    "hires on another day than a draft from the same files comes to",
    "Take the first day of the present spell, and give each earlier spell a row of its own.",
)
MARKED_PEOPLE: Final = _unlikely(
    "people whom the files mark as external, or whose row they mark as a second job",
    "Leave them out with a condition on that column; if they are employees of the company, nothing to do.",
)
MARKED_EXITS: Final = _unlikely(
    "exits from rows that the files mark as locked, deleted or not valid",
    "Leave such rows out with a condition on that column.",
)
MORE_EXITS: Final = _unlikely(
    "exits that a draft from the same files does not find",
    "A leave of absence, a move within the company and the planned end of a contract are no exits: leave them out.",
)
LESS_EXITS: Final = _unlikely(
    "exits that a draft from the same files finds, and that are missing",
    "Add them, with the kind other where nobody knows how they came about: without an exit these people seem to stay.",
)
OTHER_KIND: Final = _unlikely(
    "exits counted as voluntary, of which the words in the files say that they were not",
    "Map them to involuntary or to other; if the employees resigned, nothing to do.",
)
OTHER_UNIT: Final = _unlikely(
    "pay in another unit than the files show",
    "Multiply by the number of payments a year: by the interval that stands beside the amount, or by the number of "
    "periods in a year of the files.",
)
UNUSED_DAY_OF_ENTRY: Final = _unlikely(
    "the files hold the day on which rows became known, and recorded_at is empty",
    "Take that column as recorded_at; without it, facts count as known before anybody entered them.",
)

UNUSED_CURRENCY: Final = _unlikely(
    "the files hold pay in several currencies, and the column currency is missing",
    "Map the currency, an ISO 4217 code: pay is compared only within one.",
)
