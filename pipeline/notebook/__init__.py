"""The Python interface for notebooks: `from pipeline import train, judge, publish, plan` and so on.

Each function does what a command or a page does. Settings come from the environment (`RETENTION_…`), as for the
commands, unless others are given.
"""

from pipeline.model.estimator.retention_classifier import RetentionClassifier as RetentionClassifier
from pipeline.notebook.drafts import draft as draft
from pipeline.notebook.evaluation import evaluate as evaluate
from pipeline.notebook.months import publish as publish
from pipeline.notebook.months import what_happened as what_happened
from pipeline.notebook.plans import plan as plan
from pipeline.notebook.records import score as score
from pipeline.notebook.registered import load_model as load_model
from pipeline.notebook.registered import report as report
from pipeline.notebook.training import judge as judge
from pipeline.notebook.training import train as train
