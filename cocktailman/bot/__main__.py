"""`python -m cocktailman.bot` runs all of the bot; `python -m cocktailman.bot chat` the part that speaks to Telegram.

BOT_TOKEN is the bot's token. REDIS_URL names a Redis; without it, `python -m cocktailman.bot` starts one.
"""

import asyncio
import logging
import sys

import typer

from cocktailman.__main__ import run

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help="The Telegram bot.")


@app.command("all")
def run_all() -> None:
    """Redis (unless REDIS_URL names one), the workers, and the chat."""
    from cocktailman.bot import launch

    raise typer.Exit(launch.run_all())


@app.command()
def chat() -> None:
    """Speak to Telegram; Redis (REDIS_URL) and the workers run elsewhere."""
    from cocktailman.bot.chat import chat

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")
    asyncio.run(chat())


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.argv.append("all")
    sys.exit(run(app, "python -m cocktailman.bot"))
