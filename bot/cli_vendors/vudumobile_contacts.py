"""`textobot vudumobile`: contacts."""

from __future__ import annotations

from pathlib import Path

import click

from bot.options import YES, for_account
from bot.vendors.asked import Asked

NUMBER = click.option("--number", help="The number, like +15145550001 or 514 555-0001.")
EMAIL = click.option("--email", help="The e-mail address.")
ID = click.option("--id", help="The id that VuduMobile shows.")


@click.command("get-contacts")
@click.argument("group")
@for_account
def get_contacts(asked: Asked, group: str) -> int:
    """List who is in GROUP, a name or an id; everybody is in Tous."""
    from bot.vendors import vudumobile_contacts

    return vudumobile_contacts.get_contacts(asked, group)


@click.command("get-contact")
@NUMBER
@EMAIL
@ID
@for_account
def get_contact(asked: Asked, **by: str | None) -> int:
    """Show a contact and its groups, by number, e-mail address or id: give one of the three.

    Several contacts may have the same e-mail address.
    """
    from bot.vendors import vudumobile_contacts

    return vudumobile_contacts.get_contact(asked, **by)


@click.command("post-contact")
@click.option("--id", help="Change the contact that has this id; without it, add one.")
@NUMBER
@click.option("--name", help="The name.")
@click.option("--description", help="A note; broadcasts can say it by _NOTES_.")
@EMAIL
@click.option(
    "--language",
    type=click.Choice(["fr", "en"]),
    help="Of broadcasts to them.  [default: the account's]",
)
@click.option("--user-id", help="The user of the account whom the contact belongs to.")
@for_account
def post_contact(asked: Asked, **given: str | None) -> int:
    """Add a contact; with --id change one. Its number or e-mail address must be given.

    What is left out stays as it is, and "" makes it empty.

    \b
    textobot vudumobile post-contact --number "514 555-0001" --name Ana --language fr
    textobot vudumobile post-contact --id 7 --number "514 555-0001" --name "Ana Roy"
    """  # noqa: D301 - so click leaves lines as they are
    from bot.vendors import vudumobile_contacts

    return vudumobile_contacts.post_contact(asked, **given)


@click.command("delete-contact")
@NUMBER
@EMAIL
@ID
@YES
@for_account
def delete_contact(asked: Asked, **by: str | None) -> int:
    """Delete a contact for good, by number, e-mail address or id: give one of the three.

    It shows who that is, and asks. Who is blocked is blocked no more once the contact is gone.
    """
    from bot.vendors import vudumobile_contacts

    return vudumobile_contacts.delete_contact(asked, **by)


FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.command("import-contacts")
@FILE
@click.argument("email")
@click.option("--overwrite", is_flag=True, help="Write over contacts that are there already.")
@YES
@for_account
def import_contacts(asked: Asked, file: Path, email: str, overwrite: bool) -> int:
    """Hand over FILE (CSV) to VuduMobile, which writes to EMAIL what came of it.

    EMAIL must belong to a user of the account. Nothing is told here of single rows, and
    VuduMobile does not document the columns: commas, UTF-8, and heads like number, name,
    description, email, language are our choice. add-contacts takes any such file, goes contact by
    contact, and says what came of each row.
    """
    from bot.vendors import vudumobile_contacts

    return vudumobile_contacts.import_contacts(asked, file, email, overwrite=overwrite)


@click.command("add-contacts")
@FILE
@click.option("--group", default="", help="Put all of them into this group, a name or an id.")
@click.option("--overwrite", is_flag=True, help="Change contacts that are there and differ.")
@YES
@for_account
def add_contacts(asked: Asked, file: Path, group: str, overwrite: bool) -> int:
    """Add the people of FILE (CSV) to the contacts, one by one, after showing what that does.

    Columns are found by their heads: number (mobile, phone, tel, téléphone …), name (nom),
    description (notes), email (courriel), language (langue). Who is there already is left alone,
    or with --overwrite changed where the file says something else; an empty cell changes nothing.
    What came of each row stands in FILE's folder, as NAME.report.csv. When it breaks off, the same
    command goes on: what was done is not done again.
    """
    from bot.vendors import vudumobile_files

    return vudumobile_files.add_contacts(asked, file, group=group, overwrite=overwrite)


@click.command("export-contacts")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--group", default="Tous", show_default=True, help="Of this group, a name or an id.")
@for_account
def export_contacts(asked: Asked, file: Path | None, group: str) -> int:
    """Write the contacts into a new FILE (CSV); without FILE, on standard output.

    add-contacts reads such a file. A cell that a spreadsheet would take for a formula gets an
    apostrophe in front.
    """
    from bot.vendors import vudumobile_files

    return vudumobile_files.export_contacts(asked, file, group=group)


COMMANDS = (
    get_contacts,
    get_contact,
    post_contact,
    delete_contact,
    import_contacts,
    add_contacts,
    export_contacts,
)
