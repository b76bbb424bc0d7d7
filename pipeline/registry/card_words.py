"""The words of a model card that every model shares: purpose, rights, protocol, limits, oversight, annex IV."""

from typing import Final

from pipeline.disclosure import LEAST_PEOPLE
from pipeline.language.translator import marked

BASELINES: Final = {
    "base_rate": marked("base rate"),
    "tenure": marked("tenure alone"),
    "logistic": marked("logistic regression"),
    "boosting": marked("boosted trees"),
}
"""What a model is judged beside, by its name in the report."""
OUTCOMES: Final = {
    "promoted": marked("promoted: the gate passed"),
    "overridden": marked("promoted against the gate"),
    "refused": marked("refused by the gate"),
    "found": marked("found to be champion"),
}
"""What came of offering a version, by the event in the ledger."""

PURPOSE: Final = (
    "To start conversations that help people stay. HR asks for a person's or a group's risk of leaving of their own "
    "accord, what stands behind it, and what could change it; a manager gets a short monthly list of the own people to "
    "talk to. It speaks of pay, conditions, relationships and growth, the sides of work that an employer can improve."
)

NEVER: Final = (
    "No dismissal, redundancy, pay cut, refused promotion, appraisal, hiring or any other disadvantage may rest on a "
    "score. The purpose is asked for each time, and such purposes are refused.",
    "No decision may rest on a score alone. It is a reason for a conversation; a person decides.",
    "It is no surveillance and no test of loyalty or honesty, and is not to be used as one.",
    "It shows what goes together with leaving, not what causes it. No raise or promotion is promised to keep anybody.",
)

AFFECTED: Final = (
    "Everyone who is employed and at risk of leaving on a snapshot date is scored, managers included. Whoever has "
    "given notice is not.",
    "To be told: employees and their representatives are informed before anybody is scored (AI Act, art. 26(7)). With "
    "the setting for it switched on, nobody is scored before the day of that notice.",
    "To know: on request, through HR, a receipt of what is held, of the factors behind a score, and of who looked at "
    "it and why (GDPR, art. 15; AI Act, art. 86).",
    "To contest: what a person says is wrong is kept beside the score, and HR has to look at it (GDPR, art. 16).",
    "To be erased: a person is taken out of the store, with a proof (GDPR, art. 17).",
    "Not to be decided about by a machine (GDPR, art. 22): the product decides nothing.",
)

LEFT_OUT: Final = (
    "Never read: content of messages, health, union membership, religion, political views, family and pregnancy, "
    "biometric, credit and criminal records. A column of that kind is refused when the source is read.",
    "Set aside for the review of fairness, and never a feature: gender, age, ethnicity, nationality, marital status, "
    "disability, and what else the source lists.",
    "A fact counts on a snapshot date only where both its own day and the day on which it became known have come, so "
    "nothing from the future reaches a feature. Bad rows are reported and left out, never filled in silently.",
)

DESIGN: Final = (
    "A mean of logistic regression and boosted trees (LightGBM) in log-odds, then Platt scaling, so that a risk of one "
    "in five comes true one time in five. Small data leans on the regression, large data on the trees.",
    "It is optimised for log loss: right probabilities, not only a right order.",
    "Each score is a base and one factor for each feature, which sum to it exactly; factors are grouped by driver, "
    "with the peers' figure beside the person's. That is how a score is read and questioned.",
    "No model that was trained elsewhere is used, and the model does not learn while it serves: it changes only when a "
    "new version passes the gate.",
)

DATED_PROTOCOL: Final = (
    "Judged on later months only. For each origin the model was trained on snapshots whose outcome was known by then, "
    "and tested on the people of that date; the figures pool all origins.",
    "Intervals are of 95 %, from resampling people with all of their rows. A figure without an interval is of one "
    "origin, or of a model that is only there to compare with.",
    "The model that serves was fitted afterwards, with the same procedure, on every row with a known outcome.",
)
CROSS_PROTOCOL: Final = (
    "The data has no dates, so the model was judged by repeated cross-validation: each fifth of the people by a model "
    "that had not seen them, five times over. That is weaker than later months: it cannot show how well the model does "
    "when times change.",
    "Intervals are of 95 %, from resampling people. Identical rows were kept on one side.",
    "The model that serves was fitted afterwards, with the same procedure, on all rows.",
)

MEANING: Final = {
    "auc": ("AUC", "of one who left and one who stayed, how often the first had the higher risk; .5 is chance"),
    "average_precision": ("average precision", "how many of those ranked high did leave; chance gets the base rate"),
    "log_loss": ("log loss", "lower is better; wrong and sure costs most"),
    "brier": ("Brier score", "lower is better; mean squared error of the risks"),
    "ece": ("calibration error", "lower is better; mean gap between risks and what happened"),
    "calibration_slope": ("calibration slope", "1 is right; below 1 the risks are too extreme"),
    "calibration_intercept": ("calibration intercept", "0 is right; above 0 the risks are too low"),
    "lift_10": ("lift in the riskiest tenth", "how many times more leavers than in a random tenth"),
    "recall_10": ("recall in the riskiest tenth", "share of all leavers who are in it"),
}

