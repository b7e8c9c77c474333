"""Room fields, identity: numbers that name a person or an organisation, and telephone numbers."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from forms.context import FormContext
from forms.fields import TextField
from forms.number_fields import ShortInput
from models.identity import check_email, check_phone, check_resident_id, check_uscc
from models.refusal import Refusal

ID_LENGTH = 18


class ResidentIdField(ShortInput):
    """A 公民身份号码 (GB 11643); the check digit is `models.identity`'s."""

    kind = "resident_id"
    blank: ClassVar[object] = ""
    mode = "text"
    today: date | None = None

    def take(self, context: FormContext) -> None:
        """Remember today: nobody is born after it."""
        self.today = context.today

    def read(self, text: str) -> object:
        """The 18 characters in capitals."""
        if self.today is None:
            raise RuntimeError("bind(context) before validate()")
        return check_resident_id(text, self.today).number


class UsccField(ShortInput):
    """A 统一社会信用代码 (GB 32100)."""

    kind = "uscc"
    blank: ClassVar[object] = ""
    mode = "text"

    def read(self, text: str) -> object:
        """The 18 characters in capitals."""
        return check_uscc(text).number


class HolderNumberField(ResidentIdField):
    """The number of a shareholder: 公民身份号码 of a person or 统一社会信用代码 of an organisation."""

    kind = "holder_number"

    def read(self, text: str) -> object:
        """Digits only up to the last character mean a person, letters inside an organisation."""
        if len(text) == ID_LENGTH and text[:17].isdecimal() and not text.startswith(("91", "92", "93")):
            return super().read(text)
        return check_uscc(text).number


class PhoneField(ShortInput):
    """A mobile or landline number."""

    kind = "phone"
    blank: ClassVar[object] = ""
    mode = "tel"

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.flags.maxlength = 20

    def read(self, text: str) -> object:
        """The number in its usual spelling."""
        return check_phone(text)


class EmailField(TextField):
    """An e-mail address."""

    def examine(self, text: str) -> object:
        """The address in half-width letters."""
        return check_email(text)


class AccountField(ShortInput):
    """A bank account number: 8 to 32 digits; spaces between groups are dropped."""

    kind = "account"
    blank: ClassVar[object] = ""
    mode = "numeric"

    def read(self, text: str) -> object:
        """The digits."""
        digits = text.replace(" ", "")
        if not (digits.isascii() and digits.isdigit() and 8 <= len(digits) <= 32):
            raise Refusal("账号应当是8至32位数字")
        return digits


class PostcodeField(ShortInput):
    """A Chinese postcode of six digits."""

    kind = "postcode"
    blank: ClassVar[object] = ""
    mode = "numeric"

    def read(self, text: str) -> object:
        """The six digits."""
        if not (text.isascii() and text.isdigit() and len(text) == 6):
            raise Refusal("邮政编码应当是6位数字")
        return text
