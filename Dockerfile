# What the services `quick`, `slow` and `chat` of compose.yaml run in.
FROM python:3.11-slim-bookworm
RUN useradd --create-home bot
WORKDIR /app
COPY requirements.txt constraints.txt ./
COPY cocktailman/bot/requirements.txt cocktailman/bot/
RUN pip install --no-cache-dir -r cocktailman/bot/requirements.txt -c constraints.txt
COPY cocktailman cocktailman
COPY data data
USER bot
CMD ["python", "-m", "cocktailman.bot", "chat"]
