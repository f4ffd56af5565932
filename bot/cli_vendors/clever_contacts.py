"""`textobot clever`: contacts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bot.options import YES, for_account, with_options
from bot.vendors.asked import Asked

MORE = (
    click.option("--email", help="The e-mail address."),
    click.option("--gsm-secondary", help="The second mobile number."),
    click.option("--landline-primary", help="The first landline number."),
    click.option("--landline-secondary", help="The second landline number."),
    click.option("--fax-primary", help="The first fax number."),
    click.option("--fax-secondary", help="The second fax number."),
    click.option("--zip-code", help="The zip code."),
    click.option("--city", help="The city."),
    click.option("--street", help="The street."),
    click.option("--street-number", help="The house number."),
    click.option("--duplicates", is_flag=True, help="Another contact may have this number."),
)
FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.command("list-contacts")
@for_account
def list_contacts(asked: Asked) -> int:
    """List all contacts of the account, with their ids."""
    from bot.vendors import clever_contacts

    return clever_contacts.list_contacts(asked)


@click.command("list-user-contacts")
@click.argument("login")
@for_account
def list_user_contacts(asked: Asked, login: str) -> int:
    """List the contacts of the user LOGIN of the account. Managers alone may."""
    from bot.vendors import clever_contacts

    return clever_contacts.list_contacts(asked, login)


@click.command("find-contact")
@click.argument("id")
@for_account
def find_contact(asked: Asked, id: str) -> int:
    """Show the contact that has this ID; list-contacts lists the ids."""
    from bot.vendors import clever_contacts

    return clever_contacts.find_contact(asked, id)


@click.command("create-contact")
@click.argument("number")
@click.argument("name")
@click.argument("lastname")
@with_options(*MORE)
@for_account
def create_contact(asked: Asked, **given: Any) -> int:  # noqa: ANN401 - strings, and a flag
    """Add a contact: the mobile NUMBER, the first NAME and the LASTNAME.

    Without --duplicates a number that is there already is refused.

    \b
    textobot clever create-contact "06 00 00 00 01" Ana Petit --email ana@example.com
    """  # noqa: D301 - so click leaves lines as they are
    from bot.vendors import clever_contacts

    return clever_contacts.create_contact(asked, **given)


@click.command("modify-contact")
@click.argument("id")
@click.option("--number", help="The mobile number.")
@click.option("--name", help="The first name.")
@click.option("--lastname", help="The last name.")
@with_options(*MORE)
@for_account
def modify_contact(asked: Asked, id: str, **given: Any) -> int:  # noqa: ANN401 - see above
    """Change the contact that has this ID. What is left out stays as it is.

    Clever wants all of a contact again, so it is read first.

    \b
    textobot clever modify-contact 214905 --email ana@example.com
    """  # noqa: D301 - so click leaves lines as they are
    from bot.vendors import clever_contacts

    return clever_contacts.modify_contact(asked, id, **given)


@click.command("delete-contact")
@click.argument("id")
@YES
@for_account
def delete_contact(asked: Asked, id: str) -> int:
    """Delete the contact that has this ID, for good. It shows who that is, and asks."""
    from bot.vendors import clever_contacts

    return clever_contacts.delete_contact(asked, id)


@click.command("add-contacts")
@FILE
@click.option("--overwrite", is_flag=True, help="Change contacts that are there and differ.")
@YES
@for_account
def add_contacts(asked: Asked, file: Path, overwrite: bool) -> int:
    """Add the people of FILE (CSV) to the contacts, one by one, after showing what that does.

    Columns are found by their heads: number (mobile, phone, tel, téléphone …), name (prénom),
    lastname (nom), email (courriel), street, zip code, city and the like. Clever wants both names:
    who has none is called Contact, and by the number. Who is there already is left alone, or with
    --overwrite changed where the file says something else; an empty cell changes nothing. What
    came of each row stands in FILE's folder, as NAME.report.csv. When it breaks off, the same
    command goes on: what was done is not done again.
    """
    from bot.vendors import clever_files

    return clever_files.add_contacts(asked, file, overwrite=overwrite)


@click.command("export-contacts")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--login", default="", help="Of this user of the account; managers alone may.")
@for_account
def export_contacts(asked: Asked, file: Path | None, login: str) -> int:
    """Write the contacts into a new FILE (CSV); without FILE, on standard output.

    add-contacts reads such a file. A cell that a spreadsheet would take for a formula gets an
    apostrophe in front.
    """
    from bot.vendors import clever_files

    return clever_files.export_contacts(asked, file, login=login)


COMMANDS = (
    list_contacts,
    list_user_contacts,
    find_contact,
    create_contact,
    modify_contact,
    delete_contact,
    add_contacts,
    export_contacts,
)
