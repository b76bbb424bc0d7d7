"""Services between departments: their number, their ratings, and the risk of those who ask."""

from pipeline.store.reading import Published, PublishedScores
from serving.http.answers import Table
from serving.schemas.groups import ServicePage, ServicesBetween


def service_page(scores: PublishedScores, published: Published) -> ServicePage:
    """Services between departments in a month."""
    rows = scores.service_figures(published)
    return ServicePage(
        snapshot_date=published.snapshot_date,
        model_version=published.model_version,
        horizon_months=published.horizon_months,
        services=[ServicesBetween(**row, is_suppressed=row["services"] is None) for row in rows],
    )


def service_table(page: ServicePage) -> Table:
    """The page as a table, without the kinds of services."""
    columns = [name for name in ServicesBetween.model_fields if name != "kinds"]
    rows = (list(each.model_dump(include=set(columns)).values()) for each in page.services)
    return Table("services", columns, rows)
