"""Rules whose remedies name source.toml: a query, a format, a period."""

from remedies import EMPLOYEES, EVERY_FORM, OF_TEXT, Case, Fix, hires, named_in_directory, pay

from features.validation import rules

IN_SOURCE_TOML: list[Case] = [
    Case(
        rules.NO_COLUMN,
        "employees.hire_date",
        Fix(hires("2019-02-13", "2019-02-14", column="start")),
        (
            Fix(hires("2019-02-13", "2019-02-14")),
            Fix(queries={"employees": "select employee_id, start as hire_date from {employees}"}),
        ),
    ),
    Case(
        rules.NO_ID,
        "employees.employee_id",
        Fix({"employees": EMPLOYEES + ",2020-01-31,\n"}),
        (
            Fix({"employees": EMPLOYEES + "c,2020-01-31,\n"}),
            Fix(queries={"employees": "from {employees} where employee_id is not null"}),
        ),
    ),
    Case(
        rules.UNNAMEABLE_ID,
        "employees.employee_id",
        Fix({"employees": EMPLOYEES + "c\td,2020-01-31,\n"}),
        (Fix({"employees": EMPLOYEES + "cd,2020-01-31,\n"}),),
    ),
    Case(
        rules.UNSHOWABLE_NAME,
        "directory.name",
        Fix(named_in_directory("Anna\x07")),
        (Fix(named_in_directory("Anna")),),
    ),
    Case(
        rules.NO_ADDRESS,
        "directory.email",
        Fix(named_in_directory(email="Anna <a@company.example>")),
        (Fix(named_in_directory()), Fix(named_in_directory(email=""))),
        EVERY_FORM,
    ),
    Case(
        rules.NO_LANGUAGE,
        "directory.language",
        Fix(named_in_directory(language="English (UK)")),
        (Fix(named_in_directory(language="en_GB")), Fix(named_in_directory(language=""))),
        EVERY_FORM,
    ),
    Case(
        rules.EMPTY,
        "employees.hire_date",
        Fix({"employees": EMPLOYEES + "c,,\n"}),
        (
            Fix({"employees": EMPLOYEES + "c,2020-01-31,\n"}),
            Fix(queries={"employees": "from {employees} where hire_date is not null"}),
        ),
    ),
    Case(
        rules.NOT_A_DATE,
        "employees.hire_date",
        Fix(hires("13-Feb-2019", "14-Feb-2019 0:00:00")),
        (Fix(hires("2019-02-13", "2019-02-14")), Fix(files='date_format = "%d-%b-%Y"')),
        EVERY_FORM,
    ),
    Case(
        rules.NOT_A_DATE,
        "employees.hire_date",
        Fix(hires("20190213", "20190214")),
        (Fix(files='date_format = "%Y%m%d"'),),
        OF_TEXT,
    ),
    Case(
        rules.NOT_A_DATE,
        "employees.observed_from",
        Fix({"employees": EMPLOYEES + "c,2020-01-31,soon\n"}),
        (Fix({"employees": EMPLOYEES + "c,2020-01-31,2020-01-31\n"}),),
    ),
    Case(
        "dates that can be read with the day first or the month first",
        "employees.hire_date",
        Fix(hires("02.03.2019 0:00:00", "03.04.2019 0:00:00")),
        (Fix(files='date_format = "%d.%m.%Y"'), Fix(files='date_format = "%m.%d.%Y %H:%M:%S"')),
        OF_TEXT,
    ),
    Case(
        rules.NOT_A_NUMBER,
        "compensation.base_pay",
        Fix(pay("1000 EUR")),
        (Fix(pay("1000")), Fix(queries={"compensation": "select * replace (1000 as base_pay) from {compensation}"})),
    ),
    Case(
        rules.NOT_A_NUMBER,
        "compensation.bonus_target",
        Fix(pay("1000", "ten")),
        (Fix(pay("1000", "")), Fix(pay("1000", "10"))),
    ),
    Case(
        "numbers with a comma or grouped digits, which can mean two things",
        "compensation.base_pay",
        Fix(pay('"1,234"')),
        (
            Fix(files='decimal = ","'),
            Fix(files='thousands = ","'),
            Fix(files='decimal = "."\nthousands = ","'),
        ),
        OF_TEXT,
    ),
    Case(
        "numbers with a comma or grouped digits, which can mean two things",
        "compensation.base_pay",
        Fix(pay("1 234 567")),
        (Fix(files='decimal = ","\nthousands = " "'),),
    ),
    Case(
        "numbers with a point before three digits, which can mean two things",
        "compensation.base_pay",
        Fix(pay("42.700")),
        (Fix(files='decimal = "."'), Fix(files='decimal = ","\nthousands = "."')),
        EVERY_FORM,
    ),
    Case(
        "numbers that are not written as declared",
        "compensation.base_pay",
        Fix(pay('"1,23"'), files='thousands = ","'),
        (Fix(pay("1.23"), files='thousands = ","'), Fix(pay('"1,23"'), files='decimal = ","')),
    ),
    Case(
        "is not above 0",
        "compensation.base_pay",
        Fix(pay("0")),
        (Fix(pay("1000")), Fix(queries={"compensation": "from {compensation} where base_pay::double > 0"})),
    ),
    Case(
        rules.TOO_LATE,
        "employees.hire_date",
        Fix(hires("2033-02-13", "2019-02-14"), top="complete_until = 2024-12-31"),
        (
            Fix(hires("2019-02-13", "2019-02-14"), top="complete_until = 2024-12-31"),
            Fix(top="complete_until = 2033-12-31"),
        ),
    ),
    Case(
        rules.PERIOD,
        "source.toml.complete_from",
        Fix(top="complete_from = 2030-01-01"),
        (Fix(top="complete_from = 2020-01-01"),),
    ),
]
