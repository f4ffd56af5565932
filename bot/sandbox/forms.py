"""Bodies as forms: the usual kind, and the kind that carries files. Nothing in them can fail."""

from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a form."""

    name: str
    content: bytes


def read_form(body: bytes, content_type: str) -> dict[str, object]:
    """Words and uploads by name, the last of a name; empty where it is no form."""
    if content_type.lower().startswith("multipart/form-data"):
        return _parts(body, content_type)
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _parts(body: bytes, content_type: str) -> dict[str, object]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode("utf-8", "replace")
    try:
        form = BytesParser(policy=HTTP).parsebytes(head + body)
        return dict(_part(one) for one in form.iter_parts())
    except (ValueError, LookupError, AttributeError, TypeError):
        return {}


def _part(part: Message) -> tuple[str, object]:
    """A name, and what has it."""
    name = str(part.get_param("name", "", "content-disposition"))
    content = part.get_payload(decode=True)
    content = content if isinstance(content, bytes) else b""
    filename = part.get_filename()
    if filename is None:
        return name, content.decode("utf-8", "replace")
    return name, Upload(filename, content)
