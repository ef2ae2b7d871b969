# `make app` and `make test` set up all they need: only Python 3.11, make and PyPI are taken for granted.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

.PHONY: app bot test lint lock mlflow clean

app: .venv/app
	$(BIN)/streamlit run streamlit_app.py

# The Telegram bot, all of it, with a Redis of its own: BOT_TOKEN=123:abc make bot
bot: .venv/bot
	$(BIN)/python -m cocktailman.bot

test: .venv/all
	$(BIN)/python -m pytest

lint: .venv/all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

# The versions of everything the requirements files bring, pinned anew from the environment as it is.
lock: .venv/all
	$(BIN)/pip freeze --exclude-editable > constraints.txt

# The runs that were logged to MLflow, on http://localhost:5000, in an environment of its own: it asks for older versions.
mlflow: .venv-mlflow
	MLFLOW_ALLOW_FILE_STORE=true $</bin/mlflow ui --backend-store-uri file:runs/mlflow

.venv-mlflow:
	$(PYTHON) -m venv $@
	$@/bin/pip install --quiet --disable-pip-version-check mlflow==3.17.2

clean:
	rm -rf .venv .venv-renders .venv-mlflow

.venv:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "CocktailMan needs Python 3.11: make PYTHON=/path/to/python3.11 ...")'
	$(PYTHON) -m venv .venv

.venv/app: requirements.txt constraints.txt | .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt -c constraints.txt
	touch $@

.venv/bot: requirements.txt cocktailman/bot/requirements.txt constraints.txt | .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r cocktailman/bot/requirements.txt -c constraints.txt
	touch $@ .venv/app

.venv/all: requirements.txt cocktailman/bot/requirements.txt training/requirements.txt tests/requirements.txt constraints.txt | .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r tests/requirements.txt -c constraints.txt
	touch $@ .venv/app .venv/bot

# Blender has an environment of its own (see training/renders/requirements.txt).
.venv-renders: training/renders/requirements.txt
	$(PYTHON) -m venv $@
	$@/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@
