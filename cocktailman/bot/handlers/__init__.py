"""What the bot does about each kind of message; a router a subject, asked in the order of `ROUTERS`."""

from cocktailman.bot.handlers import buttons, commands, others, photos, stylise, words

ROUTERS = (commands.router, buttons.router, stylise.router, photos.router, words.router, others.router)
