# `make demo` and `make test` need only git, make and Python: the first run makes .venv.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
NBS    ?=

.PHONY: demo test venv install export readme docs-check execute clean

demo: $(STAMP)  ## the whole method on drawings made on the spot; report in demo_report/
	$(BIN)/zeroshot_nb demo

test: $(STAMP)  ## every check and every notebook
	$(BIN)/python .ci/check.py

venv install: $(STAMP)  ## .venv with the package, editable, and the tested versions

$(STAMP): settings.ini setup.py
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --use-pep517 -e '.[dev]'
	touch $@

export: $(STAMP)  ## notebooks -> modules
	$(BIN)/nbdev_clean
	$(BIN)/nbdev_export

readme: $(STAMP)  ## nbs/index.ipynb -> README.md
	$(BIN)/python .ci/readme.py

docs-check: $(STAMP)  ## README and site pages, without building the site
	$(BIN)/python .ci/check.py readme outputs pages

execute: $(STAMP)  ## rerun notebooks and store their outputs: make execute NBS='nbs/10_images/01_images.ipynb'
	$(BIN)/python .ci/execute.py $(NBS)

clean:
	rm -rf _proc _docs build dist *.egg-info demo_report