CURVE: Final = (
    "Risks are given at 3, 6 and 12 months where the history is long enough, and never fall with time.",
    "Each comes with a range, in the manner of Venn–Abers: how far the calibration is known, not what the "
    "person will do.",
    "Where too little is known of a person, or the range is too wide, the score says 'not enough evidence', and why.",
)

LIMITS: Final = (
    "Much of why people leave is in no table. On simulated companies even the true hazard reaches an AUC of about .75.",
    "It was judged on this source only. Another company, or this one after a merger, a crisis or a change of how "
    "things are recorded, needs a training of its own.",
    "Most people who are listed will stay, and some who leave are never listed. A list is for asking, not for knowing.",
    "A score can do harm by being known: a manager who knows it may invest less in the person. Managers therefore see "
    "bands and reasons and no probability, and never anybody else's people.",
    "Groups that are too small to be judged, and groups whose attribute is not recorded, may be treated worse without "
    "this card showing it.",
    "Acting on a list changes who leaves, and with it what the next training learns from.",
)

OVERSIGHT: Final = (
    "People decide: HR and managers read reasons with a score and answer what they did, or why they disagree. They may "
    "set any score aside, and saying so is one of the answers.",
    "Scores without enough evidence are withheld from lists.",
    "A version serves only after the gate, or past it with a reason that stays on record; a former version can be put "
    "back at any time (`retention models promote`).",
    "Whoever looks at a person states a purpose, and is kept in an audit that cannot be changed without being noticed.",
    "Managers see their own listed people, HR sees figures, data scientists see no id, auditors see who looked.",
)

MONITORING: Final = (
    "`retention monitor`, every month: published risks against what happened, all matured months against what this "
    "card promises, and features that moved further than they usually do. It ends with exit code 3 where one should "
    "look.",
    "Train again when it says so, when the source changes, and once a year in any case. Every training makes a version "
    "and a card of its own.",
    "Every publication names the model version, the hash of the data and the code that made it.",
)

ANNEX_IV_LEAD: Final = (
    "Systems that weigh on work relationships are high-risk (annex III, no. 4), and their provider keeps a technical "
    "documentation. This is where each item of it stands; names are parts of this card, or files of the product."
)
ANNEX_IV: Final = (
    ("1 General description", "purpose, provider, versions, how it is used", "Purpose; Versions; the quick start"),
    (
        "1(b), (d), (e) Surroundings",
        "other systems, form of delivery, hardware",
        "docs/deployment.md; docs/performance.md",
    ),
    (
        "1(g), (h) Interface, instructions",
        "what users see, how to use it",
        "Oversight; README; docs/quick-start.md; /openapi.json",
    ),
    ("2(a), (b) Development, design", "methods, logic, choices, what is optimised", "Design; Features; docs/decisions"),
    ("2(c) Architecture", "parts, and computing power used", "docs/decisions; docs/performance.md; Versions (seconds)"),
    ("2(d) Data", "origin, scope, selection, labelling, cleaning", "Data; docs/sources.md"),
    ("2(e) Human oversight", "measures, and help in reading outputs", "Oversight; Design (factors)"),
    ("2(f) Foreseen changes", "what may change without a new assessment", "Gate; Monitoring"),
    (
        "2(g) Validation and testing",
        "metrics, discriminatory impact, logs, dates, who",
        "Protocol; Figures; Fairness; Guards; Ledger",
    ),
    ("2(h) Cybersecurity", "measures", "docs/security.md"),
    (
        "3 Monitoring, functioning, control",
        "limits, accuracy by group, risks to rights",
        "Figures; Fairness; Limits; Oversight",
    ),
    ("4 Fitness of the metrics", "why these", "Figures; Protocol"),
    (
        "5 Risk management (art. 9)",
        "known risks and what is done",
        "Never for; Limits; Guards. The company's own register is kept outside",
    ),
    ("6 Changes over the life cycle", "what was changed and when", "Ledger; CHANGELOG.md"),
    ("7 Standards applied", "harmonised standards", "None is claimed"),
    ("8 Declaration of conformity", "EU declaration", "Not made by this software: the provider's to sign"),
    ("9 After it is in use (art. 72)", "plan for monitoring", "Monitoring"),
)
"""Of the EU AI Act (Regulation 2024/1689): the item, what it asks in short, and where it is met."""

SMALL_GROUPS: Final = (
    f"A group of fewer than {LEAST_PEOPLE} people, or one from which such a group follows by subtraction, is not shown."
)
