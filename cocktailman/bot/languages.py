"""The languages that the bot speaks: its sentences through gettext catalogues, names from the catalogue of drinks.

English is in the source. After a change of sentences:

    pybabel extract --no-location -o build/bot.pot cocktailman/bot
    pybabel update -N -i build/bot.pot -o cocktailman/bot/locales/ru.po -l ru
"""

import gettext
from io import BytesIO
from pathlib import Path
from typing import Any

from aiogram.types import TelegramObject, User
from aiogram.utils.i18n import I18n, I18nMiddleware
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from redis.asyncio import Redis

LANGUAGES = {"en": "English", "ru": "Русский"}
LOCALES = Path(__file__).parent / "locales"
CHOSEN = "languages"  # in Redis: a hash of the languages that users chose


def catalogues() -> I18n:
    """The catalogues as they lie in the tree, compiled as they are read: a few milliseconds, and nothing to forget."""
    i18n = I18n(path=LOCALES)  # which looks for compiled ones, and finds none
    i18n.locales = {path.stem: _compiled(path) for path in LOCALES.glob("*.po")}
    return i18n


def _compiled(path: Path) -> gettext.GNUTranslations:
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=path.stem))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


class ChosenLanguage(I18nMiddleware):
    """The language that a user chose by /language, or else the one that their Telegram speaks."""

    def __init__(self, i18n: I18n, redis: Redis) -> None:
        super().__init__(i18n)
        self._redis = redis

    async def get_locale(self, event: TelegramObject, data: dict[str, Any]) -> str:
        user: User | None = data.get("event_from_user")
        if user is None:
            return self.i18n.default_locale
        chosen: Any = await self._redis.hget(CHOSEN, str(user.id))
        if chosen:
            return chosen.decode()
        spoken = (user.language_code or "").partition("-")[0]
        return spoken if spoken in LANGUAGES else self.i18n.default_locale


async def choose(redis: Redis, user: int, language: str) -> None:
    await redis.hset(CHOSEN, str(user), language)
