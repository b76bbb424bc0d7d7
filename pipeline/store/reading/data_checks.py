"""The state of the data behind publications, and the expected rates of earlier months."""

from datetime import date

from sqlalchemy import Connection, select

from pipeline.data_counts import DataCheck
from pipeline.store.reading.heads import newest_of_each_date
from pipeline.store.schema import HINDSIGHT, PUBLICATION


def data_check_of(connection: Connection, publication_id: int) -> DataCheck | None:
    """The state of the data behind a publication; None if it was published before it was kept."""
    query = select(PUBLICATION.c.data_check).where(PUBLICATION.c.id == publication_id)
    document = connection.execute(query).scalar()
    return DataCheck.from_dict(document) if document else None


def last_data_check(connection: Connection, source: str) -> tuple[str, DataCheck] | None:
    """Month (YYYY-MM) and state of the data of a source's last publication for which it is known."""
    query = select(PUBLICATION.c.snapshot_date, PUBLICATION.c.data_check)
    query = query.where(PUBLICATION.c.source == source, PUBLICATION.c.data_check.is_not(None))
    row = connection.execute(query.order_by(PUBLICATION.c.id.desc()).limit(1)).first()
    return (f"{row[0]:%Y-%m}", DataCheck.from_dict(row[1])) if row else None


def hindsight(connection: Connection, source: str) -> frozenset[date]:
    """The snapshot dates of a source that are served with scores of a model that had learned from later exits."""
    query = select(PUBLICATION.c.snapshot_date, PUBLICATION.c.manifest)
    rows = connection.execute(query.where(PUBLICATION.c.id.in_(newest_of_each_date(source))))
    return frozenset(day for day, manifest in rows if manifest.get(HINDSIGHT))


def rates_before(connection: Connection, source: str, day: date, horizon_months: int, months: int) -> list[float]:
    """The mean risk of the last months published before a date, without those published despite a refusal."""
    columns = (PUBLICATION.c.mean_risk, PUBLICATION.c.data_check)
    query = select(*columns).where(
        PUBLICATION.c.id.in_(newest_of_each_date(source)),
        PUBLICATION.c.snapshot_date < day,
        PUBLICATION.c.horizon_months == horizon_months,
    )
    rows = connection.execute(query.order_by(PUBLICATION.c.snapshot_date.desc()).limit(months)).all()
    return [mean_risk for mean_risk, check in rows if not (check and check["despite"])]
