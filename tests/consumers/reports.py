"""The XML reports of a portal with nasty names: validated, and read back by another reader than the one in Rust."""

import json
import sys
from pathlib import Path

from junitparser import JUnitXml
from lxml import etree

work, schemas = Path(sys.argv[1]), Path(sys.argv[2])
findings = json.loads((work / "nasty.json").read_text())["findings"]

etree.XMLSchema(etree.parse(schemas / "junit-10.xsd")).assertValid(etree.parse(work / "nasty.junit"))
print("ok: Jenkins' schema of JUnit reports")

suites = JUnitXml.fromfile(str(work / "nasty.junit"))
cases = [case for suite in suites for case in suite]
failures = {(case.classname, case.name) for case in cases if case.result}
assert failures == {(it["primary"]["path"], it["rule"]) for it in findings if it["severity"] != "info"}
assert suites.failures == len(failures) and suites.tests == len(cases)
for case in cases:
    for failure in case.result:
        said = [it["message"] for it in findings if (it["primary"]["path"], it["rule"]) == (case.classname, case.name)]
        assert all(message in failure.text for message in said), failure.text
print(f"ok: a reader of JUnit sees {len(cases)} cases, {len(failures)} failures")

checkstyle = etree.parse(work / "nasty.checkstyle")
etree.RelaxNG(etree.parse(schemas / "checkstyle.rng")).assertValid(checkstyle)
read = {
    (file.get("name"), int(error.get("line")), int(error.get("column")), error.get("message"))
    for file in checkstyle.findall("file")
    for error in file.findall("error")
}
assert read == {
    (it["primary"]["path"], it["primary"]["start"]["line"], it["primary"]["start"]["column"], it["message"])
    for it in findings
}
print("ok: an XML parser reads every name in the Checkstyle report unchanged")
