import typer
from documents import page as document

from pipeline.commands.main import app
from pipeline.commands.page import page


def test_the_page_of_commands_is_current() -> None:
    assert document("docs/commands.md") == page(), "run: python -m pipeline.commands.page > docs/commands.md"


def test_every_command_has_a_section_with_its_options() -> None:
    group = typer.main.get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        _, found, section = page().partition(f"## `retention {name}`\n")
        assert found
        own = section.partition("\n## ")[0]
        for parameter in command.params:
            assert all(option in own for option in parameter.opts if option.startswith("--") and option != "--help")
