"""The Russian catalogue says all that the source says, and the same."""

import re
from io import BytesIO
from typing import Any

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import cocktailman.bot
from cocktailman.bot.languages import LOCALES, catalogues

HOLES = re.compile(r"\{\w+\}|</?\w+>|/\w+")  # that a translation keeps: values, markup, commands


def russian() -> dict[str, tuple[list[str], list[str]]]:
    """By its first form, a sentence's forms in English and in Russian."""
    catalogue = read_po(BytesIO((LOCALES / "ru.po").read_bytes()), locale="ru")
    forms = [
        (_listed(message.id), _listed(message.string)) for message in catalogue if message.id and not message.fuzzy
    ]
    return {english[0]: (english, russian) for english, russian in forms if all(russian)}


def _listed(forms: Any) -> list[str]:
    return [forms] if isinstance(forms, str) else list(forms)


def test_every_sentence_is_translated_and_none_too_many() -> None:
    found = extract_from_dir(cocktailman.bot.__path__[0])
    assert {_listed(message)[0] for _, _, message, *_ in found} == russian().keys()


def test_translations_keep_what_is_filled_in() -> None:
    for english, translated in russian().values():
        for form in translated:
            assert sorted(HOLES.findall(form)) == sorted(HOLES.findall(english[-1])), form


def test_three_plurals() -> None:
    i18n = catalogues()
    words = [i18n.gettext("{count} drink", "{count} drinks", n, locale="ru").format(count=n) for n in (1, 2, 5, 21)]
    assert words == ["1 напиток", "2 напитка", "5 напитков", "21 напиток"]
    assert i18n.gettext("{count} drink", "{count} drinks", 2, locale="en") == "{count} drinks"
