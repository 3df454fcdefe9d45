"""The official JSON Schema Test Suite, judged by stagecheck: json-schema.py STAGECHECK SUITE WORK.

Each schema becomes a schema file of a repository, and each instance that is an object a layer of it (`applies-to:
layers`). Left out, and counted: instances that are no objects, which no configuration is; those with `$`, which Backstage
reads as a directive or a placeholder, or with `__proto__`, which it drops; schemas that refer to documents on the
network.
"""

import json
import pathlib
import subprocess
import sys

stagecheck, suite, work = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
DRAFTS = {
    "draft4": "http://json-schema.org/draft-04/schema#",
    "draft6": "http://json-schema.org/draft-06/schema#",
    "draft7": "http://json-schema.org/draft-07/schema#",
    "draft2019-09": "https://json-schema.org/draft/2019-09/schema",
    "draft2020-12": "https://json-schema.org/draft/2020-12/schema",
}
# JSON has no field for who reports a finding, but a finding by a schema file always names that file. No package and no
# instance has this name.
SCHEMA = "of-the-suite.schema.json"
# Schemas with a vocabulary that leaves keywords out, and a `format` that is only an annotation.
OTHER_RULES = {"vocabulary.json", "format.json"}

agree, left_out, refused, differ = {}, {}, [], []


def count(kind):
    left_out[kind] = left_out.get(kind, 0) + 1


def why_not(test):
    data = test["data"]
    if not isinstance(data, dict):
        return "not an object"
    if "$" in json.dumps(data):
        return "a directive or a placeholder"
    if "__proto__" in data:
        return "a key that Backstage drops"
    return None


def judge(draft, file, group, number):
    tests = []
    for test in group["tests"]:
        reason = why_not(test)
        if reason:
            count(reason)
        else:
            tests.append(test)
    if not tests:
        return
    schema = group["schema"]
    if "localhost:1234" in json.dumps(schema):
        for _ in tests:
            count("a document on the network")
        return
    if isinstance(schema, dict) and "$schema" not in schema:
        schema = {"$schema": DRAFTS[draft], **schema}
    folder = work / draft / f"{file.stem}-{number}"
    folder.mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / SCHEMA).write_text(json.dumps(schema))
    (folder / "stagecheck.yaml").write_text(f"schemas: [{{ file: {SCHEMA}, applies-to: layers }}]\n")
    for index, test in enumerate(tests):
        (folder / str(index)).mkdir()
        (folder / str(index) / "app-config.yaml").write_text(json.dumps(test["data"]))
    command = [stagecheck, "--select", "schema-violation", "--format", "json", "--fail-on", "never"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    name = f"{draft}/{file.name}: {group['description']}"
    if run.returncode == 2:
        refused.append(f"{name}: {run.stderr.strip()}")
        return
    findings = json.loads(run.stdout)["findings"]
    own = [one for one in findings if SCHEMA in one["message"] + (one["help"] or "")]
    wrong = {one["primary"]["path"].split("/")[0] for one in own}
    for index, test in enumerate(tests):
        if (str(index) not in wrong) == test["valid"]:
            agree[draft] = agree.get(draft, 0) + 1
        else:
            differ.append(f"{name}: {test['description']}, valid: {test['valid']}")


for draft in DRAFTS:
    for file in sorted((suite / "tests" / draft).glob("*.json")):
        if file.name in OTHER_RULES:
            continue
        for number, group in enumerate(json.loads(file.read_text())):
            judge(draft, file, group, number)

print("agree:", ", ".join(f"{draft} {number}" for draft, number in agree.items()))
print("left out:", ", ".join(f"{reason} {number}" for reason, number in left_out.items()))
print("refused:", len(refused))
for line in refused:
    print("  ", line)
if differ:
    sys.exit("\n".join(["they differ:", *differ]))
if refused:
    sys.exit("a valid schema is refused")
if agree.get("draft7", 0) + agree.get("draft2020-12", 0) < 200:
    sys.exit("fewer than 200 cases of draft-07 and 2020-12 were judged")
