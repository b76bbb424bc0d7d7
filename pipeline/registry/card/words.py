"""The texts that all model cards share: purpose, rights, protocol, limits, oversight, annex IV."""

from typing import Final

from pipeline.disclosure import LEAST_PEOPLE
from pipeline.language.translator import marked

BASELINES: Final = {
    "base_rate": marked("base rate"),
    "tenure": marked("tenure alone"),
    "logistic": marked("logistic regression"),
    "boosting": marked("boosted trees"),
}
"""The baselines, by their name in the report."""
OUTCOMES: Final = {
    "promoted": marked("promoted: the gate passed"),
    "overridden": marked("promoted against the gate"),
    "refused": marked("refused by the gate"),
    "found": marked("found to be champion"),
}
"""The result of submitting a version to the gate, by the event in the ledger."""

PURPOSE: Final = (
    "To start conversations that help people stay. HR sees the risk of a voluntary exit of a person or a group, the "
    "factors behind it, and what could change it. A manager gets a short monthly list of team members to talk to. The "
    "factors cover pay, conditions, relationships and growth: the sides of work that an employer can improve."
)

NEVER: Final = (
    "No dismissal, redundancy, pay cut, refused promotion, appraisal, hiring decision or other disadvantage may be "
    "based on a score. Every request states a purpose, and such purposes are refused.",
    "No decision may be based on a score alone. A score is a reason for a conversation; a person decides.",
    "It must not be used for surveillance, or as a test of loyalty or honesty.",
    "It shows what is associated with leaving, not what causes it. It does not show that a raise or a promotion would "
    "keep anyone.",
)

AFFECTED: Final = (
    "Everyone who is employed and at risk of leaving on a snapshot date is scored, managers included. People who have "
    "given notice are not.",
    "To be informed: employees and their representatives are informed before anyone is scored (AI Act, art. 26(7)). If "
    "the setting for it is on, nobody is scored before the day of that notice.",
    "To have access: on request, HR hands out a receipt of what is held, the factors behind a score, and who looked at "
    "it and why (GDPR, art. 15; AI Act, art. 86).",
    "To contest: a person's statement that something is wrong is stored with the score, and HR has to review it (GDPR, "
    "art. 16).",
    "To be erased: a person is removed from the store, and the audit holds the proof (GDPR, art. 17).",
    "Not to be subject to automated decisions (GDPR, art. 22): the product decides nothing.",
)

LEFT_OUT: Final = (
    "Never read: content of messages, health, union membership, religion, political views, family and pregnancy, "
    "biometric, credit and criminal records. A column of that kind is refused when the source is read.",
    "Read for the fairness review only, and never a feature: gender, age, ethnicity, nationality, marital status, "
    "disability, and any other attribute that the source lists.",
    "A fact counts on a snapshot date only if both its own date and the day on which it became known are on or before "
    "it, so nothing from the future reaches a feature. Bad rows are reported and left out, never filled in silently.",
)

DESIGN: Final = (
    "A weighted mean, in log-odds, of logistic regression and boosted trees (LightGBM), then Platt scaling, so that of "
    "the people with a risk of one in five, one in five leaves. On small data the regression has more weight, on large "
    "data the trees.",
    "It is optimised for log loss: the probabilities must be right, not only their order.",
    "Each score is a base and one factor for each feature, which sum to it exactly; factors are grouped by driver, "
    "with the peers' figure next to the person's. That makes a score readable and open to question.",
    "No pre-trained model is used, and the model does not learn while it serves: it changes only when a new version is "
    "promoted.",
)

DATED_PROTOCOL: Final = (
    "Evaluated on later months only. For each origin the model was trained on snapshots whose outcome was known by "
    "then, and tested on the people of that date; the figures pool all origins.",
    "Intervals are 95 % intervals from resampling people with all of their rows. A figure without an interval belongs "
    "to one origin or to a baseline.",
    "The serving model was fitted afterwards, with the same procedure, on every row with a known outcome.",
)
CROSS_PROTOCOL: Final = (
    "The data has no dates, so the model was evaluated by repeated cross-validation: each fifth of the people was "
    "scored by a model that had not seen them, five times over. That is weaker than testing on later months: it cannot "
    "show how well the model does when conditions change.",
    "Intervals are 95 % intervals from resampling people. Identical rows were kept in the same fold.",
    "The serving model was fitted afterwards, with the same procedure, on all rows.",
)

