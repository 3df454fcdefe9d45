#!/usr/bin/env bash
# Own JSON Schemas: the verdicts of the official JSON Schema Test Suite, which the source package of Python's
# `jsonschema` carries.
source "$(dirname "$0")/lib.sh"

PIP=("$WORK/suite/bin/python" -m pip)
python3 -m venv "$WORK/suite"
install pypi "${PIP[@]}" download --quiet --disable-pip-version-check --no-deps --no-binary jsonschema --dest "$WORK/suite" jsonschema==4.25.1
tar -xzf "$WORK/suite/jsonschema-4.25.1.tar.gz" -C "$WORK/suite"
python3 "$CONSUMERS/json-schema.py" "$STAGECHECK" "$WORK/suite/jsonschema-4.25.1/json" "$WORK/json-schema" ||
  fail "a verdict differs from that of the suite"
ok "own schemas are judged as the JSON Schema Test Suite has it"
