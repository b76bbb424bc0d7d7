"""People by part of a name or id."""

from pydantic import BaseModel, Field

from serving.schemas.example import example
from serving.schemas.risks import PersonName


class FoundPerson(BaseModel):
    """A person who was found, and what tells namesakes apart; without any figure."""

    employee_id: str
    name: PersonName
    department: str | None
    job: str | None
    level: int | None
    location: str | None
    manager_id: str | None
    manager_name: PersonName
    is_scored: bool = Field(description="whether the risk is shown; false: only the receipt says what is held")


class PeopleFound(BaseModel):
    """People whose name or id has every word of the query, the closest first."""

    model_config = example(
        people=[
            {
                "employee_id": "E-1042",
                "name": "Anna Muster",
                "department": "Sales",
                "job": "Account manager",
                "level": 3,
                "location": "Riga",
                "manager_id": "M-017",
                "manager_name": "Ивар Озолс",
                "is_scored": True,
            }
        ],
        is_more=False,
    )

    people: list[FoundPerson]
    is_more: bool = Field(description="whether further people match; a longer query finds them")