MEANING: Final = {
    "auc": ("AUC", "of one who left and one who stayed, how often the first had the higher risk; 0.5 is chance"),
    "average_precision": (
        "average precision",
        "share of leavers among those ranked high, over all cut-offs; chance gets the base rate",
    ),
    "log_loss": ("log loss", "lower is better; confident errors cost most"),
    "brier": ("Brier score", "lower is better; mean squared error of the risks"),
    "ece": ("calibration error", "lower is better; mean gap between risks and what happened"),
    "calibration_slope": ("calibration slope", "1 is right; below 1 the risks are too extreme"),
    "calibration_intercept": ("calibration intercept", "0 is right; above 0 the risks are too low"),
    "lift_10": ("lift in the riskiest tenth", "how many times more leavers than in a random tenth"),
    "recall_10": ("recall in the riskiest tenth", "share of all leavers who are in it"),
}

CURVE: Final = (
    "Risks are given at 3, 6 and 12 months where the history is long enough, and never fall with time.",
    "Each comes with a range: for nine people in ten it holds the risk that far more data would give. It does not say "
    "what the person will do.",
    "If too little is known about a person, or the range is too wide, the score says 'not enough evidence', and why.",
)

LIMITS: Final = (
    "Much of why people leave is in no table. In simulated companies even the true hazard reaches an AUC of only about "
    "0.75.",
    "It was evaluated on this source only. Another company, or this one after a merger, a crisis or a change in how "
    "things are recorded, needs its own training.",
    "Most listed people will stay, and some who leave are never listed. A list is a reason to ask, not knowledge.",
    "Knowing a score can do harm: a manager who knows it may invest less in the person. Managers therefore see bands "
    "and reasons but no probability, and only their own team members.",
    "Groups that are too small to evaluate, and groups whose attribute is not recorded, may be treated worse without "
    "this card showing it.",
    "Acting on a list changes who leaves, and so changes what the next training learns from.",
)

OVERSIGHT: Final = (
    "People decide: HR and managers see the reasons with a score, and answer what they did or why they disagree. They "
    "may disregard any score, and one of the answers says so.",
    "Scores without enough evidence are withheld from lists.",
    "A version serves only if it passes the gate, or against it with a reason that stays on record; a former version "
    "can be restored at any time (`retention models promote`).",
    "Everyone who looks at a person states a purpose and is recorded in an audit that cannot be changed unnoticed.",
    "Managers see their own listed people, HR sees figures, data scientists see no id, auditors see who looked.",
)

MONITORING: Final = (
    "`retention monitor`, every month, compares published risks with what happened, all matured months with the "
    "figures of this card, and the shift of each feature with its usual one. It ends with exit code 3 if something "
    "needs attention.",
    "Train again when it says so, when the source changes, and once a year in any case. Every training makes its own "
    "version and card.",
    "Every publication records the model version, the hash of the data and the version of the code.",
)

ANNEX_IV_LEAD: Final = (
    "Systems that affect work relationships are high-risk (annex III, no. 4), and their provider must keep technical "
    "documentation. This table shows where each item is found: in a part of this card, or in a file of the product."
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
        "known risks and measures",
        "Never for; Limits; Guards. The company keeps its own risk register",
    ),
    ("6 Changes over the life cycle", "what changed and when", "Ledger; CHANGELOG.md"),
    ("7 Standards applied", "harmonised standards", "None claimed"),
    ("8 Declaration of conformity", "EU declaration", "Not made by this software: the provider signs it"),
    ("9 Post-market monitoring (art. 72)", "plan for monitoring", "Monitoring"),
)
"""Items of annex IV of the EU AI Act (Regulation 2024/1689): the item, what it requires, and where it is met."""

SMALL_GROUPS: Final = (
    f"A group of fewer than {LEAST_PEOPLE} people, or one that would reveal such a group by subtraction, is not shown."
)
